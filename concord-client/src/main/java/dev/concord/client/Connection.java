package dev.concord.client;

import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One link at a time, made again with growing, jittered pauses until it is closed. Close codes 4400 to 4499 are final, except 4401 after a
 * token: another one is asked for once. A link that owes an answer and sends nothing for 30 s is given up, and one whose server pulses after
 * 45 s in any case. So is an attempt that gets no token for 30 s.
 */
final class Connection {
    private static final long FIRST_PAUSE_MILLIS = 300;
    private static final long MAX_PAUSE_MILLIS = 15_000;
    private static final long OVERLOADED_PAUSE_MILLIS = 3_000;
    private static final long SILENCE_MILLIS = 30_000;
    /** A server that pulses lets no more than 20 s pass. */
    private static final long PULSE_LOST_MILLIS = 45_000;

    private static final int MAX_DOUBLINGS = 10;
    private static final int TRY_AGAIN_LATER = 1013;
    private static final int UNAUTHENTICATED = 4401;
    private static final long RENEWAL_MILLIS = 5_000;

    /** Called on the loop. */
    interface Handler {
        /** Asked again for every attempt. */
        URI address();

        void connecting();

        void frame(String frame);

        /** No token could be got. What follows is {@link #down}, or another question where there is a link. */
        void fault(CredentialException fault);

        /** The link has ended, or could not be made; {@code failures} such ends have followed each other without a {@link #settle}. */
        void down(boolean permanent, int code, String reason, int failures);

        /** As {@link #down}, for want of a token. */
        void downWithoutToken();
    }

    private final Transport transport;
    private final Loop loop;
    private final DoubleSupplier random;
    private final Credentials credentials;
    private final Handler handler;
    private @Nullable Attempt current;
    private Transport.@Nullable Link link;
    private int failures;
    private Loop.@Nullable Timer retry;
    private Loop.@Nullable Timer watchdog;
    private Loop.@Nullable Timer pulse;
    private long receivedMillis;
    private Loop.@Nullable Timer renewal;
    /** The last token was refused. */
    private boolean refused;
    /** Only the last of several renewals counts: an older answer would put an older token in its place. */
    private int renewals;

    Connection(Transport transport, Loop loop, DoubleSupplier random, Credentials credentials, Handler handler) {
        this.transport = transport;
        this.loop = loop;
        this.random = random;
        this.credentials = credentials;
        this.handler = handler;
    }

    void open() {
        if (current != null) {
            return;
        }
        stopTimers();
        Attempt attempt = new Attempt();
        current = attempt;
        handler.connecting();
        if (current != attempt) {
            // A listener wants no connection any more, or has made another one.
            return;
        }
        if (!credentials.hasToken()) {
            connect(attempt, null);
            return;
        }
        watchdog = loop.schedule(
                () -> lostToken(attempt, new CredentialException(new TimeoutException("none for 30 s"))),
                SILENCE_MILLIS);
        credentials.ask(
                refused,
                token -> loop.execute(() -> {
                    if (current == attempt && link == null) {
                        stopWatchdog();
                        connect(attempt, token);
                    }
                }),
                failure -> loop.execute(() -> {
                    if (current == attempt && link == null) {
                        lostToken(attempt, failure);
                    }
                }));
    }

    private void connect(Attempt attempt, @Nullable String token) {
        try {
            Map<String, String> headers = credentials.headers(token);
            link = headers.isEmpty()
                    ? transport.connect(handler.address(), attempt)
                    : transport.connect(handler.address(), headers, attempt);
            if (token != null && !(transport.sendsHeaders() && credentials.areHeadersEnough())) {
                present(token);
            }
            expectAnswer();
        } catch (RuntimeException e) {
            attempt.closed(Transport.BROKEN, String.valueOf(e.getMessage()));
        }
    }

    private void lostToken(Attempt attempt, CredentialException failure) {
        handler.fault(failure);
        if (current == attempt) {
            stopTimers();
            current = null;
            retry = loop.schedule(this::open, pauseMillis(Transport.BROKEN));
            handler.downWithoutToken();
        }
    }

    /** The server says that the token ends soon: it gets another one on the same link. Should there be none, it closes with 4401. */
    void renew() {
        Attempt attempt = current;
        if (attempt == null || link == null || !credentials.hasToken()) {
            return;
        }
        stopRenewal();
        int question = ++renewals;
        credentials.ask(
                true,
                token -> loop.execute(() -> {
                    if (current == attempt && question == renewals && token != null) {
                        present(token);
                    }
                }),
                failure -> loop.execute(() -> {
                    if (current == attempt && question == renewals) {
                        renewal = loop.schedule(this::renew, RENEWAL_MILLIS);
                        handler.fault(failure);
                    }
                }));
    }

