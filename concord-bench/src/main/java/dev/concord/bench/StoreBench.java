package dev.concord.bench;

import dev.concord.store.AppendCallback;
import dev.concord.store.OpLog;
import dev.concord.store.RoomStore;
import dev.concord.store.StoreException;
import dev.concord.store.jdbc.PostgresAddress;
import dev.concord.store.jdbc.PostgresStore;
import dev.concord.store.jdbc.SqliteStore;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What durability costs: ops of 100 bytes go through the op log into many rooms of a real store, and are timed from the hand-over until the
 * log says that they are on the disk.
 *
 * <p>Latency is measured at a steady pace, by the time at which an op was due, so that a stall counts for all that were due in it.
 * Throughput is measured with a fixed number of ops on the way.
 */
final class StoreBench {
    private static final int ROOMS = 50;
    private static final int OP_BYTES = 100;
    private static final int PACE = 1_000;
    private static final int ON_THE_WAY = 5_000;
    private static final int MAX_SAMPLES = 1_000_000;

    private final int seconds;
    private final @Nullable String database;
    private final PrintStream progress;

    StoreBench(Options options, PrintStream progress) {
        this.seconds = options.count("--seconds", 10);
        this.database = options.value("--database");
        this.progress = progress;
    }

    /** Markdown. */
    String run() throws IOException {
        StringBuilder table = new StringBuilder("JDK ")
                .append(System.getProperty("java.version"))
                .append(", ")
                .append(Runtime.getRuntime().availableProcessors())
                .append(" processors, ")
                .append(seconds)
                .append(" s each; ops of ")
                .append(OP_BYTES)
                .append(" bytes in ")
                .append(ROOMS)
                .append(" rooms\n\n| store | ack p50 | p95 | p99 at ")
                .append(PACE)
                .append(" ops/s | most ops/s, ")
                .append(ON_THE_WAY)
                .append(" on the way |\n|---|---|---|---|---|\n");
        Path directory = Files.createTempDirectory("concord-bench");
        try (RoomStore store = SqliteStore.open(directory)) {
            table.append(measure("embedded", store));
        } finally {
            remove(directory.toFile());
        }
        if (database == null) {
            progress.println("PostgreSQL is left out: name one with --database");
        } else {
            PostgresAddress address;
            try {
                address = PostgresAddress.parse(database);
            } catch (IllegalArgumentException e) {
                throw new BadUsageException("--database " + e.getMessage());
            }
            try (RoomStore store = PostgresStore.open(address)) {
                table.append(measure("PostgreSQL", store));
            }
        }
        return table.toString();
    }

    private String measure(String name, RoomStore store) {
        progress.println(name);
        String[] rooms = new String[ROOMS];
        for (int i = 0; i < ROOMS; i++) {
            rooms[i] = "bench-" + Long.toString(System.nanoTime(), 36) + "-" + i;
            store.create(rooms[i], "e", null);
        }
        try (OpLog log = OpLog.start(store)) {
            throughput(log, rooms, Math.max(1, seconds / 3));
            double most = throughput(log, rooms, seconds);
            long[] acks = latency(log, rooms);
            return String.format(
                    Locale.ROOT,
                    "| %s | %.2f ms | %.2f ms | %.2f ms | %,.0f |%n",
                    name,
                    at(acks, 0.5),
                    at(acks, 0.95),
                    at(acks, 0.99),
                    most);
        } finally {
            for (String room : rooms) {
                store.delete(room);
            }
        }
    }

    private static double throughput(OpLog log, String[] rooms, int seconds) {
        Semaphore free = new Semaphore(ON_THE_WAY);
        AtomicInteger stored = new AtomicInteger();
        long start = System.nanoTime();
        long end = start + seconds * 1_000_000_000L;
        for (int i = 0; System.nanoTime() < end; i++) {
            free.acquireUninterruptibly();
            log.append(rooms[i % rooms.length], "e", new byte[OP_BYTES], new AppendCallback() {
                @Override
                public void stored(long seq) {
                    stored.incrementAndGet();
                    free.release();
                }

                @Override
                public void failed(StoreException reason) {
                    throw reason;
                }
            });
        }
        double counted = stored.get();
        double took = (System.nanoTime() - start) / 1e9;
        free.acquireUninterruptibly(ON_THE_WAY);
        return counted / took;
    }

    private long[] latency(OpLog log, String[] rooms) {
        int count = Math.min(MAX_SAMPLES, seconds * PACE);
        long[] nanos = new long[count];
        Semaphore done = new Semaphore(0);
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            int index = i;
            long due = start + i * (1_000_000_000L / PACE);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            log.append(rooms[i % rooms.length], "e", new byte[OP_BYTES], new AppendCallback() {
                @Override
                public void stored(long seq) {
                    nanos[index] = System.nanoTime() - due;
                    done.release();
                }

                @Override
                public void failed(StoreException reason) {
                    throw reason;
                }
            });
        }
        done.acquireUninterruptibly(count);
        Arrays.sort(nanos);
        return nanos;
    }

    /** Milliseconds. */
    private static double at(long[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] / 1e6;
    }

    private static void remove(File file) {
        File[] below = file.listFiles();
        if (below != null) {
            for (File each : below) {
                remove(each);
            }
        }
        if (!file.delete()) {
            file.deleteOnExit();
        }
    }
}
