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
import dev.concord.wire.Message;
import java.util.ArrayList;
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
    /** How the server stands to a part of an insert. */
    private enum There {
        IN_TEXT,
        WAITING,
        NOT
    }

    /** Elements that were renamed: up to which counter, and the new counter of the first. */
    private record Range(long end, long counter) {}

    private final String site;
    private final Document server;
    /** By the first old counter. */
    private final NavigableMap<Long, Range> renamed = new TreeMap<>();

    private long nextCounter = 1;

    /**
     * Nothing is renamed yet.
     *
     * @param site whose edits are renamed
     * @param server what the server has, as a document of the new site; the result of {@link #of} is to be applied to it
     */
    Renaming(String site, Document server) {
        this.site = site;
        this.server = server;
    }

    /**
     * Makes a document anew whose site somebody else uses: what the server has, and what it is missing, the edits of that site under a new one.
     *
     * @param outbox gets the new operations in the place of the old
     * @param onFault takes what contradicts the server otherwise
     * @throws MalformedStateException when what the server has cannot be read; nothing was changed
     */
    static Document underNewSite(
            Document document, String site, Message.Sync sync, Outbox outbox, Consumer<Exception> onFault)
            throws MalformedStateException {
        Document after = Document.load(site, sync.state());
        List<Operation> missing = document.missingFrom(sync.version());
        Renaming renaming = new Renaming(document.site(), after);
        for (Operation operation : missing) {
            if (!operation.id().site().equals(document.site())) {
                apply(operation, after, onFault);
            }
        }
        outbox.replaceEach(operation -> {
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

    /** What takes the place of an operation; the operation itself when it is of another site, or the server has it. */
    List<Operation> of(Operation operation) {
        if (!operation.id().site().equals(site)) {
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
        for (int from = 0; from < points.length; ) {
            There there = there(part(insert, points, from, from + 1));
            int to = from + 1;
            while (to < points.length && there(part(insert, points, to, to + 1)) == there) {
                to++;
            }
            Operation.Insert part = part(insert, points, from, to);
            if (there == There.WAITING) {
                parts.add(new Operation.Delete(part.id(), part.length()));
            }
            parts.add(there == There.IN_TEXT ? part : rename(part));
            from = to;
        }
        return parts;
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
        if (!server.isKnown(element)) {
            return There.NOT;
        }
        return server.offsetOf(new Caret(element.id(), Bias.LEFT)) < 0 ? There.WAITING : There.IN_TEXT;
    }
}
