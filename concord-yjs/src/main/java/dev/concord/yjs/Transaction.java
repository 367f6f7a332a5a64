package dev.concord.yjs;

import java.util.Arrays;

/**
 * What one call changes: new structs by client, deletions, cuts whose parts may be joined again, lists that changed. Used again for the next call.
 */
final class Transaction {
    private final Store store;
    /** Different for each transaction of a document. */
    long number = -1;

    boolean isLocal;
    Client[] touched = new Client[0];
    int touchedCount;
    final DeleteRanges deleted = new DeleteRanges();
    /** Ids of structs at whose borders neighbours may have to be joined. */
    private long[] seams = new long[4];

    private int seamCount;
    /** Lists into which was inserted or in which was deleted, some twice. */
    int[] changed = new int[4];

    int changedCount;

    Transaction(Store store) {
        this.store = store;
    }

    void begin(long number, boolean isLocal) {
        this.number = number;
        this.isLocal = isLocal;
        Arrays.fill(touched, 0, touchedCount, store.nobody);
        touchedCount = 0;
        deleted.clear();
        seamCount = 0;
        if (seams.length > 4096) {
            seams = new long[4];
        }
        changedCount = 0;
        if (changed.length > 4096) {
            changed = new int[4];
        }
    }

    /** Remembers where a client ended before the transaction. */
    void touch(Client client) {
        if (client.transaction != number) {
            client.transaction = number;
            client.before = client.end;
            if (touchedCount == touched.length) {
                touched = Arrays.copyOf(touched, Math.max(2, 2 * touchedCount));
            }
            touched[touchedCount++] = client;
        }
    }

    /** Whether a struct was there before the transaction. */
    boolean isOld(int struct) {
        Client client = store.clientAt(store.client(struct));
        return client.transaction != number || store.clock(struct) < client.before;
    }

    /** Whether an id was deleted; for the time when the ranges are in order. */
    boolean deletes(long id) {
        int low = 0;
        int high = deleted.size - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (deleted.first[middle] > id) {
                high = middle - 1;
            } else if (id - deleted.first[middle] < deleted.length[middle]) {
                return true;
            } else {
                low = middle + 1;
            }
        }
        return false;
    }

    void addSeam(long id) {
        if (seamCount == seams.length) {
            seams = Arrays.copyOf(seams, 2 * seamCount);
        }
        seams[seamCount++] = id;
    }

    int seamCount() {
        return seamCount;
    }

    long seam(int i) {
        return seams[i];
    }

    void addChanged(int list) {
        if (changedCount > 0 && changed[changedCount - 1] == list) {
            return;
        }
        if (changedCount == changed.length) {
            changed = Arrays.copyOf(changed, 2 * changedCount);
        }
        changed[changedCount++] = list;
    }

    boolean isEmpty() {
        return touchedCount == 0 && deleted.size == 0;
    }
}
