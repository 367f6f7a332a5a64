package dev.concord.yjs;

import org.jspecify.annotations.Nullable;

/** What of a struct is shown: what is there now, or what was there when a snapshot was made. */
final class Visibility {
    private final Store store;
    private final @Nullable Snapshot snapshot;

    private Visibility(Store store, @Nullable Snapshot snapshot) {
        this.store = store;
        this.snapshot = snapshot;
    }

    static Visibility now(Store store) {
        return new Visibility(store, null);
    }

    static Visibility at(Store store, Snapshot snapshot) {
        return new Visibility(store, snapshot);
    }

    /** Whether the unit at an offset of a struct is shown. */
    boolean shows(int struct, int offset) {
        Snapshot then = snapshot;
        if (then == null) {
            return !store.isDeleted(struct);
        }
        return then.shows(store.clientId(store.client(struct)), store.clock(struct) + (long) offset);
    }

    /** The offset up to which all is shown that is shown at the given one, and no more than that. */
    int border(int struct, int offset) {
        Snapshot then = snapshot;
        if (then == null) {
            return store.length[struct];
        }
        long clock = store.clock(struct);
        long border = then.border(store.clientId(store.client(struct)), clock + offset, store.end(struct));
        return (int) (border - clock);
    }
}
