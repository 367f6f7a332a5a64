package dev.concord.store;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An op between {@link OpLog#append} and its callback, which is called once. */
final class PendingOp {
    private static final Logger LOG = LoggerFactory.getLogger(PendingOp.class);

    private final Append append;
    private final AppendCallback callback;
    private final Runnable beforeSettling;
    private boolean settled;

    /** Runs {@code beforeSettling} just before the callback is notified. */
    PendingOp(Append append, AppendCallback callback, Runnable beforeSettling) {
        this.append = append;
        this.callback = callback;
        this.beforeSettling = beforeSettling;
    }

    Append append() {
        return append;
    }

    int bytes() {
        return append.op().length;
    }

    void stored(long seq) {
        if (settle()) {
            try {
                callback.stored(seq);
            } catch (Throwable fault) {
                report(fault);
            }
        }
    }

    /** Takes no memory of its own, because the callback may be notified that memory ran out. */
    void failed(StoreException reason) {
        if (settle()) {
            try {
                callback.failed(reason);
            } catch (Throwable fault) {
                report(fault);
            }
        }
    }

    /** Whether it was not settled before. */
    private boolean settle() {
        if (settled) {
            return false;
        }
        settled = true;
        beforeSettling.run();
        return true;
    }

    /** Anything at all: the other rooms' ops depend on this thread. */
    private void report(Throwable fault) {
        try {
            LOG.error("the callback of an op of room '{}' failed", append.roomId(), fault);
        } catch (RuntimeException | Error unloggable) {
            // As when memory is short.
        }
    }
}
