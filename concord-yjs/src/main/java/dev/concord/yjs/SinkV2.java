package dev.concord.yjs;

/** Fields to columns. */
final class SinkV2 extends Sink {
    private final ColumnsOut.Differences keyClocks = new ColumnsOut.Differences();
    private final ColumnsOut.Integers clients = new ColumnsOut.Integers();
    private final ColumnsOut.Differences leftClocks = new ColumnsOut.Differences();
    private final ColumnsOut.Differences rightClocks = new ColumnsOut.Differences();
    private final ColumnsOut.Bytes infos = new ColumnsOut.Bytes();
    private final ByteOut strings;
    private final ColumnsOut.Integers stringLengths = new ColumnsOut.Integers();
    private final ColumnsOut.Bytes parents = new ColumnsOut.Bytes();
    private final ColumnsOut.Integers typeRefs = new ColumnsOut.Integers();
    private final ColumnsOut.Integers lengths = new ColumnsOut.Integers();
    private long keyCount;
    private long deleteClock;
    /** The high surrogate with which the strings end, which may find its other half in the next string; 0 for none. */
    private char openPair;

    SinkV2(int capacity) {
        super(capacity);
        strings = new ByteOut(capacity / 2);
    }

    @Override
    void client(long client) {
        clients.add(client);
    }

    @Override
    void info(int info) {
        infos.add(info);
    }

    @Override
    void leftId(long client, long clock) {
        clients.add(client);
        leftClocks.add(clock);
    }

    @Override
    void rightId(long client, long clock) {
        clients.add(client);
        rightClocks.add(clock);
    }

    @Override
    void isRoot(boolean isRoot) {
        parents.add(isRoot ? 1 : 0);
    }

    @Override
    void string(byte[] bytes, int from, int to) {
        boolean ascii = openPair == 0;
        for (int i = from; ascii && i < to; i++) {
            ascii = bytes[i] >= 0;
        }
        if (ascii) {
            strings.raw(bytes, from, to);
            stringLengths.add(to - from);
        } else {
            string(Utf8.decode(bytes, from, to));
        }
    }

    @Override
    void string(TextStore text, int from, int to) {
        if (openPair == 0 && text.isPlain()) {
            text.write(from, to, strings);
            stringLengths.add(to - from);
        } else {
            string(text.text(from, to));
        }
    }

    private void string(String text) {
        stringLengths.add(text.length());
        int from = 0;
        int to = text.length();
        if (openPair != 0 && to > 0) {
            boolean isPair = Character.isLowSurrogate(text.charAt(0));
            strings.codePoint(isPair ? Character.toCodePoint(openPair, text.charAt(0)) : 0xFFFD);
            openPair = 0;
            from = isPair ? 1 : 0;
        }
        if (to > from && Character.isHighSurrogate(text.charAt(to - 1))) {
            openPair = text.charAt(--to);
        }
        strings.utf8(text.substring(from, to));
    }

    /** Every key is written in full, as the reference does. */
    @Override
    void key(byte[] bytes, int from, int to) {
        keyClocks.add(keyCount++);
        string(bytes, from, to);
    }

    /** A key that was written before; only for the tests. */
    void keyOfNumber(int number) {
        keyClocks.add(number);
    }

    @Override
    void typeRef(long ref) {
        typeRefs.add(ref);
    }

    @Override
    void length(long length) {
        lengths.add(length);
    }

    @Override
    void json(byte[] value, int from, int to) {
        out.raw(value, from, to);
    }

    @Override
    void resetDelete() {
        deleteClock = 0;
    }

    @Override
    void delete(long clock, long length) {
        out.varUint(clock - deleteClock);
        out.varUint(length - 1);
        deleteClock = clock + length;
    }

    @Override
    byte[] toBytes() {
        if (openPair != 0) {
            strings.codePoint(0xFFFD);
            openPair = 0;
        }
        keyClocks.end();
        clients.end();
        leftClocks.end();
        rightClocks.end();
        stringLengths.end();
        typeRefs.end();
        lengths.end();
        ByteOut whole = new ByteOut(out.size + strings.size + 64);
        whole.varUint(0);
        whole.sized(keyClocks.out);
        whole.sized(clients.out);
        whole.sized(leftClocks.out);
        whole.sized(rightClocks.out);
        whole.sized(infos.out);
        ByteOut stringColumn = new ByteOut(strings.size + stringLengths.out.size + 8);
        stringColumn.sized(strings);
        stringColumn.raw(stringLengths.out.bytes, 0, stringLengths.out.size);
        whole.sized(stringColumn);
        whole.sized(parents.out);
        whole.sized(typeRefs.out);
        whole.sized(lengths.out);
        whole.raw(out.bytes, 0, out.size);
        return whole.toBytes();
    }
}
