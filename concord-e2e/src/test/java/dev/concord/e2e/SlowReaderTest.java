package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** One member stops reading while others write more than any buffer holds. */
@ExtendWith(ServerLogs.class)
class SlowReaderTest {
    private static final int PASTE = 4_000;
    /** 60 MB in all: more than the buffers of both TCP ends and the server's direct memory together. */
    private static final int PASTES = 15_000;
    /** A slow machine may stop after this many, 44 MB: a client that answers no ping for a minute is disconnected. */
    private static final int ENOUGH = 11_000;

    private static final Duration HURRY = Duration.ofSeconds(40);
    /** So many pastes are on their way at once: less than the queue of a member that reads. */
    private static final int ON_THE_WAY = 8;

    @TempDir
    Path home;

    @Test
    @Timeout(900)
    void a_member_that_does_not_read_costs_nothing_and_ends_equal_after_a_sync() {
        AtomicInteger received = new AtomicInteger();
        ServerProcess prepared = new ServerProcess(home)
                .with("CONCORD_MEMBER_QUEUE_BYTES", "65536")
                // Of this some 10 MB are in use. But a compaction, and a version from before a large deletion, read the
                // log since
                // the last snapshot as a whole: five seconds of pastes, and more on a slow machine.
                .jvm("-Xmx192m", "-XX:MaxDirectMemorySize=32m", "-XX:+ExitOnOutOfMemoryError");
        try (ServerProcess server = prepared.start();
                TestClient writer = new TestClient("writer").connect(server.socket("busy"));
                TestClient reader = new TestClient("reader")
                        .onOp(op -> received.incrementAndGet())
                        .connect(server.socket("busy"));
                TestClient slow = new TestClient("slow").connect(server.socket("busy"))) {
            slow.pause();
            String paste = "0123456789".repeat(PASTE / 10);
            writer.type(0, "The end.");
            long began = System.nanoTime();
            for (int i = 0; i < PASTES && (i < ENOUGH || System.nanoTime() - began < HURRY.toNanos()); i++) {
                writer.type(0, paste);
                writer.delete(0, paste.length());
                writer.awaitThat("acknowledgements come", () -> writer.unacknowledged() < 2 * ON_THE_WAY);
                int made = 1 + 2 * (i + 1);
                reader.awaitThat("the reader keeps up", () -> made - received.get() < 2 * ON_THE_WAY);
            }
            writer.type(0, "Not yet. ");
            reader.present("Reader", 4);
            writer.awaitThat("the presence goes round", () -> writer.knows("Reader"));
            writer.awaitAcks();

            reader.awaitText("Not yet. The end.");
            assertEquals(1, reader.syncs(), "a reader that keeps up is never resynchronised");
            assertEquals(1, slow.syncs(), "nothing comes while nothing is read");
            assertTrue(server.isAlive());

            slow.resume();
            slow.awaitText("Not yet. The end.");
            slow.awaitThat("a resynchronisation came", () -> slow.syncs() > 1);
            slow.awaitThat("the presence that it missed came", () -> slow.knows("Reader"));
            // From here on it is a member like any other.
            writer.type(0, "And on. ");
            slow.awaitText("And on. Not yet. The end.");
            reader.awaitText("And on. Not yet. The end.");
            slow.type(0, "I am back. ");
            writer.awaitText("I am back. And on. Not yet. The end.");
            slow.awaitAcks();
            writer.awaitAcks();

            assertEquals(1, writer.syncs());
            assertEquals(1, reader.syncs());
            // More than one only if the buffers of the operating system grew meanwhile, so that it could be written for
            // a moment.
            assertEquals(slow.syncs() - 1, server.metric("concord_resyncs_total"));
            reader.awaitText(server.text("busy"));
            for (TestClient client : new TestClient[] {writer, reader, slow}) {
                assertEquals(server.digest("busy"), client.digest());
                client.assertUndisturbed();
            }
        }
    }

    @Test
    @Timeout(900)
    void a_burst_larger_than_the_queue_reaches_a_member_that_reads_without_a_further_word() {
        ServerProcess prepared = new ServerProcess(home).with("CONCORD_MEMBER_QUEUE_BYTES", "65536");
        try (ServerProcess server = prepared.start();
                TestClient reader = new TestClient("reader").connect(server.socket("burst"));
                RawClient writer = RawClient.joinBatching(server, "burst")) {
            String paste = "0123456789".repeat(1_000);
            int pastes = 40;
            StringBuilder frame = new StringBuilder("[");
            for (int i = 0; i < pastes; i++) {
                frame.append(i == 0 ? "" : ",")
                        .append("{\"t\":\"op\",\"seq\":")
                        .append(i + 1)
                        .append(",\"data\":{\"kind\":\"insert\",\"id\":{\"site\":\"w\",\"counter\":")
                        .append(1 + i * paste.length())
                        .append("},\"after\":{\"site\":\"\",\"counter\":0},\"value\":\"")
                        .append(paste)
                        .append("\"}}");
            }
            writer.send(frame.append(']').toString());
            while (writer.expect("ack").get("seq").longValue() < pastes) {}

            // By itself: it is not a ping that pushes it out.
            String all = paste.repeat(pastes);
            reader.awaitThat("all of it came, or a ping", () -> reader.length() == all.length() || reader.pings() > 0);
            assertEquals(all, reader.text());
            assertEquals(server.digest("burst"), reader.digest());
            reader.assertUndisturbed();
        }
    }

    @Test
    @Timeout(900)
    void who_comes_to_a_room_larger_than_the_queue_gets_one_sync_and_sees_who_is_here() {
        Random random = new Random(Seed.of(SlowReaderTest.class));
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 3_000_000; i++) {
            text.append((char) ('0' + random.nextInt(64)));
        }
        try (ServerProcess server = new ServerProcess(home).start()) {
            assertEquals(201, server.put("/rooms/large", text.toString()).statusCode());
            try (RawClient present = RawClient.join(server, "large")) {
                present.send("{\"t\":\"presence\",\"user\":\"Ann\",\"cursor\":0,\"color\":\"#fff\"}");
                Await.until(
                        "she is seen",
                        () -> !server.get("/rooms/large/presence").body().equals("[]"));
                try (RawClient newcomer = RawClient.join(server, "large")) {
                    assertEquals("presence", newcomer.next().get("t").asText(), "one sync, then who is here");
                }
            }
            assertEquals(0, server.metric("concord_resyncs_total"));
        }
    }
}
