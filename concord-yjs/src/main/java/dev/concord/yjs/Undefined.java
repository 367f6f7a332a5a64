package dev.concord.yjs;

/** The value {@code undefined} of JavaScript, which a document keeps apart from null. Immutable. */
public enum Undefined {
    /** The only one. */
    UNDEFINED;

    @Override
    public String toString() {
        return "undefined";
    }
}
