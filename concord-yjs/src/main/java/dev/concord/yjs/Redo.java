package dev.concord.yjs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/**
 * Takes a step back: deletes what was inserted, and puts copies of what was deleted where that stood. An original keeps the id of its copy, so that
 * what follows, another undo or a position, goes on with the copy. Costs the structs of the step and what stands next to them.
 */
final class Redo {
    private final Store store;
    private final Integrator integrator;
    private final Editor editor;
    /** What could not come back in the step under way, with the parent or parent's parent that could not. */
    private final Map<Integer, Integer> blocked = new HashMap<>();

    Redo(Store store, Integrator integrator, Editor editor) {
        this.store = store;
        this.integrator = integrator;
        this.editor = editor;
    }

    /** Whether it did anything. */
    boolean run(UndoStep step, YUndo undo) {
        blocked.clear();
        IntPredicate covered = undo.covering();
        List<Integer> toDelete = new ArrayList<>();
        forEach(step.inserted, struct -> {
            int now = store.isRedone(struct) ? integrator.beginningAt(store.current(store.id[struct])) : struct;
            if (!store.isDeleted(now) && covered.test(now)) {
                toDelete.add(now);
            }
        });
        Set<Integer> toRedo = new LinkedHashSet<>();
        forEach(step.deleted, struct -> {
            if (!step.hasInserted(store.id[struct]) && covered.test(struct)) {
                toRedo.add(struct);
            }
        });
        boolean changed = false;
        for (int struct : toRedo) {
            changed |= redo(struct, toRedo, step, undo) != Store.NONE;
        }
        for (int i = toDelete.size() - 1; i >= 0; i--) {
            integrator.delete(toDelete.get(i));
            changed = true;
        }
        return changed;
    }

    /** Keeps the contents of what was deleted, or lets them go. */
    void keep(UndoStep step, YUndo undo, boolean kept) {
        IntPredicate covered = undo.covering();
        forEach(step.deleted, struct -> {
            if (covered.test(struct)) {
                keep(struct, kept);
            }
        });
    }

    private void keep(int begin, boolean kept) {
        int struct = begin;
        while (struct != Store.NONE && store.isKept(struct) != kept) {
            store.keep(struct, kept);
            struct = parent(struct);
        }
    }

    /** Calls for each struct of the ranges but garbage; those at the borders are cut. */
    private void forEach(Map<Integer, Ranges> of, IntConsumer action) {
        of.forEach((number, ranges) -> {
            StructIndex index = store.clientAt(number).index;
            for (Map.Entry<Long, Long> range : List.copyOf(ranges.ranges().entrySet())) {
                int to = (int) (long) range.getValue();
                int struct = integrator.beginningAt(Store.id(number, (int) (long) range.getKey()));
                while (struct != Store.NONE && store.clock(struct) < to) {
                    if (store.kind(struct) != Kind.GC) {
                        if (to < store.end(struct)) {
                            integrator.split(struct, to - store.clock(struct));
                        }
                        action.accept(struct);
                    }
                    struct = index.after(struct);
                }
            }
        });
    }

    private int parent(int struct) {
        return store.typeOf(store.list[struct]).item;
    }

    /** The struct that is the copy of another one. */
    private int copyOf(int struct) {
        return integrator.beginningAt(store.copyOf(struct));
    }

    /** The copy of a struct, made when there is none; {@link Store#NONE} when it cannot come back. */
    private int redo(int struct, Set<Integer> toRedo, UndoStep step, YUndo undo) {
        ArrayDeque<Integer> chain = new ArrayDeque<>();
        int at = struct;
        while (!store.isRedone(at)) {
            Integer obstacle = blocked.get(at);
            if (obstacle != null && isStillBlocked(obstacle, toRedo, step, undo)) {
                return block(chain, obstacle);
            }
            if (store.isRedone(at)) {
                break;
            }
            chain.push(at);
            at = parent(at);
            if (at == Store.NONE || !store.isDeleted(at) || store.isRedone(at)) {
                break;
            }
            if (!toRedo.contains(at)) {
                return block(chain, at);
            }
        }
        if (chain.isEmpty()) {
            return copyOf(struct);
        }
        int copy = Store.NONE;
        while (!chain.isEmpty()) {
            int next = chain.pop();
            copy = copy(next, step, undo);
            if (copy == Store.NONE) {
                chain.push(next);
                return block(chain, next);
            }
        }
        return copy;
    }

    /** Of what has failed once, only the cause is tried again: many structs may stand below it, one in the other. */
    private boolean isStillBlocked(int obstacle, Set<Integer> toRedo, UndoStep step, YUndo undo) {
        return !store.isRedone(obstacle) && (!toRedo.contains(obstacle) || copy(obstacle, step, undo) == Store.NONE);
    }

    private int block(ArrayDeque<Integer> chain, int obstacle) {
        chain.forEach(struct -> blocked.put(struct, obstacle));
        return Store.NONE;
    }

    /** Copies a struct whose parent is alive or has a copy. */
    private int copy(int struct, UndoStep step, YUndo undo) {
        TypeNode type = store.typeOf(store.list[struct]);
        int parent = type.item;
        while (parent != Store.NONE && store.isDeleted(parent) && store.isRedone(parent)) {
            parent = copyOf(parent);
        }
        if (parent != type.item) {
            if (store.kind(parent) != Kind.TYPE) {
                return Store.NONE;
            }
            type = store.type(store.at[parent]);
        }
        int left;
        int right = Store.NONE;
        if (store.keyOf(store.list[struct]) == Store.NONE) {
            left = store.left[struct];
            while (left != Store.NONE && standsIn(left, parent) == Store.NONE) {
                left = store.left[left];
            }
            left = left == Store.NONE ? left : standsIn(left, parent);
            right = struct;
            while (right != Store.NONE && standsIn(right, parent) == Store.NONE) {
                right = store.right[right];
            }
            right = right == Store.NONE ? right : standsIn(right, parent);
        } else if (store.right[struct] == Store.NONE) {
            left = lastOf(type, store.keyOf(store.list[struct]));
        } else {
            left = struct;
            while (store.right[left] != Store.NONE && isOwnChange(store.right[left], step, undo)) {
                left = store.right[left];
                while (store.isRedone(left)) {
                    left = copyOf(left);
                }
            }
            if (store.right[left] != Store.NONE) {
                // Somebody else has set the key since.
                return Store.NONE;
            }
        }
        int copy = editor.copy(struct, type, left, right);
        store.markRedone(struct, store.id[copy]);
        keep(copy, true);
        return copy;
    }

    private int lastOf(TypeNode type, int key) {
        int list = type.listOf(key);
        return list == Store.NONE ? Store.NONE : store.last[list];
    }

    private boolean isOwnChange(int struct, UndoStep step, YUndo undo) {
        return store.isRedone(struct) || step.hasInserted(store.id[struct]) || undo.hasDeleted(store.id[struct]);
    }

    /** A struct or the copy of it that stands in the type of an item, {@link Store#NONE} when there is none. */
    private int standsIn(int struct, int parent) {
        int at = struct;
        while (at != Store.NONE && parent(at) != parent) {
            at = store.isRedone(at) ? copyOf(at) : Store.NONE;
        }
        return at;
    }
}
