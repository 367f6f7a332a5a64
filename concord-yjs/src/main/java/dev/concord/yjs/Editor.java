package dev.concord.yjs;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Edits made here: finds places by offset and makes the structs that say what was done. The structs are those that Yjs would make of the
 * same edits. New ones always name neighbours as their origins, so that all replicas agree on them.
 */
final class Editor {
    private final Store store;
    private final Integrator integrator;
    private final FormatCleanup formats;
    private long client;

    Editor(Store store, Integrator integrator, FormatCleanup formats, long client) {
        this.store = store;
        this.integrator = integrator;
        this.formats = formats;
        this.client = client;
    }

    void client(long next) {
        client = next;
    }

    /** A place in a sequence, with the formats that hold there. */
    private final class Place {
        final TypeNode type;
        int left = Store.NONE;
        int right;
        final Map<Integer, byte[]> current = new LinkedHashMap<>();

        Place(TypeNode type) {
            this.type = type;
            this.right = store.first[type.sequence];
        }

        void forward() {
            if (store.kind(right) == Kind.FORMAT && !store.isDeleted(right)) {
                FormatCleanup.update(current, format(right));
            }
            left = right;
            right = store.right[right];
        }

        /** Goes over so many visible units, and cuts what they end in. */
        void skip(int units) {
            int rest = units;
            while (right != Store.NONE && rest > 0) {
                if (store.isVisible(right)) {
                    if (rest < store.length[right]) {
                        integrator.split(right, rest);
                    }
                    rest -= store.length[right];
                }
                forward();
            }
        }

        int insert(int kind, int at, int length) {
            int struct = add(type, Store.NONE, kind, at, length, left, right);
            right = struct;
            forward();
            return struct;
        }
    }

    private Format format(int struct) {
        return store.clientAt(store.client(struct)).format(store.at[struct]);
    }

    private Client own() {
        return store.findOrAdd(client);
    }

    private int add(TypeNode type, int key, int kind, int at, int length, int left, int right) {
        Client own = own();
        int struct = store.add(kind, Store.id(own.number, own.end), length);
        store.origin[struct] = left == Store.NONE ? Store.NO_ID : store.lastId(left);
        store.rightOrigin[struct] = right == Store.NONE ? Store.NO_ID : store.id[right];
        store.list[struct] = store.listOf(type, key);
        store.at[struct] = at;
        integrator.insert(struct, left, right);
        return struct;
    }

    /** Makes a struct of its own with the content of another one; a type without what is in it. */
    int copy(int struct, TypeNode type, int left, int right) {
        Client own = own();
        Client from = store.clientAt(store.client(struct));
        int kind = store.kind(struct);
        int at = store.at[struct];
        int length = store.length[struct];
        int copied = 0;
        if (kind == Kind.STRING) {
            copied = own.text.append(from.text.text(at, at + length));
        } else if (kind == Kind.TYPE) {
            TypeNode of = store.type(at);
            copied = store.addType(store.nextHandle(), of.ref, of.name, type.depth + 1);
        } else if (Kind.hasCells(kind)) {
            copied = own.cellCount;
            int cells = kind == Kind.ANY || kind == Kind.JSON ? length : 1;
            for (int i = at; i < at + cells; i++) {
                own.addCell(from.cell(i));
            }
        }
        return add(type, store.keyOf(store.list[struct]), kind, copied, length, left, right);
    }

    /** Whether an offset stands between the halves of a surrogate pair. */
    boolean cutsPair(TypeNode type, int offset) {
        if (offset == 0 || offset == type.length) {
            return false;
        }
        int rest = offset;
        for (int s = store.first[type.sequence]; s != Store.NONE; s = store.right[s]) {
            if (store.isVisible(s)) {
                if (rest < store.length[s]) {
                    if (store.kind(s) != Kind.STRING) {
                        return false;
                    }
                    TextStore text = store.clientAt(store.client(s)).text;
                    int at = store.at[s] + rest;
                    return Character.isHighSurrogate(text.charAt(at - 1)) && Character.isLowSurrogate(text.charAt(at));
                }
                rest -= store.length[s];
                if (rest == 0) {
                    return false;
                }
            }
        }
        return false;
    }

    // ------------------------------------------------------------------ text

    /** Inserts text or one value; with {@code attributes} null it takes those of its place. */
    void insert(TypeNode type, int offset, Object content, @Nullable Map<String, @Nullable Object> attributes) {
        Place place = new Place(type);
        place.skip(offset);
        Map<Integer, byte[]> wanted = attributes == null ? new LinkedHashMap<>(place.current) : interned(attributes);
        insert(place, content, wanted);
    }

