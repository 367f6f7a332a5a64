package dev.concord.client;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.Bias;
import dev.concord.crdt.Caret;
import dev.concord.crdt.ConflictException;
import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.InvalidOperationException;
import dev.concord.crdt.MalformedStateException;
import dev.concord.crdt.Operation;
import dev.concord.crdt.Outcome;
import dev.concord.wire.Message;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Gives the edits of a site that somebody else uses, too, the ids of a new site. What the server has of them in its text keeps its ids, and what
 * waits there for text that never comes is deleted: nothing is there twice. Operations are to be passed in the order of their making. One use;
 * not thread-safe.
 */
final class Renaming {
    /** How the server stands to an element. */
    private enum There {
        IN_TEXT,
        DELETED,
        WAITING,
        OTHERWISE,
        NOT
    }

    /** Elements that were renamed: up to which counter, and the new counter of the first. */
    private record Range(long end, long counter) {}

    private final String site;
    private final Document own;
    private final Document server;
    /** By the first old counter. */
    private final NavigableMap<Long, Range> renamed = new TreeMap<>();

    private long nextCounter = 1;

    /**
     * Nothing is renamed yet.
     *
     * @param own the document whose site's edits are renamed
     * @param server what the server has, as a document of the new site; the result of {@link #of} is to be applied to it
     */
    private Renaming(Document own, Document server) {
        site = own.site();
        this.own = own;
        this.server = server;
    }

    /**
     * Rebuilds a document that contradicts the server: what the server has, and what it is missing. Where somebody else uses the document's
     * site, its edits come under a new one.
     *
     * @param site of the new document; the same as before when it is not taken
     * @param outbox gets the new operations in the place of the old
     * @param onFault takes what contradicts the server otherwise
     * @throws MalformedStateException when what the server has cannot be read; nothing was changed
     */
    static Document rebuild(
            Document document, String site, Message.Sync sync, Outbox outbox, Consumer<Exception> onFault)
            throws MalformedStateException {
        Document after = Document.load(site, sync.state());
        List<Operation> missing = document.missingFrom(sync.version());
        Renaming renaming = new Renaming(document, after);
        for (Operation operation : Pieces.placeholdersLast(missing)) {
            if (!operation.id().site().equals(document.site())) {
                apply(operation, after, onFault);
            }
        }
        Coverage queued = new Coverage();
        outbox.operations().forEach(queued::add);
        renaming.lost(missing, queued).forEach(operation -> outbox.add(operation, sync.epoch(), List.of()));
        outbox.replaceEach(renaming.order(), operation -> {
            List<Operation> parts = renaming.of(operation);
            parts.forEach(part -> apply(part, after, onFault));
            return parts;
        });
        return after;
    }

    private static void apply(Operation operation, Document document, Consumer<Exception> onFault) {
        try {
            document.apply(operation);
        } catch (ConflictException | InvalidOperationException e) {
            onFault.accept(e);
        }
    }

    /** An own anchor before what hangs on it, an own insert before what deletes it, and placeholders last. */
    private Comparator<Operation> order() {
        return Comparator.comparingLong(operation -> {
            if (operation instanceof Operation.Insert insert
                    && insert.id().site().equals(site)) {
                return insert.id().counter();
            }
            return Pieces.isPlaceholder(operation) ? Long.MAX_VALUE : Long.MAX_VALUE - 1;
        });
    }

    /**
     * Edits of the site that the server does not have, or not any more, and that nobody would send. The server's version does not tell: it may
     * have something else under the same ids.
     */
    private List<Operation> lost(List<Operation> missing, Coverage queued) {
        List<Operation.Insert> inserts = new ArrayList<>();
        for (Operation operation : own.missingFrom(new Document().version())) {
            if (operation instanceof Operation.Insert insert
                    && insert.id().site().equals(site)) {
                inserts.add(insert);
            }
        }
        long shared = Long.MAX_VALUE;
        for (Operation.Insert insert : inserts) {
            shared = Math.min(shared, firstDifference(insert, queued));
        }
        List<Operation> lost = new ArrayList<>();
        for (Operation.Insert insert : inserts) {
            addLost(insert, shared, queued, lost);
        }
        for (Operation operation : missing) {
            if (operation instanceof Operation.Delete delete
                    && delete.id().site().equals(site)) {
                addLost(delete, shared, queued, lost);
            }
        }
        return lost;
    }

    /** The counter of the first element that the server has otherwise. What was deleted here has lost its letter, which may be the server's. */
    private long firstDifference(Operation.Insert insert, Coverage queued) {
        int[] points = insert.value().codePoints().toArray();
        for (int i = 0; i < points.length; i++) {
            Operation.Insert element = part(insert, points, i, i + 1);
            if (isVisible(own, element.id()) && !queued.includes(element) && there(element) == There.OTHERWISE) {
                return element.id().counter();
            }
        }
        return Long.MAX_VALUE;
    }

    private void addLost(Operation.Insert insert, long shared, Coverage queued, List<Operation> lost) {
        int[] points = insert.value().codePoints().toArray();
        // What follows the first difference is not the same, even where a letter is.
        int first = -1;
        for (int i = 0; i <= points.length; i++) {
            Operation.Insert element = i == points.length ? null : part(insert, points, i, i + 1);
            if (element == null || queued.includes(element)) {
                if (first >= 0) {
                    addLost(part(insert, points, first, i), queued, lost);
                    first = -1;
                }
                continue;
            }
            There there = there(element);
            boolean differs = isVisible(own, element.id())
                    ? there == There.OTHERWISE
                    : element.id().counter() >= shared;
            if (first < 0 && (differs || there == There.NOT)) {
                first = i;
            }
        }
    }

