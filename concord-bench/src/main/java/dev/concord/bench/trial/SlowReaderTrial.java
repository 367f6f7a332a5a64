package dev.concord.bench.trial;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** One member of many stops reading, and later reads again. What two others see of it is measured before, meanwhile and afterwards. */
final class SlowReaderTrial {
    private static final String ROOM = "crowd";
    private static final long SLICE_NANOS = 10_000_000_000L;
    /** What the heap may have grown when the member has come back: the text is not larger, its deleted elements are. */
    private static final long MAX_GROWTH = 16L << 20;
    /** What the server may keep for the member that does not read, with what it keeps for its rooms. */
    private static final long MAX_KEPT = 24L << 20;

    /** What is asked for. */
    record Plan(int members, int seconds, int bytes, int maxRise, Path jar) {}

    private final Plan plan;
    private final PrintStream out;
    private final Tally tally = new Tally();

    SlowReaderTrial(Plan plan, PrintStream out) {
        this.plan = plan;
        this.out = out;
    }

    /** Runs to the end; the tally has the faults that were found. */
    Tally run() throws IOException {
        Path home = Files.createTempDirectory("concord-trial");
        TrialServer server = new TrialServer(plan.jar(), home, tally);
        try (Bystanders others = new Bystanders(tally)) {
            server.start(List.of("-Xmx256m"));
            for (int i = 3; i < plan.members(); i++) {
                others.join(server.address(ROOM));
            }
            others.start();
            measure(server);
        } finally {
            server.end(tally.faults().isEmpty());
            TrialServer.removeHome(home);
        }
        return tally;
    }

    private void measure(TrialServer server) throws IOException {
        HonestMember slow =
                new HonestMember("the slow member", server.address(ROOM), "slow", tally, (op, now) -> {}, true);
        slow.start();
        HonestPair pair = new HonestPair("the others", server.address(ROOM), tally, 1, "s".repeat(plan.bytes()));
        Comparison comparison = new Comparison(List.of(pair), plan.maxRise(), tally);
        comparison.warmUp();
        comparison.measure(false, halfNanos());
        long before = server.liveHeapBytes();
        double resyncs = server.metric("concord_resyncs_total");

        slow.pause(true);
        for (long left = plan.seconds() * 1_000_000_000L; left > 0; left -= SLICE_NANOS) {
            slow.show();
            comparison.measure(true, Math.min(left, SLICE_NANOS));
        }
        long meanwhile = server.liveHeapBytes();
        slow.pause(false);
        comparison.await("the slow member's text", () -> pair.agrees(slow.text()));
        comparison.measure(false, halfNanos());
        comparison.await("agreement", () -> pair.agrees(slow.text()) && pair.agrees(server.text(ROOM)));
        long after = server.liveHeapBytes();

        out.printf(
                Locale.ROOT,
                "%,d members; heap in use: %,d KB before, %,d KB while one did not read, %,d KB after%n",
                plan.members(),
                before >> 10,
                meanwhile >> 10,
                after >> 10);
        comparison.report(out);
        double resynchronised = server.metric("concord_resyncs_total") - resyncs;
        out.printf(Locale.ROOT, "resynchronised: %.0f times%n", resynchronised);
        if (resynchronised < 1) {
            tally.fault("the slow member kept up with the others: more --seconds or --bytes are needed");
        }
        if (meanwhile - before > MAX_KEPT || after - before > MAX_GROWTH) {
            tally.fault("the heap has grown from " + before + " to " + meanwhile + " and " + after + " bytes");
        }
        slow.end();
        pair.end();
    }

    private long halfNanos() {
        return Math.max(1, plan.seconds() / 2) * 1_000_000_000L;
    }
}
