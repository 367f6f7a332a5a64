package dev.concord.bench.trial;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * A server with little memory under hostile frames. Two people write in the room that is attacked and two in another one; what they see of
 * it is measured before and during the attack.
 */
final class HostileTrial {
    private static final String ATTACKED = "attacked";
    private static final String OTHER = "other";
    private static final int ATTACKERS = 8;
    private static final long TYPING_NANOS = 20_000_000;
    private static final long CALM_NANOS = 20_000_000_000L;
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    private static final long REPORT_NANOS = 10_000_000_000L;
    /** The honest members' 99th percentile may rise by a tenth, or by what one turn of a thread on a busy machine takes. */
    private static final double MAX_RISE = 1.1;

    private static final long SLACK_NANOS = 5_000_000;
    /** The heap after the attack, against that before it, with what the text has grown. */
    private static final long MAX_GROWTH = 64L << 20;
    /** How a server may answer hostile frames. */
    private static final Set<String> ANSWERS = Set.of(
            "sync",
            "op",
            "ack",
            "presence",
            "pulse",
            "error malformed",
            "error invalid_op",
            "error conflict",
            "error pending_full",
            "error rate_limited",
            "error room_full",
            "error too_large",
            "close 1000",
            "close 1001",
            "close 1002",
            "close 1003",
            "close 1005",
            "close 1007",
            "close 1013",
            "close 4400",
            "close 4413");

    /** What is asked for. */
    record Plan(long frames, int perSecond, long seed, Path jar) {}

    private final Plan plan;
    private final PrintStream out;
    private final Tally tally = new Tally();
    private final Map<String, LongAdder> kinds = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> answers = HostileConnection.counters();
    private final AtomicLong sent = new AtomicLong();
    private volatile boolean over;

    HostileTrial(Plan plan, PrintStream out) {
        this.plan = plan;
        this.out = out;
    }

    /** Runs to the end; the tally has the faults that were found. */
    Tally run() throws IOException {
        Path home = Files.createTempDirectory("concord-trial");
        TrialServer server = new TrialServer(plan.jar(), home, tally);
        try {
            server.start(List.of("-Xmx256m"));
            attack(server);
            server.end(true);
        } finally {
            over = true;
            server.end(false);
            TrialServer.removeHome(home);
        }
        return tally;
    }

    private void attack(TrialServer server) throws IOException {
        HonestPair near =
                new HonestPair("the pair in the attacked room", address(server, ATTACKED), tally, plan.seed());
        HonestPair far = new HonestPair("the pair in another room", address(server, OTHER), tally, plan.seed() + 1);
        List<HonestPair> pairs = List.of(near, far);
        await("the first syncs", () -> near.isSynced() && far.isSynced());

        // What the compiler has not seen yet is no measure.
        type(pairs, System.nanoTime() + CALM_NANOS / 4);
        pairs.forEach(HonestPair::p99);
        type(pairs, System.nanoTime() + CALM_NANOS);
        long[] calm = {near.p99(), far.p99()};
        long heapBefore = server.liveHeapBytes();

        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < ATTACKERS; i++) {
            int number = i;
            Thread thread = new Thread(() -> attack(server, number), "attacker " + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        long started = System.nanoTime();
        while (sent.get() < plan.frames() && tally.faults().isEmpty()) {
            type(pairs, System.nanoTime() + REPORT_NANOS);
            out.printf(
                    Locale.ROOT,
                    "%4.0f s: %,d frames%n",
                    (System.nanoTime() - started) / 1e9,
                    Math.min(plan.frames(), sent.get()));
        }
        over = true;
        for (Thread thread : threads) {
            join(thread);
        }
        long[] attacked = {near.p99(), far.p99()};
        await("the last edits", () -> near.isSettled() && far.isSettled());
        await("agreement", () -> near.agrees(text(server, ATTACKED)) && far.agrees(text(server, OTHER)));
        long heapAfter = server.liveHeapBytes();
        pairs.forEach(HonestPair::end);
        report(calm, attacked, heapBefore, heapAfter);
    }

    private void attack(TrialServer server, int number) {
        Random random = new Random(plan.seed() + number);
        HostileFrames frames = new HostileFrames(random.nextLong(), number, HonestPair.writerSite(plan.seed()));
        HostileConnection connection = null;
        long interval = 1_000_000_000L * ATTACKERS / plan.perSecond();
        long next = System.nanoTime();
        while (!over && sent.get() < plan.frames()) {
            try {
                if (connection == null || connection.isClosed()) {
                    connection = new HostileConnection(address(server, ATTACKED), answers);
                }
                HostileFrames.Frame frame = frames.next();
                kinds.computeIfAbsent(frame.kind(), kind -> new LongAdder()).increment();
                sent.incrementAndGet();
                connection.send(frame);
            } catch (IOException cutOff) {
                connection = null;
            }
            next += interval;
            LockSupport.parkNanos(next - System.nanoTime());
        }
        if (connection != null) {
            connection.abort();
        }
    }

    private static void type(List<HonestPair> pairs, long untilNanos) throws IOException {
        for (HonestPair pair : pairs) {
            pair.show();
        }
        for (long next = System.nanoTime(); next < untilNanos; next += TYPING_NANOS) {
            for (HonestPair pair : pairs) {
                pair.type();
            }
            LockSupport.parkNanos(next + TYPING_NANOS - System.nanoTime());
        }
    }

    private void report(long[] calm, long[] attacked, long heapBefore, long heapAfter) {
        out.println("kinds of frames: " + new TreeMap<>(kinds));
        out.println("answers: " + new TreeMap<>(answers));
        out.printf(Locale.ROOT, "heap in use: %,d KB before, %,d KB after%n", heapBefore >> 10, heapAfter >> 10);
        bound("the pair in the attacked room", calm[0], attacked[0]);
        bound("the pair in another room", calm[1], attacked[1]);
        if (heapAfter - heapBefore > MAX_GROWTH) {
            tally.fault("the heap has grown from " + heapBefore + " to " + heapAfter + " bytes");
        }
        answers.keySet().stream()
                .filter(answer -> !ANSWERS.contains(answer) && !answer.equals("lost") && !isEcho(answer))
                .forEach(answer -> tally.fault("an answer that nobody expects: " + answer));
    }

    /** Codes that programs may choose are given back as they came. */
    private static boolean isEcho(String answer) {
        return answer.matches("close 3\\d{3}|close 4\\d{3}");
    }

    private void bound(String who, long calm, long attacked) {
        out.printf(Locale.ROOT, "p99 of %s: %.2f ms without, %.2f ms with%n", who, calm / 1e6, attacked / 1e6);
        if (attacked > calm * MAX_RISE && attacked - calm > SLACK_NANOS) {
            tally.fault("the p99 of " + who + " rose from " + calm + " to " + attacked + " ns");
        }
    }

    private static URI address(TrialServer server, String room) throws IOException {
        URI address = server.socket(room);
        if (address == null) {
            throw new IOException("the server has ended");
        }
        return address;
    }

    private static String text(TrialServer server, String room) {
        try {
            String view = server.room(room);
            return view == null
                    ? ""
                    : new JsonMapper().readTree(view).path("text").asText();
        } catch (IOException e) {
            return "";
        }
    }

    private interface Condition {
        boolean holds();
    }

    private void await(String what, Condition condition) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                tally.fault("there was no end of waiting for " + what);
                return;
            }
            LockSupport.parkNanos(TYPING_NANOS);
        }
    }

    private static void join(Thread thread) throws IOException {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
