package dev.concord.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.wire.Message;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many connections that each begin something large and do not end it. */
@Timeout(120)
class UnfinishedInputTest {
    private static final int BUDGET = 4 << 20;

    private static ServerFixture start() {
        return ServerFixture.start(limits -> limits.inputBytes = BUDGET);
    }

    /** All of a frame but its last byte. */
    private static byte[] cutOff(int bytes) {
        byte[] frame = RawConnection.frame(RawConnection.FINAL | RawConnection.TEXT, new byte[bytes]);
        return Arrays.copyOf(frame, frame.length - 1);
    }

    private static RawConnection joined(ServerFixture server, String room) throws IOException {
        RawConnection member = RawConnection.webSocket(server.port(), "/rooms/" + room + "/ws");
        member.read(Message.Sync.class);
        return member;
    }

    private static Message.Op op(long counter) {
        ElementId before = counter == 1 ? ElementId.HEAD : new ElementId("honest", counter - 1);
        return new Message.Op(
                counter, new Operation.Insert(new ElementId("honest", counter), Anchor.after(before), "x"));
    }

    @Test
    void halfFramesOfAllTogetherAreBoundedAndTheGreediestGo() throws Exception {
        List<RawConnection> greedy = new ArrayList<>();
        try (ServerFixture server = start();
                RawConnection honest = joined(server, "attacked")) {
            double highest = 0;
            for (int i = 0; i < 24; i++) {
                RawConnection member = joined(server, "attacked");
                greedy.add(member);
                try {
                    member.send(cutOff(900_000));
                } catch (SocketException cutOff) {
                    // Its turn came while it was sending.
                }
                highest = Math.max(highest, server.metric("concord_input_bytes"));
                honest.message(op(i + 1));
                honest.read(Message.Ack.class);
            }
            ServerFixture.await(() -> server.metric("concord_input_shed_total") >= 24 - BUDGET / 900_000 - 1);
            ServerFixture.await(() -> server.metric("concord_input_bytes") <= BUDGET);
            // What has come of the next frame is on top until the greediest is gone.
            assertTrue(highest <= BUDGET + 1_000_000, "held " + highest);
            for (RawConnection member : greedy) {
                member.close();
            }
            ServerFixture.await(() -> server.metric("concord_input_bytes") == 0);
        }
    }

    @Test
    void halfBodiesOfAllTogetherAreBounded() throws Exception {
        List<RawConnection> greedy = new ArrayList<>();
        try (ServerFixture server = start()) {
            for (int i = 0; i < 12; i++) {
                RawConnection client = new RawConnection(server.port());
                greedy.add(client);
                try {
                    client.send("PUT /rooms/b" + i + " HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n"
                            + "x".repeat(1_000_000));
                } catch (SocketException cutOff) {
                    // Its turn came while it was sending.
                }
            }
            ServerFixture.await(() -> server.metric("concord_input_shed_total") >= 12 - BUDGET / 1_000_000 - 1);
            ServerFixture.await(() -> server.metric("concord_input_bytes") <= BUDGET);
            assertEquals(201, server.put("/rooms/honest", "text").statusCode());
            for (RawConnection client : greedy) {
                client.close();
            }
            ServerFixture.await(() -> server.metric("concord_input_bytes") == 0);
        }
    }

    @Test
    void aBodyIsRefusedBeforeItIsSentWhereNoRouteTakesIt() throws Exception {
        try (ServerFixture server = start()) {
            for (String line : List.of(
                    "GET /healthz",
                    "POST /healthz",
                    "PUT /",
                    "PUT /rooms/r/presence",
                    "DELETE /rooms/r",
                    "GET /rooms/r",
                    "POST /nothing/here")) {
                try (RawConnection client = new RawConnection(server.port())) {
                    client.send(line + " HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n");
                    assertEquals(413, client.response().status(), line);
                }
                try (RawConnection client = new RawConnection(server.port())) {
                    client.send(line + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
                    assertEquals(413, client.response().status(), line);
                }
            }
            try (RawConnection client = new RawConnection(server.port())) {
                client.send("POST /rooms/r/restore HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
                assertEquals(413, client.response().status(), "JSON is never that large");
            }
        }
    }

    @Test
    void requestsAheadOfTheirTurnHoldNoBodies() throws Exception {
        try (ServerFixture server = start();
                RawConnection client = new RawConnection(server.port())) {
            String body = "x".repeat(600_000);
            Thread sender = new Thread(() -> {
                try {
                    for (int i = 0; i < 16; i++) {
                        client.send("PUT /rooms/p" + i + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length()
                                + "\r\n\r\n" + body);
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            sender.start();
            for (int i = 0; i < 16; i++) {
                assertEquals(201, client.response().status());
            }
            sender.join();
            assertEquals(0, server.metric("concord_input_shed_total"));
        }
    }
}
