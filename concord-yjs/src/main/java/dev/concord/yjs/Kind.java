package dev.concord.yjs;

/** What a struct is: the numbers that the formats use, as constants because they stand in columns. */
final class Kind {
    /** Nothing is left but the length. */
    static final int GC = 0;
    /** An item whose content was deleted; its place in a list is kept. */
    static final int DELETED = 1;
    /** JSON texts, written by old versions only. */
    static final int JSON = 2;

    static final int BINARY = 3;
    static final int STRING = 4;
    static final int EMBED = 5;
    /** A key and a value from here on, in rich text. Not countable. */
    static final int FORMAT = 6;

    static final int TYPE = 7;
    static final int ANY = 8;
    static final int DOC = 9;
    /** A gap: clocks of which nothing is said. */
    static final int SKIP = 10;

    static final int HAS_KEY = 0x20;
    static final int HAS_RIGHT_ORIGIN = 0x40;
    static final int HAS_ORIGIN = 0x80;
    static final int MASK = 0x1f;

    private Kind() {}

    static boolean isItem(int kind) {
        return kind != GC && kind != SKIP;
    }

    static boolean isCountable(int kind) {
        return kind != DELETED && kind != FORMAT && kind != GC;
    }

    /** Whether two neighbours of this kind become one. */
    static boolean joins(int kind) {
        return kind == STRING || kind == DELETED || kind == ANY || kind == JSON || kind == GC;
    }

    /** Whether the content is one cell for each clock, or one for all. */
    static boolean hasCells(int kind) {
        return kind == JSON || kind == ANY || kind == BINARY || kind == EMBED || kind == FORMAT || kind == DOC;
    }
}
