package dev.concord.crdt;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
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
 * <p>Not thread-safe: confine an instance to one thread, or synchronise access to it.
 */
public final class Document {
    /**
     * The largest number of elements in one document, tombstones and pending inserts included: 2^30. The pending deletes may name as many
     * elements again. One operation or state names at most this many.
     */
    public static final int MAX_ELEMENTS = 1 << 30;

    /** Notified of each new document, so that the tests can check the invariants of all that they made. Null in production. */
    static @Nullable Consumer<Document> watcher;

    private final String site;
    private final Core core = new Core();
    private final RunTree tree = core.tree;
    private final Positions positions = new Positions(core);
    private final Editor editor;
    /** Of the call under way; one for all calls, for most change one thing. */
    private final Changes changes = new Changes();

    /** The operation that {@link #check} let through last, what it said, and what the document was then. */
    private @Nullable Operation checked;

    private @Nullable Outcome verdict;
    private int checkedTree;
    private int checkedWidth;
    private int checkedPending;

    /**
     * An empty document with a site of its own, see {@link Sites#random()}.
     */
    public Document() {
        this(Sites.random());
    }

    /**
     * An empty document.
     *
     * @param site the name under which this replica edits, see {@link Sites#random}; unique per editing session
     * @throws InvalidOperationException when the site is not well formed
     */
    public Document(String site) {
        Sites.check(requireNonNull(site, "site"));
        this.site = site;
        this.editor = new Editor(site, core);
        Consumer<Document> listener = watcher;
        if (listener != null) {
            listener.accept(this);
        }
    }

    /**
     * A document from an encoded state of a trusted source; for others see {@link #load(String, byte[], int)}. O(runs + text), or
     * O(log n) for each run when the state is partial or has concurrent siblings.
     *
     * @param site the name under which this replica edits
     * @param state from {@link #encode} or {@link #difference}; not kept
     * @return the document
     * @throws MalformedStateException when the bytes are not a state
     * @throws InvalidOperationException when the site is not well formed
     */
    public static Document load(String site, byte[] state) {
        return load(site, state, Integer.MAX_VALUE);
    }

    /**
     * A document from an untrusted state. Reading a state takes memory in proportion to its uncompressed body, which may be a thousand
     * times as long as the state itself.
     *
     * @param site the name under which this replica edits
     * @param state from {@link #encode} or {@link #difference}
     * @param maxBytes the largest body to accept, in bytes, 0 or more; checked before anything is uncompressed
     * @return the document
     * @throws MalformedStateException when the bytes are not a state, or its body is longer
     * @throws InvalidOperationException when the site is not well formed
     */
    public static Document load(String site, byte[] state, int maxBytes) {
        Document document = new Document(site);
        document.merge(state, maxBytes);
        return document;
    }

