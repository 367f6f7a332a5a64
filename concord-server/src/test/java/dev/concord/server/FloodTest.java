package dev.concord.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.wire.Message;
import java.net.SocketException;
import java.util.Collections;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Members that send much of what costs the server work and says nothing. */
@Timeout(120)
class FloodTest {
    private static ServerFixture server;

    @BeforeAll
    static void start() {
        server = ServerFixture.start(limits -> {});
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static RawConnection joined(String room) throws Exception {
        RawConnection member = RawConnection.webSocket(server.port(), "/rooms/" + room + "/ws");
        member.read(Message.Sync.class);
        return member;
    }

    private static String presence(int cursor) {
        return "{\"t\":\"presence\",\"user\":\"Ann\",\"cursor\":" + cursor + ",\"color\":\"\"}";
    }

    @Test
    void anArrayOfAHundredThousandUnknownMessagesEndsTheConnection() throws Exception {
        try (RawConnection member = joined("unknown")) {
            member.text("[" + String.join(",", Collections.nCopies(100_000, "{\"t\":\"x\"}")) + "]");
            assertEquals(4400, member.frame().closeCode());
        }
    }

    @Test
    void ofTooMuchPresenceTheNewestIsShown() throws Exception {
        try (RawConnection member = joined("presence");
                RawConnection other = joined("presence")) {
            for (int i = 1; i <= 900; i++) {
                member.text(presence(i));
            }
            int seen = 0;
            int cursor = 0;
            while (cursor != 900) {
                cursor = other.read(Message.Presence.class).cursor();
                seen++;
            }
            assertTrue(seen < 100, "shown " + seen + " times");
        }
    }

    @Test
    void aFloodOfPresenceEndsTheConnection() throws Exception {
        try (RawConnection member = joined("flood")) {
            StringBuilder all = new StringBuilder("[").append(presence(1));
            for (int i = 2; i < 5_000; i++) {
                all.append(',').append(presence(i));
            }
            member.text(all.append(']').toString());
            RawConnection.Frame frame = member.frame();
            while (frame.opcode() != RawConnection.CLOSE) {
                frame = member.frame();
            }
            assertEquals(4400, frame.closeCode(), new String(frame.payload(), UTF_8));
        }
    }

    @Test
    void coloursAreHexDigits() throws Exception {
        try (RawConnection member = joined("colours")) {
            for (String color : new String[] {"#12", "#123456789", "red", "#xyz", "#12345g", "123456", "#"}) {
                member.text("{\"t\":\"presence\",\"user\":\"Ann\",\"cursor\":0,\"color\":\"" + color + "\"}");
                assertTrue(member.read(Message.Refusal.class).message().contains("hex colour"), color);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {RawConnection.PING, RawConnection.PONG, RawConnection.BINARY})
    void aFloodOfFramesThatAreNotTextEndsTheConnection(int opcode) throws Exception {
        try (RawConnection member = joined("frames")) {
            try {
                for (int i = 0; i < 5_000; i++) {
                    member.send(RawConnection.frame(RawConnection.FINAL | opcode, new byte[] {1}));
                }
            } catch (SocketException cutOff) {
                // Already gone.
            }
            RawConnection.Frame frame = member.frame();
            while (frame.opcode() != RawConnection.CLOSE) {
                frame = member.frame();
            }
            assertEquals(4400, frame.closeCode());
        }
    }
}
