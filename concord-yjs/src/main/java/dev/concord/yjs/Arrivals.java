package dev.concord.yjs;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;

/** Takes updates of others in: what is ready goes into the store, what is missing a cause waits and is taken in when that comes. */
final class Arrivals {
    private final Store store;
    private final Integrator integrator;
    private final Pending pending;

    Arrivals(Store store, Integrator integrator, Pending pending) {
        this.store = store;
        this.integrator = integrator;
        this.pending = pending;
    }

    /** Takes in what is ready of an update that was planned, and all that waited for it; the rest waits. */
    void take(Structs in, Plan plan, Transaction tx) {
        store.reserve(plan.ordered);
        for (int n = 0; n < plan.ordered; n++) {
            integrator.integrate(in, plan.order[n]);
        }
        for (int n = 0; n < plan.waits; n++) {
            int i = plan.waiting[n];
            pending.add(in, i);
            pending.waitFor(in.client[i], plan.needed[n]);
        }
        for (int d = 0; d < in.deleteCount; d++) {
            delete(in.deleteClient[d], in.deleteClock[d], in.deleteClock[d] + in.deleteLength[d]);
        }
        if (!pending.isEmpty()) {
            // The list grows as waiting structs are taken in.
            for (int i = 0; i < tx.touchedCount; i++) {
                release(tx.touched[i].id);
            }
        }
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

    /** Takes in what waited for structs of a client, and what waited for that. */
    private void release(long first) {
        ArrayDeque<Long> grown = new ArrayDeque<>();
        grown.add(first);
        while (!grown.isEmpty()) {
            long id = grown.remove();
            // Of its own some may be known now, though what they waited for never came.
            advance(id);
            deleteWaiting(id);
            for (long waiting : pending.takeWaiters(id)) {
                if (advance(waiting)) {
                    grown.add(waiting);
                }
            }
        }
    }

    private void deleteWaiting(long id) {
        Ranges deletes = pending.deletesOf(id);
        Client of = store.find(id);
        if (deletes == null || of == null) {
            return;
        }
        for (Map.Entry<Long, Long> range : List.copyOf(deletes.ranges().entrySet())) {
            if (range.getKey() < of.end) {
                integrator.delete(of, (int) (long) range.getKey(), (int) Math.min(of.end, range.getValue()));
            }
        }
        pending.removeDeletesBelow(id, of.end);
    }

    /** Takes in a client's waiting structs up to the next one that has to wait. Whether there were any. */
    private boolean advance(long id) {
        boolean advanced = false;
        for (Pending.Piece piece = pending.first(id); piece != null; piece = pending.first(id)) {
            Client of = store.find(id);
            if (of == null || piece.end() > of.end) {
                long cause = missingCause(piece);
                if (cause != Structs.NONE) {
                    pending.waitFor(id, cause);
                    return advanced;
                }
                integrator.integrate(piece.structs(), 0);
                advanced = true;
            }
            pending.removeFirst(id);
        }
        return advanced;
    }

    /** The client that is missing a cause of a waiting struct, or {@link Structs#NONE}. */
    private long missingCause(Pending.Piece piece) {
        Structs in = piece.structs();
        long id = in.client[0];
        Client own = store.find(id);
        if (piece.clock() > (own == null ? 0 : own.end)) {
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
        if (id == Structs.NONE) {
            return true;
        }
        Client known = store.find(id);
        return known != null && clock < known.end;
    }
}
