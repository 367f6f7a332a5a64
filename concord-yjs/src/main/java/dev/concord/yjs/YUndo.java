package dev.concord.yjs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Undoes and redoes the edits that were made here in some types, one step after another, and leaves alone what others did since. Edits that follow each other
 * within the capture time are one step.
 *
 * <p>What was deleted comes back as a copy under new ids, where it stood. The value of a key comes back only when nobody else has
 * set the key since. Only edits with one of the tracked origins are undone, by default those without an origin; cleaning of formats and what others
 * did never is.
 *
 * <p>What a step deleted stays in memory and in the state as long as the step is there: {@link #clear} or {@link #close} let it go with the next load.
 * Not thread-safe, as its document is.
 */
public final class YUndo implements AutoCloseable {
    /** Edits within so many milliseconds of each other are one step unless another time is given. */
    public static final long CAPTURE_MILLIS = 500;

    private enum Mode {
        EDITING,
        UNDOING,
        REDOING
    }

    private final YDocument document;
    private final Redo redo;
    private final Set<TypeNode> scope = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<@Nullable Object> origins;
    private final long captureNanos;
    private final LongSupplier nanoClock;
    private final ArrayDeque<UndoStep> undoSteps = new ArrayDeque<>();
    private final ArrayDeque<UndoStep> redoSteps = new ArrayDeque<>();
    private Mode mode = Mode.EDITING;
    private boolean isCapturing;
    private long lastEdit;

    /**
     * Undoes edits without an origin.
     *
     * @param document in which the types are
     * @param nanoClock nanoseconds that never go back, {@code System::nanoTime} most often
     * @param types the types whose edits are undone, with all that is in them
     */
    public YUndo(YDocument document, LongSupplier nanoClock, YType... types) {
        this(document, Collections.singleton(null), CAPTURE_MILLIS, nanoClock, types);
    }

    /**
     * Undoes edits with certain origins.
     *
     * @param document in which the types are
     * @param origins of the edits that are undone, see {@link YDocument#edit(Object, Runnable)}; null stands for edits without one
     * @param captureMillis edits within so many milliseconds of the one before join its step; 0 to make each its own
     * @param nanoClock nanoseconds that never go back, {@code System::nanoTime} most often
     * @param types the types whose edits are undone, with all that is in them
     * @throws IllegalArgumentException when there is no type, one is of another document, or the time is below 0
     */
    public YUndo(
            YDocument document,
            Set<? extends @Nullable Object> origins,
            long captureMillis,
            LongSupplier nanoClock,
            YType... types) {
        if (captureMillis < 0 || types.length == 0) {
            throw new IllegalArgumentException("a time of 0 or more and at least one type");
        }
        this.document = document;
        this.redo = document.redo();
        this.origins = new HashSet<>(origins);
        this.captureNanos = Math.multiplyExact(captureMillis, 1_000_000L);
        this.nanoClock = nanoClock;
        Arrays.stream(types).forEach(this::add);
        document.add(this);
    }

    /**
     * Undoes edits of one more type from now on.
     *
     * @param type of the same document
     * @throws IllegalArgumentException when it is of another one
     */
    public void add(YType type) {
        if (type.document != document) {
            throw new IllegalArgumentException("a type of another document");
        }
        scope.add(type.node);
    }

    /**
     * Whether there is a step to undo.
     *
     * @return true also when the step has nothing left to do
     */
    public boolean canUndo() {
        return !undoSteps.isEmpty();
    }

    /**
     * Whether there is a step to redo.
     *
     * @return true also when the step has nothing left to do
     */
    public boolean canRedo() {
        return !redoSteps.isEmpty();
    }

    /**
     * Undoes the last step that has something left to do.
     *
     * @return what it did, as an update of version 1 to be sent to the peers; no bytes when there was nothing
     * @throws IllegalStateException when called by a listener or within an edit
     */
    public byte[] undo() {
        return run(undoSteps, Mode.UNDOING);
    }

    /**
     * Redoes the step that was undone last. An edit ends what can be redone.
     *
     * @return what it did, as an update of version 1 to be sent to the peers; no bytes when there was nothing
     * @throws IllegalStateException when called by a listener or within an edit
     */
    public byte[] redo() {
        return run(redoSteps, Mode.REDOING);
    }

    private byte[] run(ArrayDeque<UndoStep> steps, Mode as) {
        checkIdle();
        mode = as;
        try {
            return document.edit(this, () -> {
                boolean changed = false;
                while (!changed && !steps.isEmpty()) {
                    changed = redo.run(steps.pop(), this);
                }
            });
        } finally {
            mode = Mode.EDITING;
        }
    }

    private void checkIdle() {
        if (document.isBusy()) {
            throw new IllegalStateException("undo is a transaction of its own");
        }
    }

    /** The next edit begins a step, however soon it comes. */
    public void endStep() {
        isCapturing = false;
    }

    /**
     * Forgets all steps.
     *
     * @throws IllegalStateException when called by a listener or within an edit
     */
    public void clear() {
        checkIdle();
        document.edit(this, () -> {
            clear(undoSteps);
            clear(redoSteps);
        });
        isCapturing = false;
    }

    private void clear(ArrayDeque<UndoStep> steps) {
        steps.forEach(step -> redo.keep(step, this, false));
        steps.clear();
    }

    /** Forgets all steps and takes no more. */
    @Override
    public void close() {
        clear();
        document.remove(this);
    }

    /** Takes what a transaction did, before what it deleted goes. */
    void capture(Transaction tx, @Nullable Object origin, int[] clientsOfDeletions) {
        if (origin == this ? mode == Mode.EDITING : !tx.isLocal || !origins.contains(origin)) {
            return;
        }
        if (!concerns(tx)) {
            return;
        }
        ArrayDeque<UndoStep> steps = mode == Mode.UNDOING ? redoSteps : undoSteps;
        long now = nanoClock.getAsLong();
        boolean joins = mode == Mode.EDITING && isCapturing && now - lastEdit < captureNanos && !steps.isEmpty();
        if (mode == Mode.EDITING) {
            clear(redoSteps);
            isCapturing = true;
            lastEdit = now;
        } else if (mode == Mode.UNDOING) {
            isCapturing = false;
        }
        UndoStep step = new UndoStep();
        step.add(tx, clientsOfDeletions);
        redo.keep(step, this, true);
        if (joins) {
            steps.element().add(tx, clientsOfDeletions);
        } else {
            steps.push(step);
        }
    }

    private boolean concerns(Transaction tx) {
        Store store = document.store;
        IdentityHashMap<TypeNode, Boolean> known = new IdentityHashMap<>();
        for (int i = 0; i < tx.changedCount; i++) {
            TypeNode type = store.typeOf(tx.changed[i]);
            if (store.isAlive(type) && covers(type, known)) {
                return true;
            }
        }
        return false;
    }

    /** Says of structs whether they stand in one of the types, however deep. Costs each type above them once, so it is for one step only. */
    IntPredicate covering() {
        IdentityHashMap<TypeNode, Boolean> known = new IdentityHashMap<>();
        return struct -> covers(document.store.typeOf(document.store.list[struct]), known);
    }

    private boolean covers(TypeNode begin, IdentityHashMap<TypeNode, Boolean> known) {
        Store store = document.store;
        List<TypeNode> passed = new ArrayList<>();
        TypeNode type = begin;
        Boolean covered = known.get(type);
        while (covered == null) {
            passed.add(type);
            if (scope.contains(type)) {
                covered = true;
            } else if (type.isRoot()) {
                covered = false;
            } else {
                type = store.typeOf(store.list[type.item]);
                covered = known.get(type);
            }
        }
        for (TypeNode of : passed) {
            known.put(of, covered);
        }
        return covered;
    }

    /** Whether one of the steps deleted an id. */
    boolean hasDeleted(long id) {
        return undoSteps.stream().anyMatch(step -> step.hasDeleted(id))
                || redoSteps.stream().anyMatch(step -> step.hasDeleted(id));
    }
}
