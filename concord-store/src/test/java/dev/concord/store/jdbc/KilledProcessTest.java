package dev.concord.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.store.AppendCallback;
import dev.concord.store.OpLog;
import dev.concord.store.StoreException;
import dev.concord.store.StoredOp;
import dev.concord.store.StoredRoom;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every op that a process reported as stored is there after the process was killed. */
class KilledProcessTest {
    private static final String[] ROOMS = {"r", "s", "t"};

    @TempDir
    Path directory;

    /** The process that is killed: appends without end, compacts now and then, and prints what is stored. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) {
            SqliteStore store = SqliteStore.open(Path.of(arguments[0]));
            for (String roomId : ROOMS) {
                store.create(roomId, "e1", null);
            }
            OpLog log = OpLog.start(store);
            Semaphore waiting = new Semaphore(100);
            for (int i = 0; ; i++) {
                int room = i % ROOMS.length;
                String roomId = ROOMS[room];
                byte[] op = ("op " + i).getBytes(UTF_8);
                waiting.acquireUninterruptibly();
                log.append(roomId, "e1", op, new AppendCallback() {
                    @Override
                    public void stored(long seq) {
                        waiting.release();
                        System.out.println(room + " " + seq + " .");
                        if (seq % 50 == 0) {
                            store.saveSnapshot(roomId, "e1", new byte[] {1}, seq - 40);
                            store.prune(roomId);
                        }
                    }

                    @Override
                    public void failed(StoreException reason) {
                        throw reason;
                    }
                });
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 700})
    @Timeout(120)
    void every_reported_op_is_there(int reportsBeforeTheKill) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + directory, // a killed process leaves the unpacked driver behind
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> reports = new ArrayList<>();
        try (BufferedReader out = process.inputReader(UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                reports.add(line);
                if (reports.size() == reportsBeforeTheKill) {
                    // Through the handle: the process itself would close the pipe before the rest is read.
                    process.toHandle().destroyForcibly();
                }
            }
        }
        assertNotEquals(0, process.waitFor());
        assertTrue(reports.size() >= reportsBeforeTheKill, "reports: " + reports.size());

        long[] reported = new long[ROOMS.length];
        for (String report : reports) {
            String[] parts = report.split(" ", -1);
            if (parts.length == 3) { // the last line may have been cut by the kill
                reported[Integer.parseInt(parts[0])] = Long.parseLong(parts[1]);
            }
        }
        try (SqliteStore store = SqliteStore.open(directory)) {
            for (int room = 0; room < ROOMS.length; room++) {
                StoredRoom stored = store.load(ROOMS[room]).orElseThrow();
                assertTrue(stored.lastSeq() >= reported[room], ROOMS[room] + " lost reported ops");
                for (StoredOp op : stored.ops()) {
                    assertEquals("op " + ((op.seq() - 1) * ROOMS.length + room), new String(op.op(), UTF_8));
                }
            }
        }
    }
}
