package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.concord.testing.Await;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Sends frames made by hand and keeps what comes, message by message, until somebody asks for it. */
final class RawClient implements AutoCloseable {
    private static final JsonNode END = ServerProcess.JSON.createObjectNode().put("t", "(closed)");

    private final BlockingQueue<JsonNode> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final Connection connection;

    private RawClient(URI uri, boolean batch) {
        connection = Connection.open(uri, new Connection.Listener() {
            @Override
            public void frame(String text) {
                JsonNode frame = ServerProcess.json(text);
                if (batch && frame.isArray()) {
                    frame.forEach(received::add);
                } else {
                    received.add(frame);
                }
            }

            @Override
            public void closed(int code) {
                received.add(END);
                closed.complete(code);
            }
        });
    }

    /** Connects, and takes the sync that must come first. */
    static RawClient join(ServerProcess server, String room) {
        RawClient client = new RawClient(server.socket(room), false);
        client.expect("sync");
        return client;
    }

    /** The same with arrays of messages as frames in both directions. */
    static RawClient joinBatching(ServerProcess server, String room) {
        RawClient client = new RawClient(URI.create(server.socket(room) + "?batch=1"), true);
        client.expect("sync");
        return client;
    }

    /** Connects and takes nothing. */
    static RawClient connect(URI uri) {
        return new RawClient(uri, false);
    }

    void send(String frame) {
        connection.send(frame);
    }

    Connection connection() {
        return connection;
    }

    /** The next message, whatever it is. */
    JsonNode next() {
        try {
            JsonNode message = received.poll(Await.DEADLINE.toSeconds(), TimeUnit.SECONDS);
            assertTrue(message != null, "nothing came");
            return message;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** The next message, which must be of this type. */
    JsonNode expect(String type) {
        JsonNode message = next();
        assertTrue(message.isObject(), () -> "one message a frame, but got " + message);
        assertEquals(type, message.path("t").textValue(), message::toString);
        return message;
    }

    void expectAck(long seq) {
        JsonNode ack = expect("ack");
        assertEquals(seq, ack.get("seq").longValue(), ack::toString);
    }

    JsonNode expectError(String code, Long seq) {
        JsonNode error = expect("error");
        assertEquals(code, error.get("code").textValue(), error::toString);
        assertEquals(seq == null, error.path("seq").isMissingNode(), error::toString);
        if (seq != null) {
            assertEquals(seq, error.get("seq").longValue(), error::toString);
        }
        assertTrue(!error.get("message").asText().isBlank(), error::toString);
        return error;
    }

    /** The close must come next. */
    void expectClose(int code) {
        assertEquals(END, next());
        assertEquals(code, closed.join());
    }

    /** How it was closed, once it is. */
    int code() {
        return closed.join();
    }

    /** Leaves and waits until the server has agreed to it. */
    @Override
    public void close() {
        connection.close();
        try {
            closed.get(Await.DEADLINE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the server did not answer the close", e);
        }
    }
}
