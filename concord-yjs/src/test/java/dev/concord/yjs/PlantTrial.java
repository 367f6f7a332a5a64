package dev.concord.yjs;

import dev.concord.crdt.testing.Replica;
import dev.concord.crdt.testing.ReplicaChecks;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is run on an engine with an error in it; each has to fail. Called by name, in another class loader. */
public final class PlantTrial {
    private PlantTrial() {}

    /** Tests of single cases. */
    public static void ordinary() throws Exception {
        for (Class<?> tests : List.of(CausesTest.class, UndoTest.class)) {
            for (Method test : tests.getDeclaredMethods()) {
                if (test.isAnnotationPresent(Test.class)) {
                    Constructor<?> instance = tests.getDeclaredConstructor();
                    instance.setAccessible(true);
                    test.setAccessible(true);
                    DocumentWatch watch = DocumentWatch.start();
                    test.invoke(instance.newInstance());
                    watch.finish();
                }
            }
        }
    }

    /** Recorded sessions. */
    public static void recorded() throws Exception {
        for (String line : Fixtures.lines("sessions.jsonl")) {
            new RecordedSession(line).replay();
            new RecordedSession(line).judge(UpdateFormat.V1);
        }
        for (String line : Fixtures.lines("waits.jsonl")) {
            new RecordedSession(line).judge(UpdateFormat.V1);
        }
    }

    /** Recorded sessions with an undo manager. */
    public static void undone() throws Exception {
        for (String line : Fixtures.lines("undo.jsonl")) {
            UndoSession.run(Fixtures.JSON.readTree(line));
        }
    }

    /** The simulated network. */
    public static void simulated() {
        ReplicaChecks.of((int number, long seed) -> (Replica<byte[]>) new YReplica(number, seed))
                .size(3, 40)
                .seeds(0, 60)
                .convergence();
    }
}
