package dev.concord.crdt;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes operations in their binary form, a few bytes each: a site is named once, ids and anchors are written as differences from
 * what came before. See docs/FORMAT.md. Each costs O(its length). Fields that are not well formed are refused with an
 * {@link InvalidOperationException}, and nothing is written. Not thread-safe.
 */
public final class OperationWriter implements OperationSink {
    static final int VERSION = 1;
    static final int DELETE = 1;
    static final int SITE = 2;
    static final int COUNTER = 4;
    static final int LENGTH = 4;
    static final int ANCHOR_SHIFT = 3;
    static final int ANCHOR_PREVIOUS = 0;
    static final int ANCHOR_AFTER = 1;
    static final int ANCHOR_BEFORE = 2;
    static final int ANCHOR_HEAD = 3;
    static final int SIZE_SHIFT = 5;
    static final int MAX_SHORT_SIZE = 7;
    /** The tag of an insert of one ASCII character {@code after} the one before it, with the next counter. */
    static final int TYPED = 1 << SIZE_SHIFT;

    private byte[] bytes = new byte[64];
    private int size;
    private final Map<String, Integer> sites = new HashMap<>();
    /** By site: the counter after its last insert. */
    private long[] next = new long[4];

    private String lastName = "";
    private int lastSite = -1;
    /** The element that was written last: where the next delete most likely is. */
    private long focus = 1;

    /** An empty stream. */
    public OperationWriter() {
        raw('C');
        raw('O');
        raw(VERSION);
    }

    /**
     * Writes an operation.
     *
     * @param operation the operation
     */
    public void write(Operation operation) {
        if (requireNonNull(operation, "operation") instanceof Operation.Insert insert) {
            ElementId anchor = insert.anchor().element();
            writeInsert(
                    insert.id().site(),
                    insert.id().counter(),
                    insert.length(),
                    insert.value(),
                    anchor.site(),
                    anchor.counter(),
                    insert.anchor().side());
        } else {
            writeDelete(operation.id().site(), operation.id().counter(), operation.length());
        }
    }

    @Override
    public void insert(
            String site,
            long counter,
            int length,
            String value,
            String anchorSite,
            long anchorCounter,
            Side anchorSide) {
        checkInsert(site, counter, length, value, anchorSite, anchorCounter, anchorSide);
        writeInsert(site, counter, length, value, anchorSite, anchorCounter, anchorSide);
    }

    @Override
    public void delete(String site, long counter, int length) {
        checkSite(site, "site");
        checkRange(counter, length);
        writeDelete(site, counter, length);
    }

    /** Passes an insert that the engine itself made to a sink. It is well formed: a writer need not check it. */
    static void pass(
            OperationSink sink,
            String site,
            long counter,
            int length,
            String value,
            String anchorSite,
            long anchorCounter,
            Side anchorSide) {
        if (sink instanceof OperationWriter writer) {
            writer.writeInsert(site, counter, length, value, anchorSite, anchorCounter, anchorSide);
        } else {
            sink.insert(site, counter, length, value, anchorSite, anchorCounter, anchorSide);
        }
    }

    /**
     * Passes a character that was typed {@code after} the one before it, with the next counter. Most inserts are such: a writer that wrote the
     * one before it last needs few steps, which HotSpot inlines into the edit more often than the whole of {@link #writeInsert}.
     */
    static void passTyped(OperationSink sink, String site, long counter, String character) {
        if (!(sink instanceof OperationWriter writer) || !writer.goOn(site, counter, character.charAt(0))) {
            pass(sink, site, counter, 1, character, site, counter - 1, Side.AFTER);
        }
    }

    @SuppressWarnings("ReferenceEquality") // a quick way out: the very same string is the same site
    private boolean goOn(String site, long counter, char character) {
        if (site != lastName || counter != next[lastSite] || counter == 1 || character >= 0x80) {
            return false;
        }
        reserve(2);
        bytes[size++] = (byte) TYPED;
        bytes[size++] = (byte) character;
        next[lastSite] = counter + 1;
        focus = counter;
        return true;
    }

    /** Passes a delete that the engine itself made to a sink, as the other method does an insert. */
    static void pass(OperationSink sink, String site, long counter, int length) {
        if (sink instanceof OperationWriter writer) {
            writer.writeDelete(site, counter, length);
        } else {
            sink.delete(site, counter, length);
        }
    }

    /** Writes a well-formed insert. Kept short: HotSpot inlines no more than 325 bytecodes into the edit that made it. */
    private void writeInsert(
            String site,
            long counter,
            int length,
            String value,
            String anchorSite,
            long anchorCounter,
            Side anchorSide) {
        reserve(32);
        int tagAt = size++;
        int tag = site(site);
        int own = lastSite;
        long expected = next[own];
        if (counter != expected) {
            tag |= COUNTER;
            zigzag(counter - expected);
        }
        boolean ownAnchor = anchorSite.equals(site);
        if (anchorCounter == 0) {
            tag |= ANCHOR_HEAD << ANCHOR_SHIFT;
        } else if (!(ownAnchor && anchorCounter == counter - 1 && anchorSide == Side.AFTER)) {
            tag |= (anchorSide == Side.AFTER ? ANCHOR_AFTER : ANCHOR_BEFORE) << ANCHOR_SHIFT;
            if (ownAnchor) {
                varint(0);
            } else {
                anchorSite(anchorSite);
            }
            reserve(16);
            zigzag(anchorCounter - counter);
        }
        if (value.length() == 1 && value.charAt(0) < 0x80) {
            tag |= 1 << SIZE_SHIFT;
            bytes[size++] = (byte) value.charAt(0);
        } else {
            tag |= text(value) << SIZE_SHIFT;
        }
        bytes[tagAt] = (byte) tag;
        next[own] = counter + length;
        focus = counter + length - 1;
    }

