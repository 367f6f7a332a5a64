package dev.concord.yjs;

/**
 * The only code that decides the order of concurrent inserts: YATA.
 *
 * <p>A struct names what stood left and right of it when it was made, its <em>origins</em>. What others put between them since is in
 * conflict with it. Walking from the left origin to the right one:
 *
 * <ul>
 *   <li>Structs with the same left origin stand in ascending order of their clients. One of a lower client is passed, with all that was
 *       collected; one of a higher client with the same right origin ends the walk.
 *   <li>A struct whose left origin was passed belongs to what was passed: it is collected with it, or passed with it, depending on
 *       whether its left origin is still only collected.
 *   <li>A struct whose left origin stands before the walk's begin ends the walk.
 * </ul>
 *
 * <p>The struct comes after the last one that was passed. Each step costs O(1), and O(log n) where an origin has to be looked up; n
 * structs of n clients at one spot take n²/2 steps in all.
 */
final class Placement {
    private final Store store;
    /** By struct, the step of the walk in which it was met; below {@link #walk} for those of earlier walks. Made when needed. */
    private int[] met = new int[0];

    private int step;
    private int walk;
    /** Steps of all walks since it was last reset. */
    long steps;
    /** The most that {@link #steps} may be; beyond it the document is left unusable. */
    long limit = Long.MAX_VALUE;

    Placement(Store store) {
        this.store = store;
    }

    /** The struct after which the given one has to stand, {@link Store#NONE} for the front of its list. */
    int neighbour(int struct, int left, int right) {
        boolean conflict = left == Store.NONE
                ? right == Store.NONE || store.left[right] != Store.NONE
                : store.right[left] != right;
        return conflict ? walk(struct, left, right) : left;
    }

    private int walk(int struct, int left, int right) {
        int at = left == Store.NONE ? store.first[store.list[struct]] : store.right[left];
        if (at == Store.NONE || at == right) {
            return left;
        }
        begin();
        long origin = store.origin[struct];
        long client = store.clientId(store.client(struct));
        int placed = left;
        // From this step on structs are collected but not passed.
        int collected = step;
        while (at != Store.NONE && at != right) {
            met[at] = step++;
            if (store.origin[at] == origin) {
                if (store.clientId(store.client(at)) < client) {
                    placed = at;
                    collected = step;
                } else if (store.rightOrigin[at] == store.rightOrigin[struct]) {
                    break;
                }
            } else if (store.origin[at] == Store.NO_ID) {
                break;
            } else {
                int metAt = met[holder(at)];
                if (metAt < walk) {
                    break;
                }
                if (metAt < collected) {
                    placed = at;
                    collected = step;
                }
            }
            at = store.right[at];
        }
        steps += step - walk;
        if (steps > limit) {
            throw new BoundExceededException("maxScan", steps, limit);
        }
        return placed;
    }

    /** The struct that holds the left origin of another one, most often its neighbour. */
    private int holder(int struct) {
        long origin = store.origin[struct];
        int neighbour = store.left[struct];
        if (neighbour != Store.NONE && store.id[neighbour] <= origin && origin <= store.lastId(neighbour)) {
            return neighbour;
        }
        return store.structOf(origin);
    }

    private void begin() {
        if (met.length < store.capacity() || step > Integer.MAX_VALUE - store.capacity()) {
            met = new int[store.capacity()];
            step = 1;
        }
        walk = step;
    }
}
