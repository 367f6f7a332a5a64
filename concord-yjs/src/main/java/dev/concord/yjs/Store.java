package dev.concord.yjs;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a document holds, in columns: structs, the lists they stand in, and the shared types that own the lists. A struct is an index into
 * the columns, its handle, until it is joined to its neighbour. Ids are packed into one number, see {@link #id(int, int)}.
 *
 * <p>This class keeps the parts connected; where a struct belongs and what follows from it is decided elsewhere.
 */
final class Store {
    static final int NONE = -1;
    static final long NO_ID = -1;
    /** Flags. */
    private static final byte DELETED = 1;

    private static final byte KEPT = 2;
    private static final byte REDONE = 4;
    private static final int FIRST_CAPACITY = 16;
    /** Below so much nothing is compacted. */
    private static final int MIN_GARBAGE = 4096;

    long[] id = new long[FIRST_CAPACITY];
    long[] origin = new long[FIRST_CAPACITY];
    long[] rightOrigin = new long[FIRST_CAPACITY];
    int[] length = new int[FIRST_CAPACITY];
    int[] left = new int[FIRST_CAPACITY];
    int[] right = new int[FIRST_CAPACITY];
    /** {@link #NONE} for garbage. */
    int[] list = new int[FIRST_CAPACITY];
    /** Where the content begins in its client's text or cells; of a type its number. */
    int[] at = new int[FIRST_CAPACITY];

    private byte[] kind = new byte[FIRST_CAPACITY];
    private byte[] flags = new byte[FIRST_CAPACITY];
    /** By the first id of a struct that is redone, the first id of its copy. */
    private final Map<Long, Long> redone = new HashMap<>();

    private int used;
    private int[] free = new int[4];
    private int freeCount;

    private int[] listType = new int[4];
    /** {@link #NONE} for a sequence. */
    private int[] listKey = new int[4];

    int[] first = new int[4];
    int[] last = new int[4];
    private int listCount;
    private int[] freeLists = new int[4];
    private int freeListCount;

    private @Nullable TypeNode[] types = new TypeNode[4];
    private int typeCount;
    private int[] freeTypes = new int[4];
    private int freeTypeCount;

    final Names names = new Names();
    /** By the number of the name. */
    final Map<Integer, TypeNode> roots = new LinkedHashMap<>();

    /** Stands where no client does. */
    final Client nobody = new Client(this, 0, NONE);

    private Client[] clients = {nobody, nobody, nobody, nobody};
    private int clientCount;
    private final LongTable numbers = new LongTable();
    private @Nullable Client lastClient;

    // ------------------------------------------------------------------ ids and clients

    static long id(int client, int clock) {
        return (long) client << 32 | clock;
    }

    static int clientOf(long id) {
        return (int) (id >>> 32);
    }

    static int clockOf(long id) {
        return (int) id;
    }

    int client(int struct) {
        return (int) (id[struct] >>> 32);
    }

    int clock(int struct) {
        return (int) id[struct];
    }

    /** The clock after the struct's last. */
    int end(int struct) {
        return (int) id[struct] + length[struct];
    }

    long lastId(int struct) {
        return id[struct] + length[struct] - 1;
    }

    int clientCount() {
        return clientCount;
    }

    @Nullable
    Client find(long client) {
        Client last = lastClient;
        if (last != null && last.id == client) {
            return last;
        }
        int number = numbers.get(client);
        if (number < 0) {
            return null;
        }
        lastClient = clients[number];
        return clients[number];
    }

    Client findOrAdd(long client) {
        Client known = find(client);
        return known != null ? known : addClient(client);
    }

    Client addClient(long client) {
        if (clientCount == clients.length) {
            clients = Arrays.copyOf(clients, 2 * clientCount);
        }
        Client added = new Client(this, client, clientCount);
        numbers.put(client, clientCount);
        clients[clientCount++] = added;
        return added;
    }

    /** Takes back clients that were added last and have nothing. */
    void dropClients(int toCount) {
        while (clientCount > toCount && clients[clientCount - 1].end == 0) {
            numbers.remove(clients[--clientCount].id);
            lastClient = null;
        }
    }

    Client clientAt(int number) {
        return clients[number];
    }

    long clientId(int number) {
        return clients[number].id;
    }

    /** The struct that holds a known id. */
    int structOf(long id) {
        return clients[clientOf(id)].index.find(clockOf(id));
    }

    boolean knows(long id) {
        return clockOf(id) < clients[clientOf(id)].end;
    }

    /** The clients that have structs, highest id first: the order in which they are written. */
    Client[] clientsDescending() {
        Client[] sorted = new Client[clientCount];
        int count = 0;
        for (int i = 0; i < clientCount; i++) {
            if (clients[i].end > 0) {
                sorted[count++] = clients[i];
            }
        }
        sorted = Arrays.copyOf(sorted, count);
        Arrays.sort(sorted, (a, b) -> Long.compare(b.id, a.id));
        return sorted;
    }

    // ------------------------------------------------------------------ structs

    int add(int kind, long id, int length) {
        int struct = freeCount > 0 ? free[--freeCount] : used++;
        if (struct == this.id.length) {
            resize(used < 4096 ? 4 * struct : struct + (struct >> 1));
        }
        this.kind[struct] = (byte) kind;
        this.id[struct] = id;
        this.length[struct] = length;
        flags[struct] = kind == Kind.GC ? DELETED : 0;
        list[struct] = NONE;
        left[struct] = NONE;
        right[struct] = NONE;
        origin[struct] = NO_ID;
        rightOrigin[struct] = NO_ID;
        return struct;
    }

    /** The handle that the next struct will have. */
    int nextHandle() {
        return freeCount > 0 ? free[freeCount - 1] : used;
    }

    /** Makes room for so many more structs. */
    void reserve(int more) {
        int needed = used + more - freeCount;
        if (needed > id.length) {
            resize(needed);
        }
    }

    /** Gives the handle of a struct back that is in no list and no index. */
    void release(int struct) {
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = struct;
        length[struct] = 0;
        list[struct] = NONE;
    }

    int structCount() {
        return used - freeCount;
    }

    /** About how long all texts are. O(clients). */
    int textUnits() {
        int units = 0;
        for (int i = 0; i < clientCount; i++) {
            units += Math.max(0, clients[i].text.size() - clients[i].garbage);
        }
        return units;
    }

    int capacity() {
        return id.length;
    }

    int kind(int struct) {
        return kind[struct];
    }

    void setKind(int struct, int kind) {
        this.kind[struct] = (byte) kind;
    }

    boolean isDeleted(int struct) {
        return (flags[struct] & DELETED) != 0;
    }

    void markDeleted(int struct) {
        flags[struct] |= DELETED;
    }

    void markAlive(int struct) {
        flags[struct] &= ~DELETED;
    }

    /** Whether the content stays when it is deleted, because an undo may want it. */
    boolean isKept(int struct) {
        return (flags[struct] & KEPT) != 0;
    }

    void keep(int struct, boolean kept) {
        flags[struct] = (byte) (kept ? flags[struct] | KEPT : flags[struct] & ~KEPT);
    }

    /** Whether an undo made a copy of it under another id. */
    boolean isRedone(int struct) {
        return (flags[struct] & REDONE) != 0;
    }

    void markRedone(int struct, long copy) {
        flags[struct] |= REDONE;
        redone.put(id[struct], copy);
    }

    void forgetRedone(int struct) {
        if (isRedone(struct)) {
            flags[struct] &= ~REDONE;
            redone.remove(id[struct]);
        }
    }

    /** The id of the copy that stands for a struct since an undo, {@link #NO_ID} when there is none. */
    long copyOf(int struct) {
        return isRedone(struct) ? redone.getOrDefault(id[struct], NO_ID) : NO_ID;
    }

    /** The id of what stands now for what once had a known id: a copy of a copy, or the same id. */
    long current(long known) {
        long at = known;
        int struct = structOf(at);
        for (long copy = copyOf(struct); copy != NO_ID; copy = copyOf(struct)) {
            at = copy + (clockOf(at) - clock(struct));
            struct = structOf(at);
        }
        return at;
    }

    boolean isAlive(TypeNode type) {
        return type.isRoot() || !isDeleted(type.item);
    }

    boolean isVisible(int struct) {
        return (flags[struct] & DELETED) == 0 && Kind.isCountable(kind[struct]);
    }

    /** Cuts a struct at an offset inside of it and returns the second part. A pair that is cut becomes two U+FFFD. */
    int split(int struct, int offset) {
        int part = add(kind[struct], id[struct] + offset, length[struct] - offset);
        flags[part] = flags[struct];
        long copy = copyOf(struct);
        if (copy != NO_ID) {
            redone.put(id[part], copy + offset);
        }
        origin[part] = id[struct] + offset - 1;
        rightOrigin[part] = rightOrigin[struct];
        list[part] = list[struct];
        left[part] = struct;
        right[part] = right[struct];
        right[struct] = part;
        if (right[part] == NONE) {
            last[list[part]] = part;
        } else {
            left[right[part]] = part;
        }
        length[struct] = offset;
        at[part] = at[struct] + (kind[struct] == Kind.DELETED ? 0 : offset);
        if (kind[struct] == Kind.STRING) {
            TextStore text = clients[client(struct)].text;
            if (Character.isHighSurrogate(text.charAt(at[part] - 1))) {
                text.set(at[part] - 1, '\uFFFD');
                text.set(at[part], '\uFFFD');
            }
        }
        clients[client(struct)].index.addAfter(struct, part);
        return part;
    }

    /** Puts a struct into its list after another one, or in front when that is {@link #NONE}. */
    void link(int struct, int previous) {
        int of = list[struct];
        int next = previous == NONE ? first[of] : right[previous];
        left[struct] = previous;
        right[struct] = next;
        if (previous == NONE) {
            first[of] = struct;
        } else {
            right[previous] = struct;
        }
        if (next == NONE) {
            last[of] = struct;
        } else {
            left[next] = struct;
        }
    }

    void unlink(int struct) {
        int of = list[struct];
        if (left[struct] == NONE) {
            first[of] = right[struct];
        } else {
            right[left[struct]] = right[struct];
        }
        if (right[struct] == NONE) {
            last[of] = left[struct];
        } else {
            left[right[struct]] = left[struct];
        }
    }

    /** What was the content of a struct is no longer needed. */
    void dropContent(int struct) {
        Client owner = clients[client(struct)];
        int of = kind[struct];
        if (of == Kind.STRING) {
            owner.garbage += length[struct];
        } else if (Kind.hasCells(of)) {
            int cells = of == Kind.ANY || of == Kind.JSON ? length[struct] : 1;
            Arrays.fill(owner.cells, at[struct], at[struct] + cells, null);
            owner.garbage += cells;
        } else if (of == Kind.TYPE) {
            releaseType(at[struct]);
        }
        at[struct] = 0;
    }

    /** Lets go of deleted content when it is most of what a client has. Amortised O(1) for each unit that was deleted. */
    void compact(Client client) {
        if (client.garbage < MIN_GARBAGE || 2L * client.garbage < client.text.size() + (long) client.cellCount) {
            return;
        }
        TextStore old = client.text.takeAll();
        Object[] cells = client.cells;
        client.cells = new Object[Math.max(0, client.cellCount - client.garbage)];
        client.cellCount = 0;
        client.garbage = 0;
        client.index.forEach(0, struct -> {
            int of = kind[struct];
            if (of == Kind.STRING) {
                at[struct] = client.text.append(old, at[struct], at[struct] + length[struct]);
            } else if (Kind.hasCells(of)) {
                int count = of == Kind.ANY || of == Kind.JSON ? length[struct] : 1;
                int from = at[struct];
                at[struct] = client.cellCount;
                for (int i = 0; i < count; i++) {
                    client.addCell(cells[from + i]);
                }
            }
        });
    }

    // ------------------------------------------------------------------ lists and types

    int addList(int type, int key) {
        int added = freeListCount > 0 ? freeLists[--freeListCount] : listCount++;
        if (added == first.length) {
            listType = Arrays.copyOf(listType, 2 * added);
            listKey = Arrays.copyOf(listKey, 2 * added);
            first = Arrays.copyOf(first, 2 * added);
            last = Arrays.copyOf(last, 2 * added);
        }
        listType[added] = type;
        listKey[added] = key;
        first[added] = NONE;
        last[added] = NONE;
        return added;
    }

    TypeNode typeOf(int ofList) {
        return type(listType[ofList]);
    }

    /** The key of a list, {@link #NONE} for a sequence. */
    int keyOf(int ofList) {
        return listKey[ofList];
    }

    TypeNode type(int number) {
        TypeNode type = types[number];
        if (type == null) {
            throw new IllegalStateException("there is no type " + number);
        }
        return type;
    }

    int addType(int item, int ref, int name, int depth) {
        int number = freeTypeCount > 0 ? freeTypes[--freeTypeCount] : typeCount++;
        if (number == types.length) {
            types = Arrays.copyOf(types, 2 * number);
        }
        types[number] = new TypeNode(number, item, ref, name, addList(number, NONE), depth);
        return number;
    }

    private void releaseType(int number) {
        TypeNode type = type(number);
        types[number] = null;
        freeTypes = pushed(freeTypes, freeTypeCount++, number);
        freeLists = pushed(freeLists, freeListCount++, type.sequence);
        Map<Integer, Integer> keys = type.keys;
        if (keys != null) {
            for (int of : keys.values()) {
                freeLists = pushed(freeLists, freeListCount++, of);
            }
        }
    }

    private static int[] pushed(int[] stack, int count, int value) {
        int[] roomy = count == stack.length ? Arrays.copyOf(stack, 2 * count) : stack;
        roomy[count] = value;
        return roomy;
    }

    TypeNode root(int name) {
        TypeNode known = roots.get(name);
        if (known != null) {
            return known;
        }
        TypeNode added = type(addType(NONE, TypeNode.UNKNOWN, name, 0));
        roots.put(name, added);
        return added;
    }

    /** The list of a key, made when it is new. */
    int listOf(TypeNode type, int key) {
        if (key == NONE) {
            return type.sequence;
        }
        int known = type.listOf(key);
        if (known != NONE) {
            return known;
        }
        int added = addList(type.number, key);
        type.putList(key, added);
        return added;
    }

    private void resize(int capacity) {
        id = Arrays.copyOf(id, capacity);
        origin = Arrays.copyOf(origin, capacity);
        rightOrigin = Arrays.copyOf(rightOrigin, capacity);
        length = Arrays.copyOf(length, capacity);
        left = Arrays.copyOf(left, capacity);
        right = Arrays.copyOf(right, capacity);
        list = Arrays.copyOf(list, capacity);
        at = Arrays.copyOf(at, capacity);
        kind = Arrays.copyOf(kind, capacity);
        flags = Arrays.copyOf(flags, capacity);
    }

    int listCount() {
        return listCount;
    }

    int typeCount() {
        return typeCount;
    }

    @Nullable
    TypeNode typeOrNull(int number) {
        return types[number];
    }
}