    /**
     * An independent copy with a site of its own. Edits of one reach the other only when they are applied or merged.
     *
     * @param site the name under which the copy edits; it must differ from this replica's when both are edited
     * @return the copy, pending buffer included; O(runs + length)
     * @throws InvalidOperationException when the site is not well formed
     */
    public Document fork(String site) {
        Document copy = new Document(site);
        copy.merge(StateReader.readBody(body()));
        return copy;
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
     * A part of the visible text; it may begin or end inside a surrogate pair. O(log n), and the length of the part.
     *
     * @param from first offset, in UTF-16 units, 0 to {@link #length}
     * @param to the offset after the last, {@code from} to {@link #length}
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
     * @return its UTF-16 units; O(1)
     */
    public int length() {
        return tree.width();
    }

    /**
     * Inserts text typed here. O(log n) amortised, and the length of the text.
     *
     * @param offset where to insert, in UTF-16 units, 0 to {@link #length}, not inside a surrogate pair
     * @param text the text to insert; not empty, no lone surrogates
     * @return the operations to send, in this order
     * @throws InvalidOperationException when the offset or the text is not valid, when the site has used up its counters (the field is
     *     {@code id.counter}: edit under a new site, see {@link #fork}), or when the document would hold more than {@link #MAX_ELEMENTS};
     *     nothing was changed
     */
    public List<Operation> insert(int offset, String text) {
        OperationList ops = new OperationList();
        insert(offset, text, ops);
        return ops.list();
    }

    /**
     * Inserts text typed here, as {@link #insert(int, String)} does, and passes the operation to a sink instead of creating an object.
     *
     * @param offset where to insert, in UTF-16 units, 0 to {@link #length}, not inside a surrogate pair
     * @param text the text to insert; not empty, no lone surrogates
     * @param sink receives the operation
     * @throws InvalidOperationException as {@link #insert(int, String)} does; nothing was changed
     */
    public void insert(int offset, String text, OperationSink sink) {
        requireNonNull(text, "text");
        requireNonNull(sink, "sink");
        if (text.length() == 1 && editor.type(offset, text, sink)) {
            return;
        }
        positions.checkOffset(offset);
        int points = Text.codePoints(text);
        if (points <= 0) {
            throw new InvalidOperationException(
                    "value", text.isEmpty() ? "must not be empty" : "has a lone surrogate at index " + (-points - 1));
        }
        editor.insert(offset, text, points, sink);
    }

    /**
     * Deletes text here. O(log n) for each run that the range touches.
     *
     * @param offset first offset, in UTF-16 units, 0 to {@link #length}
     * @param length how many UTF-16 units; 0 is allowed and gives no operation
     * @return the operations to send, in this order
     * @throws InvalidOperationException when the range is outside the text or cuts a surrogate pair; nothing was changed
     */
    public List<Operation> delete(int offset, int length) {
        OperationList ops = new OperationList();
        delete(offset, length, ops);
        return ops.list();
    }

    /**
     * Deletes text here, as {@link #delete(int, int)} does, and passes the operations to a sink instead of creating objects.
     *
     * @param offset first offset
     * @param length how many UTF-16 units; 0 is allowed and gives no operation
     * @param sink takes the operations
     * @throws InvalidOperationException when the range is outside the text or cuts a surrogate pair; nothing was changed
     */
    public void delete(int offset, int length, OperationSink sink) {
        requireNonNull(sink, "sink");
        positions.checkRange(offset, length);
        if (length > 0) {
            editor.delete(offset, length, sink);
        }
    }

    /**
     * Applies an operation of any replica, in any order and any number of times. An operation that is not causally ready waits, see
     * {@link #pendingCount}, and its changes are returned by the call that releases it. Everything is validated before anything is changed.
     * O(log n) amortised, and O(log n) for each run that a delete touches.
     *
     * @param op the operation
     * @return what became of it, and what it changed in the visible text
     * @throws ConflictException when an element is known with another anchor or value; nothing was changed
     * @throws InvalidOperationException when the document would hold more than {@link #MAX_ELEMENTS}, or the deletes of more would wait;
     *     nothing was changed
     */
    public Applied apply(Operation op) {
        Outcome outcome = apply(op, changes);
        return changes.take(outcome);
    }

    /**
     * Applies an operation as {@link #apply(Operation)} does, and passes its changes to a sink instead of collecting them in a list.
     *
     * @param op the operation
     * @param changes takes what it changed in the visible text; {@link ChangeSink#NONE} to discard them
     * @return what became of it
     * @throws ConflictException when an element is known with another anchor or value; nothing was changed
     * @throws InvalidOperationException as {@link #apply(Operation)} does; nothing was changed
     */
    public Outcome apply(Operation op, ChangeSink changes) {
        requireNonNull(op, "op");
        requireNonNull(changes, "changes");
        Outcome known = null;
        if (checked != null) {
            known = op == checked && isUnchangedSinceCheck() ? verdict : null;
            checked = null;
            if (known == Outcome.DUPLICATE) {
                return known;
            }
        }
        SiteTable sites = core.sites;
        if (op instanceof Operation.Insert insert) {
            ElementId anchor = insert.anchor().element();
            return core.integrator.insert(
                    sites.intern(insert.id().site()),
                    insert.id().counter(),
                    insert.length(),
                    insert.value(),
                    anchor.isHead() ? Runs.NO_SITE : sites.intern(anchor.site()),
                    anchor.counter(),
                    insert.anchor().side(),
                    known,
                    changes);
        }
        long counter = op.id().counter();
        return core.integrator.delete(sites.intern(op.id().site()), counter, counter + op.length(), changes);
    }

    /**
     * Applies the next operation of a stream, as {@link #apply(Operation)} does.
     *
     * @param operations a reader that {@link OperationReader#hasNext has a next one}; it moves on to the one after, also when the
     *     operation is refused, but not when the bytes are malformed
     * @return what became of it, and what it changed in the visible text
     * @throws MalformedStateException when the bytes at this place are not an operation; nothing was changed
     * @throws ConflictException when an element is known with another anchor or value; nothing was changed
     * @throws InvalidOperationException as {@link #apply(Operation)} does; nothing was changed
     */
    public Applied apply(OperationReader operations) {
        Outcome outcome = apply(operations, changes);
        return changes.take(outcome);
    }

    /**
     * Applies the next operation of a stream, as {@link #apply(Operation, ChangeSink)} does.
     *
     * @param operations a reader that {@link OperationReader#hasNext has a next one}; it moves on as {@link #apply(OperationReader)} says
     * @param changes takes what it changed in the visible text; {@link ChangeSink#NONE} to discard them
     * @return what became of it
     * @throws MalformedStateException when the bytes at this place are not an operation; nothing was changed
     * @throws ConflictException when an element is known with another anchor or value; nothing was changed
     * @throws InvalidOperationException as {@link #apply(Operation)} does; nothing was changed
     */
    public Outcome apply(OperationReader operations, ChangeSink changes) {
        requireNonNull(operations, "operations");
        requireNonNull(changes, "changes");
        operations.advance();
        int opSite = operations.siteIn(core.sites);
        long counter = operations.counter;
        if (operations.isTyped && core.integrator.type(opSite, counter, operations.value, changes)) {
            return Outcome.APPLIED;
        }
        return operations.isDelete
                ? core.integrator.delete(opSite, counter, counter + operations.length, changes)
                : core.integrator.insert(
                        opSite,
                        counter,
                        operations.length,
                        operations.value,
                        operations.anchorSiteIn(core.sites),
                        operations.anchorCounter,
                        operations.anchorSide,
                        null,
                        changes);
    }

    /**
     * Applies operations in their order, all of them or none.
     *
     * @param ops the operations, of any replicas, duplicates included
     * @return what they changed in the visible text, in the order in which to replay it
     * @throws ConflictException when an element is known, here or earlier in the collection, with another anchor or value; nothing was
     *     changed
     * @throws InvalidOperationException as {@link #apply(Operation)} does; nothing was changed
     */
    public List<TextChange> applyAll(Collection<? extends Operation> ops) {
        List<Operation> all = new ArrayList<>(requireNonNull(ops, "ops").size());
        ops.forEach(op -> all.add(requireNonNull(op, "op")));
        if (!new Batch(core, all).isCertain()) {
            // What the operations are to one another decides: that takes a trial, which throws what this has to throw.
            Document trial = fork(site);
            all.forEach(op -> trial.apply(op, ChangeSink.NONE));
        }
        for (Operation op : all) {
            if (op instanceof Operation.Insert) {
                apply(op, changes);
            } else {
                // What waits is bounded by the trial: it counts fewer than this document when deletes of waiting
                // inserts came one by one.
                long counter = op.id().counter();
                core.integrator.deleteChecked(
                        core.sites.intern(op.id().site()), counter, counter + op.length(), changes);
            }
        }
        return changes.take();
    }

    /**
     * What {@link #apply(Operation)} would do with an operation; changes nothing. For callers that have limits of their own, or store
     * an operation before they apply it:
     *
     * <pre>{@code
     * Document document = new Document("room");
     * Operation op = new Document("ann").insert(0, "Hello").get(0);
     * switch (document.check(op)) {
     *     case DUPLICATE -> { }                              // nothing to store
     *     case PENDING, APPLIED -> {
     *         // compare pendingElements() and length() with your limits, write op to a log, then
     *         document.apply(op, ChangeSink.NONE);           // is not validated a second time
     *     }
     * }
     * }</pre>
     *
     * <p>When the very same instance is applied next, and nothing was changed in between, it is not validated again and cannot be refused.
     *
     * @param op the operation
     * @return the outcome that applying it would have now
     * @throws ConflictException when an element is known with another anchor or value
     * @throws InvalidOperationException as {@link #apply(Operation)} does
     */
    public Outcome check(Operation op) {
        Outcome outcome = core.verifier.check(requireNonNull(op, "op"));
        checked = op;
        verdict = outcome;
        checkedTree = tree.changes;
        checkedWidth = tree.width();
        checkedPending = core.pending.changes;
        return outcome;
    }

    private boolean isUnchangedSinceCheck() {
        return checkedTree == tree.changes && checkedWidth == tree.width() && checkedPending == core.pending.changes;
    }

    /**
     * The highest counter that a site has in the document. Deleted elements count, those that wait do not. O(1).
     *
     * @param site the site's name
     * @return 0 when there is none
     */
    public long highestCounter(String site) {
        int number = core.sites.find(requireNonNull(site, "site"));
        return number == Runs.NO_SITE ? 0 : core.sites.end(number) - 1;
    }

    /**
     * How many elements of a range are neither in the document nor known as deleted. In a delete of that range, these would be pending.
     * O(log n), and the number of runs that the range covers.
     *
     * @param first the first element, not the head
     * @param length number of consecutive counters, 1 to {@link #MAX_ELEMENTS}
     * @return 0 to {@code length}
     * @throws InvalidOperationException when an {@link Operation.Delete} of this range is not valid
     */
    public long unknownElements(ElementId first, int length) {
        return core.verifier.waiting(new Operation.Delete(requireNonNull(first, "first"), length));
    }

    /**
     * Whether an operation has been received before, be it applied or pending: applying it again would change nothing. Costs as much as
     * {@link #check}.
     *
     * @param op the operation
     * @return true for a duplicate, also when its parts arrived in other operations; false also when the operation would be refused
     */
    public boolean isKnown(Operation op) {
        try {
            return check(op) == Outcome.DUPLICATE;
        } catch (CrdtException e) {
            return false;
        }
    }

    /**
     * How many runs wait for their anchor, and how many delete ranges for their elements.
     *
     * @return the sum of both; O(1)
     */
    public int pendingCount() {
        return core.pending.count();
    }

    /**
     * The number of elements in the runs and ranges of {@link #pendingCount}. Bound it where untrusted peers send operations: one range
     * may name 2^30 elements, and the version summary grows with them.
     *
     * @return the number of elements; O(1)
     */
    public long pendingElements() {
        return core.pending.elements();
    }

    /**
     * The number of sites that this document knows by name, from elements, from anchors and from deletes. It never becomes smaller. Encoding
     * the document and its version takes longer for each, as it does for each of {@link #pendingCount}.
     *
     * @return the number of sites; O(1)
     */
    public int siteCount() {
        return core.sites.size();
    }

    /**
     * Merges a state, whole or partial, of a trusted source: the same as applying its operations, all of them or none. O(log n) for each
     * run of the state; O(runs + text) when this document is empty and the state is whole and has no concurrent siblings.
     *
     * @param state from {@link #encode} or {@link #difference} of a replica of the same document; not kept
     * @return what it changed in the visible text, in the order in which to replay it
     * @throws MalformedStateException when the bytes are not a state; nothing was changed
     * @throws ConflictException when an element is known with another anchor or value; nothing was changed
     * @throws InvalidOperationException when the document would hold more than {@link #MAX_ELEMENTS}, or the deletes of more would wait;
     *     nothing was changed
     */
    public List<TextChange> merge(byte[] state) {
        return merge(state, Integer.MAX_VALUE);
    }

    /**
     * Merges an untrusted state, see {@link #load(String, byte[], int)}.
     *
     * @param state from {@link #encode} or {@link #difference} of another replica
     * @param maxBytes how long its uncompressed body may be, in bytes
     * @return what it changed in the visible text, in the order in which to replay it
     * @throws MalformedStateException when the bytes are not a state, or its body is longer; nothing was changed
     * @throws ConflictException as {@link #merge(byte[])} does; nothing was changed
     * @throws InvalidOperationException as {@link #merge(byte[])} does; nothing was changed
     */
    public List<TextChange> merge(byte[] state, int maxBytes) {
        return merge(StateReader.read(requireNonNull(state, "state"), maxBytes));
    }

    private List<TextChange> merge(StateReader state) {
        List<DecodedState.Run> waiting = state.waiting().inserts();
        if (tree.isEmpty() && core.pending.count() == 0 && !state.hasSiblings()) {
            new BulkLoad(core).load(state);
            changes.insert(0, state.text, 0, state.text.length());
        } else {
            List<DecodedState.Run> inserts = state.treeInserts();
            core.verifier.checkAll(inserts, waiting, state.waiting().deletes());
            core.integrator.insertAll(inserts, changes);
        }
        core.integrator.insertAll(TopologicalOrder.of(waiting), changes);
        core.integrator.deleteAll(state.waiting().deletes(), changes);
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
     * @return 32 bytes; O(runs + length)
     */
    public byte[] digest() {
        return Envelope.sha256(body());
    }

    /**
     * A compact summary of what this replica has seen, for another replica to answer with a {@link #difference}. Its size grows with the
     * number of sites, of gaps in their counters and of blocks of 4,096 counters with deletions, not with the length of the text.
     *
     * @return the encoded summary, see docs/FORMAT.md; O(runs)
     */
    public byte[] version() {
        return VersionSummary.of(core).encode();
    }

    /**
     * Everything that this replica has and that is missing from a version, as a partial state for {@link #merge}.
     *
     * @param version from {@link #version} of another replica
     * @return the encoded partial state; O(runs) to compare, plus what is missing
     * @throws MalformedStateException when the bytes are not a version
     */
    public byte[] difference(byte[] version) {
        return Envelope.wrap(StateWriter.partial(missing(version)));
    }

    /**
     * Everything that this replica has and that is missing from a version, as operations: every insert after the insert of its anchor,
     * deletes last. Elements that are tombstones here and unknown there come as a delete followed by an insert of U+FFFD in place of the
     * characters, which are not kept. The delete waits for the insert, so that these placeholders are never visible.
     *
     * @param version from {@link #version} of another replica
     * @return the operations, in the order in which to send them; O(runs) to compare, plus O(n log n) for n missing runs
     * @throws MalformedStateException when the bytes are not a version
     */
    public List<Operation> missingFrom(byte[] version) {
        DecodedState missing = missing(version);
        return new DecodedState(TopologicalOrder.of(missing.inserts()), missing.deletes()).operations();
    }

    /**
     * What a state contains and this replica has not seen, in the order and form of {@link #missingFrom}. Changes nothing: for callers that
     * inspect or store each operation before they apply it.
     *
     * @param state from {@link #encode} or {@link #difference} of a replica of the same document
     * @param maxBytes how long its uncompressed body may be, in bytes
     * @return the operations; O(runs here + n log n) for n runs in the state
     * @throws MalformedStateException when the bytes are not a state, or its body is longer
     */
    public List<Operation> unseen(byte[] state, int maxBytes) {
        StateReader decoded = StateReader.read(requireNonNull(state, "state"), maxBytes);
        List<DecodedState.Run> inserts = decoded.treeInserts();
        inserts.addAll(TopologicalOrder.of(decoded.waiting().inserts()));
        return VersionSummary.of(core)
                .unseen(inserts, decoded.waiting().deletes())
                .operations();
    }

    /**
     * An element and what it depends on, as operations, every insert after the insert of its anchor: the nearest of the elements that it hangs
     * on, within the limits, up to the first that this replica's own site has made. What is deleted comes as in {@link #missingFrom}. For
     * clients that store an edit until it is durable: the text beside it may not be durable either.
     *
     * @param id the element; the head depends on nothing
     * @param maxElements at most so many elements
     * @param maxInserts in at most so many inserts
     * @return the operations, in the order in which to send them; O(k log n + length) for k inserts
     * @throws InvalidOperationException when the element is not in the document, or only pending
     */
    public List<Operation> ancestry(ElementId id, int maxElements, int maxInserts) {
        List<DecodedState.Run> ancestors = new ArrayList<>();
        int left = maxElements;
        ElementId at = requireNonNull(id, "id");
        while (!at.isHead() && !at.site().equals(site) && left > 0 && ancestors.size() < maxInserts) {
            int run = core.sites.runOf(at);
            if (run < 0) {
                throw new InvalidOperationException("id", at + " is not in the document");
            }
            long from = Math.max(core.runs.counter[run], at.counter() + 1 - left);
            DecodedState.Run part = VersionSummary.part(core, run, from, at.counter() + 1);
            ancestors.add(part);
            left -= part.length();
            at = part.anchor().element();
        }
        Collections.reverse(ancestors);
        return new DecodedState(ancestors, List.of()).operations();
    }

    /**
     * The visible element at an offset. O(log n).
     *
     * @param offset in UTF-16 units, 0 to {@link #length} minus one, not the second half of a surrogate pair
     * @return its id
     * @throws InvalidOperationException when no element starts there
     */
    public ElementId idAt(int offset) {
        positions.checkOffset(offset);
        if (offset == length()) {
            throw new InvalidOperationException("offset", offset + " is the end of the text; no element starts there");
        }
        return positions.idAt(offset);
    }

    /**
     * The offset at which an element starts; for a tombstone, the offset at which it would start if it were visible. O(log n).
     *
     * @param id the element; the head is at offset 0
     * @return the offset in UTF-16 units, or -1 when the element is not in the document, or only pending
     */
    public int offsetOf(ElementId id) {
        return positions.offsetOf(requireNonNull(id, "id"), 0);
    }

    /**
     * A position that is tied to the element on one side of it. O(log n).
     *
     * @param offset in UTF-16 units, 0 to {@link #length}
     * @param bias {@link Bias#LEFT} for the element before the offset: text inserted exactly there lands after the caret, which stays;
     *     {@link Bias#RIGHT} for the element after it: such text lands before the caret, which moves on
     * @return the caret
     * @throws InvalidOperationException when the offset is outside the text or inside a surrogate pair
     */
    public Caret caretAt(int offset, Bias bias) {
        requireNonNull(bias, "bias");
        positions.checkOffset(offset);
        if (bias == Bias.LEFT) {
            return new Caret(positions.idBefore(offset), bias);
        }
        return new Caret(offset == length() ? ElementId.HEAD : positions.idAt(offset), bias);
    }

    /**
     * The offset of a caret in the text as it is now. O(log n).
     *
     * @param caret from {@link #caretAt} of any replica
     * @return the offset in UTF-16 units, or -1 when its element has not arrived here yet
     */
    public int offsetOf(Caret caret) {
        if (requireNonNull(caret, "caret").element().isHead()) {
            return caret.bias() == Bias.LEFT ? 0 : length();
        }
        return positions.offsetOf(caret.element(), caret.bias() == Bias.LEFT ? 1 : 0);
    }

    /**
     * How many elements {@link #elements} would list.
     *
     * @return their number, tombstones included; O(1)
     */
    public long elementCount() {
        return core.treeElements();
    }

    /**
     * All elements in document order, tombstones included.
     *
     * @return a new list; O(elements)
     */
    public List<Element> elements() {
        return positions.elements();
    }

    /**
     * The site and the sizes, for logs and debuggers.
     *
     * @return no text of the document
     */
    @Override
    public String toString() {
        return "Document[site=" + site + ", length=" + length() + ", elements=" + elementCount() + ", pending="
                + pendingCount() + "]";
    }

    /** Edits by element, for undo. */
    Revision revise() {
        return new Revision(core, editor);
    }

    /** Fails when a part of the structure contradicts another; for the tests. */
    void checkInvariants() {
        Invariants.check(core);
    }

    /** How many leaves the tree has, O(leaves); for the tests. */
    int leaves() {
        int leaves = 0;
        for (Leaf leaf = tree.firstLeaf(); leaf != null; leaf = leaf.next) {
            leaves++;
        }
        return leaves;
    }

    private byte[] body() {
        return new StateWriter(core).body();
    }

    private DecodedState missing(byte[] version) {
        return VersionSummary.read(requireNonNull(version, "version")).missing(core);
    }

    /** Refuses what {@link #delete(int, int)} or {@link #insert(int, String)} would refuse of a replacement of text. */
    void checkEdit(int offset, int removed, int points) {
        positions.checkRange(offset, removed);
        checkRoom(points);
    }

    /** Refuses to insert so many elements in edits made here, when counters or elements would run out. */
    void checkRoom(long points) {
        if (points > 0) {
            editor.checkRoom(points);
        }
    }
}
