package dev.concord.server.ws;

import dev.concord.server.auth.Access;
import dev.concord.server.auth.Caller;
import dev.concord.server.auth.Credentials;
import dev.concord.server.auth.NotAuthenticatedException;
import dev.concord.server.auth.Right;
import dev.concord.server.auth.User;
import dev.concord.server.room.Close;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is behind a connection. Asks for a token where one is needed, takes another one in its place, announces its end, and closes the connection
 * when there is none any more. The connection's loop only.
 */
final class Identity {
    /** Of frames that wait until it is known who sent them. */
    static final int MAX_BYTES = 64 << 10;

    /** How long before the end of a token its client is notified. */
    private static final Duration NOTICE = Duration.ofSeconds(60);
    /** By how much clocks may differ: a token that was accepted although it had ended serves that long. */
    private static final Duration SKEW = Duration.ofSeconds(60);
    /** The field of a presence that names the user; a client's own is dropped. */
    private static final String SUBJECT = "sub";

    private static final Logger LOG = LoggerFactory.getLogger(Identity.class);

    private final String roomId;
    private final Access access;
    private final WebSocketConnection connection;
    private final Duration patience;
    private final Runnable admitted;

    private final Runnable recheck = this::recheckSoon;
    private @Nullable Caller caller;
    private Right right = Right.NONE;
    /** Whether the next frame has to bring a token. */
    private boolean asks;

    private boolean stopped;
    private @Nullable Future<?> timer;
    /** When the token ends, in unix s, while the client is to be notified. */
    private long notice;

    private boolean synced;

    /**
     * Nobody yet.
     *
     * @param patience how long a token may take to come
     * @param admitted is called once, when the room may be opened
     */
    Identity(String roomId, Access access, WebSocketConnection connection, Duration patience, Runnable admitted) {
        this.roomId = roomId;
        this.access = access;
        this.connection = connection;
        this.patience = patience;
        this.admitted = admitted;
    }

    /** Begins with what came with the upgrade. */
    void start(@Nullable String token) {
        schedule(patience, () -> connection.close(Close.NOT_AUTHENTICATED));
        check(token);
    }

    boolean isKnown() {
        return caller != null;
    }

    /** Who it is; empty where the server knows nobody. */
    String user() {
        String id = caller == null ? null : id(caller);
        return id == null ? "" : id;
    }

    /** What this member may do in its room. */
    Right right() {
        return right;
    }

    /** Whether the frame was for the sign-in; if not, it waits. */
    boolean takes(byte[] json) {
        if (!asks) {
            return false;
        }
        first(json);
        return true;
    }

    /** Takes another token in the place of the one before. The one before counts until that is checked. */
    void replace(String token) {
        check(token);
    }

    /** What a member shows of itself, under the name that the server knows. */
    Message.Presence of(Message.Presence presence) {
        User user = caller == null ? null : caller.user();
        boolean claims = presence.extras().containsKey(SUBJECT);
        if (user == null && !claims) {
            return presence;
        }
        Map<String, @Nullable Object> extras = new LinkedHashMap<>(presence.extras());
        if (user == null) {
            extras.remove(SUBJECT);
            return new Message.Presence(presence.user(), presence.cursor(), presence.color(), extras);
        }
        extras.put(SUBJECT, user.id());
        return new Message.Presence(
                user.name() == null ? presence.user() : user.name(),
                presence.cursor(),
                user.color() == null ? presence.color() : user.color(),
                extras);
    }

    /** Something was sent: the first is a sync, and what is to be announced may follow it. */
    void flushed() {
        synced = true;
        if (notice > 0) {
            long expires = notice;
            notice = 0;
            connection.sendOwn(new Message.AuthExpiry(expires));
        }
    }

    void stop() {
        if (!stopped && caller != null) {
            access.unwatch(caller, recheck);
        }
        stopped = true;
        cancel();
    }

    /** Something was decided about the user, on another thread. */
    private void recheckSoon() {
        connection.context().executor().execute(this::recheck);
    }

    private void recheck() {
        Caller known = caller;
        if (stopped || known == null) {
            return;
        }
        if (known.isRevoked()) {
            connection.close(Close.NOT_AUTHENTICATED);
            return;
        }
        Right old = right;
        right = known.right(roomId);
        if (!right.includes(Right.READ)) {
            connection.close(Close.FORBIDDEN);
        } else if (right != old) {
            connection.rightChanged();
        }
    }

