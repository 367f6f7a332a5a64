package dev.concord.yjs;

import java.util.ArrayDeque;
import java.util.Map;

/**
 * The end of a transaction: the contents of what it deleted go, and neighbours that could have been one struct become one. Which pairs are
 * tried, and by which conditions they join, decides how the state is cut into structs, and so its bytes: the same as those of Yjs.
 */
final class Cleanup {
    private final Store store;
    private final boolean collects;
    private final int maxEmpty;
    private final ArrayDeque<TypeNode> dead = new ArrayDeque<>();
    private int joined;

    /**
     * Joins and collects.
     *
     * @param maxEmpty the most clocks of one struct without content: who loads the state must be able to take it
     */
    Cleanup(Store store, boolean collects, int maxEmpty) {
        this.store = store;
        this.collects = collects;
        this.maxEmpty = maxEmpty;
    }

    void run(Transaction tx) {
        DeleteRanges deleted = tx.deleted;
        if (collects) {
            for (int i = deleted.size - 1; i >= 0; i--) {
                collect(deleted.first[i], deleted.length[i]);
            }
        }
        for (int i = deleted.size - 1; i >= 0; i--) {
            joinDeleted(deleted.first[i], deleted.length[i]);
        }
        for (int i = 0; i < tx.touchedCount; i++) {
            joinNew(tx.touched[i]);
        }
        for (int i = tx.seamCount() - 1; i >= 0; i--) {
            joinSeam(tx.seam(i));
        }
        if (collects) {
            for (int i = 0; i < deleted.size; i++) {
                store.compact(store.clientAt(Store.clientOf(deleted.first[i])));
            }
        }
    }

    // ------------------------------------------------------------------ garbage

    private void collect(long first, int length) {
        StructIndex index = store.clientAt(Store.clientOf(first)).index;
        int end = Store.clockOf(first) + length;
        int struct = index.find(Store.clockOf(first));
        while (struct != Store.NONE && store.clock(struct) < end) {
            if (store.kind(struct) != Kind.GC && store.isDeleted(struct) && !store.isKept(struct)) {
                collect(struct);
            }
            struct = index.after(struct);
        }
    }

    /** The content goes; the place in the list stays. What stood in a type that goes keeps nothing but its ids. */
    private void collect(int struct) {
        if (store.kind(struct) == Kind.DELETED) {
            return;
        }
        if (store.kind(struct) == Kind.TYPE) {
            dead.push(store.type(store.at[struct]));
            collectTypes();
        }
        store.dropContent(struct);
        store.setKind(struct, Kind.DELETED);
    }

    private void collectTypes() {
        while (!dead.isEmpty()) {
            TypeNode type = dead.pop();
            collectList(type.sequence);
            Map<Integer, Integer> keys = type.keys;
            if (keys != null) {
                keys.values().forEach(this::collectList);
            }
        }
    }

    private void collectList(int list) {
        int child = store.first[list];
        while (child != Store.NONE) {
            int next = store.right[child];
            if (store.kind(child) == Kind.TYPE) {
                TypeNode type = store.type(store.at[child]);
                dead.push(type);
            }
            collectChild(child);
            child = next;
        }
        store.first[list] = Store.NONE;
        store.last[list] = Store.NONE;
    }

    private void collectChild(int child) {
        store.dropContent(child);
        store.setKind(child, Kind.GC);
        store.forgetRedone(child);
        store.list[child] = Store.NONE;
        store.left[child] = Store.NONE;
        store.right[child] = Store.NONE;
        store.origin[child] = Store.NO_ID;
        store.rightOrigin[child] = Store.NO_ID;
    }

    // ------------------------------------------------------------------ neighbours

    private void joinDeleted(long first, int length) {
        StructIndex index = store.clientAt(Store.clientOf(first)).index;
        int from = Store.clockOf(first);
        int last = index.find(from + length - 1);
        int next = index.after(last);
        joinDown(index, next == Store.NONE ? last : next, from);
    }

    /** From right to left as long as structs begin at or after a clock. */
    private void joinDown(StructIndex index, int begin, int from) {
        int struct = begin;
        while (struct != Store.NONE && store.clock(struct) >= from) {
            struct = index.before(joinLeft(index, struct));
        }
    }

    private void joinNew(Client client) {
        if (client.end == client.before) {
            return;
        }
        StructIndex index = client.index;
        int struct = index.last();
        while (struct != Store.NONE && store.end(struct) > client.before) {
            struct = index.before(joinLeft(index, struct));
        }
    }

    private void joinSeam(long id) {
        StructIndex index = store.clientAt(Store.clientOf(id)).index;
        int struct = index.find(Store.clockOf(id));
        int next = index.after(struct);
        if (next != Store.NONE) {
            joinLeft(index, next);
            if (joined > 1) {
                return;
            }
        }
        joinLeft(index, index.find(Store.clockOf(id)));
    }

    /** Joins a struct to the one before it, that one to the one before, and so on, and returns the struct that is left. */
    private int joinLeft(StructIndex index, int begin) {
        joined = 0;
        int struct = begin;
        int before = index.before(struct);
        while (before != Store.NONE && join(index, before, struct)) {
            joined++;
            struct = before;
            before = index.before(struct);
        }
        return struct;
    }

    private boolean join(StructIndex index, int left, int right) {
        int kind = store.kind(left);
        long length = (long) store.length[left] + store.length[right];
        if (kind != store.kind(right)
                || !Kind.joins(kind)
                || store.isDeleted(left) != store.isDeleted(right)
                || length > (kind == Kind.GC || kind == Kind.DELETED ? maxEmpty : Integer.MAX_VALUE)) {
            return false;
        }
        if (kind != Kind.GC) {
            if (store.origin[right] != store.lastId(left)
                    || store.right[left] != right
                    || store.rightOrigin[left] != store.rightOrigin[right]
                    || store.isRedone(left)
                    || store.isRedone(right)) {
                return false;
            }
            if (store.isKept(right)) {
                store.keep(left, true);
            }
            store.unlink(right);
        }
        index.remove(right);
        store.length[left] += store.length[right];
        store.release(right);
        return true;
    }
}
