package dev.concord.yjs;

import org.jspecify.annotations.Nullable;

/**
 * A place in a sequence that stays where it is while others edit: at an element, or at an end of a type. Immutable.
 *
 * @param client of the element, or of the struct that holds the type; -1 for an end of a root
 * @param clock of the element, or of the struct that holds the type
 * @param root the name of a root at whose end it is; null otherwise
 * @param isElement whether it is at an element, and not at an end of a type
 * @param assoc 0 or more: at the element on the right, or at the end; below 0: at the element on the left, or at the begin
 */
public record RelativePosition(
        long client, long clock, @Nullable String root, boolean isElement, long assoc) {
    /**
     * Reads a position.
     *
     * @param bytes from {@link #toBytes} or from a peer
     * @return the position
     * @throws MalformedUpdateException when the bytes are no position
     */
    public static RelativePosition of(byte[] bytes) {
        ByteIn in = new ByteIn(bytes);
        int start = in.at;
        long tag = in.varUint();
        if (tag > 2) {
            throw new MalformedUpdateException(start, "no kind of position: " + tag);
        }
        String root = tag == 1 ? in.string() : null;
        long client = tag == 1 ? -1 : in.varUint();
        long clock = tag == 1 ? -1 : in.varUint();
        long assoc = in.hasNext() ? in.varInt() : 0;
        in.expectEnd("a position");
        return new RelativePosition(client, clock, root, tag == 0, assoc);
    }

    /**
     * The bytes.
     *
     * @return a new array
     */
    public byte[] toBytes() {
        ByteOut out = new ByteOut();
        String name = root;
        if (name != null) {
            out.varUint(1);
            out.string(name);
        } else {
            out.varUint(isElement ? 0 : 2);
            out.varUint(client);
            out.varUint(clock);
        }
        out.varInt(assoc);
        return out.toBytes();
    }
}
