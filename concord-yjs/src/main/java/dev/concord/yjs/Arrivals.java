package dev.concord.yjs;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Takes updates of others in: what is ready goes into the store, what is missing a cause waits until that has come. */
final class Arrivals {
    /** So many clients whose structs wait are taken in in an order of their own. */
    private static final int MANY = 1000;

    private final Store store;
    private final Integrator integrator;
    private final Pending pending;

    Arrivals(Store store, Integrator integrator, Pending pending) {
        this.store = store;
        this.integrator = integrator;
        this.pending = pending;
    }

    /**
     * Takes in what is ready of an update that was planned; the rest waits. Then all that waits is tried once more, if something has come
     * that it was noted to wait for: the same as Yjs does at the same time, since clients clean formats in the text that they have then.
     */
    void take(Structs in, Plan plan, Transaction tx) {
        store.reserve(plan.ordered);
        for (int n = 0; n < plan.ordered; n++) {
            integrator.integrate(in, plan.order[n]);
        }
        boolean isDue = pending.isDue(tx);
        for (int n = 0; n < plan.waits; n++) {
            pending.add(in, plan.waiting[n]);
        }
        if (plan.waits > 0) {
            for (Map.Entry<Long, Long> needed : plan.needed.entrySet()) {
                pending.waitFor(needed.getKey(), needed.getValue());
                // Only an update that names a client twice brings later what it was missing.
                isDue |= needed.getValue() < end(needed.getKey());
            }
        }
        for (int d = 0; d < in.deleteCount; d++) {
            delete(in.deleteClient[d], in.deleteClock[d], in.deleteClock[d] + in.deleteLength[d]);
        }
        deleteWaiting(tx);
        if (isDue) {
            tryAgain();
            deleteWaiting(tx);
        }
    }

    private long end(long id) {
        Client of = store.find(id);
        return of == null ? 0 : of.end;
    }

    private void delete(long id, long from, long to) {
        Client of = store.find(id);
        long known = of == null ? 0 : of.end;
        if (of != null && from < known) {
            integrator.delete(of, (int) from, (int) Math.min(to, known));
        }
        if (to > known) {
            pending.addDeletes(id, Math.max(from, known), to);
        }
    }

    /** The deletions that waited for what has come, by client, highest first. */
    private void deleteWaiting(Transaction tx) {
        if (!pending.hasDeletes()) {
            return;
        }
        Client[] grown = Arrays.copyOf(tx.touched, tx.touchedCount);
        Arrays.sort(grown, (a, b) -> Long.compare(b.id, a.id));
        for (Client of : grown) {
            Ranges deletes = pending.deletesOf(of.id);
            if (deletes != null) {
                for (Map.Entry<Long, Long> range : List.copyOf(deletes.ranges().entrySet())) {
                    if (range.getKey() < of.end) {
                        integrator.delete(of, (int) (long) range.getKey(), (int) Math.min(of.end, range.getValue()));
                    }
                }
                pending.removeDeletesBelow(of.id, of.end);
            }
        }
    }

    /** Takes in what is ready of all that waits, in the order in which {@link Plan} would if it were one update; the rest goes on waiting. */
    private void tryAgain() {
        List<Long> clients = pending.startAgain();
        if (clients.size() > MANY) {
            // In one text each would walk along the pieces that those before it have cut off: from left to right
            // there are none. What waits at the end is the same in any order.
            clients.sort(Comparator.comparingLong(pending::firstOrigin));
            takeIn(clients);
            clients = pending.startAgain();
        }
        takeIn(clients);
    }

    private void takeIn(List<Long> clients) {
        ArrayDeque<Long> path = new ArrayDeque<>();
        // The clients on the path, and those that were given up.
        Set<Long> closed = new HashSet<>();
        for (long start : clients) {
            if (!closed.add(start)) {
                continue;
            }
            path.push(start);
            while (!path.isEmpty()) {
                long id = path.element();
                Pending.Piece piece = pending.first(id);
                if (piece == null) {
                    closed.remove(path.pop());
                    continue;
                }
                long cause = piece.end() <= end(id) ? Structs.NONE : missingCause(piece);
                if (cause == Structs.NONE) {
                    integrator.integrate(piece.structs(), 0);
                    pending.removeFirst(id);
                    if (path.size() > 1) {
                        // Back to the struct that needed this one.
                        closed.remove(path.pop());
                    }
                } else if (cause != id && pending.first(cause) != null && closed.add(cause)) {
                    path.push(cause);
                } else {
                    pending.waitFor(cause, cause == id ? piece.clock() - 1 : end(cause));
                    path.clear();
                }
            }
        }
    }

    /** The client that is missing a cause of a waiting struct, or {@link Structs#NONE}. */
    private long missingCause(Pending.Piece piece) {
        Structs in = piece.structs();
        long id = in.client[0];
        if (piece.clock() > end(id)) {
            return id;
        }
        if (!isHere(in.originClient[0], in.originClock[0])) {
            return in.originClient[0];
        }
        if (!isHere(in.rightClient[0], in.rightClock[0])) {
            return in.rightClient[0];
        }
        return isHere(in.parentClient[0], in.parentClock[0]) ? Structs.NONE : in.parentClient[0];
    }

    private boolean isHere(long id, long clock) {
        return id == Structs.NONE || clock < end(id);
    }
}
