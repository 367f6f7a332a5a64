package dev.concord.bench.trial;

import java.io.IOException;
import java.io.PrintStream;
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
 * A server with little memory under hostile frames, which come in bursts. Two people write in the room that is attacked and two in another one;
 * what they see of it is measured in the bursts and between them.
 */
final class HostileTrial {
    private static final String ATTACKED = "attacked";
    private static final String OTHER = "other";
    private static final int ATTACKERS = 8;
    private static final int WARM_UP_SECONDS = 20;
    private static final long WINDOW_NANOS = 10_000_000_000L;
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
    record Plan(long frames, int perSecond, int maxRise, long seed, Path jar) {}

    private final Plan plan;
    private final PrintStream out;
    private final Tally tally = new Tally();
    private final Map<String, LongAdder> kinds = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> answers = HostileConnection.counters();
    private final AtomicLong sent = new AtomicLong();
    private volatile boolean attacking;
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
                new HonestPair("the pair in the attacked room", server.address(ATTACKED), tally, plan.seed(), "h");
        HonestPair far = new HonestPair("the pair in another room", server.address(OTHER), tally, plan.seed() + 1, "h");
        List<HonestPair> pairs = List.of(near, far);
        Comparison comparison = new Comparison(pairs, plan.maxRise(), tally);
        comparison.warmUp();
        long heapBefore = server.liveHeapBytes();

        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < ATTACKERS; i++) {
            int number = i;
            Thread thread = new Thread(() -> attack(server, number), "attacker " + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        if (plan.frames() > (long) WARM_UP_SECONDS * plan.perSecond()) {
            // What the compilers have not seen yet is no measure, with hostile frames as without.
            attacking = true;
            comparison.warmUp();
            attacking = false;
        }
        long started = System.nanoTime();
        do {
            comparison.measure(false, WINDOW_NANOS);
            attacking = true;
            comparison.measure(true, WINDOW_NANOS);
            attacking = false;
            out.printf(
                    Locale.ROOT,
                    "%4.0f s: %,d frames%n",
                    (System.nanoTime() - started) / 1e9,
                    Math.min(plan.frames(), sent.get()));
        } while (sent.get() < plan.frames() && tally.faults().isEmpty());
        over = true;
        for (Thread thread : threads) {
            join(thread);
        }
        comparison.await("agreement", () -> near.agrees(server.text(ATTACKED)) && far.agrees(server.text(OTHER)));
        long heapAfter = server.liveHeapBytes();
        pairs.forEach(HonestPair::end);
        report(comparison, heapBefore, heapAfter);
    }

    private void attack(TrialServer server, int number) {
        Random random = new Random(plan.seed() + number);
        HostileFrames frames = new HostileFrames(random.nextLong(), number, HonestPair.writerSite(plan.seed()));
        HostileConnection connection = null;
        long interval = 1_000_000_000L * ATTACKERS / plan.perSecond();
        long next = System.nanoTime();
        while (!over && sent.get() < plan.frames()) {
            if (!attacking) {
                LockSupport.parkNanos(interval);
                next = System.nanoTime();
                continue;
            }
            try {
                if (connection == null || connection.isClosed()) {
                    connection = new HostileConnection(server.address(ATTACKED), answers);
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

    private void report(Comparison comparison, long heapBefore, long heapAfter) {
        out.println("kinds of frames: " + new TreeMap<>(kinds));
        out.println("answers: " + new TreeMap<>(answers));
        out.printf(Locale.ROOT, "heap in use: %,d KB before, %,d KB after%n", heapBefore >> 10, heapAfter >> 10);
        comparison.report(out);
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

    private static void join(Thread thread) throws IOException {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
