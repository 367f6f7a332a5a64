package dev.concord.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.concord.crdt.Anchor;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.server.config.HistoryLimits;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Disk and memory that somebody fills without a fault of the protocol. */
@Timeout(120)
class QuotaTest {
    private static JsonNode json(HttpResponse<String> response) throws Exception {
        return new JsonMapper().readTree(response.body());
    }

    @Test
    void roomsOfAnHourAreCounted() throws Exception {
        try (ServerFixture server = ServerFixture.start(limits -> limits.newRooms = 3)) {
            assertEquals(201, server.put("/rooms/a", "a").statusCode());
            assertEquals(201, server.put("/rooms/b", "b").statusCode());
            try (RawConnection creator = RawConnection.webSocket(server.port(), "/rooms/c/ws")) {
                creator.read(Message.Sync.class);
            }

            HttpResponse<String> refused = server.put("/rooms/d", "d");
            assertEquals(429, refused.statusCode());
            assertEquals("too_many_rooms", json(refused).get("code").asText());
            try (RawConnection creator = RawConnection.webSocket(server.port(), "/rooms/e/ws")) {
                assertEquals(1013, creator.frame().closeCode());
            }
            assertEquals(404, server.get("/rooms/e").statusCode());
            assertEquals(2, server.metric("concord_rooms_refused_total"));

            try (RawConnection member = RawConnection.webSocket(server.port(), "/rooms/a/ws")) {
                assertTrue(member.read(Message.Sync.class).state().length > 0, "a room that is there is no new one");
            }
        }
    }

    @Test
    void anUnchangedRoomIsNotStoredAgainAndVersionsAreCounted() throws Exception {
        HistoryLimits few = new HistoryLimits(Duration.ZERO, 50, 3, 1_000, 100);
        try (ServerFixture server = ServerFixture.start(limits -> limits.history = few)) {
            server.put("/rooms/r", "text");
            long first = capture(server, "one");
            for (int i = 0; i < 10; i++) {
                assertEquals(first, capture(server, "one"));
            }
            capture(server, "two");
            capture(server, "three");
            assertEquals(3, json(server.get("/rooms/r/versions")).size());

            HttpResponse<String> refused = server.post("/rooms/r/versions", "{\"label\":\"four\"}");
            assertEquals(409, refused.statusCode());
            assertEquals("too_many_versions", json(refused).get("code").asText());
            assertEquals(3, json(server.get("/rooms/r/versions")).size());

            edit(server);
            assertEquals(
                    200,
                    server.post("/rooms/r/restore", "{\"version_id\":" + first + "}")
                            .statusCode());
            JsonNode newest = json(server.get("/rooms/r/versions")).get(0);
            assertEquals("Before a restore of one", newest.get("label").asText());
            assertTrue(newest.get("automatic").asBoolean(), "kept all the same, as one that may go");
        }
    }

    private static long capture(ServerFixture server, String label) throws Exception {
        HttpResponse<String> captured = server.post("/rooms/r/versions", "{\"label\":\"" + label + "\"}");
        assertEquals(201, captured.statusCode(), captured.body());
        return json(captured).get("id").asLong();
    }

    private static Message.Op op(long seq, String text) {
        return new Message.Op(
                seq, new Operation.Insert(new ElementId("s" + seq, 1), Anchor.after(ElementId.HEAD), text));
    }

    private static void edit(ServerFixture server) throws Exception {
        try (RawConnection member = RawConnection.webSocket(server.port(), "/rooms/r/ws")) {
            member.read(Message.Sync.class);
            member.message(op(1, "x"));
            member.read(Message.Ack.class);
        }
    }

    @Test
    void opsAreLimitedByTheirBytes() throws Exception {
        try (ServerFixture server = ServerFixture.start(limits -> limits.opBytesPerSecond = 65_536);
                RawConnection member = RawConnection.webSocket(server.port(), "/rooms/r/ws")) {
            member.read(Message.Sync.class);
            StringBuilder ops = new StringBuilder("[");
            for (int i = 1; i <= 10; i++) {
                ops.append(i > 1 ? "," : "").append(new String(WireCodec.write(op(i, "x".repeat(10_000))), UTF_8));
            }
            String frame = ops.append(']').toString();
            member.text(frame);
            member.text(frame);
            String answer = new String(member.frame().payload(), UTF_8);
            while (!answer.contains("rate_limited")) {
                answer = new String(member.frame().payload(), UTF_8);
            }
            assertTrue(answer.contains("bytes a second"), answer);
        }
    }
}
