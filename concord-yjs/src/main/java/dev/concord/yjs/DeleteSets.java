package dev.concord.yjs;

import java.util.Arrays;

/** Delete ranges of updates: put in order, joined and written. */
final class DeleteSets {
    private DeleteSets() {}

    /** Writes the ranges by client, highest first, in the order of their clocks; those that touch or overlap become one. */
    static void write(Structs of, Sink sink) {
        Integer[] sorted = new Integer[of.deleteCount];
        Arrays.setAll(sorted, i -> i);
        Arrays.sort(
                sorted,
                (a, b) -> of.deleteClient[a] != of.deleteClient[b]
                        ? Long.compare(of.deleteClient[b], of.deleteClient[a])
                        : Long.compare(of.deleteClock[a], of.deleteClock[b]));
        Structs joined = new Structs();
        int clients = 0;
        for (int i : sorted) {
            int last = joined.deleteCount - 1;
            boolean same = last >= 0 && joined.deleteClient[last] == of.deleteClient[i];
            long end = same ? joined.deleteClock[last] + joined.deleteLength[last] : 0;
            if (same && end >= of.deleteClock[i]) {
                long newEnd = Math.max(end, of.deleteClock[i] + of.deleteLength[i]);
                joined.deleteLength[last] = newEnd - joined.deleteClock[last];
            } else {
                clients += same ? 0 : 1;
                joined.addDelete(of.deleteClient[i], of.deleteClock[i], of.deleteLength[i]);
            }
        }
        sink.out.varUint(clients);
        for (int begin = 0; begin < joined.deleteCount; ) {
            long client = joined.deleteClient[begin];
            int end = begin;
            while (end < joined.deleteCount && joined.deleteClient[end] == client) {
                end++;
            }
            sink.resetDelete();
            sink.out.varUint(client);
            sink.out.varUint(end - begin);
            for (int i = begin; i < end; i++) {
                sink.delete(joined.deleteClock[i], joined.deleteLength[i]);
            }
            begin = end;
        }
    }
}
