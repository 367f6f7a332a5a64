package dev.concord.crdt;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A replica of one text.
 *
 * <p>Local edits return the operations to send; {@link #apply(Operation)} takes the operations of others, in any order, with any
 * duplicates. Replicas that have seen the same operations show the same text and encode to the same state.
 *
 * <pre>{@code
 * Document ann = new Document("ann");
 * Document bob = new Document("bob");
 * for (Operation op : ann.insert(0, "Hello")) bob.apply(op);
 * List<Operation> fromAnn = ann.insert(5, ", world");
 * List<Operation> fromBob = bob.insert(5, "!");
 * fromBob.forEach(ann::apply);
 * fromAnn.forEach(bob::apply);
 * assert ann.text().equals(bob.text());
 * }</pre>
 *
 * <p>Offsets are UTF-16 units; one inside a surrogate pair is refused. Local and remote edits and lookups cost O(log n) amortised
 * in the number of runs, plus the length of the text they move; memory grows with runs and visible text.
 *
 * <p>Not thread-safe: confine an instance to one thread, or guard it.
 */
public final class Document {
    /** Told of each new document, so that the tests can check the invariants of all that they made. Null in production. */
    static @Nullable Consumer<Document> watcher;

    private final String site;
    private final Runs runs = new Runs();
    private final SiteTable sites = new SiteTable(runs);
    private final RunTree tree = new RunTree(runs, sites);
    private final Placement placement = new Placement(runs, sites, tree);
    private final Tombstones tombstones = new Tombstones(runs, sites, tree);
    private final PendingBuffer pending = new PendingBuffer(sites);
    private final TypedRun typed = new TypedRun(runs, sites, tree);
    /** Of the call under way; one for all calls, for most change one thing. */
    private final Changes changes = new Changes();

    private final Editor editor;
    private final Integrator integrator = new Integrator(runs, sites, tree, placement, tombstones, pending, typed);

    /**
     * An empty document.
     *
     * @param site the name under which this replica edits, see {@link Sites#random}; unique per editing session
     * @throws InvalidOperationException when the site is not well formed
     */
    public Document(String site) {
        Sites.check(site);
        this.site = site;
        this.editor = new Editor(site, runs, sites, tree, placement, tombstones, integrator, pending, typed);
        Consumer<Document> told = watcher;
        if (told != null) {
            told.accept(this);
        }
    }

    /**
     * A document from an encoded state.
     *
     * @param site the name under which this replica edits
     * @param state from {@link #encode} or {@link #difference}
     * @return the document
     * @throws MalformedStateException when the bytes are no state
     */
    public static Document load(String site, byte[] state) {
        return load(site, state, Integer.MAX_VALUE);
    }

    /**
     * A document from a state of a stranger. Reading a state takes memory in proportion to its uncompressed body, which may be a thousand
     * times as long as the state itself.
     *
     * @param site the name under which this replica edits
     * @param state from {@link #encode} or {@link #difference}
     * @param mostBytes how long the body may be, in bytes; checked before anything is uncompressed
     * @return the document
     * @throws MalformedStateException when the bytes are no state, or its body is longer
     */
    public static Document load(String site, byte[] state, int mostBytes) {
        Document document = new Document(site);
        document.merge(state, mostBytes);
        return document;
    }

    /**
     * The name under which this replica edits.
     *
     * @return the site
     */
    public String site() {
        return site;
    }

    /**
     * The visible text.
     *
     * @return the whole text; O(length)
     */
    public String text() {
        return text(0, length());
    }

    /**
     * A part of the visible text.
     *
     * @param from first offset
     * @param to the offset behind the last
     * @return the text between them
     * @throws InvalidOperationException when the range is outside the text
     */
    public String text(int from, int to) {
        if (from < 0 || to < from || to > length()) {
            throw new InvalidOperationException(
                    "range", from + " to " + to + " is outside the text, whose length is " + length());
        }
        return tree.text(from, to);
    }

    /**
     * The length of the visible text.
     *
     * @return UTF-16 units
     */
    public int length() {
        return tree.width();
    }

    /**
     * Inserts text typed here.
     *
     * @param offset where, 0 to {@link #length}
     * @param text what; not empty, no lone surrogates
     * @return the operations to send, in this order
     * @throws InvalidOperationException when the offset or the text is refused; nothing was changed
     */
    public List<Operation> insert(int offset, String text) {
        OperationList ops = new OperationList();
        insert(offset, text, ops);
        return ops.list();
    }

    /**
     * Inserts text typed here, as {@link #insert(int, String)} does, and hands the operation on without making an object of it.
     *
     * @param offset where, 0 to {@link #length}
     * @param text what; not empty, no lone surrogates
     * @param sink takes the operation
     * @throws InvalidOperationException when the offset or the text is refused; nothing was changed
     */
    public void insert(int offset, String text, OperationSink sink) {
        if (text.length() == 1 && editor.type(offset, text, sink)) {
            return;
        }
        checkOffset(offset);
        int points = Text.codePoints(text);
        if (points <= 0) {
            throw new InvalidOperationException(
                    "value", text.isEmpty() ? "must not be empty" : "has a lone surrogate at index " + (-points - 1));
        }
        editor.insert(offset, text, points, sink);
    }

    /**
     * Deletes text here.
     *
     * @param offset first offset
     * @param length how many UTF-16 units; 0 is allowed and gives no operation
     * @return the operations to send
     * @throws InvalidOperationException when the range is outside the text or cuts a surrogate pair; nothing was changed
     */
    public List<Operation> delete(int offset, int length) {
        OperationList ops = new OperationList();
        delete(offset, length, ops);
        return ops.list();
    }

    /**
     * Deletes text here, as {@link #delete(int, int)} does, and hands the operations on without making objects of them.
     *
     * @param offset first offset
     * @param length how many UTF-16 units; 0 is allowed and gives no operation
     * @param sink takes the operations
     * @throws InvalidOperationException when the range is outside the text or cuts a surrogate pair; nothing was changed
     */
    public void delete(int offset, int length, OperationSink sink) {
        if (length < 0 || length > length() - offset) {
            throw new InvalidOperationException(
                    "length", length + " from offset " + offset + " is outside the text, whose length is " + length());
        }
        checkOffset(offset);
        checkOffset(offset + length);
        if (length > 0) {
            editor.delete(offset, length, sink);
        }
    }

    /**
     * Applies an operation of another replica, or again one of this one. Idempotent; commutes with all others. An operation that is
     * not causally ready waits, see {@link #pendingCount}, and its changes are returned by the call that releases it.
     *
     * @param op the operation
     * @return what it changed in the visible text, in the order in which to replay it; empty for a duplicate
     * @throws ConflictException when an element is known with another anchor or value; nothing was changed
     * @throws InvalidOperationException when it is a delete after which more than 2^30 elements would wait; nothing was changed
     */
    public List<TextChange> apply(Operation op) {
        apply(op, changes);
        return changes.take();
    }

    /**
     * Applies an operation as {@link #apply(Operation)} does, and tells its changes to a sink instead of making a list of them.
     *
     * @param op the operation
     * @param changes takes what it changed in the visible text; {@link ChangeSink#NONE} where nobody wants to know
     * @throws ConflictException when an element is known with another anchor or value; nothing was changed
     * @throws InvalidOperationException when it is a delete after which more than 2^30 elements would wait; nothing was changed
     */
    public void apply(Operation op, ChangeSink changes) {
        if (op instanceof Operation.Insert insert) {
            ElementId anchor = insert.anchor().element();
            integrator.insert(
                    sites.intern(insert.id().site()),
                    insert.id().counter(),
                    insert.length(),
                    insert.value(),
                    anchor.isHead() ? Runs.NO_SITE : sites.intern(anchor.site()),
                    anchor.counter(),
                    insert.anchor().side(),
                    changes);
        } else {
            long counter = op.id().counter();
            integrator.delete(sites.intern(op.id().site()), counter, counter + op.length(), changes);
        }
    }

    /**
     * Applies the next operation of a stream, as {@link #apply(Operation)} does.
     *
     * @param operations a reader that {@link OperationReader#hasNext has a next one}
     * @return what it changed in the visible text
     * @throws MalformedStateException when the bytes at this place are no operation; nothing was changed
     * @throws ConflictException when an element is known with another anchor or value; nothing was changed
     */
    public List<TextChange> apply(OperationReader operations) {
        apply(operations, changes);
        return changes.take();
    }

    /**
     * Applies the next operation of a stream, as {@link #apply(Operation, ChangeSink)} does.
     *
     * @param operations a reader that {@link OperationReader#hasNext has a next one}
     * @param changes takes what it changed in the visible text; {@link ChangeSink#NONE} where nobody wants to know
     * @throws MalformedStateException when the bytes at this place are no operation; nothing was changed
     * @throws ConflictException when an element is known with another anchor or value; nothing was changed
     */
    public void apply(OperationReader operations, ChangeSink changes) {
        operations.advance();
        int site = operations.siteIn(sites);
        long counter = operations.counter;
        if (operations.isDelete) {
            integrator.delete(site, counter, counter + operations.length, changes);
        } else {
            integrator.insert(
                    site,
                    counter,
                    operations.length,
                    operations.value,
                    operations.anchorSiteIn(sites),
                    operations.anchorCounter,
                    operations.anchorSide,
                    changes);
        }
    }

    /**
     * Refuses an operation that {@link #apply(Operation)} would refuse, and changes nothing.
     *
     * @param op the operation
     * @throws ConflictException when an element is known with another anchor or value
     */
    public void verify(Operation op) {
        if (op instanceof Operation.Insert insert && sites.find(op.id().site()) != Runs.NO_SITE) {
            integrator.check(insertion(insert));
        }
    }

    /**
     * Whether an operation was applied already, waiting in the pending buffer included: applying it again changes nothing.
     *
     * @param op the operation
     * @return true for a duplicate, also for one that came in other pieces
     */
    public boolean isKnown(Operation op) {
        int opSite = sites.find(op.id().site());
        long counter = op.id().counter();
        return opSite != Runs.NO_SITE
                && (op instanceof Operation.Insert insert
                        ? integrator.knowsInsert(insertion(insert))
                        : integrator.knowsDelete(opSite, counter, counter + op.length()));
    }

    /**
     * Whether an operation can be applied at once: the anchor of an insert, or all targets of a delete, are here.
     *
     * @param op the operation
     * @return false when it would wait in the pending buffer
     */
    public boolean isReady(Operation op) {
        if (op instanceof Operation.Insert insert) {
            return sites.runOf(insert.anchor().element()) >= 0;
        }
        int opSite = sites.find(op.id().site());
        long counter = op.id().counter();
        return opSite != Runs.NO_SITE && integrator.knows(opSite, counter, counter + op.length());
    }

    /**
     * How much waits for its anchor or target.
     *
     * @return the number of waiting runs and delete ranges
     */
    public int pendingCount() {
        return pending.count();
    }

    /**
     * How many elements wait, in all the runs and ranges of {@link #pendingCount}. Bound it where strangers send operations: a range may
     * name a thousand million elements, and a version summary grows with them.
     *
     * @return the number of elements
     */
    public long pendingElements() {
        return pending.elements();
    }

    /**
     * Merges a state, whole or partial: the same as applying its operations.
     *
     * @param state from {@link #encode} or {@link #difference} of a replica of the same document
     * @return what it changed in the visible text
     * @throws MalformedStateException when the bytes are no state; nothing was changed
     * @throws ConflictException when an element is known with another anchor or value; what the state said of other elements may
     *     have been merged
     */
    public List<TextChange> merge(byte[] state) {
        return merge(state, Integer.MAX_VALUE);
    }

    /**
     * Merges a state of a stranger, see {@link #load(String, byte[], int)}.
     *
     * @param state from {@link #encode} or {@link #difference} of another replica
     * @param mostBytes how long its uncompressed body may be, in bytes
     * @return what it changed in the visible text, in the order in which to replay it
     * @throws MalformedStateException when the bytes are no state, or its body is longer; nothing was changed
     * @throws ConflictException as {@link #merge(byte[])} does
     */
    public List<TextChange> merge(byte[] state, int mostBytes) {
        StateReader decoded = StateReader.read(state, mostBytes);
        try {
            if (tree.isEmpty() && pending.count() == 0 && !decoded.hasSiblings()) {
                new BulkLoad(runs, sites, tree).load(decoded);
                changes.insert(0, decoded.text, 0, decoded.text.length());
            } else {
                insertAll(decoded.treeInserts(), changes);
            }
            insertAll(AnchorsFirst.of(decoded.waiting().inserts()), changes);
            for (DecodedState.Range range : decoded.waiting().deletes()) {
                integrator.delete(sites.intern(range.site()), range.from(), range.to(), changes);
            }
        } catch (ConflictException | InvalidOperationException e) {
            changes.take();
            throw e;
        }
        return changes.take();
    }

    /**
     * The whole state, pending buffer included. Canonical: equal for replicas that have seen the same operations (its
     * uncompressed body, that is; see docs/FORMAT.md).
     *
     * @return the encoded state; O(runs + length)
     */
    public byte[] encode() {
        return Envelope.wrap(body());
    }

    /**
     * The SHA-256 of the uncompressed state: equal exactly when two replicas have seen the same operations.
     *
     * @return 32 bytes
     */
    public byte[] digest() {
        return Envelope.sha256(body());
    }

    /**
     * A small summary of what this replica has seen, to be sent to another that answers with a difference.
     *
     * @return the encoded summary, see docs/FORMAT.md
     */
    public byte[] version() {
        return VersionSummary.of(runs, sites, pending).encode();
    }

    /**
     * Everything that this replica has and a version lacks, as a partial state for {@link #merge}.
     *
     * @param version from {@link #version} of another replica
     * @return the encoded partial state
     * @throws MalformedStateException when the bytes are no version
     */
    public byte[] difference(byte[] version) {
        return Envelope.wrap(StateWriter.partial(missing(version)));
    }

    /**
     * Everything that this replica has and a version lacks, as operations: inserts before what hangs on them, deletes last. Elements
     * that are tombstones here, and unknown there, come as a delete followed by an insert of U+FFFD in place of the characters, which
     * are not kept: the delete waits for the insert, so that they are never visible.
     *
     * @param version from {@link #version} of another replica
     * @return the operations
     * @throws MalformedStateException when the bytes are no version
     */
    public List<Operation> missingFrom(byte[] version) {
        DecodedState missing = missing(version);
        return new DecodedState(AnchorsFirst.of(missing.inserts()), missing.deletes()).operations();
    }

    /**
     * What a state says and this replica has not seen, in the order and form of {@link #missingFrom}. Changes nothing: for those who look
     * at each operation, or store it, before they apply it.
     *
     * @param state from {@link #encode} or {@link #difference} of a replica of the same document
     * @param mostBytes how long its uncompressed body may be, in bytes
     * @return the operations; O(runs here + n log n) for n runs in the state
     * @throws MalformedStateException when the bytes are no state, or its body is longer
     */
    public List<Operation> unseen(byte[] state, int mostBytes) {
        StateReader decoded = StateReader.read(state, mostBytes);
        List<DecodedState.Run> inserts = decoded.treeInserts();
        inserts.addAll(AnchorsFirst.of(decoded.waiting().inserts()));
        return VersionSummary.of(runs, sites, pending)
                .unseen(inserts, decoded.waiting().deletes())
                .operations();
    }

    /**
     * The element that shows the text at an offset.
     *
     * @param offset 0 to {@link #length} minus one, not the second half of a surrogate pair
     * @return its id
     * @throws InvalidOperationException when no element starts there
     */
    public ElementId idAt(int offset) {
        checkOffset(offset);
        if (offset == length()) {
            throw new InvalidOperationException("offset", offset + " is the end of the text; no element starts there");
        }
        tree.seek(offset);
        return sites.id(tree.run(), tree.elements(tree.unitsIntoRun));
    }

    /**
     * Where an element starts, or, for a tombstone, where it would.
     *
     * @param id the element; the head stands at 0
     * @return the offset, or -1 when the element is not here
     */
    public int offsetOf(ElementId id) {
        return offsetOf(id, Side.BEFORE);
    }

    /**
     * A position that sticks to the element on one side of it.
     *
     * @param offset 0 to {@link #length}
     * @param stick {@link Side#BEFORE} to stick to the element in front of the offset, so that text inserted right there comes
     *     behind the caret; {@link Side#AFTER} to stick to the element behind it, so that such text pushes the caret on
     * @return the caret
     * @throws InvalidOperationException when the offset is outside the text or inside a surrogate pair
     */
    public Caret caretAt(int offset, Side stick) {
        checkOffset(offset);
        if (stick == Side.AFTER) {
            return offset == length() ? new Caret(ElementId.HEAD, Side.BEFORE) : new Caret(idAt(offset), Side.BEFORE);
        }
        if (offset == 0) {
            return new Caret(ElementId.HEAD, Side.AFTER);
        }
        tree.seek(offset - 1);
        return new Caret(sites.id(tree.run(), tree.elements(tree.unitsIntoRun + 1) - 1), Side.AFTER);
    }

    /**
     * Where a caret stands now.
     *
     * @param caret from {@link #caretAt} of any replica
     * @return the offset, or -1 when its element is not here yet
     */
    public int offsetOf(Caret caret) {
        if (caret.element().isHead()) {
            return caret.side() == Side.AFTER ? 0 : length();
        }
        return offsetOf(caret.element(), caret.side());
    }

    /**
     * How many elements {@link #elements} would list.
     *
     * @return their number, tombstones included; O(runs)
     */
    public long elementCount() {
        long count = 0;
        for (Leaf leaf = tree.firstLeaf(); leaf != null; leaf = leaf.next) {
            for (int i = 0; i < leaf.count; i++) {
                int run = leaf.runs[i];
                count += runs.site[run] == Runs.NO_SITE ? 0 : runs.length[run];
            }
        }
        return count;
    }

    /**
     * All elements in document order, tombstones included.
     *
     * @return a new list; O(elements)
     */
    public List<Element> elements() {
        List<Element> elements = new ArrayList<>();
        String text = text();
        int at = 0;
        for (Leaf leaf = tree.firstLeaf(); leaf != null; leaf = leaf.next) {
            for (int i = 0; i < leaf.count; i++) {
                int run = leaf.runs[i];
                if (runs.site[run] == Runs.NO_SITE) {
                    continue;
                }
                boolean dead = runs.isDead(run);
                for (int k = 0; k < runs.length[run]; k++) {
                    if (dead) {
                        elements.add(new Element(sites.id(run, k), null, true));
                    } else {
                        int size = Character.charCount(text.codePointAt(at));
                        elements.add(new Element(sites.id(run, k), text.substring(at, at + size), false));
                        at += size;
                    }
                }
            }
        }
        return elements;
    }

    /** Edits by element, for undo. */
    Revision revise() {
        return new Revision(runs, sites, tree, editor, integrator);
    }

    /** Fails when a part of the structure contradicts another; for the tests. */
    void checkInvariants() {
        Invariants.check(runs, sites, tree, placement, pending);
    }

    private void insertAll(List<DecodedState.Run> inserts, ChangeSink changes) {
        for (DecodedState.Run run : inserts) {
            int ofSite = sites.intern(run.site());
            String value = run.value();
            ElementId anchor = run.anchor().element();
            if (value == null) {
                integrator.insert(new Insertion(ofSite, run.counter(), run.length(), null, run.anchor()), changes);
            } else {
                integrator.insert(
                        ofSite,
                        run.counter(),
                        run.length(),
                        value,
                        anchor.isHead() ? Runs.NO_SITE : sites.intern(anchor.site()),
                        anchor.counter(),
                        run.anchor().side(),
                        changes);
            }
        }
    }

    private Insertion insertion(Operation.Insert op) {
        return new Insertion(sites.intern(op.id().site()), op.id().counter(), op.length(), op.value(), op.anchor());
    }

    private byte[] body() {
        return new StateWriter(runs, sites, tree, pending).body();
    }

    private DecodedState missing(byte[] version) {
        return VersionSummary.read(version).missing(runs, sites, tree, placement, pending);
    }

    private int offsetOf(ElementId id, Side side) {
        int run = sites.runOf(id);
        if (run < 0) {
            return -1;
        }
        if (run == Runs.HEAD) {
            return 0;
        }
        tree.moveTo(run);
        int at = (int) (id.counter() - runs.counter[run]) + (side == Side.AFTER ? 1 : 0);
        return tree.offset() + tree.units(tree.unitsBefore(), run, at);
    }

    private void checkOffset(int offset) {
        if (offset < 0 || offset > length()) {
            throw new InvalidOperationException("offset", offset + " is outside the text, whose length is " + length());
        }
        if (tree.hasPairs() && offset > 0 && offset < length()) {
            tree.seek(offset);
            if (tree.isInsidePair()) {
                throw new InvalidOperationException("offset", offset + " lies inside a surrogate pair");
            }
        }
    }
}
