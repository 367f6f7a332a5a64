package dev.concord.yjs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells what a transaction did, before what it deleted goes. O(structs of the types that changed). */
final class Events {
    private final Store store;
    private final TypeReader reader;
    private final YDocument document;

    Events(YDocument document) {
        this.document = document;
        this.store = document.store;
        this.reader = document.reader;
    }

    TypeEvent of(TypeChange change, Transaction tx) {
        TypeNode node = change.type().node;
        List<DeltaOp> delta = change.isSequenceChanged() ? new Walk(node, tx).delta() : List.of();
        Map<String, KeyChange> keys = new LinkedHashMap<>();
        for (String key : change.keys()) {
            keys.put(key, keyChange(node.listOf(store.names.find(key)), tx));
        }
        return new TypeEvent(change.type(), delta, keys, tx.isLocal);
    }

    /** The types that a transaction changed and that are still there. */
    List<TypeChange> changes(Transaction tx) {
        if (tx.changedCount == 1 && store.keyOf(tx.changed[0]) == Store.NONE) {
            TypeNode type = store.typeOf(tx.changed[0]);
            return store.isAlive(type) ? List.of(new TypeChange(document.view(type), true, Set.of())) : List.of();
        }
        Map<TypeNode, Set<String>> keys = new LinkedHashMap<>();
        Set<TypeNode> sequences = new LinkedHashSet<>();
        for (int i = 0; i < tx.changedCount; i++) {
            TypeNode type = store.typeOf(tx.changed[i]);
            if (store.isAlive(type)) {
                Set<String> ofType = keys.computeIfAbsent(type, t -> new LinkedHashSet<>());
                int key = store.keyOf(tx.changed[i]);
                if (key == Store.NONE) {
                    sequences.add(type);
                } else {
                    ofType.add(store.names.name(key));
                }
            }
        }
        List<TypeChange> changes = new ArrayList<>();
        keys.forEach((type, ofType) -> changes.add(
                new TypeChange(document.view(type), sequences.contains(type), Collections.unmodifiableSet(ofType))));
        return Collections.unmodifiableList(changes);
    }

    private boolean wasVisible(int struct, Transaction tx) {
        return tx.isOld(struct) && (!store.isDeleted(struct) || tx.deletes(store.id[struct]));
    }

    private KeyChange keyChange(int list, Transaction tx) {
        int now = store.last[list];
        boolean has = now != Store.NONE && !store.isDeleted(now);
        int before = now;
        while (before != Store.NONE && !wasVisible(before, tx)) {
            before = store.left[before];
        }
        boolean had = before != Store.NONE;
        return new KeyChange(had, had ? value(before) : null, has, has ? value(now) : null);
    }

    private @Nullable Object value(int struct) {
        return store.kind(struct) == Kind.DELETED ? null : reader.value(struct, store.length[struct] - 1);
    }

    /** Along a sequence, with what formats held before and hold now. */
    private final class Walk {
        private final TypeNode type;
        private final Transaction tx;
        private final boolean isText;
        private final List<DeltaOp> ops = new ArrayList<>();
        private final Map<Integer, byte[]> before = new LinkedHashMap<>();
        private final Map<Integer, byte[]> now = new LinkedHashMap<>();
        private final StringBuilder text = new StringBuilder();
        private List<@Nullable Object> elements = new ArrayList<>();
        private int retain;
        private int delete;
        private Map<String, @Nullable Object> attributes = Map.of();

        Walk(TypeNode type, Transaction tx) {
            this.type = type;
            this.tx = tx;
            TypeKind kind = reader.kind(type);
            this.isText = kind == TypeKind.TEXT || kind == TypeKind.XML_TEXT || type.hasFormats;
        }

        List<DeltaOp> delta() {
            for (int s = store.first[type.sequence]; s != Store.NONE; s = store.right[s]) {
                boolean was = wasVisible(s, tx);
                boolean is = !store.isDeleted(s);
                if (store.kind(s) == Kind.FORMAT) {
                    Format format = store.clientAt(store.client(s)).format(store.at[s]);
                    if (was) {
                        FormatCleanup.update(before, format);
                    }
                    if (is) {
                        FormatCleanup.update(now, format);
                    }
                } else if (was && is) {
                    keep(s);
                } else if (was) {
                    if (retain > 0 || hasInsert()) {
                        pack();
                    }
                    delete += store.length[s];
                } else if (is) {
                    insert(s);
                }
            }
            pack();
            while (!ops.isEmpty() && isPlainRetain(ops.get(ops.size() - 1))) {
                ops.remove(ops.size() - 1);
            }
            return ops;
        }

        private boolean isPlainRetain(DeltaOp op) {
            return op.retain() > 0 && op.attributes().isEmpty();
        }

        private boolean hasInsert() {
            return text.length() > 0 || !elements.isEmpty();
        }

        private void keep(int struct) {
            Map<String, @Nullable Object> differing = differing();
            if (delete > 0 || hasInsert() || (retain > 0 && !attributes.equals(differing))) {
                pack();
            }
            attributes = differing;
            retain += store.length[struct];
        }

        private Map<String, @Nullable Object> differing() {
            if (before.isEmpty() && now.isEmpty()) {
                return Map.of();
            }
            Map<String, @Nullable Object> differing = new LinkedHashMap<>();
            before.forEach((key, value) -> {
                if (!now.containsKey(key)) {
                    differing.put(store.names.name(key), null);
                }
            });
            now.forEach((key, value) -> {
                byte[] old = before.get(key);
                if (old == null || !java.util.Arrays.equals(old, value)) {
                    differing.put(store.names.name(key), Values.read(value));
                }
            });
            return differing;
        }

        private void insert(int struct) {
            Map<String, @Nullable Object> formats = reader.attributes(now);
            if (delete > 0 || retain > 0 || (hasInsert() && !attributes.equals(formats))) {
                pack();
            }
            attributes = formats;
            for (int i = 0; i < store.length[struct]; i++) {
                if (isText && store.kind(struct) == Kind.STRING) {
                    store.clientAt(store.client(struct))
                            .text
                            .appendTo(text, store.at[struct], store.at[struct] + store.length[struct]);
                    return;
                }
                if (isText) {
                    pack();
                    ops.add(DeltaOp.insert(
                            Objects.requireNonNullElse(reader.value(struct, i), Undefined.UNDEFINED), formats));
                } else {
                    elements.add(reader.value(struct, i));
                }
            }
        }

        private void pack() {
            if (retain > 0) {
                ops.add(DeltaOp.retain(retain, attributes));
            } else if (delete > 0) {
                ops.add(DeltaOp.delete(delete));
            } else if (text.length() > 0) {
                ops.add(DeltaOp.insert(text.toString(), attributes));
            } else if (!elements.isEmpty()) {
                ops.add(DeltaOp.insert(elements, Map.of()));
                elements = new ArrayList<>();
            }
            retain = 0;
            delete = 0;
            text.setLength(0);
        }
    }
}
