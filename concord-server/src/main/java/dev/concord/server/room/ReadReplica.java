package dev.concord.server.room;

import dev.concord.crdt.ChangeSink;
import dev.concord.crdt.ConflictException;
import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a document as a whole: its text, its state, what a version is missing. That takes time in proportion to the document, and all rooms of
 * the loop would wait for it. Of a large document it therefore keeps a state and what was applied after it; a background thread makes a replica
 * of both and reads that, and what comes out is the state to begin with next time. A small document is read on the loop, at once. On the room's
 * loop.
 */
final class ReadReplica {
    private static final Logger LOG = LoggerFactory.getLogger(ReadReplica.class);
    /**
     * What is applied after the state may cost so many bytes, or half of what the state does, before there is a new state. Little, since every
     * large room may keep as much, twice while it is read; and enough: a state of so many bytes is made in some milliseconds.
     */
    private static final long MAX_TAIL_BYTES = 256 << 10;
    /** When there is no new state even then, so many times of it are kept, and not more. */
    private static final int MAX_OVERDUE = 4;
    /** About what an operation costs besides its text. */
    private static final int OPERATION_BYTES = 120;
    /** A site, and what waits, cost about as many elements as this when they are encoded: names are compared, and nothing is in runs. */
    private static final int NAME_ELEMENTS = 20;

    /** One thing that was applied: an operation, or a state that was merged. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Change(@Nullable Operation operation, byte @Nullable [] state) {
        void applyTo(Document document) {
            if (operation != null) {
                apply(operation, document);
            } else if (state != null) {
                document.merge(state);
            }
        }

        private static void apply(Operation operation, Document document) {
            try {
                document.apply(operation, ChangeSink.NONE);
            } catch (ConflictException e) {
                // As when the log is replayed: what came first counts.
                LOG.debug("skipped in a replica: {}", e.getMessage());
            }
        }

        long cost() {
            return OPERATION_BYTES
                    + (operation == null ? 0 : Admission.inserted(operation))
                    + (state == null ? 0 : state.length);
        }
    }

    /** The document at one time, for reading. Used by one thread after the other. */
    static final class Snapshot {
        private final byte[] base;
        private final List<Change> changes;
        /** A document with this very base, from the last snapshot; null when it has to be made. */
        private final @Nullable Document before;

        private final Map<Object, Frames.Frame> frames = new HashMap<>();
        private @Nullable Document document;
        private byte @Nullable [] state;
        private @Nullable List<Operation> since = List.of();

        private Snapshot(byte[] base, List<Change> changes, @Nullable Document before) {
            this.base = base;
            this.changes = changes;
            this.before = before;
            this.state = changes.isEmpty() ? base : null;
        }

        private Snapshot(Document document) {
            this(new byte[0], List.of(), null);
            this.document = document;
            this.state = null;
        }

        /** The document, to be read only. */
        Document document() {
            Document known = document;
            if (known == null) {
                Document made = before == null ? Document.load("reader", base) : before;
                changes.forEach(change -> change.applyTo(made));
                document = made;
                known = made;
            }
            return known;
        }

        /** The whole state. */
        byte[] state() {
            byte[] known = state;
            if (known == null) {
                known = document().encode();
                state = known;
            }
            return known;
        }

        /** A frame that several readers of this snapshot share; it is made once, and released after all of them have ended. */
        Frames.Frame frame(Object key, Supplier<Frames.Frame> maker) {
            return frames.computeIfAbsent(key, k -> maker.get());
        }

        /** The shared frame, which is the caller's to release from now on; null when it was not made. */
        Frames.@Nullable Frame take(Object key) {
            return frames.remove(key);
        }

        /** What was applied to the document after this snapshot, in its order; null when that is not known by operations. */
        @Nullable
        List<Operation> since() {
            return since;
        }

        private void release() {
            frames.values().forEach(Frames.Frame::release);
            frames.clear();
        }
    }

    /** What somebody wants to read, and what became of it. */
    private static final class Reading<T> {
        private final Function<Snapshot, T> task;
        private final BiConsumer<T, Snapshot> then;
        private final Consumer<Throwable> failed;
        private @Nullable T result;
        private @Nullable Throwable fault;

        Reading(Function<Snapshot, T> task, BiConsumer<T, Snapshot> then, Consumer<Throwable> failed) {
            this.task = task;
            this.then = then;
            this.failed = failed;
        }

        void run(Snapshot snapshot) {
            try {
                result = task.apply(snapshot);
            } catch (RuntimeException | Error e) {
                fault = e;
            }
        }

        void end(Snapshot snapshot) {
            T read = result;
            if (read != null) {
                then.accept(read, snapshot);
            } else {
                failed.accept(fault == null ? new IllegalStateException("nothing was read") : fault);
            }
        }
    }

    private final RoomContext context;
    private final Attempts attempts;
    private final Document document;
    private final Executor background;
    private final int small;

    private Queue<Reading<?>> waiting = new ArrayDeque<>();
    private final HandOver ends;
    /** Null while the document is small. */
    private byte @Nullable [] base;

    /**
     * What the last snapshot has made of it, for the next one, which may be asked for at once; memory that is short takes it. Null when the base
     * comes from elsewhere.
     */
    private @Nullable SoftReference<Document> warm;

    private List<Change> tail = new ArrayList<>();
    private long tailBytes;
    private boolean reading;

