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
        settle(() -> callback.stored(seq));
    }

    void failed(StoreException reason) {
        settle(() -> callback.failed(reason));
    }

    private void settle(Runnable word) {
        if (settled) {
            return;
        }
        settled = true;
        beforeSettling.run();
        try {
            word.run();
        } catch (Throwable fault) {
            // Anything at all: the other rooms' ops depend on this thread.
            LOG.error("the callback of an op of room '{}' failed", append.roomId(), fault);
        }
    }
}
