package dev.concord.client;

import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What goes to the server: packs what waits in the outbox into frames that this server takes, and pauses when the server asks for that. On
 * the loop.
 */
final class Sender {
    private static final long RETRY_MILLIS = 1_000;
    private static final long MAX_RETRY_MILLIS = 10_000;
    private static final int MAX_DOUBLINGS = 10;
    /** What these codes refuse may be accepted a little later; all others hold for this connection. */
    private static final Set<ErrorCode> PASSING = EnumSet.of(ErrorCode.RATE_LIMITED, ErrorCode.UNAVAILABLE);

    private final Outbox outbox;
    private final Connection connection;
    private final Loop loop;
    private final BooleanSupplier live;
    private boolean flushing;
    private Loop.@Nullable Timer pausing;
    private int refusals;
    /** The longest frame that is sent. It only shrinks: what lies between may take less than the server says. */
    private int frameBytes = Frames.MAX_BYTES;

    /**
     * A sender that has nothing on its way.
     *
     * @param live whether ops may go out
     */
    Sender(Outbox outbox, Connection connection, Loop loop, BooleanSupplier live) {
        this.outbox = outbox;
        this.connection = connection;
        this.loop = loop;
        this.live = live;
    }

    /** Sends no longer frames than the server takes; null where it does not say. */
    void limit(Message.@Nullable Limits limits) {
        if (limits != null) {
            frameBytes = (int) Math.min(frameBytes, Math.max(Frames.MIN_BYTES, limits.frameBytes()));
        }
    }

    /** Whether a frame that was too large can be sent in smaller ones. */
    boolean canShrink() {
        return frameBytes > Frames.MIN_BYTES;
    }

    /** A frame was too large: the next ones are half as long. */
    void shrink() {
        frameBytes = Math.max(Frames.MIN_BYTES, frameBytes / 2);
    }

    /** Flushes at the end of this turn of the loop, so that all that the turn makes goes out together. */
    void flushSoon() {
        if (live.getAsBoolean() && !flushing) {
            flushing = true;
            loop.execute(() -> {
                flushing = false;
                flush();
            });
        }
    }

    void flush() {
        if (!live.getAsBoolean() || pausing != null) {
            return;
        }
        List<Message.Op> ops = outbox.take(frameBytes);
        Frames.of(ops, frameBytes).forEach(connection::send);
        if (!ops.isEmpty()) {
            connection.expectAnswer();
        }
    }

    /** Everything up to this seq is durable. What had to wait for it is sent with the next {@link #flush}. */
    void acknowledged(long seq) {
        outbox.acknowledge(seq);
        refusals = 0;
        if (outbox.expectsAck()) {
            connection.expectAnswer();
        }
    }

    /** Whether an op was refused for the moment only: then it is sent again after a pause. */
    boolean postpone(Message.Refusal refusal) {
        Long seq = refusal.seq();
        if (seq == null || !PASSING.contains(refusal.code())) {
            return false;
        }
        if (outbox.retry(seq) && pausing == null) {
            long pause = Math.min(MAX_RETRY_MILLIS, RETRY_MILLIS << Math.min(refusals, MAX_DOUBLINGS));
            refusals++;
            pausing = loop.schedule(
                    () -> {
                        pausing = null;
                        flush();
                    },
                    pause);
        }
        return true;
    }

    /** The connection is gone: nothing is on its way any more. */
    void stop() {
        if (pausing != null) {
            pausing.cancel();
            pausing = null;
        }
        outbox.rewind();
    }
}