    /**
     * A document that was read from the store. Called on an I/O thread.
     *
     * @param background runs what takes time in proportion to the document
     */
    ReadReplica(RoomContext context, Document document, Executor background) {
        this.context = context;
        this.attempts = new Attempts(context);
        this.document = document;
        this.background = background;
        this.ends = new HandOver(context.loop());
        this.small = context.limits().rooms().elementsPerTurn();
        if (isLarge()) {
            base = document.encode();
        }
    }

    private boolean isLarge() {
        long names = (long) document.siteCount() + document.pendingCount();
        return document.elementCount() + document.pendingElements() + names * NAME_ELEMENTS > small;
    }

    /** An operation was applied to the document. */
    void applied(Operation operation) {
        deliver();
        if (base == null) {
            if (isLarge()) {
                // Not much longer than what counts as small; it is the only time.
                base = document.encode();
            }
            return;
        }
        add(new Change(operation, null));
    }

    /** A state is about to be merged into the document. */
    void merging(byte[] state) {
        if (base == null) {
            base = document.encode();
        }
        add(new Change(null, state));
    }

    /** The state has been merged. */
    void merged() {
        if (!isLarge()) {
            base = null;
            warm = null;
            tail = new ArrayList<>();
            tailBytes = 0;
        }
    }

    private void add(Change change) {
        tail.add(change);
        tailBytes += change.cost();
        byte[] known = base;
        long bound = Math.max(MAX_TAIL_BYTES, known == null ? 0 : known.length / 2);
        if (tailBytes <= bound) {
            return;
        }
        if (!reading) {
            start();
        } else if (tailBytes > bound * MAX_OVERDUE) {
            // The threads cannot keep up: rather a pause now than memory without end.
            LOG.atWarn().addKeyValue("room", context.id()).log("a large document is encoded on the room's loop");
            tail = new ArrayList<>();
            tailBytes = 0;
            base = document.encode();
            warm = null;
        }
    }

    /**
     * Reads the document as it is now, or a little later.
     *
     * @param task reads; called on a background thread when the document is large
     * @param then gets what was read and whence, on the loop; in this call when the document is small
     * @param failed gets what the task threw, or why nothing is read any more; on the loop
     */
    <T> void read(Function<Snapshot, T> task, BiConsumer<T, Snapshot> then, Consumer<Throwable> failed) {
        deliver();
        Reading<T> one = new Reading<>(task, then, failed);
        if (base == null) {
            Snapshot snapshot = new Snapshot(document);
            try {
                one.run(snapshot);
                one.end(snapshot);
            } finally {
                snapshot.release();
            }
            return;
        }
        waiting.add(one);
        start();
    }

    private void start() {
        byte[] from = base;
        if (reading || from == null) {
            return;
        }
        reading = true;
        Queue<Reading<?>> now = waiting;
        waiting = new ArrayDeque<>();
        List<Change> changes = tail;
        tail = new ArrayList<>();
        tailBytes = 0;
        Document before = warm == null ? null : warm.get();
        // It changes from now on, and is nobody's when that fails.
        warm = null;
        Batch batch = new Batch(new Snapshot(from, changes, before), now);
        try {
            background.execute(() -> run(batch));
        } catch (RuntimeException | Error refused) {
            batch.fault = refused;
            ended(batch);
        }
    }

    /** Readings of one snapshot. */
    private static final class Batch {
        final Snapshot snapshot;
        final Queue<Reading<?>> readings;
        /** Why there is no newer state. */
        @Nullable
        Throwable fault;

        Batch(Snapshot snapshot, Queue<Reading<?>> readings) {
            this.snapshot = snapshot;
            this.readings = readings;
        }
    }

    private void run(Batch batch) {
        try {
            batch.snapshot.state();
            batch.readings.forEach(one -> one.run(batch.snapshot));
        } catch (RuntimeException | Error e) {
            batch.fault = e;
        }
        ends.bring(() -> ended(batch));
    }

    /** Ends a reading whose end the loop has refused. Call it from time to time. */
    void deliver() {
        ends.watch();
    }

    private void ended(Batch batch) {
        reading = false;
        Snapshot snapshot = batch.snapshot;
        Throwable fault = batch.fault;
        if (base != snapshot.base) {
            snapshot.since = null;
        } else if (fault != null) {
            snapshot.changes.addAll(tail);
            tail = snapshot.changes;
            tailBytes = tail.stream().mapToLong(Change::cost).sum();
        } else {
            base = snapshot.state();
            Document made = snapshot.document == null ? snapshot.before : snapshot.document;
            warm = made == null ? null : new SoftReference<>(made);
            snapshot.since = operations();
        }
        if (fault != null) {
            LOG.atError().addKeyValue("room", context.id()).setCause(fault).log("the document could not be read");
        }
        for (Reading<?> one : batch.readings) {
            if (one.fault == null) {
                one.fault = fault;
            }
            attempts.attempt("ending a reading of the document", () -> one.end(snapshot));
        }
        attempts.attempt("giving frames back", snapshot::release);
        if (!waiting.isEmpty()) {
            start();
        }
    }

    private @Nullable List<Operation> operations() {
        List<Operation> all = new ArrayList<>(tail.size());
        for (Change change : tail) {
            Operation operation = change.operation();
            if (operation == null) {
                return null;
            }
            all.add(operation);
        }
        return all;
    }
}
