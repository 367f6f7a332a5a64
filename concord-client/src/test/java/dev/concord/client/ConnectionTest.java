package dev.concord.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import org.junit.jupiter.api.Test;

class ConnectionTest {
    private static final long A_WHILE = 1_000;

    private final HandLoop loop = new HandLoop();
    private final ScriptedTransport wire = new ScriptedTransport();
    private final Failing handler = new Failing();
    private final Connection connection = new Connection(wire, loop, () -> 0.5, new Credentials(), handler);

    @Test
    void a_frame_that_cannot_be_taken_in_ends_the_link_and_another_one_is_made() {
        connection.open();
        wire.send("too much");
        assertThrows(OutOfMemoryError.class, loop::settle);
        assertTrue(wire.closed);
        assertEquals("a frame could not be taken in: java.lang.OutOfMemoryError", handler.reason);
        loop.advance(A_WHILE);
        assertEquals(2, wire.addresses.size());
    }

    @Test
    void a_frame_that_ends_its_link_and_fails_leaves_the_next_one_alone() {
        handler.before = () -> {
            connection.close();
            connection.open();
        };
        connection.open();
        wire.send("too much");
        assertThrows(OutOfMemoryError.class, loop::settle);
        loop.advance(A_WHILE);
        assertEquals(2, wire.addresses.size());
        assertEquals("", handler.reason);
    }

    private static final class Failing implements Connection.Handler {
        private Runnable before = () -> {};
        private String reason = "";

        @Override
        public URI address() {
            return URI.create("ws://h");
        }

        @Override
        public void connecting() {}

        @Override
        public void frame(String frame) {
            before.run();
            throw new OutOfMemoryError();
        }

        @Override
        public void fault(CredentialException fault) {
            throw fault;
        }

        @Override
        public void downWithoutToken() {}

        @Override
        public void down(boolean permanent, int code, String why, int failures) {
            reason = why;
        }
    }
}
