package dev.concord.yjs;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A shared type of a document: a sequence and a map in one, of which most kinds use one. What a kind is for is said at {@link TypeKind};
 * nothing is refused because of it, for a root's kind is not in the bytes.
 *
 * <p>Offsets and lengths in texts are UTF-16 units, in other sequences elements. Finding a place costs O(structs of the type).
 *
 * <p>Values are null, {@link Undefined}, Boolean, numbers, String, {@code byte[]}, List, Map with String keys, {@link SubDocument}, and, when they
 * are read, {@link YType}. Whole numbers are read as Long, others as Double.
 *
 * <p>Each call that edits is a transaction of its own unless it is made within {@link YDocument#edit}. Not thread-safe, as its document is.
 */
public final class YType {
    final YDocument document;
    final TypeNode node;

    YType(YDocument document, TypeNode node) {
        this.document = document;
        this.node = node;
    }

    /**
     * What it is.
     *
     * @return the kind; of a root that nobody declared, what its content looks like
     */
    public TypeKind kind() {
        return document.reader.kind(node);
    }

    /**
     * The name of a root, an XML element or a hook.
     *
     * @return null for other types
     */
    public @Nullable String name() {
        return node.name == Store.NONE ? null : document.store.names.name(node.name);
    }

    /**
     * Whether it is one of the document's roots.
     *
     * @return false when it is in another type
     */
    public boolean isRoot() {
        return node.isRoot();
    }

    /**
     * Whether it was deleted; it then must not be used any more.
     *
     * @return true when it, or a type around it, was deleted
     */
    public boolean isDeleted() {
        return !node.isRoot() && document.store.typeOrNull(node.number) != node;
    }

    /**
     * The length of its sequence.
     *
     * @return UTF-16 units and embedded values of a text, elements of others
     */
    public int length() {
        return node.length;
    }

    // ------------------------------------------------------------------ reading

    /**
     * Its text.
     *
     * @return all characters of its sequence, embedded values left out; O(length)
     */
    public String text() {
        return document.reader.text(node);
    }

    /**
     * All text in it and in the types that it holds, for search: a newline after each XML element.
     *
     * @return the text; O(everything in it)
     */
    public String plainText() {
        return document.reader.plain(node);
    }

    /**
     * Its rich text.
     *
     * @return insertions only
     */
    public List<DeltaOp> delta() {
        return document.reader.delta(node, Visibility.now(document.store));
    }

    /**
     * Its rich text as it was.
     *
     * @param snapshot of this document, which must have kept what it deleted
     * @return insertions only
     */
    public List<DeltaOp> delta(Snapshot snapshot) {
        return document.reader.delta(node, Visibility.at(document.store, snapshot));
    }

    /**
     * Its sequence by ids, what was deleted included and formats left out: for differences between versions. Replicas that have seen the
     * same have the same runs, as far as none of them has deleted formats next to each other.
     *
     * @return runs in their order, as long as they can be; O(structs + length)
     */
    public List<SequenceRun> runs() {
        return document.reader.runs(node);
    }

    /**
     * Its XML, as Yjs prints it: attributes by name, formats as elements, nothing escaped.
     *
     * @return the text
     */
    public String xml() {
        return document.reader.xml(node);
    }

    /**
     * Everything in it as lists, maps and values; texts and XML as strings.
     *
     * @return a List, a Map or a String, by its kind
     * @throws BoundExceededException when types are nested deeper than {@link Bounds#maxDepth}
     */
    public Object toJson() {
        return document.reader.json(node, document.bounds.maxDepth());
    }

    /**
     * The elements of its sequence.
     *
     * @return a list of its own
     */
    public List<@Nullable Object> elements() {
        return document.reader.elements(node);
    }

    /**
     * The values by key, or the attributes of an XML element.
     *
     * @return a map of its own
     */
    public Map<String, @Nullable Object> entries() {
        return document.reader.entries(node);
    }

    /**
     * The value of a key.
     *
     * @param key the key
     * @return null when it has none, or the value null
     */
    public @Nullable Object get(String key) {
        int struct = document.reader.entry(node, key);
        return struct == Store.NONE ? null : document.reader.value(struct, document.store.length[struct] - 1);
    }

    /**
     * Whether a key has a value.
     *
     * @param key the key
     * @return true also for the value null
     */
    public boolean has(String key) {
        return document.reader.entry(node, key) != Store.NONE;
    }

    // ------------------------------------------------------------------ text

    /**
     * Inserts text, with the formats that hold where it comes.
     *
     * @param offset 0 to {@link #length}
     * @param text what; nothing happens when it is empty
     * @throws IllegalArgumentException when the offset is outside or cuts a surrogate pair, or the text has half a pair
     */
    public void insert(int offset, String text) {
        insertText(offset, text, null);
    }

    /**
     * Inserts text with formats, and no others.
     *
     * @param offset 0 to {@link #length}
     * @param text what; nothing happens when it is empty
     * @param attributes formats by key
     * @throws IllegalArgumentException when the offset is outside or cuts a surrogate pair, or the text has half a pair
     */
    public void insert(int offset, String text, Map<String, @Nullable Object> attributes) {
        insertText(offset, text, attributes);
    }

    private void insertText(int offset, String text, @Nullable Map<String, @Nullable Object> attributes) {
        checkPlace(offset);
        checkPairs(text);
        if (!text.isEmpty()) {
            document.edit(() -> document.editor.insert(node, offset, text, attributes));
        }
    }

    /**
     * Inserts a value into a text, where it counts as one unit.
     *
     * @param offset 0 to {@link #length}
     * @param value a Map, most often
     * @param attributes formats by key
     * @throws IllegalArgumentException when the offset is outside or cuts a surrogate pair, or the value is none
     */
    public void embed(int offset, Object value, Map<String, @Nullable Object> attributes) {
        checkPlace(offset);
        byte[] checked = Values.bytes(value);
        document.edit(() -> document.editor.insert(
                node, offset, Objects.requireNonNull(Values.read(checked), "a value"), attributes));
    }

    /**
     * Sets formats.
     *
     * @param offset first offset
     * @param length how much
     * @param attributes formats by key; null ends one
     * @throws IllegalArgumentException when the range is outside or cuts a surrogate pair
     */
    public void format(int offset, int length, Map<String, @Nullable Object> attributes) {
        checkRange(offset, length);
        if (length > 0) {
            document.edit(() -> document.editor.format(node, offset, length, attributes));
        }
    }

    /**
     * Deletes text or elements.
     *
     * @param offset first offset
     * @param length how much
     * @throws IllegalArgumentException when the range is outside or cuts a surrogate pair
     */
    public void delete(int offset, int length) {
        checkRange(offset, length);
        if (length > 0) {
            boolean isText = TypeRef.isText(node.ref) || node.hasFormats;
            document.edit(() -> {
                if (isText) {
                    document.editor.delete(node, offset, length);
                } else {
                    document.editor.deleteElements(node, offset, length);
                }
            });
        }
    }

    /**
     * Does what a delta says.
     *
     * @param delta from the begin of the text on
     * @throws IllegalArgumentException when it goes beyond the text or cuts a surrogate pair
     */
    public void apply(List<DeltaOp> delta) {
        int at = 0;
        for (DeltaOp op : delta) {
            if (op.insert() instanceof String text) {
                checkPairs(text);
            }
            checkRange(at, op.retain() + op.delete());
            at += op.retain() + op.delete();
        }
        document.edit(() -> document.editor.apply(node, delta));
    }

    // ------------------------------------------------------------------ elements and keys

    /**
     * Inserts elements.
     *
     * @param index 0 to {@link #length}
     * @param values what; see above for what values can be
     * @throws IllegalArgumentException when the index is outside or one is no value
     */
    public void insertAll(int index, List<?> values) {
        checkPlace(index);
        values.forEach(YType::checkValue);
        if (!values.isEmpty()) {
            document.edit(() -> document.editor.insertValues(node, index, values));
        }
    }

    /**
     * Inserts an empty shared type as an element, an XML node or an embedded value.
     *
     * @param index 0 to {@link #length}
     * @param kind what it is
     * @param name of an XML element or hook; null for others
     * @return the new type
     * @throws IllegalArgumentException when the index is outside, or a name is missing or not wanted
     */
    public YType insertType(int index, TypeKind kind, @Nullable String name) {
        checkPlace(index);
        checkKind(kind, name);
        TypeNode[] made = new TypeNode[1];
        document.edit(() -> made[0] = TypeRef.isText(node.ref)
                ? document.editor.insertType(node, index, kind.ref(), name)
                : document.editor.insertElement(node, index, kind.ref(), name));
        return document.view(made[0]);
    }

    /**
     * Sets the value of a key, or an attribute.
     *
     * @param key the key
     * @param value see above for what values can be
     * @throws IllegalArgumentException when it is no value
     */
    public void set(String key, @Nullable Object value) {
        checkValue(value);
        document.edit(() -> document.editor.set(node, key, value));
    }

    /**
     * Sets an empty shared type as the value of a key.
     *
     * @param key the key
     * @param kind what it is
     * @param name of an XML element or hook; null for others
     * @return the new type
     * @throws IllegalArgumentException when a name is missing or not wanted
     */
    public YType setType(String key, TypeKind kind, @Nullable String name) {
        checkKind(kind, name);
        TypeNode[] made = new TypeNode[1];
        document.edit(() -> made[0] = document.editor.setType(node, key, kind.ref(), name));
        return document.view(made[0]);
    }

    /**
     * Removes a key and its value.
     *
     * @param key the key; nothing happens when it has no value
     */
    public void remove(String key) {
        document.edit(() -> document.editor.remove(node, key));
    }

    // ------------------------------------------------------------------ checks

    private void checkAlive() {
        if (isDeleted()) {
            throw new IllegalStateException("the type was deleted");
        }
    }

    private void checkPlace(int offset) {
        checkAlive();
        if (offset < 0 || offset > node.length) {
            throw new IllegalArgumentException("offset " + offset + " is outside of 0 to " + node.length);
        }
        if (document.editor.cutsPair(node, offset)) {
            throw new IllegalArgumentException("offset " + offset + " is inside of a surrogate pair");
        }
    }

    private void checkRange(int offset, int length) {
        if (length < 0 || length > node.length - offset) {
            throw new IllegalArgumentException(
                    length + " from offset " + offset + " is outside, the length is " + node.length);
        }
        checkPlace(offset);
        checkPlace(offset + length);
    }

    private static void checkPairs(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    throw new IllegalArgumentException("half a surrogate pair at index " + i);
                }
                i++;
            }
        }
    }

    private static void checkValue(@Nullable Object value) {
        if (!(value instanceof SubDocument)) {
            Values.bytes(value);
        }
    }

    private static void checkKind(TypeKind kind, @Nullable String name) {
        if (kind == TypeKind.UNKNOWN || TypeRef.isNamed(kind.ref()) != (name != null)) {
            throw new IllegalArgumentException(
                    "a type of kind " + kind + (name == null ? " needs a name" : " has no name"));
        }
    }
}
