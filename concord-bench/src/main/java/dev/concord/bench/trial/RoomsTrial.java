package dev.concord.bench.trial;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.concord.crdt.Document;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Many rooms are opened, edited and left. When the last has left memory, it is what it was before. */
final class RoomsTrial {
    private static final int THREADS = 16;
    /** For compiled code and caches, which stay when the rooms have gone. */
    private static final int FIRST = 1_000;

    private static final long MAX_GROWTH = 8L << 20;
    private static final int REPORT = 10_000;
    private static final int PATIENCE_SECONDS = 60;

    /** What is asked for. */
    record Plan(int rooms, long seed, Path jar) {}

    private final Plan plan;
    private final PrintStream out;
    private final Tally tally = new Tally();

    RoomsTrial(Plan plan, PrintStream out) {
        this.plan = plan;
        this.out = out;
    }

    /** Runs to the end; the tally has the faults that were found. */
    Tally run() throws IOException {
        Path home = Files.createTempDirectory("concord-trial");
        TrialServer server = new TrialServer(plan.jar(), home, tally);
        try {
            server.start(List.of("-Xmx256m"));
            visit(server, "first-", Math.min(FIRST, plan.rooms()));
            long before = server.liveHeapBytes();
            long residentBefore = server.residentBytes();
            long started = System.nanoTime();
            visit(server, "room-", plan.rooms());
            double seconds = (System.nanoTime() - started) / 1e9;
            long after = server.liveHeapBytes();
            out.printf(
                    Locale.ROOT,
                    "%,d rooms in %.0f s; heap in use: %,d KB before, %,d KB after; resident: %,d KB before, %,d KB after%n",
                    plan.rooms(),
                    seconds,
                    before >> 10,
                    after >> 10,
                    residentBefore >> 10,
                    server.residentBytes() >> 10);
            if (after - before > MAX_GROWTH) {
                tally.fault("the heap has grown from " + before + " to " + after + " bytes");
            }
        } finally {
            server.end(tally.faults().isEmpty());
            TrialServer.removeHome(home);
        }
        return tally;
    }

    private void visit(TrialServer server, String prefix, int rooms) throws IOException {
        AtomicInteger next = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(
                    () -> {
                        for (int room = next.getAndIncrement();
                                room < rooms && tally.faults().isEmpty();
                                room = next.getAndIncrement()) {
                            visit(server, prefix + room, new Random(plan.seed() + room));
                            if (room > 0 && room % REPORT == 0) {
                                out.printf(Locale.ROOT, "%,d rooms%n", room);
                            }
                        }
                    },
                    "visitor " + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        Comparison.await("the rooms to leave memory", isZero(server, "concord_rooms"), tally);
    }

    private static BooleanSupplier isZero(TrialServer server, String metric) {
        return () -> {
            try {
                return server.metric(metric) == 0;
            } catch (IOException e) {
                return false;
            }
        };
    }

    /** Enters a room, types once, waits until that is durable, and goes. */
    private void visit(TrialServer server, String room, Random random) {
        Visit visit = new Visit(room);
        try {
            RawWire wire = new RawWire(server.address(room), visit, tally, random, false);
            wire.start("visitor of " + room);
            byte[] op = WireCodec.write(new Message.Op(
                    1,
                    new Document("v")
                            .insert(0, "x".repeat(1 + random.nextInt(100)))
                            .get(0)));
            if (visit.await(visit.synced)) {
                wire.send(List.of(op));
                visit.await(visit.acknowledged);
            }
            visit.over = true;
            wire.abort();
        } catch (IOException e) {
            tally.fault(room + ": " + e);
        }
    }

    private final class Visit implements Wire.Receiver {
        private final String room;
        final CountDownLatch synced = new CountDownLatch(1);
        final CountDownLatch acknowledged = new CountDownLatch(1);
        volatile boolean over;

        Visit(String room) {
            this.room = room;
        }

        @Override
        public void text(byte[] bytes, int from, int to) {
            // The room holds nothing: the first message is the sync, and the answer to the op the first ack.
            String json = new String(bytes, from, to - from, UTF_8);
            if (json.contains("\"t\":\"sync\"")) {
                synced.countDown();
            }
            if (json.contains("\"t\":\"ack\"")) {
                acknowledged.countDown();
            }
        }

        boolean await(CountDownLatch latch) {
            try {
                boolean came = latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (!came) {
                    tally.fault(room + ": no answer");
                }
                return came;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        @Override
        public void closed(int code, String reason) {
            if (!over) {
                tally.fault(room + " was closed: " + code + " " + reason);
            }
            synced.countDown();
            acknowledged.countDown();
        }

        @Override
        public void fault(String what) {
            tally.fault(room + ": " + what);
        }
    }
}
