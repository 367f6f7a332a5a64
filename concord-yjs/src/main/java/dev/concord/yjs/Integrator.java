package dev.concord.yjs;

import java.util.ArrayDeque;
import java.util.Map;

/** Takes structs whose causes are here into the store, and deletes. What a struct becomes is decided here; where it stands, by {@link Placement}. */
final class Integrator {
    private final Store store;
    private final Placement placement;
    private final ArrayDeque<TypeNode> deletedTypes = new ArrayDeque<>();
    Transaction tx;

    Integrator(Store store, Placement placement, Transaction tx) {
        this.store = store;
        this.placement = placement;
        this.tx = tx;
    }

    /** Takes in the unknown part of a struct that is causally ready. */
    void integrate(Structs in, int i) {
        Client client = store.findOrAdd(in.client[i]);
        int offset = (int) (client.end - in.clock[i]);
        int kind = in.kind(i);
        if (offset >= in.length[i]) {
            return;
        }
        if (kind == Kind.GC) {
            addGarbage(client, (int) in.length[i] - offset);
            return;
        }
        long origin = packed(in.originClient[i], in.originClock[i]);
        long rightOrigin = packed(in.rightClient[i], in.rightClock[i]);
        int left = origin == Store.NO_ID ? Store.NONE : endingAt(origin);
        int right = rightOrigin == Store.NO_ID ? Store.NONE : beginningAt(rightOrigin);
        int list = listOf(in, i, left, right);
        if (offset > 0) {
            origin = Store.id(client.number, client.end - 1);
            left = endingAt(origin);
            // Where its first part is, whatever the second says of itself when somebody used the ids twice.
            list = store.list[left];
        }
        int length = (int) in.length[i] - offset;
        if (list == Store.NONE) {
            addGarbage(client, length);
            return;
        }
        int struct = store.add(kind, Store.id(client.number, client.end), length);
        store.origin[struct] = origin;
        store.rightOrigin[struct] = rightOrigin;
        store.list[struct] = list;
        takeContent(in, i, offset, struct, client);
        insert(struct, left, right);
    }

    private long packed(long client, long clock) {
        if (client == Structs.NONE) {
            return Store.NO_ID;
        }
        return Store.id(store.findOrAdd(client).number, (int) clock);
    }

    /** The list in which a struct stands; {@link Store#NONE} when what it stood in is garbage. */
    private int listOf(Structs in, int i, int left, int right) {
        if (right != Store.NONE && store.kind(right) == Kind.GC) {
            return Store.NONE;
        }
        // Garbage stands in no list.
        if (left != Store.NONE) {
            return store.list[left];
        }
        if (right != Store.NONE) {
            return store.list[right];
        }
        TypeNode parent;
        if (in.rootFrom[i] != Structs.NO_SLICE) {
            parent = store.root(store.names.intern(in.update, in.rootFrom[i], in.rootTo[i]));
        } else {
            int item = store.structOf(packed(in.parentClient[i], in.parentClock[i]));
            if (store.kind(item) != Kind.TYPE) {
                return Store.NONE;
            }
            parent = store.type(store.at[item]);
        }
        int key = in.keyFrom[i] == Structs.NO_SLICE
                ? Store.NONE
                : store.names.intern(in.update, in.keyFrom[i], in.keyTo[i]);
        return store.listOf(parent, key);
    }

    private void addGarbage(Client client, int length) {
        tx.touch(client);
        int struct = store.add(Kind.GC, Store.id(client.number, client.end), length);
        client.index.append(struct);
        client.end += length;
    }

    private void takeContent(Structs in, int i, int offset, int struct, Client client) {
        byte[] bytes = in.content(i);
        int from = in.contentFrom[i];
        int to = in.contentTo[i];
        switch (store.kind(struct)) {
            case Kind.STRING -> store.at[struct] = takeText(bytes, from, to, (int) in.length[i], offset, client.text);
            case Kind.ANY, Kind.JSON -> {
                ByteIn values = new ByteIn(bytes, from, to);
                boolean isJson = store.kind(struct) == Kind.JSON;
                store.at[struct] = client.cellCount;
                for (int n = 0; n < in.length[i]; n++) {
                    int start = values.at;
                    if (isJson) {
                        int size = values.size();
                        start = values.at;
                        values.at += size;
                    } else {
                        Values.skip(values, Integer.MAX_VALUE);
                    }
                    if (n >= offset) {
                        client.addCell(slice(bytes, start, values.at));
                    }
                }
            }
            case Kind.BINARY, Kind.EMBED, Kind.DOC -> store.at[struct] = client.addCell(slice(bytes, from, to));
            case Kind.FORMAT -> {
                ByteIn format = new ByteIn(bytes, from, to);
                int size = format.size();
                int key = store.names.intern(bytes, format.at, format.at + size);
                store.at[struct] = client.addCell(new Format(key, slice(bytes, format.at + size, to)));
            }
            case Kind.TYPE -> {
                ByteIn type = new ByteIn(bytes, from, to);
                int ref = (int) type.varUint();
                int name = Store.NONE;
                if (type.hasNext()) {
                    int size = type.size();
                    name = store.names.intern(bytes, type.at, type.at + size);
                }
                int depth = store.typeOf(store.list[struct]).depth + 1;
                store.at[struct] = store.addType(struct, ref, name, depth);
            }
            default -> store.at[struct] = 0;
        }
    }