    /** A type in a text, where it counts as one unit. */
    TypeNode insertType(TypeNode type, int offset, int ref, @Nullable String name) {
        Place place = new Place(type);
        place.skip(offset);
        Map<Integer, byte[]> wanted = new LinkedHashMap<>();
        TypeNode[] made = new TypeNode[1];
        insert(place, wanted, () -> made[0] = placeType(place, ref, name));
        return made[0];
    }

    private TypeNode placeType(Place place, int ref, @Nullable String name) {
        int struct = place.insert(Kind.TYPE, newType(place.type, ref, name), 1);
        return store.type(store.at[struct]);
    }

    private int newType(TypeNode parent, int ref, @Nullable String name) {
        // The struct that holds it is the next one that is added.
        return store.addType(
                store.nextHandle(), ref, name == null ? Store.NONE : store.names.intern(name), parent.depth + 1);
    }

    private void insert(Place place, Object content, Map<Integer, byte[]> wanted) {
        insert(place, wanted, () -> {
            if (content instanceof String text) {
                place.insert(Kind.STRING, own().text.append(text), text.length());
            } else {
                place.insert(Kind.EMBED, own().addCell(Values.bytes(content)), 1);
            }
        });
    }

    /** Formats that begin, the content, and formats that end. */
    private void insert(Place place, Map<Integer, byte[]> wanted, Runnable content) {
        for (Integer key : place.current.keySet()) {
            wanted.putIfAbsent(key, Values.NULL_VALUE);
        }
        minimise(place, wanted);
        Map<Integer, byte[]> negated = insertFormats(place, wanted);
        content.run();
        insertNegated(place, negated);
    }

    private Map<Integer, byte[]> interned(Map<String, @Nullable Object> attributes) {
        Map<Integer, byte[]> interned = new LinkedHashMap<>();
        Values.ordered(attributes).forEach((key, value) -> interned.put(store.names.intern(key), Values.bytes(value)));
        return interned;
    }

    /** Goes on as long as what stands there is deleted, or a format that is wanted anyway. */
    private void minimise(Place place, Map<Integer, byte[]> wanted) {
        while (place.right != Store.NONE
                && (store.isDeleted(place.right)
                        || (store.kind(place.right) == Kind.FORMAT && says(place.right, wanted)))) {
            place.forward();
        }
    }

    private boolean says(int struct, Map<Integer, byte[]> wanted) {
        Format format = format(struct);
        return isEqual(wanted.getOrDefault(format.key(), Values.NULL_VALUE), format.value());
    }

    private static boolean isEqual(byte[] value, byte[] other) {
        return java.util.Arrays.equals(value, other);
    }

    /** Begins the formats that do not hold yet, and tells what has to be said after them. */
    private Map<Integer, byte[]> insertFormats(Place place, Map<Integer, byte[]> wanted) {
        Map<Integer, byte[]> negated = new LinkedHashMap<>();
        wanted.forEach((key, value) -> {
            byte[] holds = place.current.getOrDefault(key, Values.NULL_VALUE);
            if (!isEqual(holds, value)) {
                negated.put(key, holds);
                place.insert(Kind.FORMAT, own().addCell(new Format(key, value)), 1);
            }
        });
        return negated;
    }

    private void insertNegated(Place place, Map<Integer, byte[]> negated) {
        while (place.right != Store.NONE) {
            if (!store.isDeleted(place.right)) {
                if (store.kind(place.right) != Kind.FORMAT) {
                    break;
                }
                Format format = format(place.right);
                byte[] value = negated.get(format.key());
                if (value == null || !isEqual(value, format.value())) {
                    break;
                }
                negated.remove(format.key());
            }
            place.forward();
        }
        negated.forEach((key, value) -> place.insert(Kind.FORMAT, own().addCell(new Format(key, value)), 1));
    }

    void format(TypeNode type, int offset, int length, Map<String, @Nullable Object> attributes) {
        Place place = new Place(type);
        place.skip(offset);
        if (place.right != Store.NONE) {
            format(place, length, interned(attributes));
        }
    }

    private void format(Place place, int length, Map<Integer, byte[]> wanted) {
        minimise(place, wanted);
        Map<Integer, byte[]> negated = insertFormats(place, wanted);
        int rest = length;
        while (place.right != Store.NONE && (rest > 0 || goesOn(place.right, negated))) {
            int struct = place.right;
            if (!store.isDeleted(struct)) {
                if (store.kind(struct) == Kind.FORMAT) {
                    Format format = format(struct);
                    byte[] value = wanted.get(format.key());
                    if (value == null) {
                        place.current.put(format.key(), format.value());
                    } else {
                        if (isEqual(value, format.value())) {
                            negated.remove(format.key());
                        } else if (rest == 0) {
                            break;
                        } else {
                            negated.put(format.key(), format.value());
                        }
                        integrator.delete(struct);
                    }
                } else {
                    if (rest < store.length[struct]) {
                        integrator.split(struct, rest);
                    }
                    rest -= store.length[struct];
                }
            }
            place.forward();
        }
        if (rest > 0) {
            // Editors of rich text expect that the last line ends.
            String newlines = "\n".repeat(rest);
            place.insert(Kind.STRING, own().text.append(newlines), rest);
        }
        insertNegated(place, negated);
    }

