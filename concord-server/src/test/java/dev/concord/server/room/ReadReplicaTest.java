package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.ChangeSink;
import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.server.config.TestLimits;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** What a room keeps in memory so that others can read its document. */
class ReadReplicaTest {
    private static final int PASTE = 4_000;
    private static final int PASTES = 3_500;
    /** Of 14 MB that go through a small text. */
    private static final long MAX_KEPT = 3 << 20;

    private final HandCrankedLoop loop = new HandCrankedLoop();
    private final Document document = new Document("room");
    private final Queue<Runnable> background = new ArrayDeque<>();
    private final List<WeakReference<String>> pasted = new ArrayList<>();

    private ReadReplica replica(String text) {
        document.insert(0, text);
        RoomContext context =
                new RoomContext("r", "e", new TestLimits().build(), loop, new FakeFrames(), new RecordedEvents());
        return new ReadReplica(context, document, background::add);
    }

    private void paste(ReadReplica replica) {
        Document writer = Document.load("writer", document.encode());
        for (int i = 0; i < PASTES; i++) {
            String paste = "0123456789".repeat(PASTE / 10);
            pasted.add(new WeakReference<>(paste));
            apply(writer.insert(0, paste), replica);
            apply(writer.delete(0, PASTE), replica);
        }
    }

    private void apply(List<Operation> operations, ReadReplica replica) {
        for (Operation operation : operations) {
            document.apply(operation, ChangeSink.NONE);
            replica.applied(operation);
        }
    }

    /** The characters that cannot be collected, of those that went through. */
    private long kept() {
        System.gc();
        return (long) PASTE * pasted.stream().filter(one -> one.get() != null).count();
    }

    @Test
    void operationsAreNotKeptWithoutABoundWhenTheThreadsDoNotComeToReadThem() {
        ReadReplica replica = replica("x".repeat(30_000));
        replica.read(ReadReplica.Snapshot::state, (state, snapshot) -> {}, fault -> {});
        paste(replica);

        assertTrue(kept() < MAX_KEPT, kept() + " characters are kept of " + PASTES * PASTE);
        assertEquals(1, background.size(), "they are still reading");
    }
}
