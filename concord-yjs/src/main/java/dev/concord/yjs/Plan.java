package dev.concord.yjs;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * What will become of an update, decided before anything is changed: in which order its structs can be taken in, which have to wait and
 * for whom, whether that keeps the bounds, and what of it is new. Depends on ids only, so nothing can go wrong afterwards.
 */
final class Plan {
    private final Store store;
    private final Pending pending;
    private final Bounds bounds;
    /** The structs that can be taken in, in this order. */
    int[] order = new int[8];

    int ordered;
    /** The structs that have to wait. */
    int[] waiting = new int[0];

    int waits;
    /** By client, the clock that it must have before what waits is worth another try: as Yjs notes it. */
    final Map<Long, Long> needed = new HashMap<>();

    /** By client number, how far it will be; valid where {@link #marks} has the number of this plan. */
    private int[] ends = new int[4];

    private int[] marks = new int[4];
    private int mark;
    private int clientsBefore;
    private long cause;

    Plan(Store store, Pending pending, Bounds bounds) {
        this.store = store;
        this.pending = pending;
        this.bounds = bounds;
    }

    void make(Structs in) {
        clientsBefore = store.clientCount();
        try {
            checkClocks(in);
            if (!inOrder(in)) {
                sorted(in);
            }
            checkPending(in);
        } catch (BoundExceededException e) {
            store.dropClients(clientsBefore);
            throw e;
        }
    }

    private void checkClocks(Structs in) {
        long lastClient = Structs.NONE;
        for (int i = 0; i < in.size; i++) {
            if (in.end(i) > bounds.maxClock()) {
                throw new BoundExceededException("maxClock", in.end(i), bounds.maxClock());
            }
            if (in.client[i] != lastClient) {
                lastClient = in.client[i];
                if (store.find(lastClient) == null) {
                    if (store.clientCount() >= bounds.maxClients()) {
                        throw new BoundExceededException("maxClients", store.clientCount() + 1L, bounds.maxClients());
                    }
                    store.addClient(lastClient);
                }
            }
        }
    }

    private void begin(Structs in) {
        mark++;
        ordered = 0;
        if (waits > 0) {
            waits = 0;
            needed.clear();
        }
        if (order.length < in.size) {
            order = new int[in.size];
        }
        if (marks.length < store.clientCount()) {
            int capacity = Math.max(store.clientCount(), 2 * marks.length);
            marks = Arrays.copyOf(marks, capacity);
            ends = Arrays.copyOf(ends, capacity);
        }
    }

    private int end(Client client) {
        return marks[client.number] == mark ? ends[client.number] : client.end;
    }

    private void reach(Client client, long end) {
        if (end > end(client)) {
            marks[client.number] = mark;
            ends[client.number] = (int) end;
        }
    }

    /** Takes the structs as they come. False when one has to wait for another. */
    private boolean inOrder(Structs in) {
        begin(in);
        for (int i = 0; i < in.size; i++) {
            if (in.kind(i) == Kind.SKIP) {
                continue;
            }
            Client client = store.findOrAdd(in.client[i]);
            if (!isReady(in, i, client)) {
                return false;
            }
            order[ordered++] = i;
            reach(client, in.end(i));
        }
        return true;
    }

    /** Whether all causes are here; if not, {@link #cause} is the client of one that is not. */
    private boolean isReady(Structs in, int i, Client client) {
        cause = in.client[i];
        if (in.clock[i] > end(client)) {
            return false;
        }
        return in.end(i) <= end(client)
                || !Kind.isItem(in.kind(i))
                || (isHere(in.originClient[i], in.originClock[i])
                        && isHere(in.rightClient[i], in.rightClock[i])
                        && isHere(in.parentClient[i], in.parentClock[i]));
    }

    private boolean isHere(long client, long clock) {
        if (client == Structs.NONE) {
            return true;
        }
        cause = client;
        Client known = store.find(client);
        return known != null && clock < end(known);
    }