    /** With the deletes of what is deleted. */
    private void addLost(Operation.Insert insert, Coverage queued, List<Operation> lost) {
        lost.add(insert);
        for (int i = 0; i < insert.length(); i++) {
            ElementId id = new ElementId(site, insert.id().counter() + i);
            Operation.Delete delete = new Operation.Delete(id, 1);
            if (!isVisible(own, id) && !queued.includes(delete)) {
                lost.add(delete);
                queued.add(delete);
            }
        }
    }

    /** Of other deletes only what is certain to name the same elements there: those before the first difference. */
    private void addLost(Operation.Delete delete, long shared, Coverage queued, List<Operation> lost) {
        for (int i = 0; i < delete.length() && delete.id().counter() + i < shared; i++) {
            Operation.Delete element =
                    new Operation.Delete(new ElementId(site, delete.id().counter() + i), 1);
            if (!queued.includes(element)) {
                lost.add(element);
            }
        }
    }

    /** What takes the place of an operation; the operation itself when it is of another site, or the server has it. */
    private List<Operation> of(Operation operation) {
        if (!operation.id().site().equals(site) || site.equals(server.site())) {
            return List.of(operation);
        }
        if (operation instanceof Operation.Insert insert) {
            return insert(insert);
        }
        return delete(operation);
    }

    private List<Operation> insert(Operation.Insert insert) {
        List<Operation> parts = new ArrayList<>();
        int[] points = insert.value().codePoints().toArray();
        There[] there = new There[points.length];
        for (int i = 0; i < points.length; i++) {
            there[i] = there(part(insert, points, i, i + 1));
        }
        if (isOfTheOther(insert, there)) {
            return List.of(rename(insert));
        }
        for (int from = 0; from < points.length; ) {
            int to = from + 1;
            while (to < points.length && there[to] == there[from]) {
                to++;
            }
            Operation.Insert part = part(insert, points, from, to);
            if (there[from] == There.WAITING) {
                parts.add(new Operation.Delete(part.id(), part.length()));
            }
            parts.add(there[from] == There.NOT || there[from] == There.WAITING ? rename(part) : part);
            from = to;
        }
        return parts;
    }

    /**
     * Whether what the server has under the ids of an insert is the other one's. One element that differs is enough: the server takes all of an
     * operation or nothing, and letters that happen to be the same are not ours. A deleted one has no letter to compare: it is not ours when it
     * is in the text here, unless more of the insert stands in the server's text than that.
     */
    private boolean isOfTheOther(Operation.Insert insert, There[] there) {
        int same = 0;
        int deleted = 0;
        for (int i = 0; i < there.length; i++) {
            if (there[i] == There.OTHERWISE) {
                return true;
            }
            same += there[i] == There.IN_TEXT ? 1 : 0;
            ElementId id = new ElementId(site, insert.id().counter() + i);
            deleted += there[i] == There.DELETED && isVisible(own, id) ? 1 : 0;
        }
        return deleted > same;
    }

    private static boolean isVisible(Document document, ElementId id) {
        return document.offsetOf(new Caret(id, Bias.LEFT)) > document.offsetOf(id);
    }

    private static Operation.Insert part(Operation.Insert insert, int[] points, int from, int to) {
        ElementId id = insert.id();
        Anchor anchor = from == 0 ? insert.anchor() : Anchor.after(new ElementId(id.site(), id.counter() + from - 1));
        return new Operation.Insert(
                new ElementId(id.site(), id.counter() + from), anchor, new String(points, from, to - from));
    }

    private Operation.Insert rename(Operation.Insert part) {
        long first = part.id().counter();
        Anchor anchor =
                new Anchor(renamed(part.anchor().element()), part.anchor().side());
        Operation.Insert result = new Operation.Insert(new ElementId(server.site(), nextCounter), anchor, part.value());
        renamed.put(first, new Range(first + part.length(), nextCounter));
        nextCounter += part.length();
        return result;
    }

    private ElementId renamed(ElementId id) {
        Map.Entry<Long, Range> at = id.site().equals(site) ? renamed.floorEntry(id.counter()) : null;
        return at == null || at.getValue().end() <= id.counter()
                ? id
                : new ElementId(server.site(), at.getValue().counter() + id.counter() - at.getKey());
    }

    /** Cut where the elements that it names have changed their ids, and where they have not. */
    private List<Operation> delete(Operation delete) {
        List<Operation> parts = new ArrayList<>();
        long counter = delete.id().counter();
        long end = counter + delete.length();
        while (counter < end) {
            Map.Entry<Long, Range> at = renamed.floorEntry(counter);
            boolean inside = at != null && at.getValue().end() > counter;
            Long next = renamed.higherKey(counter);
            long to = Math.min(end, inside ? at.getValue().end() : next == null ? end : next);
            parts.add(new Operation.Delete(renamed(new ElementId(site, counter)), (int) (to - counter)));
            counter = to;
        }
        return parts;
    }

    /** How it is with one element. */
    private There there(Operation.Insert element) {
        try {
            if (server.check(element) != Outcome.DUPLICATE) {
                return There.NOT;
            }
        } catch (ConflictException e) {
            return There.OTHERWISE;
        }
        if (server.offsetOf(element.id()) < 0) {
            return There.WAITING;
        }
        return isVisible(server, element.id()) ? There.IN_TEXT : There.DELETED;
    }
}
