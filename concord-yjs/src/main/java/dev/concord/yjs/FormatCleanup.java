package dev.concord.yjs;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Deletes formats that say nothing after a remote change of a text: those that another one overwrites before any character, and those
 * that repeat what holds already. The deletions are ordinary ones, of the client that cleans up.
 */
final class FormatCleanup {
    private final Store store;
    private final Integrator integrator;

    FormatCleanup(Store store, Integrator integrator) {
        this.store = store;
        this.integrator = integrator;
    }

    /** Whether a transaction changed a text with formats. */
    boolean isDue(Transaction tx) {
        if (tx.isLocal) {
            return false;
        }
        for (int i = 0; i < tx.changedCount; i++) {
            TypeNode type = store.typeOf(tx.changed[i]);
            if (type.hasFormats && TypeRef.isText(type.ref) && (type.isRoot() || !store.isDeleted(type.item))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Cleans up after a transaction; deletions go to the one that the integrator has.
     *
     * @param clients those of the transaction's deletions, in the order in which they came: what is cleaned depends on it
     */
    void run(Transaction after, int[] clients) {
        Set<TypeNode> whole = new LinkedHashSet<>();
        for (int i = 0; i < after.touchedCount; i++) {
            Client client = after.touched[i];
            if (client.before < client.end) {
                client.index.forEach(client.before, struct -> {
                    if (store.kind(struct) == Kind.FORMAT && !store.isDeleted(struct)) {
                        whole.add(store.typeOf(store.list[struct]));
                    }
                });
            }
        }
        for (int client : clients) {
            for (int i = after.deleted.indexOf(client); after.deleted.isOf(i, client); i++) {
                afterDeletion(after.deleted.first[i], after.deleted.length[i], whole);
            }
        }
        for (TypeNode type : whole) {
            clean(type);
        }
    }

    private void afterDeletion(long first, int length, Set<TypeNode> whole) {
        StructIndex index = store.clientAt(Store.clientOf(first)).index;
        int end = Store.clockOf(first) + length;
        int struct = index.find(Store.clockOf(first));
        while (struct != Store.NONE && store.clock(struct) < end) {
            if (store.kind(struct) != Kind.GC) {
                TypeNode parent = store.typeOf(store.list[struct]);
                if (parent.hasFormats && !whole.contains(parent)) {
                    if (store.kind(struct) == Kind.FORMAT) {
                        whole.add(parent);
                    } else {
                        cleanGap(struct);
                    }
                }
            }
            struct = index.after(struct);
        }
    }

    /** Where content was deleted and formats were not, of two for the same key in one gap only the last one counts. */
    void cleanGap(int begin) {
        int struct = begin;
        while (store.right[struct] != Store.NONE && !store.isVisible(store.right[struct])) {
            struct = store.right[struct];
        }
        Set<Integer> keys = new HashSet<>();
        while (struct != Store.NONE && !store.isVisible(struct)) {
            if (!store.isDeleted(struct)
                    && store.kind(struct) == Kind.FORMAT
                    && !keys.add(format(struct).key())) {
                integrator.delete(struct);
            }
            struct = store.left[struct];
        }
    }

    private Format format(int struct) {
        return store.clientAt(store.client(struct)).format(store.at[struct]);
    }

    /** Cleans a whole text. O(its structs). */
    int clean(TypeNode type) {
        int cleaned = 0;
        int start = store.first[type.sequence];
        Map<Integer, byte[]> before = new HashMap<>();
        Map<Integer, byte[]> current = new HashMap<>();
        for (int end = start; end != Store.NONE; end = store.right[end]) {
            if (store.isDeleted(end)) {
                continue;
            }
            if (store.kind(end) == Kind.FORMAT) {
                update(current, format(end));
            } else {
                cleaned += cleanGap(start, end, before, current);
                before = new HashMap<>(current);
                start = end;
            }
        }
        return cleaned;
    }

    static void update(Map<Integer, byte[]> formats, Format format) {
        if (format.isEnd()) {
            formats.remove(format.key());
        } else {
            formats.put(format.key(), format.value());
        }
    }

    /**
     * Cleans what stands from {@code begin} to the next content.
     *
     * @param at the place that {@code current} tells of
     * @param before what holds in front of {@code begin}; not changed
     * @param current what holds at {@code at}; kept right
     */
    int cleanGap(int begin, int at, Map<Integer, byte[]> before, Map<Integer, byte[]> current) {
        int end = begin;
        Map<Integer, Integer> last = new HashMap<>();
        while (end != Store.NONE && !store.isVisible(end)) {
            if (!store.isDeleted(end) && store.kind(end) == Kind.FORMAT) {
                last.put(format(end).key(), end);
            }
            end = store.right[end];
        }
        int cleaned = 0;
        boolean reached = false;
        for (int struct = begin; struct != end; struct = store.right[struct]) {
            reached |= struct == at;
            if (store.isDeleted(struct) || store.kind(struct) != Kind.FORMAT) {
                continue;
            }
            Format format = format(struct);
            byte[] earlier = before.getOrDefault(format.key(), Values.NULL_VALUE);
            boolean repeats = Values.isSame(earlier, format.value());
            if (last.getOrDefault(format.key(), Store.NONE) != struct || repeats) {
                integrator.delete(struct);
                cleaned++;
                if (!reached
                        && !repeats
                        && Values.isSame(current.getOrDefault(format.key(), Values.NULL_VALUE), format.value())) {
                    update(current, new Format(format.key(), earlier));
                }
            }
            if (!reached && !store.isDeleted(struct)) {
                update(current, format);
            }
        }
        return cleaned;
    }
}
