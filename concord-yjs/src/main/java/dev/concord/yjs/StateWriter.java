package dev.concord.yjs;

import java.util.Map;
import java.util.TreeMap;

/** Writes what a document has, whole or from a state vector on, to either format. */
final class StateWriter {
    private final Store store;
    private final Sink sink;
    /** Of the structs that were written. */
    private final DeleteRanges deleted = new DeleteRanges();

    private StateWriter(Store store, UpdateFormat format, int capacity) {
        this.store = store;
        this.sink = Sink.of(format, capacity);
    }

    /** All that a peer with this state vector is missing, and all deletions. */
    static byte[] encode(Store store, Pending pending, UpdateFormat format, StateVector known) {
        StateWriter writer = new StateWriter(store, format, 256 + 20 * store.structCount() + store.textUnits());
        writer.structs(known);
        if (known.clocks().isEmpty()) {
            // All structs were seen just now.
            write(store, writer.deleted, writer.sink);
        } else {
            writeDeletes(store, writer.sink);
        }
        byte[] state = writer.sink.toBytes();
        return pending.isEmpty() ? state : Updates.merge(format, withPending(state, pending, format, known));
    }

    /** What a transaction inserted and deleted. No bytes when that is nothing. */
    static byte[] encode(Store store, Transaction tx) {
        Client[] clients = new Client[tx.touchedCount];
        int count = 0;
        for (int i = 0; i < tx.touchedCount; i++) {
            if (tx.touched[i].end > tx.touched[i].before) {
                clients[count++] = tx.touched[i];
            }
        }
        if (count == 0 && tx.deleted.size == 0) {
            return new byte[0];
        }
        clients = java.util.Arrays.copyOf(clients, count);
        java.util.Arrays.sort(clients, (a, b) -> Long.compare(b.id, a.id));
        StateWriter writer = new StateWriter(store, UpdateFormat.V1, 64);
        writer.sink.out.varUint(count);
        for (Client client : clients) {
            writer.block(client, client.before);
        }
        Structs deletes = new Structs();
        for (int i = 0; i < tx.deleted.size; i++) {
            long first = tx.deleted.first[i];
            deletes.addDelete(store.clientId(Store.clientOf(first)), Store.clockOf(first), tx.deleted.length[i]);
        }
        DeleteSets.write(deletes, writer.sink);
        return writer.sink.toBytes();
    }

    private static byte[][] withPending(byte[] state, Pending pending, UpdateFormat format, StateVector known) {
        byte[][] parts = new byte[1 + (pending.hasDeletes() ? 1 : 0) + (pending.hasStructs() ? 1 : 0)][];
        int count = 0;
        parts[count++] = state;
        if (pending.hasDeletes()) {
            UpdateWriter deletes = new UpdateWriter(format, 64);
            Structs ranges = new Structs();
            for (Map.Entry<Long, Ranges> of : pending.deletes().entrySet()) {
                of.getValue().ranges().forEach((from, to) -> ranges.addDelete(of.getKey(), from, to - from));
            }
            deletes.deletes(ranges);
            parts[count++] = deletes.toBytes();
        }
        if (pending.hasStructs()) {
            UpdateWriter structs = new UpdateWriter(format, 256);
            for (TreeMap<Long, Pending.Piece> chain : pending.structs().values()) {
                for (Pending.Piece piece : chain.values()) {
                    structs.add(piece.structs(), 0, piece.offset());
                }
            }
            parts[count] = Updates.diff(format, structs.toBytes(), known.toBytes());
        }
        return parts;
    }

    private void structs(StateVector known) {
        Client[] clients = store.clientsDescending();
        int count = 0;
        for (Client client : clients) {
            if (client.end > known.clock(client.id)) {
                clients[count++] = client;
            }
        }
        sink.out.varUint(count);
        for (int i = 0; i < count; i++) {
            block(clients[i], (int) known.clock(clients[i].id));
        }
    }

    private void block(Client client, int clock) {
        sink.out.varUint(client.index.sizeFrom(client.index.find(clock)));
        sink.client(client.id);
        sink.out.varUint(clock);
        client.index.forEach(clock, struct -> struct(client, struct, Math.max(0, clock - store.clock(struct))));
    }

