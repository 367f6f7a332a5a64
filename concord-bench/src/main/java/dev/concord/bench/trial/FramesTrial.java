package dev.concord.bench.trial;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.concord.client.Transport;
import dev.concord.client.http.HttpTransport;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks for bytes that arrive other than they were sent. Real servers, one after the other on the same data, each ended under load;
 * members that write scripts and check what comes against the scripts of the others; rooms that end and make place for new ones, so that
 * connections keep moving between the server's event loops.
 */
final class FramesTrial {
    private static final int ROOMS = 3;
    private static final int MIN_MEMBERS = 3;
    private static final int MAX_MEMBERS = 16;
    private static final int OPS_OF_A_ROOM = 40_000;
    private static final long POLL_NANOS = 5_000_000;
    private static final long STUCK_NANOS = 900_000_000_000L;
    private static final long REPORT_NANOS = 10_000_000_000L;

    /** What is asked for. */
    record Plan(long frames, List<String> allocators, long seed, Path jar, int secondsOfALife) {}

    private final Plan plan;
    private final PrintStream progress;
    private final Tally tally = new Tally();
    private final Transport jdk = new HttpTransport();
    private final AtomicInteger rooms = new AtomicInteger();
    private volatile boolean over;

    FramesTrial(Plan plan, PrintStream progress) {
        this.plan = plan;
        this.progress = progress;
    }

    /** Runs to the end or to the first faults. */
    Tally run() throws IOException {
        Path home = Files.createTempDirectory("concord-trial");
        TrialServer server = new TrialServer(plan.jar(), home, tally);
        Random random = new Random(plan.seed());
        List<Thread> threads = new ArrayList<>();
        try {
            server.start(options(random));
            for (int i = 0; i < ROOMS; i++) {
                Random own = new Random(random.nextLong());
                threads.add(thread("rooms " + i, () -> rooms(server, own)));
            }
            lives(server, random);
            over = true;
            for (Thread thread : threads) {
                join(thread);
            }
            server.end(true);
        } finally {
            over = true;
            server.end(false);
            TrialServer.removeHome(home);
        }
        return tally;
    }

    /** Lets servers live for a while, and ends them. */
    private void lives(TrialServer server, Random random) throws IOException {
        long started = System.nanoTime();
        long report = started + REPORT_NANOS;
        while (true) {
            long life = (long) (plan.secondsOfALife() * 1e9 * (0.1 + random.nextDouble()));
            long end = System.nanoTime() + life;
            while (System.nanoTime() < end) {
                if (tally.frames() >= plan.frames() || !tally.faults().isEmpty()) {
                    return;
                }
                LockSupport.parkNanos(POLL_NANOS);
                if (System.nanoTime() >= report) {
                    report += REPORT_NANOS;
                    double seconds = (System.nanoTime() - started) / 1e9;
                    progress.printf(
                            Locale.ROOT, "%4.0f s, %,.0f frames/s: %s%n", seconds, tally.frames() / seconds, tally);
                }
            }
            server.end(random.nextInt(3) == 0);
            server.start(options(random));
            tally.restarts.increment();
        }
    }

    private List<String> options(Random random) {
        List<String> options = new ArrayList<>();
        List<String> allocators = plan.allocators();
        options.add("-Dio.netty.allocator.type=" + allocators.get(random.nextInt(allocators.size())));
        options.add("-Xmx768m");
        if (random.nextBoolean()) {
            options.add("-XX:TieredStopAtLevel=1");
        }
        if (random.nextInt(6) == 0) {
            options.add("-Dio.netty.leakDetection.level=paranoid");
        }
        if (random.nextInt(4) == 0) {
            options.add("-Dio.netty.transport.noNative=true");
        }
        return options;
    }

    /** One room after the other. */
    private void rooms(TrialServer server, Random random) {
        while (!over) {
            String name = "room-" + rooms.incrementAndGet();
            int count = MIN_MEMBERS + random.nextInt(MAX_MEMBERS - MIN_MEMBERS + 1);
            List<Script> scripts = new ArrayList<>();
            for (int writer = 0; writer < count; writer++) {
                scripts.add(new Script(writer, OPS_OF_A_ROOM / count, random.nextLong()));
            }
            List<TrialMember> members = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int number = 0; number < count; number++) {
                boolean byJdk = number % 3 == 2;
                TrialMember member = new TrialMember(
                        name, number, scripts, server, tally, byJdk ? jdk : null, new Random(random.nextLong()));
                members.add(member);
                threads.add(thread(name + " " + number, member::work));
            }
            await(name, members);
            if (!over) {
                check(server, name, scripts);
            }
            members.forEach(TrialMember::end);
            threads.forEach(FramesTrial::join);
            tally.rooms.increment();
        }
    }

    private void await(String name, List<TrialMember> members) {
        long seen = -1;
        long since = System.nanoTime();
        while (!over && !members.stream().allMatch(TrialMember::isDone)) {
            LockSupport.parkNanos(POLL_NANOS);
            long now = tally.frames();
            if (now != seen) {
                seen = now;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > STUCK_NANOS) {
                tally.fault(name + ": nothing has come for " + STUCK_NANOS / 1_000_000_000 + " s");
                return;
            }
        }
    }

    /** The whole room, as HTTP tells it. */
    private void check(TrialServer server, String name, List<Script> scripts) {
        String answer = server.room(name);
        if (answer == null) {
            return;
        }
        try {
            Map<String, Integer> counts =
                    Sealed.count(new JsonMapper().readTree(answer).path("text").asText());
            for (int writer = 0; writer < scripts.size(); writer++) {
                int has = counts.getOrDefault(Script.site(writer), 0);
                if (has != scripts.get(writer).size()) {
                    tally.fault(name + " has " + has + " ops of writer " + writer);
                }
            }
        } catch (IOException | IllegalStateException e) {
            tally.fault(name + " over HTTP: " + e);
        }
    }

    private Thread thread(String name, Runnable work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException | Error e) {
                        tally.fault("the trial itself failed: " + e + " at " + e.getStackTrace()[0]);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
