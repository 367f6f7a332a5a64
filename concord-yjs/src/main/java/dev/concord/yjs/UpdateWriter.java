package dev.concord.yjs;

import java.util.Arrays;

/** Puts structs and delete ranges together to an update. Structs come by client in the order of their clocks; gaps become Skips. */
final class UpdateWriter {
    private final Sink sink;
    /** By client of the update. */
    private int blocks;

    private Structs[] structs = new Structs[8];
    private int[] at = new int[8];
    private long[] offsets = new long[8];
    /** By struct, how many more clocks it has than where it comes from. */
    private long[] extra = new long[8];

    private int size;
    private final Structs deletes = new Structs();

    UpdateWriter(UpdateFormat format, int capacity) {
        sink = Sink.of(format, capacity);
    }

    /** Adds a struct without its first clocks. */
    void add(Structs from, int i, long offset) {
        if (size == at.length) {
            structs = Arrays.copyOf(structs, 2 * size);
            at = Arrays.copyOf(at, 2 * size);
            offsets = Arrays.copyOf(offsets, 2 * size);
            extra = Arrays.copyOf(extra, 2 * size);
        }
        blocks += size == 0 || structs[size - 1].client[at[size - 1]] != from.client[i] ? 1 : 0;
        structs[size] = from;
        at[size] = i;
        extra[size] = 0;
        offsets[size++] = offset;
    }

    /** Garbage goes on with garbage that was added last. False when that is something else. */
    boolean extend(Structs from, int i, long offset) {
        if (from.kind(i) != Kind.GC || structs[size - 1].kind(at[size - 1]) != Kind.GC) {
            return false;
        }
        extra[size - 1] += from.length[i] - offset;
        return true;
    }

    /** Adds delete ranges, in any order. */
    void deletes(Structs from) {
        for (int d = 0; d < from.deleteCount; d++) {
            deletes.addDelete(from.deleteClient[d], from.deleteClock[d], from.deleteLength[d]);
        }
    }

    byte[] toBytes() {
        sink.out.varUint(blocks);
        StructWriter writer = new StructWriter(sink);
        for (int begin = 0; begin < size; ) {
            int end = begin;
            long client = structs[begin].client[at[begin]];
            int count = 0;
            long clock = structs[begin].clock[at[begin]] + offsets[begin];
            long next = clock;
            for (; end < size && structs[end].client[at[end]] == client; end++) {
                count += structs[end].clock[at[end]] + offsets[end] > next ? 2 : 1;
                next = structs[end].end(at[end]) + extra[end];
            }
            sink.out.varUint(count);
            sink.client(client);
            sink.out.varUint(clock);
            next = clock;
            for (int n = begin; n < end; n++) {
                long gap = structs[n].clock[at[n]] + offsets[n] - next;
                if (gap > 0) {
                    sink.info(Kind.SKIP);
                    sink.out.varUint(gap);
                }
                writer.write(structs[n], at[n], offsets[n] - extra[n]);
                next = structs[n].end(at[n]) + extra[n];
            }
            begin = end;
        }
        DeleteSets.write(deletes, sink);
        return sink.toBytes();
    }
}
