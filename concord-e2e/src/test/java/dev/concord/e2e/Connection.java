package dev.concord.e2e;

import dev.concord.testing.Await;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * One WebSocket: sends in order without waiting, hands over whole text frames one by one, and can stop reading. Thread-safe; its
 * listener is called by one thread at a time.
 */
final class Connection implements AutoCloseable {
    /** Is notified of what comes. */
    interface Listener {
        void frame(String text);

        /**
         * The end, exactly once, after the last frame.
         *
         * @param code of the close frame, or {@link #BROKEN} when the connection broke without one
         */
        void closed(int code);
    }

    /** The code for "no close frame came" (RFC 6455, section 7.1.5). */
    static final int BROKEN = 1006;

    private final Listener listener;
    private final Object gate = new Object();
    private final Deque<Function<WebSocket, CompletableFuture<WebSocket>>> outgoing = new ArrayDeque<>();
    private boolean sending;
    private boolean paused;
    private boolean owed;
    private boolean ended;
    private WebSocket socket;
    private final AtomicInteger pings = new AtomicInteger();

    private Connection(Listener listener) {
        this.listener = listener;
    }

    static Connection open(URI uri, Listener listener) {
        Connection connection = new Connection(listener);
        try {
            ServerProcess.HTTP
                    .newWebSocketBuilder()
                    .connectTimeout(Await.DEADLINE)
                    .buildAsync(uri, connection.new Incoming())
                    .get(Await.DEADLINE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("cannot connect to " + uri, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        return connection;
    }

    void send(String frame) {
        enqueue(to -> to.sendText(frame, true));
    }

    /** Sends one message in several WebSocket frames. */
    void sendFragments(String... parts) {
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            boolean last = i == parts.length - 1;
            enqueue(to -> to.sendText(part, last));
        }
    }

    void sendBinary(byte[] frame) {
        enqueue(to -> to.sendBinary(ByteBuffer.wrap(frame), true));
    }

    /** Stops reading: what comes fills the buffers of the operating system, and then those of the server. */
    void pause() {
        synchronized (gate) {
            paused = true;
        }
    }

    void resume() {
        boolean request;
        synchronized (gate) {
            paused = false;
            request = owed;
            owed = false;
        }
        if (request) {
            socket.request(1);
        }
    }

    /** Says goodbye as a page does that is closed. */
    @Override
    public void close() {
        enqueue(to -> to.sendClose(WebSocket.NORMAL_CLOSURE, ""));
    }

    /** Ends the TCP connection without a word. */
    void abort() {
        socket.abort();
        end(BROKEN);
    }

    /** How many pings have come so far. */
    int pings() {
        return pings.get();
    }

    private void enqueue(Function<WebSocket, CompletableFuture<WebSocket>> frame) {
        synchronized (gate) {
            outgoing.add(frame);
        }
        pump();
    }

    private void pump() {
        while (true) {
            CompletableFuture<WebSocket> sent;
            synchronized (gate) {
                if (sending || outgoing.isEmpty()) {
                    return;
                }
                sending = true;
                sent = outgoing.remove().apply(socket);
            }
            if (!sent.isDone()) {
                sent.whenComplete((to, failure) -> {
                    sent(failure);
                    pump();
                });
                return;
            }
            sent(sent.isCompletedExceptionally() ? new IllegalStateException("not sent") : null);
        }
    }

    private void sent(Throwable failure) {
        synchronized (gate) {
            // After a failure nothing more can be sent; the reading side tells how it ended.
            sending = failure != null;
        }
    }

    private void end(int code) {
        synchronized (gate) {
            if (ended) {
                return;
            }
            ended = true;
            sending = true;
            outgoing.clear();
        }
        listener.closed(code);
    }

    private final class Incoming implements WebSocket.Listener {
        private final StringBuilder frame = new StringBuilder();

        @Override
        public void onOpen(WebSocket opened) {
            synchronized (gate) {
                socket = opened;
            }
            opened.request(1);
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            frame.append(data);
            if (last) {
                String whole = frame.toString();
                frame.setLength(0);
                listener.frame(whole);
            }
            synchronized (gate) {
                if (paused) {
                    owed = true;
                    return null;
                }
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
            pings.incrementAndGet();
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            end(code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            end(BROKEN);
        }
    }
}
