package dev.concord.yjs;

import org.jspecify.annotations.Nullable;

/** Fields one after another. */
final class SinkV1 extends Sink {
    private byte @Nullable [] lastJson;
    private String lastText = "";

    SinkV1(int capacity) {
        super(capacity);
    }

    @Override
    void client(long client) {
        out.varUint(client);
    }

    @Override
    void info(int info) {
        out.raw(info);
    }

    @Override
    void leftId(long client, long clock) {
        out.varUint(client);
        out.varUint(clock);
    }

    @Override
    void rightId(long client, long clock) {
        leftId(client, clock);
    }

    @Override
    void leftId(Client client, int clock) {
        out.id(client.packed, client.packedSize, clock);
    }

    @Override
    void rightId(Client client, int clock) {
        leftId(client, clock);
    }

    @Override
    void isRoot(boolean isRoot) {
        out.raw(isRoot ? 1 : 0);
    }

    @Override
    void string(byte[] bytes, int from, int to) {
        out.sizedText(bytes, from, to);
    }

    @Override
    void string(TextStore text, int from, int to) {
        text.writeSized(from, to, out);
    }

    @Override
    void key(byte[] bytes, int from, int to) {
        out.sizedText(bytes, from, to);
    }

    @Override
    void typeRef(long ref) {
        out.varUint(ref);
    }

    @Override
    void length(long length) {
        out.varUint(length);
    }

    @Override
    void json(byte[] value, int from, int to) {
        // Of formats, the same few come again and again.
        if (value != lastJson || from != 0) {
            lastText = JsJson.stringify(Values.read(new ByteIn(value, from, to)));
            lastJson = from == 0 ? value : null;
        }
        out.string(lastText);
    }

    @Override
    void resetDelete() {}

    @Override
    void delete(long clock, long length) {
        out.varUint(clock);
        out.varUint(length);
    }

    @Override
    byte[] toBytes() {
        return out.toBytes();
    }
}
