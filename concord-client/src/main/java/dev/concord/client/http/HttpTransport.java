package dev.concord.client.http;

import dev.concord.client.Transport;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * WebSockets of the JDK's {@link HttpClient}. An attempt to connect fails after 10 s. After 10 s without a frame the server is pinged, and the
 * connection is given up at most 40 s after the last sign of life. A link that is closed has 5 s for what is still to be sent and for the server's
 * answer. Thread-safe; one transport may serve many sessions.
 */
public final class HttpTransport implements Transport {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final long GOODBYE_SECONDS = 5;
    /** So often it is looked whether anything came; if not, the other side is pinged. */
    private static final long QUIET_SECONDS = 10;

    /** So many pings without anything in return, and the connection is given up: 40 s after the last sign of life at the latest. */
    private static final int MAX_UNANSWERED = 2;

    private final HttpClient http;

    /** A transport with a client of its own. */
    public HttpTransport() {
        this(HttpClient.newBuilder().connectTimeout(CONNECT).build());
    }

    /**
     * A transport that uses a client which is there already, with its proxy, its trusted certificates and its executor.
     *
     * @param http the client
     */
    public HttpTransport(HttpClient http) {
        this.http = http;
    }

    @Override
    public Link connect(URI address, Handler handler) {
        return connect(address, Map.of(), handler);
    }

    @Override
    public boolean sendsHeaders() {
        return true;
    }

    @Override
    public Link connect(URI address, Map<String, String> headers, Handler handler) {
        HttpLink link = new HttpLink(handler);
        WebSocket.Builder builder = http.newWebSocketBuilder().connectTimeout(CONNECT);
        headers.forEach(builder::header);
        builder.buildAsync(address, link).whenComplete((socket, failure) -> {
            if (failure != null) {
                link.failed(failure);
            }
        });
        return link;
    }

    private static int closeCode(int status) {
        return switch (status) {
            case 400, 401, 403, 404, 413 -> 4000 + status;
            case 503 -> 1013;
            default -> BROKEN;
        };
    }

    /** Sends one frame after the other, which the client of the JDK leaves to its users. */
    private static final class HttpLink implements Link, WebSocket.Listener {
        private final Handler handler;
        private final StringBuilder frame = new StringBuilder();
        private final Deque<Function<WebSocket, CompletableFuture<WebSocket>>> outgoing = new ArrayDeque<>();
        private @Nullable WebSocket socket;
        private boolean sending;
        private boolean closing;
        private boolean ended;
        /** Whether anything came since the last look. */
        private boolean received;

        private int unanswered;

        HttpLink(Handler handler) {
            this.handler = handler;
        }

        @Override
        public void send(String text) {
            enqueue(to -> to.sendText(text, true));
        }

        @Override
        public void close() {
            enqueue(to -> to.sendClose(WebSocket.NORMAL_CLOSURE, ""));
            WebSocket open;
            synchronized (this) {
                open = closing || ended ? null : socket;
                closing = true;
            }
            if (open != null) {
                abortLater(open);
            }
        }

        /** Ends a link whose server reads nothing, or does not answer the close frame. */
        private void abortLater(WebSocket open) {
            CompletableFuture.delayedExecutor(GOODBYE_SECONDS, TimeUnit.SECONDS).execute(() -> {
                open.abort();
                end(BROKEN, "the server does not answer the goodbye");
            });
        }

        @Override
        public void onOpen(WebSocket opened) {
            boolean late;
            synchronized (this) {
                socket = opened;
                late = closing;
            }
            if (late) {
                abortLater(opened);
            }
            opened.request(1);
            pump();
            lookAgain(opened);
        }

        @Override
        public @Nullable CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
            received();
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
            received();
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            received();
            frame.append(data);
            if (last) {
                String whole = frame.toString();
                frame.setLength(0);
                handler.frame(whole);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            end(code, reason);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            end(BROKEN, String.valueOf(failure.getMessage()));
        }

        void failed(Throwable failure) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause instanceof WebSocketHandshakeException refused) {
                int code = closeCode(refused.getResponse().statusCode());
                end(
                        code,
                        code == BROKEN ? "HTTP status " + refused.getResponse().statusCode() : "");
            } else {
                end(BROKEN, String.valueOf(cause.getMessage()));
            }
        }

        private synchronized void received() {
            received = true;
        }

        private void lookAgain(WebSocket at) {
            CompletableFuture.delayedExecutor(QUIET_SECONDS, TimeUnit.SECONDS).execute(() -> look(at));
        }

        private void look(WebSocket at) {
            synchronized (this) {
                if (ended || closing) {
                    return;
                }
                unanswered = received ? 0 : unanswered + 1;
                received = false;
            }
            if (unanswered > MAX_UNANSWERED) {
                at.abort();
                end(BROKEN, "the server gives no sign of life");
                return;
            }
            if (unanswered > 0) {
                enqueue(to -> to.sendPing(ByteBuffer.allocate(0)));
            }
            lookAgain(at);
        }

        private void enqueue(Function<WebSocket, CompletableFuture<WebSocket>> what) {
            synchronized (this) {
                if (ended || closing) {
                    return;
                }
                outgoing.add(what);
            }
            pump();
        }

        private void pump() {
            while (true) {
                WebSocket to;
                CompletableFuture<WebSocket> sent;
                synchronized (this) {
                    to = socket;
                    Function<WebSocket, CompletableFuture<WebSocket>> next = outgoing.peek();
                    if (sending || to == null || next == null) {
                        return;
                    }
                    outgoing.remove();
                    sending = true;
                    sent = next.apply(to);
                }
                if (!sent.isDone()) {
                    sent.whenComplete((done, failure) -> {
                        if (sent(to, failure)) {
                            pump();
                        }
                    });
                    return;
                }
                if (!sent(to, sent.isCompletedExceptionally() ? new IllegalStateException("not sent") : null)) {
                    return;
                }
            }
        }

        private boolean sent(WebSocket to, @Nullable Throwable failure) {
            if (failure != null) {
                to.abort();
                end(BROKEN, String.valueOf(failure.getMessage()));
                return false;
            }
            synchronized (this) {
                sending = false;
            }
            return true;
        }

        private void end(int code, String reason) {
            synchronized (this) {
                if (ended) {
                    return;
                }
                ended = true;
                outgoing.clear();
            }
            handler.closed(code, reason);
        }
    }
}
