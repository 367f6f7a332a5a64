package dev.concord.server.room;

import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.server.config.Limits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Divides the space for operations that wait among those who fill it. Each may have half of what the others leave, so that whoever comes next
 * finds some. What came before the room was loaded, or from other instances, is the others'. On the room's loop.
 */
final class PendingShares {
    /** What has gone from a share is looked for when it may be a part of it as large as this, and not for less. */
    private static final int LOOKED_FOR = 16;

    private static final class Share {
        List<Operation> waiting = new ArrayList<>();
        long elements;
        /** How many elements waited in the document when one was added, or this was counted. */
        long seen;

        void add(Operation operation) {
            waiting.add(operation);
            elements += operation.length();
        }
    }

    private final Document document;
    private final Limits.Rooms limits;
    private final Map<Object, Share> shares = new HashMap<>();

    PendingShares(Document document, Limits.Rooms limits) {
        this.document = document;
        this.limits = limits;
    }

    /** Whether one more operation of this origin may wait. */
    boolean fits(Object origin, Operation operation) {
        Share share = shares.get(origin);
        if (share == null) {
            return fits(0, 0, operation);
        }
        if (fits(share.waiting.size(), share.elements, operation)) {
            return true;
        }
        long gone = share.seen - document.pendingElements();
        if (document.pendingCount() > 0 && gone <= share.elements / LOOKED_FOR) {
            return false;
        }
        recount(origin, share);
        return fits(share.waiting.size(), share.elements, operation);
    }

    private boolean fits(long runs, long elements, Operation operation) {
        long others = Math.max(0, document.pendingCount() - runs);
        long othersElements = Math.max(0, document.pendingElements() - elements);
        return runs + 1L <= (limits.pending() - others + 1) / 2
                && elements + operation.length() <= (limits.chars() - othersElements + 1) / 2;
    }

    /** An operation of this origin waits. */
    void added(Object origin, Operation operation) {
        if (document.pendingElements() <= operation.length()) {
            // Nothing of what is listed waits any more.
            shares.clear();
        }
        Share share = shares.computeIfAbsent(origin, o -> new Share());
        share.add(operation);
        share.seen = document.pendingElements();
    }

    private void recount(Object origin, Share share) {
        Share left = new Share();
        for (Operation operation : share.waiting) {
            if (waits(operation)) {
                left.add(operation);
            }
        }
        share.waiting = left.waiting;
        share.elements = left.elements;
        share.seen = document.pendingElements();
        if (share.waiting.isEmpty()) {
            shares.remove(origin);
        }
    }

    /** Whether an operation waits still, as far as its ends show. */
    private boolean waits(Operation operation) {
        return document.offsetOf(operation.id()) < 0
                || document.offsetOf(new ElementId(
                                operation.id().site(), operation.id().counter() + operation.length() - 1))
                        < 0;
    }
}