    private void present(String token) {
        send(new String(WireCodec.write(new Message.Auth(token)), StandardCharsets.UTF_8));
    }

    /** Ends the connection and does not come back. */
    void close() {
        stopTimers();
        endLink();
    }

    /** What stands for the connection that there is, or is being made: each has another one. Null when there is none. */
    @Nullable
    Object attempt() {
        return current;
    }

    void send(String frame) {
        if (link != null) {
            link.send(frame);
        }
    }

    /** The connection has proved to work: the next failure starts with a short pause again. */
    void settle() {
        failures = 0;
        refused = false;
    }

    /** Something was sent that has to be answered. */
    void expectAnswer() {
        if (watchdog == null) {
            watchdog = loop.schedule(this::drop, SILENCE_MILLIS);
        }
    }

    /** The server of this link sends something every 20 s: where no frame comes for 45 s it is dead, whatever the transport thinks. */
    void expectPulse() {
        if (pulse == null && current != null) {
            pulse = loop.schedule(this::listenForPulse, PULSE_LOST_MILLIS);
        }
    }

    /** One timer and a look at the clock, instead of a new timer for each frame. */
    private void listenForPulse() {
        long silent = loop.millis() - receivedMillis;
        if (silent >= PULSE_LOST_MILLIS) {
            pulse = null;
            drop();
        } else {
            pulse = loop.schedule(this::listenForPulse, PULSE_LOST_MILLIS - silent);
        }
    }

    /** Tries again after a close that is final for others. */
    void retry() {
        if (retry == null && current == null) {
            retry = loop.schedule(this::open, pauseMillis(Transport.BROKEN));
        }
    }

    /** Gives up the link and tries again. */
    void drop() {
        if (current != null) {
            endLink();
            lost(Transport.BROKEN, "the server does not answer");
        }
    }

    /** Ends the pause between two attempts. */
    void reconnectNow() {
        if (retry != null) {
            open();
        }
    }

    private void endLink() {
        Transport.Link ended = link;
        current = null;
        link = null;
        if (ended != null) {
            ended.close();
        }
    }

    private void lost(int code, String reason) {
        stopTimers();
        current = null;
        link = null;
        boolean ended = code == UNAUTHENTICATED && credentials.hasToken();
        boolean permanent = code >= 4400 && code <= 4499 && !(ended && !refused);
        refused |= ended;
        if (!permanent) {
            retry = loop.schedule(this::open, pauseMillis(code));
        }
        handler.down(permanent, code, reason, failures);
    }

    private long pauseMillis(int code) {
        long pause = Math.min(MAX_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(failures, MAX_DOUBLINGS));
        failures++;
        long least = code == TRY_AGAIN_LATER ? OVERLOADED_PAUSE_MILLIS : 0;
        return least + (long) (pause * (0.5 + random.getAsDouble() / 2));
    }

    private void stopTimers() {
        if (retry != null) {
            retry.cancel();
            retry = null;
        }
        if (pulse != null) {
            pulse.cancel();
            pulse = null;
        }
        stopRenewal();
        stopWatchdog();
    }

    private void stopRenewal() {
        if (renewal != null) {
            renewal.cancel();
            renewal = null;
        }
    }

    private void stopWatchdog() {
        if (watchdog != null) {
            watchdog.cancel();
            watchdog = null;
        }
    }

    /** Hands over to the loop; what comes from an attempt that was given up is void. */
    private final class Attempt implements Transport.Handler {
        @Override
        public void frame(String frame) {
            loop.execute(() -> {
                if (current == this) {
                    stopWatchdog();
                    receivedMillis = loop.millis();
                    take(frame);
                }
            });
        }

        /** What could not be taken in is missing: the next connection brings it again. */
        private void take(String frame) {
            try {
                handler.frame(frame);
            } catch (RuntimeException | Error e) {
                if (current == this) {
                    endLink();
                    lost(Transport.BROKEN, "a frame could not be taken in: " + e);
                }
                throw e;
            }
        }

        @Override
        public void closed(int code, String reason) {
            loop.execute(() -> {
                if (current == this) {
                    lost(code, reason);
                }
            });
        }
    }
}
