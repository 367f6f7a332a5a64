package dev.concord.yjs;

import java.util.Arrays;

/** Fields from columns. */
final class SourceV2 extends Source {
    private final Structs into;
    private final Columns.Differences keyClocks;
    private final Columns.Integers clients;
    private final Columns.Differences leftClocks;
    private final Columns.Differences rightClocks;
    private final Columns.Bytes infos;
    private ByteIn strings;
    private final Columns.Integers stringLengths;
    private final Columns.Bytes parents;
    private final Columns.Integers typeRefs;
    private final Columns.Integers lengths;

    private int keyCount;
    private int[] keyFrom = new int[4];
    private int[] keyTo = new int[4];
    private long deleteClock;

    SourceV2(ByteIn in, Structs into) {
        super(in);
        this.into = into;
        int flag = in.raw();
        if (flag != 0) {
            throw new MalformedUpdateException(in.at - 1, "version 2 begins with 0, not " + flag);
        }
        keyClocks = new Columns.Differences(in.block());
        clients = new Columns.Integers(in.block());
        leftClocks = new Columns.Differences(in.block());
        rightClocks = new Columns.Differences(in.block());
        infos = new Columns.Bytes(in.block());
        ByteIn stringColumn = in.block();
        strings = stringColumn.hasNext() ? stringColumn.block() : stringColumn;
        Utf8.units(strings.bytes, strings.at, strings.end);
        stringLengths = new Columns.Integers(stringColumn);
        parents = new Columns.Bytes(in.block());
        typeRefs = new Columns.Integers(in.block());
        lengths = new Columns.Integers(in.block());
    }

    @Override
    long client() {
        return clients.next();
    }

    @Override
    int info() {
        return infos.next();
    }

    @Override
    void leftId() {
        idClient = clients.next();
        idClock = leftClocks.next();
    }

    @Override
    void rightId() {
        idClient = clients.next();
        idClock = rightClocks.next();
    }

    @Override
    boolean isRoot() {
        return parents.next() == 1;
    }

    /** The next string of the column, whose strings were joined: one may end inside of a surrogate pair, with the next one. */
    @Override
    void string() {
        long length = stringLengths.next();
        int end = endOf(length);
        if (end < 0) {
            cutPairs();
            end = endOf(length);
        }
        from = strings.at;
        to = end;
        units = (int) length;
        strings.at = end;
    }

    /** Where the next string ends; -1 when inside of a pair. */
    private int endOf(long length) {
        int at = strings.at;
        long left = length;
        while (left > 0) {
            if (at >= strings.end) {
                throw new MalformedUpdateException(in.at, "a string of " + length + " units ends too early");
            }
            int size = Utf8.length(strings.bytes[at] & 0xff);
            if (left == 1 && size == 4) {
                return -1;
            }
            left -= size == 4 ? 2 : 1;
            at += size;
        }
        return at;
    }

    /**
     * Writes what is left of the strings after the update once more, from the given place on, with all pairs as two surrogates: browsers
     * write two strings of half a pair each as a whole one.
     */
    private void cutPairs() {
        byte[] update = into.update;
        ByteOut longer = new ByteOut(update.length + strings.end - strings.at + 64);
        longer.raw(update, 0, update.length);
        for (int at = strings.at; at < strings.end; ) {
            int size = Utf8.length(update[at] & 0xff);
            if (size == 4) {
                int point = Utf8.codePoint(update, at);
                longer.codePoint(Character.highSurrogate(point));
                longer.codePoint(Character.lowSurrogate(point));
            } else {
                longer.raw(update, at, at + size);
            }
            at += size;
        }
        into.update = longer.toBytes();
        strings = new ByteIn(into.update, update.length, longer.size);
    }

    @Override
    void key() {
        long clock = keyClocks.next();
        if (clock < keyCount) {
            from = keyFrom[(int) clock];
            to = keyTo[(int) clock];
            return;
        }
        string();
        if (keyCount == keyFrom.length) {
            keyFrom = Arrays.copyOf(keyFrom, 2 * keyCount);
            keyTo = Arrays.copyOf(keyTo, 2 * keyCount);
        }
        keyFrom[keyCount] = from;
        keyTo[keyCount++] = to;
    }

    @Override
    long typeRef() {
        return typeRefs.next();
    }

    @Override
    long length() {
        return lengths.next();
    }

    @Override
    void json(ByteOut made, int maxDepth) {
        int start = in.at;
        boolean canonical = Values.skip(in, maxDepth);
        if (canonical) {
            made.raw(in.bytes, start, in.at);
        } else {
            Values.write(Values.read(new ByteIn(in.bytes, start, in.at)), made);
        }
    }

    @Override
    void resetDelete() {
        deleteClock = 0;
    }

    @Override
    long deleteClock() {
        deleteClock += in.varUint();
        return deleteClock;
    }

    @Override
    long deleteLength() {
        long length = in.varUint() + 1;
        deleteClock += length;
        return length;
    }
}