    private void first(byte[] json) {
        asks = false;
        try {
            List<Message> messages = WireCodec.read(json);
            if (messages.size() == 1 && messages.get(0) instanceof Message.Auth auth) {
                check(auth.token());
                return;
            }
        } catch (WireException e) {
            LOG.atDebug().addKeyValue("room", roomId).log("not a token: {}", e.getMessage());
        }
        connection.close(Close.NOT_AUTHENTICATED);
    }

    private void check(@Nullable String token) {
        CompletableFuture<Caller> entering =
                access.enter(new Credentials(token, address())).toCompletableFuture();
        EventExecutor loop = connection.context().executor();
        if (entering.isDone() && loop.inEventLoop()) {
            checked(token, entering);
        } else {
            entering.whenComplete((entered, failure) -> loop.execute(() -> checked(token, entering)));
        }
    }

    private void checked(@Nullable String token, CompletableFuture<Caller> entered) {
        if (stopped) {
            return;
        }
        try {
            enter(entered.join());
        } catch (CompletionException failed) {
            refused(token, failed.getCause());
        }
    }

    private void refused(@Nullable String token, @Nullable Throwable failure) {
        if (!(failure instanceof NotAuthenticatedException not)) {
            LOG.atLevel(Access.levelOf(failure))
                    .addKeyValue("room", roomId)
                    .log("a token could not be checked: {}", String.valueOf(failure));
            if (caller == null) {
                connection.close(Close.OVERLOADED);
            }
            // Otherwise the token before counts to its end.
        } else if (token == null && not.reason() == NotAuthenticatedException.Reason.MISSING) {
            asks = true;
            byte[] waiting = connection.firstFrame();
            if (waiting != null) {
                first(waiting);
            }
        } else {
            boolean ended = not.reason() == NotAuthenticatedException.Reason.EXPIRED;
            connection.close(ended ? Close.TOKEN_ENDED : Close.NOT_AUTHENTICATED);
        }
    }

    private void enter(Caller entered) {
        Caller before = caller;
        if (before != null && !Objects.equals(id(before), id(entered))) {
            // What this connection has done belongs to somebody else.
            connection.close(Close.NOT_AUTHENTICATED);
            return;
        }
        if (before != null) {
            access.unwatch(before, recheck);
        }
        caller = entered;
        access.watch(entered, recheck);
        notice = 0;
        expect(entered.expires());
        Right old = right;
        right = entered.right(roomId);
        if (entered.isRevoked()) {
            // Since it was checked, and before this was registered for it.
            connection.close(Close.NOT_AUTHENTICATED);
        } else if (!right.includes(Right.READ)) {
            connection.close(Close.FORBIDDEN);
        } else if (before == null) {
            admitted.run();
        } else if (right != old) {
            connection.rightChanged();
        }
    }

    private static @Nullable String id(Caller caller) {
        User user = caller.user();
        return user == null ? null : user.id();
    }

    /** Waits for the end of the token. */
    private void expect(@Nullable Instant end) {
        cancel();
        if (end == null) {
            return;
        }
        Instant now = Instant.now();
        Instant last = end.isAfter(now) ? end : end.plus(SKEW);
        Duration left = Duration.between(now, last);
        if (left.compareTo(NOTICE) > 0) {
            schedule(left.minus(NOTICE), () -> announce(last));
        } else {
            announce(last);
        }
    }

    private void announce(Instant end) {
        schedule(Duration.between(Instant.now(), end), () -> connection.close(Close.TOKEN_ENDED));
        notice = end.getEpochSecond();
        if (synced) {
            flushed();
        }
    }

    private void schedule(Duration delay, Runnable task) {
        cancel();
        timer = connection
                .context()
                .executor()
                .schedule(
                        () -> {
                            if (!stopped) {
                                task.run();
                            }
                        },
                        Math.max(0, delay.toMillis()),
                        TimeUnit.MILLISECONDS);
    }

    private void cancel() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private String address() {
        SocketAddress remote = connection.context().channel().remoteAddress();
        return remote instanceof InetSocketAddress internet && internet.getAddress() != null
                ? internet.getAddress().getHostAddress()
                : String.valueOf(remote);
    }
}