    /**
     * Client by client, highest id first, and depth first to the clients that a struct needs something of. When a cause is nowhere, all
     * that was on the way to it waits for that cause, with the rest of its client's structs.
     */
    private void sorted(Structs in) {
        begin(in);
        Blocks blocks = new Blocks(in);
        int[] stack = new int[8];
        for (int start : blocks.descending()) {
            int depth = 0;
            stack[depth++] = start;
            blocks.isOpen[start] = true;
            while (depth > 0) {
                int block = stack[depth - 1];
                if (blocks.isDone(block)) {
                    blocks.isOpen[block] = false;
                    depth--;
                    continue;
                }
                int i = blocks.next[block];
                if (in.kind(i) == Kind.SKIP) {
                    blocks.next[block]++;
                } else if (isReady(in, i, store.findOrAdd(in.client[i]))) {
                    order[ordered++] = i;
                    reach(store.findOrAdd(in.client[i]), in.end(i));
                    blocks.next[block]++;
                    if (depth > 1) {
                        // Back to the struct that needed this one.
                        blocks.isOpen[block] = false;
                        depth--;
                    }
                } else {
                    int of = cause == in.client[i] ? -1 : blocks.of(cause);
                    if (of >= 0 && !blocks.isDone(of) && !blocks.isOpen[of]) {
                        if (depth == stack.length) {
                            stack = Arrays.copyOf(stack, 2 * depth);
                        }
                        stack[depth++] = of;
                        blocks.isOpen[of] = true;
                    } else {
                        letWait(in, blocks, stack, depth);
                        depth = 0;
                    }
                }
            }
        }
    }

    /** All blocks of the stack wait for the cause that the next struct of the last one is missing. */
    private void letWait(Structs in, Blocks blocks, int[] stack, int depth) {
        int last = blocks.next[stack[depth - 1]];
        Client known = store.find(cause);
        // In front of a gap its end is what is missing; else whatever comes of the cause's client.
        needed.merge(cause, cause == in.client[last] ? in.clock[last] - 1 : known == null ? 0 : end(known), Math::min);
        for (int level = depth - 1; level >= 0; level--) {
            int block = stack[level];
            int i = blocks.next[block];
            blocks.isOpen[block] = false;
            if (blocks.isDone(block)) {
                continue;
            }
            for (; i < blocks.end[block]; i++) {
                if (in.kind(i) != Kind.SKIP) {
                    addWaiting(i);
                }
            }
            blocks.next[block] = blocks.end[block];
        }
    }

    private void addWaiting(int i) {
        if (waits == waiting.length) {
            waiting = Arrays.copyOf(waiting, Math.max(8, 2 * waits));
        }
        waiting[waits++] = i;
    }

    private void checkPending(Structs in) {
        long count = pending.count();
        long bytes = pending.bytes();
        for (int n = 0; n < waits; n++) {
            if (!pending.covers(in, waiting[n])) {
                count++;
                bytes += in.weight(waiting[n]);
            }
        }
        for (int d = 0; d < in.deleteCount; d++) {
            long end = in.deleteClock[d] + in.deleteLength[d];
            Client client = store.find(in.deleteClient[d]);
            if (client == null || end > end(client)) {
                count++;
            }
        }
        if (count > bounds.maxPendingStructs() && count > pending.count()) {
            throw new BoundExceededException("maxPendingStructs", count, bounds.maxPendingStructs());
        }
        if (bytes > bounds.maxPendingBytes() && bytes > pending.bytes()) {
            throw new BoundExceededException("maxPendingBytes", bytes, bounds.maxPendingBytes());
        }
    }

    /** The structs of an update by client. */
    private static final class Blocks {
        final int[] next;
        final int[] end;
        final boolean[] isOpen;
        private final long[] client;
        private final LongTable byClient = new LongTable();
        private int count;

        Blocks(Structs in) {
            int blocks = 0;
            for (int i = 0; i < in.size; i++) {
                blocks += i == 0 || in.client[i] != in.client[i - 1] ? 1 : 0;
            }
            next = new int[blocks];
            end = new int[blocks];
            client = new long[blocks];
            isOpen = new boolean[blocks];
            for (int i = 0; i < in.size; i++) {
                if (i == 0 || in.client[i] != in.client[i - 1]) {
                    next[count] = i;
                    client[count] = in.client[i];
                    byClient.put(in.client[i], count++);
                }
                end[count - 1] = i + 1;
            }
        }

        int of(long id) {
            return byClient.get(id);
        }

        boolean isDone(int block) {
            return next[block] == end[block];
        }

        int[] descending() {
            Integer[] sorted = new Integer[count];
            Arrays.setAll(sorted, i -> i);
            Arrays.sort(sorted, (a, b) -> Long.compare(client[b], client[a]));
            return Arrays.stream(sorted).mapToInt(i -> i).toArray();
        }
    }
}
