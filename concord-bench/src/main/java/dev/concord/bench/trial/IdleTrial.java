package dev.concord.bench.trial;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** Many members that do nothing: what each of them costs the server. */
final class IdleTrial {
    private static final int ROOM_MEMBERS = 100;
    private static final int FIRST = 200;
    /** What one may cost on the heap. */
    private static final long MAX_HEAP = 16 << 10;

    /** What is asked for. */
    record Plan(int members, int seconds, Path jar) {}

    private final Plan plan;
    private final PrintStream out;
    private final Tally tally = new Tally();

    IdleTrial(Plan plan, PrintStream out) {
        this.plan = plan;
        this.out = out;
    }

    /** Runs to the end; the tally has the faults that were found. */
    Tally run() throws IOException {
        Path home = Files.createTempDirectory("concord-trial");
        TrialServer server = new TrialServer(plan.jar(), home, tally);
        try (Bystanders first = new Bystanders(tally);
                Bystanders all = new Bystanders(tally)) {
            server.start(List.of("-Xmx256m"));
            // What the first ones cost is the classes and the code for them.
            for (int i = 0; i < FIRST; i++) {
                first.join(server.address("first-" + i / ROOM_MEMBERS));
            }
            first.start();
            long heap = server.liveHeapBytes();
            long resident = server.residentBytes();
            for (int i = 0; i < plan.members(); i++) {
                all.join(server.address("idle-" + i / ROOM_MEMBERS));
            }
            all.start();
            LockSupport.parkNanos(plan.seconds() * 1_000_000_000L);
            double seen = server.metric("concord_members");
            long heapEach = (server.liveHeapBytes() - heap) / plan.members();
            long residentEach = (server.residentBytes() - resident) / plan.members();
            out.printf(
                    Locale.ROOT,
                    "%,d members, each: %.1f KB of the heap, %.1f KB of the machine's memory%n",
                    plan.members(),
                    heapEach / 1024.0,
                    residentEach / 1024.0);
            if (seen != FIRST + plan.members()) {
                tally.fault("there are " + seen + " members");
            }
            if (heapEach > MAX_HEAP) {
                tally.fault("an idle member costs " + heapEach + " bytes of the heap");
            }
        } finally {
            server.end(tally.faults().isEmpty());
            TrialServer.removeHome(home);
        }
        return tally;
    }
}