    private void struct(Client client, int struct, int offset) {
        int kind = store.kind(struct);
        int length = store.length[struct] - offset;
        if (store.isDeleted(struct)) {
            deleted.add(store.id[struct], store.length[struct]);
        }
        if (kind == Kind.GC) {
            sink.info(Kind.GC);
            sink.length(length);
            return;
        }
        long origin = offset > 0 ? store.id[struct] + offset - 1 : store.origin[struct];
        long right = store.rightOrigin[struct];
        int list = store.list[struct];
        int key = store.keyOf(list);
        sink.info(kind
                | (origin == Store.NO_ID ? 0 : Kind.HAS_ORIGIN)
                | (right == Store.NO_ID ? 0 : Kind.HAS_RIGHT_ORIGIN)
                | (key == Store.NONE ? 0 : Kind.HAS_KEY));
        if (origin != Store.NO_ID) {
            sink.leftId(store.clientAt(Store.clientOf(origin)), Store.clockOf(origin));
        }
        if (right != Store.NO_ID) {
            sink.rightId(store.clientAt(Store.clientOf(right)), Store.clockOf(right));
        }
        if (origin == Store.NO_ID && right == Store.NO_ID) {
            parent(list, key);
        }
        content(client, struct, kind, offset, length);
    }

    private void parent(int list, int key) {
        TypeNode parent = store.typeOf(list);
        sink.isRoot(parent.isRoot());
        if (parent.isRoot()) {
            byte[] name = store.names.encoded(parent.name);
            sink.string(name, 0, name.length);
        } else {
            sink.leftId(store.clientId(store.client(parent.item)), store.clock(parent.item));
        }
        if (key != Store.NONE) {
            byte[] name = store.names.encoded(key);
            sink.string(name, 0, name.length);
        }
    }

    private void content(Client client, int struct, int kind, int offset, int length) {
        int at = store.at[struct];
        switch (kind) {
            case Kind.DELETED -> sink.length(length);
            case Kind.STRING -> sink.string(client.text, at + offset, at + offset + length);
            case Kind.ANY -> {
                sink.length(length);
                for (int i = at + offset; i < at + offset + length; i++) {
                    byte[] value = client.bytes(i);
                    sink.out.raw(value, 0, value.length);
                }
            }
            case Kind.JSON -> {
                sink.length(length);
                for (int i = at + offset; i < at + offset + length; i++) {
                    byte[] json = client.bytes(i);
                    sink.string(json, 0, json.length);
                }
            }
            case Kind.BINARY -> {
                byte[] bytes = client.bytes(at);
                sink.out.sized(bytes, 0, bytes.length);
            }
            case Kind.EMBED -> {
                byte[] value = client.bytes(at);
                sink.json(value, 0, value.length);
            }
            case Kind.FORMAT -> {
                Format content = client.format(at);
                byte[] name = store.names.encoded(content.key());
                sink.key(name, 0, name.length);
                sink.json(content.value(), 0, content.value().length);
            }
            case Kind.TYPE -> {
                TypeNode type = store.type(at);
                sink.typeRef(type.ref);
                if (TypeRef.isNamed(type.ref)) {
                    byte[] name = store.names.encoded(type.name);
                    sink.key(name, 0, name.length);
                }
            }
            default -> {
                byte[] doc = client.bytes(at);
                ByteIn in = new ByteIn(doc);
                int size = in.size();
                sink.string(doc, in.at, in.at + size);
                sink.out.raw(doc, in.at + size, doc.length);
            }
        }
    }

    /** Writes all that is deleted. */
    static void writeDeletes(Store store, Sink sink) {
        DeleteRanges ranges = new DeleteRanges();
        for (Client client : store.clientsDescending()) {
            client.index.forEach(0, struct -> {
                if (store.isDeleted(struct)) {
                    ranges.add(store.id[struct], store.length[struct]);
                }
            });
        }
        write(store, ranges, sink);
    }

    /** Writes ranges that stand by client, highest first, and ascend. */
    private static void write(Store store, DeleteRanges ranges, Sink sink) {
        int count = 0;
        for (int i = 0; i < ranges.size; i++) {
            count += i == 0 || Store.clientOf(ranges.first[i]) != Store.clientOf(ranges.first[i - 1]) ? 1 : 0;
        }
        sink.out.varUint(count);
        for (int begin = 0; begin < ranges.size; ) {
            int client = Store.clientOf(ranges.first[begin]);
            int end = begin;
            while (end < ranges.size && Store.clientOf(ranges.first[end]) == client) {
                end++;
            }
            sink.resetDelete();
            sink.out.varUint(store.clientId(client));
            sink.out.varUint(end - begin);
            for (int i = begin; i < end; i++) {
                sink.delete(Store.clockOf(ranges.first[i]), ranges.length[i]);
            }
            begin = end;
        }
    }
}
