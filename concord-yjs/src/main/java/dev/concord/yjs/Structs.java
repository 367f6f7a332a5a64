package dev.concord.yjs;

import java.util.Arrays;

/**
 * What an update says, as columns: its structs in the order in which they came, and its delete ranges. Contents are not copied; they are
 * slices of the update, or of {@link #made} where they had to be put into another form.
 *
 * <p>The slices by kind: JSON and ANY: the values one after another; BINARY: the bytes; STRING: UTF-8; EMBED: a value; FORMAT: key and
 * value; TYPE: number and, of the named ones, name; DOC: guid and value. Keys and names are strings with their lengths.
 */
final class Structs {
    static final long NONE = -1;
    private static final int FIRST_CAPACITY = 8;
    /** Above this capacity an instance that is used again lets go of its columns. */
    private static final int KEPT_CAPACITY = 4096;

    byte[] update = new byte[0];
    final ByteOut made = new ByteOut();

    int size;
    /** The kind in the low bits, then the flags of {@link Kind}. */
    int[] info = new int[FIRST_CAPACITY];

    long[] client = new long[FIRST_CAPACITY];
    long[] clock = new long[FIRST_CAPACITY];
    long[] length = new long[FIRST_CAPACITY];
    /** {@link #NONE} where there is none. */
    long[] originClient = new long[FIRST_CAPACITY];

    long[] originClock = new long[FIRST_CAPACITY];
    long[] rightClient = new long[FIRST_CAPACITY];
    long[] rightClock = new long[FIRST_CAPACITY];
    /** {@link #NONE} where the parent is a root or left out. */
    long[] parentClient = new long[FIRST_CAPACITY];

    long[] parentClock = new long[FIRST_CAPACITY];
    /** Slices of the root's name and the key within the parent, without their lengths; from is {@link #NO_SLICE} where there is none. */
    int[] rootFrom = new int[FIRST_CAPACITY];

    int[] rootTo = new int[FIRST_CAPACITY];
    int[] keyFrom = new int[FIRST_CAPACITY];
    int[] keyTo = new int[FIRST_CAPACITY];
    int[] contentFrom = new int[FIRST_CAPACITY];
    int[] contentTo = new int[FIRST_CAPACITY];
    boolean[] isMade = new boolean[FIRST_CAPACITY];

    int deleteCount;
    long[] deleteClient = new long[FIRST_CAPACITY];
    long[] deleteClock = new long[FIRST_CAPACITY];
    long[] deleteLength = new long[FIRST_CAPACITY];

    static final int NO_SLICE = -1;

    void clear() {
        update = new byte[0];
        size = 0;
        deleteCount = 0;
        if (made.bytes.length > KEPT_CAPACITY) {
            made.bytes = new byte[64];
        }
        made.clear();
        if (info.length > KEPT_CAPACITY) {
            resize(FIRST_CAPACITY);
        }
        if (deleteClient.length > KEPT_CAPACITY) {
            resizeDeletes(FIRST_CAPACITY);
        }
    }

    /** Makes room for the first structs of an update: as many as are announced, so far as its bytes make that likely. */
    void reserve(long announced, int bytes) {
        if (size == 0 && Math.min(announced, bytes / 12) > info.length) {
            resize((int) Math.min(announced, bytes / 12));
        }
    }

    /** A new struct without causes, parent and content. */
    int add(int info, long client, long clock) {
        int i = size++;
        if (i == this.info.length) {
            resize(i < 1024 ? 4 * i : 2 * i);
        }
        this.info[i] = info;
        this.client[i] = client;
        this.clock[i] = clock;
        originClient[i] = NONE;
        rightClient[i] = NONE;
        parentClient[i] = NONE;
        rootFrom[i] = NO_SLICE;
        keyFrom[i] = NO_SLICE;
        contentFrom[i] = 0;
        contentTo[i] = 0;
        isMade[i] = false;
        return i;
    }

    void addDelete(long client, long clock, long length) {
        int i = deleteCount++;
        if (i == deleteClient.length) {
            resizeDeletes(2 * i);
        }
        deleteClient[i] = client;
        deleteClock[i] = clock;
        deleteLength[i] = length;
    }

    int kind(int i) {
        return info[i] & Kind.MASK;
    }

    long end(int i) {
        return clock[i] + length[i];
    }

    /** The array that the struct's content is a slice of. Root and key are always slices of the update. */
    byte[] content(int i) {
        return isMade[i] ? made.bytes : update;
    }

    /** The clocks of the struct's content in bytes, about: what keeping it costs. */
    int weight(int i) {
        return 64
                + contentTo[i]
                - contentFrom[i]
                + (rootFrom[i] < 0 ? 0 : rootTo[i] - rootFrom[i])
                + (keyFrom[i] < 0 ? 0 : keyTo[i] - keyFrom[i]);
    }

    /** A copy of one struct that holds on to nothing else. */
    Structs alone(int i) {
        Structs copy = new Structs();
        ByteOut bytes = new ByteOut(weight(i));
        int to = copy.add(info[i], client[i], clock[i]);
        copy.length[to] = length[i];
        copy.originClient[to] = originClient[i];
        copy.originClock[to] = originClock[i];
        copy.rightClient[to] = rightClient[i];
        copy.rightClock[to] = rightClock[i];
        copy.parentClient[to] = parentClient[i];
        copy.parentClock[to] = parentClock[i];
        if (rootFrom[i] >= 0) {
            copy.rootFrom[to] = bytes.size;
            bytes.raw(update, rootFrom[i], rootTo[i]);
            copy.rootTo[to] = bytes.size;
        }
        if (keyFrom[i] >= 0) {
            copy.keyFrom[to] = bytes.size;
            bytes.raw(update, keyFrom[i], keyTo[i]);
            copy.keyTo[to] = bytes.size;
        }
        copy.contentFrom[to] = bytes.size;
        bytes.raw(content(i), contentFrom[i], contentTo[i]);
        copy.contentTo[to] = bytes.size;
        copy.update = bytes.toBytes();
        return copy;
    }

    private void resize(int capacity) {
        info = Arrays.copyOf(info, capacity);
        client = Arrays.copyOf(client, capacity);
        clock = Arrays.copyOf(clock, capacity);
        length = Arrays.copyOf(length, capacity);
        originClient = Arrays.copyOf(originClient, capacity);
        originClock = Arrays.copyOf(originClock, capacity);
        rightClient = Arrays.copyOf(rightClient, capacity);
        rightClock = Arrays.copyOf(rightClock, capacity);
        parentClient = Arrays.copyOf(parentClient, capacity);
        parentClock = Arrays.copyOf(parentClock, capacity);
        rootFrom = Arrays.copyOf(rootFrom, capacity);
        rootTo = Arrays.copyOf(rootTo, capacity);
        keyFrom = Arrays.copyOf(keyFrom, capacity);
        keyTo = Arrays.copyOf(keyTo, capacity);
        contentFrom = Arrays.copyOf(contentFrom, capacity);
        contentTo = Arrays.copyOf(contentTo, capacity);
        isMade = Arrays.copyOf(isMade, capacity);
    }

    private void resizeDeletes(int capacity) {
        deleteClient = Arrays.copyOf(deleteClient, capacity);
        deleteClock = Arrays.copyOf(deleteClock, capacity);
        deleteLength = Arrays.copyOf(deleteLength, capacity);
    }
}
