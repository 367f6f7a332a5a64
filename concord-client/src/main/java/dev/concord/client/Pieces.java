package dev.concord.client;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.crdt.Side;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Joining operations into fewer, and cutting long ones, without changing what they mean. */
final class Pieces {
    /** As JSON, six bytes an element at the worst: far below what a server takes as one frame. */
    static final int LONGEST = 16_384;

    /** Of a delete a server takes no more that name elements which it does not know. */
    static final int LONGEST_DELETE = 100_000;

    /** Type, seq, id, anchor and punctuation of a message, with the longest sites there are. */
    private static final int OVERHEAD_BYTES = 400;
    /** A control character as an escape. */
    private static final int MAX_UNIT_BYTES = 6;

    private static final char PLACEHOLDER = '\uFFFD';

    private Pieces() {}

    /** An insert in pieces of at most {@link #LONGEST} elements, a delete in pieces of at most {@link #LONGEST_DELETE}. */
    static List<Operation> of(Operation operation) {
        int longest = operation instanceof Operation.Insert ? LONGEST : LONGEST_DELETE;
        if (operation.length() <= longest) {
            return List.of(operation);
        }
        List<Operation> pieces = new ArrayList<>();
        if (!(operation instanceof Operation.Insert insert)) {
            ElementId id = operation.id();
            for (int from = 0; from < operation.length(); from += longest) {
                int length = Math.min(longest, operation.length() - from);
                pieces.add(new Operation.Delete(new ElementId(id.site(), id.counter() + from), length));
            }
            return pieces;
        }
        String site = insert.id().site();
        long counter = insert.id().counter();
        Anchor anchor = insert.anchor();
        String value = insert.value();
        int left = insert.length();
        for (int from = 0; left > 0; ) {
            int points = Math.min(LONGEST, left);
            int to = value.offsetByCodePoints(from, points);
            pieces.add(new Operation.Insert(new ElementId(site, counter), anchor, value.substring(from, to), points));
            from = to;
            left -= points;
            counter += points;
            anchor = Anchor.after(new ElementId(site, counter - 1));
        }
        return pieces;
    }

    /** An operation in pieces whose JSON fits into a frame of so many bytes. A delete is small whatever it names. */
    static List<Operation> fitting(Operation operation, int maxBytes) {
        int space = maxBytes - OVERHEAD_BYTES;
        if (!(operation instanceof Operation.Insert insert) || insert.value().length() * MAX_UNIT_BYTES <= space) {
            return List.of(operation);
        }
        List<Operation> pieces = new ArrayList<>();
        String site = insert.id().site();
        String value = insert.value();
        long counter = insert.id().counter();
        Anchor anchor = insert.anchor();
        int from = 0;
        int bytes = 0;
        int points = 0;
        for (int at = 0; at < value.length(); ) {
            int point = value.codePointAt(at);
            int more = jsonBytes(point);
            if (bytes + more > space && points > 0) {
                pieces.add(
                        new Operation.Insert(new ElementId(site, counter), anchor, value.substring(from, at), points));
                counter += points;
                anchor = Anchor.after(new ElementId(site, counter - 1));
                from = at;
                bytes = 0;
                points = 0;
            }
            bytes += more;
            points++;
            at += Character.charCount(point);
        }
        pieces.add(new Operation.Insert(new ElementId(site, counter), anchor, value.substring(from), points));
        return pieces;
    }

    /** At most so many bytes of UTF-8 in a JSON string. */
    private static int jsonBytes(int point) {
        if (point < ' ') {
            return MAX_UNIT_BYTES;
        }
        if (point < 0x80) {
            return point == '"' || point == '\\' ? 2 : 1;
        }
        return point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    }

    /**
     * An order in which to apply operations to a document that may have the text itself: while that is visible, a placeholder contradicts it, so
     * what deletes it goes first.
     */
    static <T> List<T> placeholdersLast(Collection<T> items, Function<T, Operation> operationOf) {
        List<T> ordered = new ArrayList<>(items.size());
        List<T> last = new ArrayList<>();
        items.forEach(item -> (isPlaceholder(operationOf.apply(item)) ? last : ordered).add(item));
        ordered.addAll(last);
        return ordered;
    }

    static List<Operation> placeholdersLast(Collection<Operation> operations) {
        return placeholdersLast(operations, Function.identity());
    }

    /** Whether it may stand for text that is known here only as deleted, see {@code Document.missingFrom}. */
    static boolean isPlaceholder(Operation operation) {
        return operation instanceof Operation.Insert insert
                && insert.value().charAt(0) == PLACEHOLDER
                && insert.value().chars().allMatch(c -> c == PLACEHOLDER);
    }

    /** Two operations as one, or null where that would be something else or too long. */
    static @Nullable Operation join(Operation first, Operation second) {
        ElementId id = first.id();
        int length = first.length() + second.length();
        if (length > LONGEST || !id.site().equals(second.id().site())) {
            return null;
        }
        boolean goesOn = second.id().counter() == id.counter() + first.length();
        if (first instanceof Operation.Insert one && second instanceof Operation.Insert two) {
            if (isPlaceholder(first) != isPlaceholder(second)) {
                return null;
            }
            ElementId last = new ElementId(id.site(), id.counter() + first.length() - 1);
            boolean hangsOn =
                    two.anchor().side() == Side.AFTER && two.anchor().element().equals(last);
            return goesOn && hangsOn ? new Operation.Insert(id, one.anchor(), one.value() + two.value(), length) : null;
        }
        if (first instanceof Operation.Delete && second instanceof Operation.Delete) {
            if (goesOn) {
                return new Operation.Delete(id, length);
            }
            boolean goesBack = second.id().counter() + second.length() == id.counter();
            return goesBack ? new Operation.Delete(second.id(), length) : null;
        }
        return null;
    }
}
