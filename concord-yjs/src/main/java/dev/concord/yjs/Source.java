package dev.concord.yjs;

/** The fields of an update in the order in which both formats have them; where each comes from is the format's matter. */
abstract class Source {
    /** Everything in V1; what has no column in V2. */
    final ByteIn in;

    /** The id that was read last. */
    long idClient;

    long idClock;
    /** The string that was read last: a slice without its length. */
    int from;

    int to;
    int units;

    Source(ByteIn in) {
        this.in = in;
    }

    abstract long client();

    abstract int info();

    abstract void leftId();

    abstract void rightId();

    abstract boolean isRoot();

    abstract void string();

    abstract void key();

    abstract long typeRef();

    abstract long length();

    /** Reads a value that V1 has as JSON, and adds it as a value to {@code made}. */
    abstract void json(ByteOut made, int maxDepth);

    /** A new client begins in the delete set. */
    abstract void resetDelete();

    abstract long deleteClock();

    abstract long deleteLength();
}
