package dev.concord.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.concord.wire.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers and states of a large room, taken and not taken. */
class LongAnswersTest {
    private static final int LENGTH = 7_000_000;
    private static final int READERS = 10;
    private static final String GET = "GET /rooms/large HTTP/1.1\r\nHost: x\r\n\r\n";

    private static String text() {
        StringBuilder text = new StringBuilder();
        while (text.length() < LENGTH) {
            text.append("line ").append(text.length()).append('\n');
        }
        return text.toString();
    }

    @Test
    void answersThatAreNotReadShareTheirMemory() throws Exception {
        try (ServerFixture server = ServerFixture.start(limits -> {})) {
            String text = text();
            assertEquals(201, server.put("/rooms/large", text).statusCode());
            JsonNode view =
                    new ObjectMapper().readTree(server.get("/rooms/large").body());
            assertEquals(text, view.get("text").asText());
            int bytes = server.get("/rooms/large").body().getBytes(StandardCharsets.UTF_8).length;

            List<RawConnection> idle = new ArrayList<>();
            try {
                for (int i = 0; i < READERS; i++) {
                    RawConnection reader = new RawConnection(server.port());
                    idle.add(reader);
                    reader.send(GET);
                }
                ServerFixture.await(() -> server.metric("concord_answers_bytes") > 0);
                // While they wait, the others are served.
                try (RawConnection member = RawConnection.webSocket(server.port(), "/rooms/large/ws")) {
                    assertTrue(member.read(Message.Sync.class).state().length > 0);
                }
                assertEquals(200, server.get("/rooms/large").statusCode());
                assertEquals(bytes, server.metric("concord_answers_bytes"), "one answer's bytes for all");
                for (RawConnection reader : idle) {
                    assertEquals(200, reader.response(true).status());
                    reader.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
                    assertEquals("ok\n", reader.response(true).body(), "the connection is kept");
                }
            } finally {
                for (RawConnection reader : idle) {
                    reader.close();
                }
            }
            ServerFixture.await(() -> server.metric("concord_answers_bytes") == 0);
        }
    }
}
