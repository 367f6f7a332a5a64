package dev.concord.yjs;

import org.jspecify.annotations.Nullable;

/** What of an update a document does not have yet, taken in or waiting: the bytes to log and to hand on. */
final class News {
    private static final byte[] NOTHING = {};

    private final Store store;
    private final Pending pending;

    News(Store store, Pending pending) {
        this.store = store;
        this.pending = pending;
    }

    /**
     * The new part as an update of version 1; the update itself when all of it is new and it has that format; no bytes when nothing is.
     */
    byte[] of(Structs in, byte[] update, UpdateFormat format) {
        boolean allNew = true;
        boolean anyNew = false;
        for (int i = 0; i < in.size; i++) {
            if (in.kind(i) != Kind.SKIP) {
                long offset = offset(in, i);
                allNew &= offset == 0;
                anyNew |= offset < in.length[i];
            }
        }
        for (int d = 0; d < in.deleteCount; d++) {
            long length = in.deleteLength[d];
            long isNew = newDeletes(in.deleteClient[d], in.deleteClock[d], in.deleteClock[d] + length, null);
            allNew &= isNew == length;
            anyNew |= isNew > 0;
        }
        if (!anyNew) {
            return NOTHING;
        }
        if (allNew && format == UpdateFormat.V1) {
            return update;
        }
        Structs deletes = new Structs();
        for (int d = 0; d < in.deleteCount; d++) {
            newDeletes(in.deleteClient[d], in.deleteClock[d], in.deleteClock[d] + in.deleteLength[d], deletes);
        }
        return write(in, deletes, update.length);
    }

    /** How many of its first clocks are known; all when it waits already. */
    private long offset(Structs in, int i) {
        Client client = store.find(in.client[i]);
        long end = client == null ? 0 : client.end;
        if (in.clock[i] >= end && pending.hasStructs() && pending.covers(in, i)) {
            return in.length[i];
        }
        return Math.min(in.length[i], Math.max(0, end - in.clock[i]));
    }

    /** Counts, and writes down when asked to, the clocks of a range that are not deleted and no deletion waits for. */
    private long newDeletes(long id, long from, long to, @Nullable Structs into) {
        Client client = store.find(id);
        long known = client == null ? from : Math.min(to, Math.max(from, client.end));
        long count = 0;
        if (client != null && from < known) {
            int struct = client.index.find((int) from);
            while (struct != Store.NONE && store.clock(struct) < known) {
                if (!store.isDeleted(struct)) {
                    long begin = Math.max(from, store.clock(struct));
                    long end = Math.min(known, store.end(struct));
                    count += end - begin;
                    add(into, id, begin, end);
                }
                struct = client.index.after(struct);
            }
        }
        Ranges waiting = pending.deletesOf(id);
        for (long at = known; at < to; ) {
            long begin = waiting == null ? at : waiting.endOf(at);
            long end = waiting == null ? to : waiting.nextStart(begin, to);
            if (begin < to) {
                count += end - begin;
                add(into, id, begin, end);
            }
            at = Math.max(end, begin);
        }
        return count;
    }

    private static void add(@Nullable Structs into, long client, long from, long to) {
        if (into != null) {
            into.addDelete(client, from, to - from);
        }
    }

    private byte[] write(Structs in, Structs deletes, int size) {
        UpdateWriter writer = new UpdateWriter(UpdateFormat.V1, size + 16);
        for (int i = 0; i < in.size; i++) {
            long offset = in.kind(i) == Kind.SKIP ? in.length[i] : offset(in, i);
            if (offset < in.length[i]) {
                writer.add(in, i, offset);
            }
        }
        writer.deletes(deletes);
        return writer.toBytes();
    }
}
