package dev.concord.crdt;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Undo and redo of the edits made through it, by element, among the edits of others: undoing an insert deletes those of its
 * elements that are still visible, undoing a delete types the text again where the deleted elements stand.
 *
 * <pre>{@code
 * Document ann = new Document("ann");
 * Document bob = new Document("bob");
 * UndoHistory history = new UndoHistory(ann);
 * history.edit(0, 0, "one two", 0).forEach(bob::apply);
 * history.edit(0, 4, "", 5000).forEach(bob::apply);
 * bob.insert(3, "!").forEach(ann::apply);
 * history.undo().operations().forEach(bob::apply);
 * assert ann.text().equals("one two!");
 * assert bob.text().equals("one two!");
 * }</pre>
 *
 * <p>Typing or deleting that goes on at one place, with short pauses, is one step; so is everything between {@link #beginGroup}
 * and {@link #endGroup}. Tombstones lose their characters, so the history keeps the text that it deleted, for the last 1000
 * steps. Text that is typed again has new ids; the history knows which elements they stand for, and steps before and
 * after follow them.
 *
 * <p>What somebody else deleted as well comes back all the same when its delete is undone here: the one who deleted it wants it
 * back. When both undo, it comes back twice, for neither knows of the other. What somebody else deleted of an insert does not come
 * back when that insert is undone and redone.
 *
 * <p>Edits cost what they cost in {@link Document}, undo and redo O(log n) for each stretch of elements that stand side by side.
 * Not thread-safe: it belongs to its document.
 */
public final class UndoHistory {
    private static final long PAUSE_MILLIS = 1000;
    private static final int MAX_STEPS = 1000;

    /**
     * What an undo, a redo or a restore did.
     *
     * @param operations to be sent, in this order; empty when there was nothing to do
     * @param changes of the visible text, in the order in which to replay them
     */
    public record Result(List<Operation> operations, List<TextChange> changes) {
        /** Copies the lists. */
        public Result {
            operations = List.copyOf(requireNonNull(operations, "operations"));
            changes = List.copyOf(requireNonNull(changes, "changes"));
        }
    }

    /** A part of a step: elements that were inserted, or ones that were deleted. */
    private record Entry(Replacements.@Nullable Span inserted, List<Piece> deleted) {
        static Entry inserted(ElementId id, int length) {
            return new Entry(new Replacements.Span(id.site(), id.counter(), length), List.of());
        }

        static Entry deleted(List<Piece> pieces) {
            return new Entry(null, pieces);
        }
    }

    /** The step that the next edit may join. */
    private enum Kind {
        INSERT,
        DELETE,
        REPLACE,
        /** Joined by everything. */
        GROUP
    }

    private final Document document;
    private final long pauseMillis;
    private final Deque<List<Entry>> done = new ArrayDeque<>();
    private final Deque<List<Entry>> undone = new ArrayDeque<>();
    private final Replacements replacements = new Replacements();

    private @Nullable Kind open;
    private Caret place = new Caret(ElementId.HEAD, Bias.LEFT);
    private long editedMillis;
    /** Whether the open group has no step yet, because nothing was edited in it. */
    private boolean groupIsNew;

    /**
     * A history without steps, whose steps end with a pause of a second.
     *
     * @param document the replica that is edited through this
     */
    public UndoHistory(Document document) {
        this(document, PAUSE_MILLIS);
    }

    /**
     * A history without steps.
     *
     * @param document the replica that is edited through this
     * @param pauseMillis how long nothing must be typed for the next edit to be a step of its own; 0 for every time
     */
    public UndoHistory(Document document, long pauseMillis) {
        this.document = requireNonNull(document, "document");
        this.pauseMillis = pauseMillis;
    }

    /**
     * Whether {@link #undo} has a step to take back.
     *
     * @return false when nothing is left
     */
    public boolean canUndo() {
        return !done.isEmpty();
    }

    /**
     * Whether {@link #redo} has a step to do again.
     *
     * @return false when nothing was undone since the last edit
     */
    public boolean canRedo() {
        return !undone.isEmpty();
    }

    /**
     * Replaces a part of the text.
     *
     * @param offset where, 0 to the document's length
     * @param removed how many UTF-16 units to delete from there
     * @param inserted what to insert there instead, possibly empty
     * @param nowMillis milliseconds on any clock that does not go back; decides, with the place, whether this goes on with the last step
     * @return the operations to send, in this order
     * @throws InvalidOperationException when the range or the text is refused; nothing was changed
     */
    public List<Operation> edit(int offset, int removed, String inserted, long nowMillis) {
        int points = Text.codePoints(requireNonNull(inserted, "inserted"));
        if (points < 0) {
            throw new InvalidOperationException("value", "has a lone surrogate at index " + (-points - 1));
        }
        document.checkEdit(offset, removed, points);
        boolean joins = continues(offset, removed, inserted, nowMillis);
        List<Entry> entries = new ArrayList<>(2);
        String gone = document.text(offset, offset + removed);
        List<Operation> operations = new ArrayList<>(document.delete(offset, removed));
        if (!operations.isEmpty()) {
            entries.add(Entry.deleted(pieces(operations, gone)));
        }
        if (!inserted.isEmpty()) {
            List<Operation> inserts = document.insert(offset, inserted);
            ElementId id = inserts.get(0).id();
            entries.add(Entry.inserted(id, points));
            operations.addAll(inserts);
        }
        if (entries.isEmpty()) {
            return operations;
        }
        add(entries, joins);
        if (open != Kind.GROUP) {
            open = removed == 0 ? Kind.INSERT : inserted.isEmpty() ? Kind.DELETE : Kind.REPLACE;
            place = document.caretAt(offset + inserted.length(), Bias.LEFT);
            editedMillis = nowMillis;
        }
        return operations;
    }

    /**
     * Turns the text into that of an earlier state of the same document, as one step, with as few elements deleted and typed again
     * as that takes: elements that are visible in both stay, and so does text between them that reads the same already. Text that
     * is typed again stands where it stood. O(elements), plus O(log n) for each stretch.
     *
     * @param version the elements of the earlier state, from {@link Document#elements} of this or another replica
     * @return what it took
     * @throws InvalidOperationException when the version has visible elements that this document has never seen, or has them in
     *     another order, and so is not of this document; nothing was changed
     */
    public Result restore(List<Element> version) {
        RestorePlan plan = RestorePlan.of(document.elements(), requireNonNull(version, "version"));
        document.checkRoom(length(plan.missing()));
        Revision revision = document.revise();
        List<Piece> gone = new ArrayList<>();
        for (Replacements.Span span : plan.surplus()) {
            gone.addAll(revision.delete(span.site(), span.counter(), span.length()));
        }
        List<Entry> entries = new ArrayList<>();
        if (!gone.isEmpty()) {
            entries.add(Entry.deleted(gone));
        }
        retype(plan.missing(), revision, entries);
        if (!entries.isEmpty()) {
            boolean joins = open == Kind.GROUP && !groupIsNew;
            add(entries, joins);
            if (open != Kind.GROUP) {
                open = null;
            }
        }
        return new Result(revision.operations(), revision.changes());
    }

    /** Begins a step that all edits join until {@link #endGroup}, {@link #undo} or {@link #redo}. */
    public void beginGroup() {
        open = Kind.GROUP;
        groupIsNew = true;
    }

    /** Ends the open group, or without one the current step: what is edited next is a step of its own. */
    public void endGroup() {
        open = null;
    }

    /**
     * Takes back the last step.
     *
     * @return what it took; empty lists when there is no step, or nothing of it is left
     * @throws InvalidOperationException when the site's counters are used up, or the document would hold more than
     *     {@link Document#MAX_ELEMENTS}; nothing was changed
     */
    public Result undo() {
        return revert(done, undone);
    }

    /**
     * Does again what was undone last.
     *
     * @return what it took; empty lists when there is nothing, or nothing of it is left
     * @throws InvalidOperationException as {@link #undo} does; nothing was changed
     */
    public Result redo() {
        return revert(undone, done);
    }

    private void add(List<Entry> entries, boolean joins) {
        undone.clear();
        groupIsNew = false;
        List<Entry> last = done.peek();
        if (joins && last != null) {
            last.addAll(entries);
            return;
        }
        done.push(entries);
        if (done.size() > MAX_STEPS) {
            done.removeLast();
        }
    }

    private boolean continues(int offset, int removed, String inserted, long nowMillis) {
        if (open == Kind.GROUP) {
            return !groupIsNew;
        }
        if (open == null || !undone.isEmpty() || nowMillis - editedMillis >= pauseMillis) {
            return false;
        }
        int at = document.offsetOf(place);
        if (open == Kind.DELETE) {
            return inserted.isEmpty() && (at == offset || at == offset + removed);
        }
        return removed == 0 && at == offset;
    }

    private Result revert(Deque<List<Entry>> from, Deque<List<Entry>> to) {
        List<Entry> step = from.peek();
        if (step != null) {
            document.checkRoom(
                    step.stream().mapToLong(entry -> length(entry.deleted())).sum());
        }
        open = null;
        if (step == null) {
            return new Result(List.of(), List.of());
        }
        from.remove();
        Revision revision = document.revise();
        List<Entry> reverse = new ArrayList<>();
        Collections.reverse(step);
        for (Entry entry : step) {
            Replacements.Span inserted = entry.inserted();
            if (inserted == null) {
                retype(entry.deleted(), revision, reverse);
            } else {
                List<Piece> gone = new ArrayList<>();
                for (Replacements.Span span : replacements.of(inserted)) {
                    gone.addAll(revision.delete(span.site(), span.counter(), span.length()));
                }
                if (!gone.isEmpty()) {
                    reverse.add(Entry.deleted(gone));
                }
            }
        }
        to.push(reverse);
        return new Result(revision.operations(), revision.changes());
    }

    private void retype(List<Piece> pieces, Revision revision, List<Entry> entries) {
        revision.retype(pieces, (piece, replacement) -> {
            replacements.add(piece, replacement);
            entries.add(Entry.inserted(replacement, piece.length()));
        });
    }

    private static long length(List<Piece> pieces) {
        return pieces.stream().mapToLong(Piece::length).sum();
    }

    /** Shares out the deleted text among the deletes, which stand in document order. */
    private static List<Piece> pieces(List<Operation> deletes, String text) {
        List<Piece> pieces = new ArrayList<>(deletes.size());
        int at = 0;
        for (Operation delete : deletes) {
            int end = text.offsetByCodePoints(at, delete.length());
            pieces.add(new Piece(delete.id().site(), delete.id().counter(), delete.length(), text.substring(at, end)));
            at = end;
        }
        return pieces;
    }
}
