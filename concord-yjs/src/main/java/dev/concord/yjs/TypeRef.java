package dev.concord.yjs;

/** The numbers of the shared types in the formats. */
final class TypeRef {
    static final int ARRAY = 0;
    static final int MAP = 1;
    static final int TEXT = 2;
    static final int XML_ELEMENT = 3;
    static final int XML_FRAGMENT = 4;
    static final int XML_HOOK = 5;
    static final int XML_TEXT = 6;

    private TypeRef() {}

    static boolean isNamed(int ref) {
        return ref == XML_ELEMENT || ref == XML_HOOK;
    }

    static boolean isKnown(long ref) {
        return ref >= ARRAY && ref <= XML_TEXT;
    }

    static boolean isText(int ref) {
        return ref == TEXT || ref == XML_TEXT;
    }
}