    private boolean goesOn(int struct, Map<Integer, byte[]> negated) {
        return !negated.isEmpty() && (store.isDeleted(struct) || store.kind(struct) == Kind.FORMAT);
    }

    void delete(TypeNode type, int offset, int length) {
        Place place = new Place(type);
        place.skip(offset);
        delete(place, length);
    }

    private void delete(Place place, int length) {
        Map<Integer, byte[]> before = new HashMap<>(place.current);
        int begin = place.right;
        int rest = length;
        while (rest > 0 && place.right != Store.NONE) {
            int struct = place.right;
            if (store.isVisible(struct)) {
                if (rest < store.length[struct]) {
                    integrator.split(struct, rest);
                }
                rest -= store.length[struct];
                integrator.delete(struct);
            }
            place.forward();
        }
        if (begin != Store.NONE) {
            formats.cleanGap(begin, place.right, before, place.current);
        }
    }

    void apply(TypeNode type, List<DeltaOp> delta) {
        Place place = new Place(type);
        for (DeltaOp op : delta) {
            Object insert = op.insert();
            if (insert != null) {
                if (!(insert instanceof String text && text.isEmpty())) {
                    insert(place, insert, interned(op.attributes()));
                }
            } else if (op.retain() > 0) {
                format(place, op.retain(), interned(op.attributes()));
            } else if (op.delete() > 0) {
                delete(place, op.delete());
            }
        }
    }

    // ------------------------------------------------------------------ sequences

    private Place placeInSequence(TypeNode type, int index) {
        Place place = new Place(type);
        // What was deleted right after the place stays after it.
        place.skip(index);
        return place;
    }

    /** Inserts values, in as few structs as can be. */
    void insertValues(TypeNode type, int index, List<?> values) {
        Place place = placeInSequence(type, index);
        int right = place.right;
        int left = place.left;
        Client own = own();
        for (int i = 0; i < values.size(); ) {
            Object value = values.get(i);
            if (isSingle(value)) {
                left = add(type, Store.NONE, kindOf(value), own.addCell(cell(value)), 1, left, right);
                i++;
                continue;
            }
            int at = own.cellCount;
            int count = 0;
            for (; i < values.size() && !isSingle(values.get(i)); i++) {
                own.addCell(Values.bytes(values.get(i)));
                count++;
            }
            left = add(type, Store.NONE, Kind.ANY, at, count, left, right);
        }
    }

    private static boolean isSingle(@Nullable Object value) {
        return value instanceof byte[] || value instanceof SubDocument;
    }

    private static int kindOf(@Nullable Object value) {
        return value instanceof byte[] ? Kind.BINARY : value instanceof SubDocument ? Kind.DOC : Kind.ANY;
    }

    private static byte[] cell(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return bytes.clone();
        }
        if (value instanceof SubDocument doc) {
            ByteOut out = new ByteOut();
            out.string(doc.guid());
            Values.write(doc.options(), out);
            return out.toBytes();
        }
        return Values.bytes(value);
    }

    TypeNode insertElement(TypeNode type, int index, int ref, @Nullable String name) {
        return placeType(placeInSequence(type, index), ref, name);
    }

    void deleteElements(TypeNode type, int index, int length) {
        Place place = placeInSequence(type, index);
        int rest = length;
        for (int s = place.right; rest > 0 && s != Store.NONE; s = store.right[s]) {
            if (store.isVisible(s)) {
                if (rest < store.length[s]) {
                    integrator.split(s, rest);
                }
                rest -= store.length[s];
                integrator.delete(s);
            }
        }
    }

    // ------------------------------------------------------------------ keys

    void set(TypeNode type, String key, @Nullable Object value) {
        int name = store.names.intern(key);
        int list = store.listOf(type, name);
        int left = store.last[list];
        add(type, name, kindOf(value), own().addCell(cell(value)), 1, left, Store.NONE);
    }

    TypeNode setType(TypeNode type, String key, int ref, @Nullable String name) {
        int keyName = store.names.intern(key);
        int list = store.listOf(type, keyName);
        int left = store.last[list];
        int struct = add(type, keyName, Kind.TYPE, newType(type, ref, name), 1, left, Store.NONE);
        return store.type(store.at[struct]);
    }

    void remove(TypeNode type, String key) {
        int name = store.names.find(key);
        int list = name < 0 ? Store.NONE : type.listOf(name);
        int value = list == Store.NONE ? Store.NONE : store.last[list];
        if (value != Store.NONE && !store.isDeleted(value)) {
            integrator.delete(value);
        }
    }
}
