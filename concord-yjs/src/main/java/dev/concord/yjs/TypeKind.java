package dev.concord.yjs;

/** The kinds of shared types. Immutable. */
public enum TypeKind {
    /** A sequence of values. */
    ARRAY(TypeRef.ARRAY),
    /** Values by key. */
    MAP(TypeRef.MAP),
    /** Text, with formats and embedded values. */
    TEXT(TypeRef.TEXT),
    /** An XML element: a name, attributes by key, and a sequence of children. */
    XML_ELEMENT(TypeRef.XML_ELEMENT),
    /** A sequence of XML nodes. */
    XML_FRAGMENT(TypeRef.XML_FRAGMENT),
    /** A node that an application fills; a map with a name. */
    XML_HOOK(TypeRef.XML_HOOK),
    /** Text within XML. */
    XML_TEXT(TypeRef.XML_TEXT),
    /** A root of which nobody said what it is; the bytes of updates do not tell. */
    UNKNOWN(TypeNode.UNKNOWN);

    private final int ref;

    TypeKind(int ref) {
        this.ref = ref;
    }

    static TypeKind of(int ref) {
        for (TypeKind kind : values()) {
            if (kind.ref == ref) {
                return kind;
            }
        }
        throw new IllegalArgumentException("no kind of type: " + ref);
    }

    int ref() {
        return ref;
    }
}