    /** Writes a text, with its length before it when that is too long for a tag. Returns the length for the tag, else 0. */
    private int text(String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        boolean fitsTag = text.length <= MAX_SHORT_SIZE;
        if (!fitsTag) {
            varint(text.length);
        }
        reserve(text.length);
        System.arraycopy(text, 0, bytes, size, text.length);
        size += text.length;
        return fitsTag ? text.length : 0;
    }

    private void writeDelete(String site, long counter, int length) {
        reserve(32);
        int tagAt = size++;
        int tag = DELETE | site(site);
        zigzag(counter - focus);
        if (length > 1) {
            tag |= LENGTH;
            varint(length - 2L);
        }
        bytes[tagAt] = (byte) tag;
        focus = counter - 1;
    }

    /** Checks what a hand-made call may have wrong, before a byte is written. */
    private void checkInsert(
            String site,
            long counter,
            int length,
            String value,
            String anchorSite,
            long anchorCounter,
            Side anchorSide) {
        checkSite(site, "site");
        checkRange(counter, length);
        requireNonNull(value, "value");
        requireNonNull(anchorSide, "anchorSide");
        boolean isAscii = length == 1 && value.length() == 1 && value.charAt(0) < 0x80;
        if (!isAscii && Text.codePoints(value) != length) {
            throw new InvalidOperationException(
                    "value", "must have as many code points as length says, and no lone surrogates");
        }
        if (anchorCounter == 0) {
            if (!requireNonNull(anchorSite, "anchorSite").isEmpty() || anchorSide == Side.BEFORE) {
                throw new InvalidOperationException("anchor", "the head has no site, and nothing stands before it");
            }
            return;
        }
        checkSite(anchorSite, "anchorSite");
        if (anchorCounter < 1 || anchorCounter > ElementId.MAX_COUNTER) {
            throw new InvalidOperationException("anchor.counter", "must be 0 to 2^53-1, but is " + anchorCounter);
        }
        if (anchorCounter >= counter && anchorCounter - counter < length && anchorSite.equals(site)) {
            throw new InvalidOperationException("anchor", "an element cannot hang on itself");
        }
    }

    @SuppressWarnings("ReferenceEquality") // a quick way out: the very same string was checked when it was written
    private void checkSite(String site, String name) {
        if (site != lastName || lastSite < 0) {
            Sites.check(requireNonNull(site, name));
        }
    }

    private static void checkRange(long counter, int length) {
        if (length < 1 || length > Document.MAX_ELEMENTS) {
            throw new InvalidOperationException("length", "must be 1 to 2^30, but is " + length);
        }
        if (counter < 1 || counter > ElementId.MAX_COUNTER - length + 1) {
            throw new InvalidOperationException("id.counter", "must be 1 to 2^53-1, and so must the last one");
        }
    }

    /**
     * The length of the stream so far.
     *
     * @return in bytes, including the header; O(1)
     */
    public int size() {
        return size;
    }

    /**
     * The stream so far.
     *
     * @return a copy; O(size). More can be written afterwards
     */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    @SuppressWarnings("ReferenceEquality") // a quick way out: the very same string is the same site
    private int site(String name) {
        if (name == lastName || (lastSite >= 0 && name.equals(lastName))) {
            return 0;
        }
        lastSite = number(name);
        lastName = name;
        return SITE;
    }

    /** Writes the number of a site plus one, 0 standing for the op's own. */
    private void anchorSite(String name) {
        Integer known = sites.get(name);
        varint((known == null ? sites.size() : known) + 1L);
        if (known == null) {
            introduce(name);
        }
    }

    private int number(String name) {
        Integer known = sites.get(name);
        int number = known == null ? sites.size() : known;
        varint(number);
        if (known == null) {
            introduce(name);
        }
        return number;
    }

    private void introduce(String name) {
        int number = sites.size();
        sites.put(name, number);
        if (number == next.length) {
            next = Arrays.copyOf(next, number * 2);
        }
        next[number] = 1;
        reserve(name.length() + 32);
        raw(name.length());
        for (int i = 0; i < name.length(); i++) {
            raw(name.charAt(i));
        }
    }

    private void zigzag(long value) {
        varint(value >= 0 ? value * 2 : -value * 2 - 1);
    }

    private void varint(long value) {
        long rest = value;
        while (rest > 0x7f) {
            bytes[size++] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    private void raw(int b) {
        bytes[size++] = (byte) b;
    }

    private void reserve(int more) {
        if (size + more > bytes.length) {
            grow(more);
        }
    }

    /** Apart from {@link #reserve}, so that the code of what calls it often stays small enough to be inlined. */
    private void grow(int more) {
        int needed = size + more;
        int twice = bytes.length * 2;
        byte[] longer = new byte[Math.max(needed, twice)];
        System.arraycopy(bytes, 0, longer, 0, size);
        bytes = longer;
    }
}
