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
 * elements that are still visible, undoing a delete inserts the text again where the deleted elements are.
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
 * <p>Continued typing or deleting at one position, with short pauses, is one step; so is everything between {@link #beginGroup}
 * and {@link #endGroup}. Tombstones lose their characters, so the history keeps the text that it deleted, for the last 1000
 * steps. Text that is inserted again has new ids; the history knows which elements they replace, and earlier and later steps
 * follow them.
 *
 * <p>Text that was also deleted by somebody else comes back when its delete is undone here, because the user who deleted it wants it
 * back. When both undo, it comes back twice, because neither knows of the other. Parts of an insert that somebody else deleted do not
 * come back when that insert is undone and redone.
 *
 * <p>Edits cost as much as in {@link Document}, undo and redo O(log n) for each stretch of adjacent elements.
 * Not thread-safe: it belongs to its document.
 */
public final class UndoHistory {
    private static final long PAUSE_MILLIS = 1000;
    private static final int MAX_STEPS = 1000;

    /**
     * The effect of an undo, a redo or a restore.
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
     * An empty history, in which a pause of a second ends a step.
     *
     * @param document the replica that is edited through this
     */
    public UndoHistory(Document document) {
        this(document, PAUSE_MILLIS);
    }

    /**
     * An empty history.
     *
     * @param document the replica that is edited through this
     * @param pauseMillis the pause in milliseconds after which an edit begins a new step; with 0, each edit is a step of its own
     */
    public UndoHistory(Document document, long pauseMillis) {
        this.document = requireNonNull(document, "document");
        this.pauseMillis = pauseMillis;
    }

    /**
     * Whether {@link #undo} has a step.
     *
     * @return false when nothing is left
     */
    public boolean canUndo() {
        return !done.isEmpty();
    }

    /**
     * Whether {@link #redo} has a step.
     *
     * @return false when nothing was undone since the last edit
     */
    public boolean canRedo() {
        return !undone.isEmpty();
    }

    /**
     * Replaces a part of the text.
     *
     * @param offset where the part begins, in UTF-16 units, 0 to the document's length
     * @param removed how many UTF-16 units to delete from there, 0 or more
     * @param inserted the text to insert there instead, possibly empty
     * @param nowMillis milliseconds on any monotonic clock; decides, with the offset, whether this edit joins the last step
     * @return the operations to send, in this order; empty when nothing was to be done
     * @throws InvalidOperationException when the range or the text is not valid, the site's counters are used up, or the document would hold
     *     more than {@link Document#MAX_ELEMENTS}; nothing was changed
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
     * Turns the text into that of an earlier state of the same document, as one step, with as few elements deleted and inserted
     * again as possible: elements that are visible in both stay, and so does text between them that already reads the same. Text
     * that is inserted again is where it was. O(elements), plus O(log n) for each stretch.
     *
     * @param version the elements of the earlier state, from {@link Document#elements} of this or another replica
     * @return its effect
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

    /** Ends the open group, or without one the current step: the next edit begins a new step. */
    public void endGroup() {
        open = null;
    }

    /**
     * Undoes the last step.
     *
     * @return its effect; empty lists when there is no step, or nothing of it is left
     * @throws InvalidOperationException when the site's counters are used up, or the document would hold more than
     *     {@link Document#MAX_ELEMENTS}; nothing was changed
     */
    public Result undo() {
        return revert(done, undone);
    }

    /**
     * Redoes the step that was undone last.
     *
     * @return its effect; empty lists when there is no step, or nothing of it is left
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
