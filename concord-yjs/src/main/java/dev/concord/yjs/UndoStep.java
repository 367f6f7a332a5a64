package dev.concord.yjs;

import java.util.LinkedHashMap;
import java.util.Map;

/** What one undo takes back: what was inserted, and what was deleted, by client in the order in which they were first changed. */
final class UndoStep {
    final Map<Integer, Ranges> inserted = new LinkedHashMap<>();
    final Map<Integer, Ranges> deleted = new LinkedHashMap<>();

    /** Adds what a transaction did, whose deletions are in order. */
    void add(Transaction tx, int[] clientsOfDeletions) {
        for (int i = 0; i < tx.touchedCount; i++) {
            Client client = tx.touched[i];
            if (client.before < client.end) {
                ranges(inserted, client.number).add(client.before, client.end);
            }
        }
        for (int client : clientsOfDeletions) {
            Ranges ranges = ranges(deleted, client);
            for (int i = tx.deleted.indexOf(client); tx.deleted.isOf(i, client); i++) {
                int from = Store.clockOf(tx.deleted.first[i]);
                ranges.add(from, (long) from + tx.deleted.length[i]);
            }
        }
    }

    private static Ranges ranges(Map<Integer, Ranges> of, int client) {
        return of.computeIfAbsent(client, number -> new Ranges());
    }

    boolean hasInserted(long id) {
        return contains(inserted, id);
    }

    boolean hasDeleted(long id) {
        return contains(deleted, id);
    }

    private static boolean contains(Map<Integer, Ranges> of, long id) {
        Ranges ranges = of.get(Store.clientOf(id));
        return ranges != null && ranges.endOf(Store.clockOf(id)) > Store.clockOf(id);
    }
}