    private static int takeText(byte[] utf8, int from, int to, int units, int offset, TextStore text) {
        if (offset == 0) {
            return text.append(utf8, from, to, units);
        }
        int at = Utf8.skip(utf8, from, offset);
        if (Utf8.count(utf8, from, at) == offset) {
            return text.append(utf8, at, to, units - offset);
        }
        // Half a pair is known.
        int start = text.append("\uFFFD");
        text.append(utf8, at, to, units - offset - 1);
        return start;
    }

    private static byte[] slice(byte[] bytes, int from, int to) {
        return java.util.Arrays.copyOfRange(bytes, from, to);
    }

    /** Puts a struct, whose columns are filled in, between its origins, and does what follows from that. */
    void insert(int struct, int left, int right) {
        Client client = store.clientAt(store.client(struct));
        tx.touch(client);
        int list = store.list[struct];
        TypeNode parent = store.typeOf(list);
        boolean isSequence = store.keyOf(list) == Store.NONE;
        int previous = placement.neighbour(struct, left, right);
        store.link(struct, previous);
        boolean isLast = store.right[struct] == Store.NONE;
        if (!isSequence && isLast && previous != Store.NONE) {
            // It is the value of the key now.
            delete(previous);
        }
        int kind = store.kind(struct);
        if (isSequence && Kind.isCountable(kind)) {
            parent.length += store.length[struct];
        }
        client.index.append(struct);
        client.end += store.length[struct];
        if (kind == Kind.DELETED) {
            tx.deleted.add(store.id[struct], store.length[struct]);
            store.markDeleted(struct);
        } else if (kind == Kind.FORMAT) {
            parent.hasFormats = true;
        }
        tx.addChanged(list);
        boolean isInvisible = !parent.isRoot() && store.isDeleted(parent.item);
        if (isInvisible || (!isSequence && !isLast)) {
            delete(struct);
        }
    }

    /** The struct that ends with an id, cut there if need be. */
    int endingAt(long id) {
        int struct = store.structOf(id);
        int offset = Store.clockOf(id) - store.clock(struct) + 1;
        if (offset < store.length[struct] && store.kind(struct) != Kind.GC) {
            split(struct, offset);
        }
        return struct;
    }

    /** The struct that begins with an id, cut there if need be. */
    int beginningAt(long id) {
        int struct = store.clientAt(Store.clientOf(id)).index.findBeginning(Store.clockOf(id));
        int offset = Store.clockOf(id) - store.clock(struct);
        return offset > 0 && store.kind(struct) != Kind.GC ? split(struct, offset) : struct;
    }

    int split(int struct, int offset) {
        int part = store.split(struct, offset);
        tx.addSeam(store.id[part]);
        return part;
    }

    /** Deletes a struct, and all that stands in it when it is a type. */
    void delete(int struct) {
        deleteOne(struct);
        while (!deletedTypes.isEmpty()) {
            TypeNode type = deletedTypes.pop();
            deleteList(type.sequence);
            Map<Integer, Integer> keys = type.keys;
            if (keys != null) {
                for (int list : keys.values()) {
                    int value = store.last[list];
                    if (value != Store.NONE) {
                        deleteOrMark(value);
                    }
                }
            }
        }
    }

    private void deleteList(int list) {
        for (int child = store.first[list]; child != Store.NONE; child = store.right[child]) {
            deleteOrMark(child);
        }
    }

    /** What was deleted earlier becomes garbage with its parent, and may then be joined to its neighbours. */
    private void deleteOrMark(int child) {
        if (!store.isDeleted(child)) {
            deleteOne(child);
        } else if (tx.isOld(child)) {
            tx.addSeam(store.id[child]);
        }
    }

    private void deleteOne(int struct) {
        if (store.isDeleted(struct)) {
            return;
        }
        int list = store.list[struct];
        int kind = store.kind(struct);
        if (Kind.isCountable(kind) && store.keyOf(list) == Store.NONE) {
            store.typeOf(list).length -= store.length[struct];
        }
        store.markDeleted(struct);
        tx.deleted.add(store.id[struct], store.length[struct]);
        tx.addChanged(list);
        if (kind == Kind.TYPE) {
            deletedTypes.push(store.type(store.at[struct]));
        }
    }

    /** Deletes a range of clocks that are known. */
    void delete(Client client, int from, int to) {
        int struct = client.index.find(from);
        if (!store.isDeleted(struct) && store.clock(struct) < from) {
            struct = split(struct, from - store.clock(struct));
        }
        while (struct != Store.NONE && store.clock(struct) < to) {
            if (!store.isDeleted(struct)) {
                if (to < store.end(struct)) {
                    split(struct, to - store.clock(struct));
                }
                delete(struct);
            }
            struct = client.index.after(struct);
        }
    }
}
