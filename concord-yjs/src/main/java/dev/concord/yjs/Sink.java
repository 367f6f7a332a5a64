package dev.concord.yjs;

/** The fields of an update in the order in which both formats have them; where each goes is the format's matter. */
abstract class Sink {
    /** Everything in V1; what has no column in V2. */
    final ByteOut out;

    Sink(int capacity) {
        out = new ByteOut(capacity);
    }

    static Sink of(UpdateFormat format, int capacity) {
        return format == UpdateFormat.V1 ? new SinkV1(capacity) : new SinkV2(capacity);
    }

    abstract void client(long client);

    abstract void info(int info);

    abstract void leftId(long client, long clock);

    abstract void rightId(long client, long clock);

    void leftId(Client client, int clock) {
        leftId(client.id, clock);
    }

    void rightId(Client client, int clock) {
        rightId(client.id, clock);
    }

    abstract void isRoot(boolean isRoot);

    /** A string given as UTF-8. */
    abstract void string(byte[] bytes, int from, int to);

    /** A string of a document's text. */
    abstract void string(TextStore text, int from, int to);

    abstract void key(byte[] bytes, int from, int to);

    abstract void typeRef(long ref);

    abstract void length(long length);

    /** A value that V1 has as JSON. */
    abstract void json(byte[] value, int from, int to);

    abstract void resetDelete();

    abstract void delete(long clock, long length);

    abstract byte[] toBytes();
}
