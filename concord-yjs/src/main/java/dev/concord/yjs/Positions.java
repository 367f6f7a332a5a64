package dev.concord.yjs;

import org.jspecify.annotations.Nullable;

/** Turns offsets into relative positions and back. O(structs of the type). */
final class Positions {
    private final YDocument document;
    private final Store store;

    Positions(YDocument document) {
        this.document = document;
        this.store = document.store;
    }

    RelativePosition at(TypeNode type, int index, long assoc) {
        int rest = index;
        if (assoc < 0) {
            if (index == 0) {
                return end(type, assoc);
            }
            rest--;
        }
        for (int s = store.first[type.sequence]; s != Store.NONE; s = store.right[s]) {
            if (store.isVisible(s)) {
                if (store.length[s] > rest) {
                    return element(s, rest, assoc);
                }
                rest -= store.length[s];
            }
            if (assoc < 0 && store.right[s] == Store.NONE) {
                return element(s, store.length[s] - 1, assoc);
            }
        }
        return end(type, assoc);
    }

    private RelativePosition element(int struct, int offset, long assoc) {
        return new RelativePosition(
                store.clientId(store.client(struct)), store.clock(struct) + offset, null, true, assoc);
    }

    private RelativePosition end(TypeNode type, long assoc) {
        return type.isRoot()
                ? new RelativePosition(-1, -1, store.names.name(type.name), false, assoc)
                : new RelativePosition(
                        store.clientId(store.client(type.item)), store.clock(type.item), null, false, assoc);
    }

    /** Null when what it is at is not known, or is garbage. */
    @Nullable
    Position resolve(RelativePosition position) {
        String root = position.root();
        if (root != null) {
            return end(document.root(root).node, position);
        }
        Client client = store.find(position.client());
        if (client == null || position.clock() >= client.end) {
            return null;
        }
        long id = store.current(Store.id(client.number, (int) position.clock()));
        int struct = store.structOf(id);
        if (store.kind(struct) == Kind.GC) {
            return null;
        }
        if (!position.isElement()) {
            return store.kind(struct) == Kind.TYPE ? end(store.type(store.at[struct]), position) : null;
        }
        TypeNode type = store.typeOf(store.list[struct]);
        int index = 0;
        if (type.isRoot() || !store.isDeleted(type.item)) {
            if (store.isVisible(struct)) {
                index = Store.clockOf(id) - store.clock(struct) + (position.assoc() < 0 ? 1 : 0);
            }
            for (int s = store.left[struct]; s != Store.NONE; s = store.left[s]) {
                index += store.isVisible(s) ? store.length[s] : 0;
            }
        }
        return new Position(document.view(type), index, position.assoc());
    }

    private Position end(TypeNode type, RelativePosition position) {
        return new Position(document.view(type), position.assoc() < 0 ? 0 : type.length, position.assoc());
    }
}
