package dev.concord.yjs;

/** Checks that the parts of a document agree with one another. O(structs log structs). A failure is a bug of this package. */
final class Invariants {
    private Invariants() {}

    static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("broken invariant: " + what);
        }
    }

    static void check(Store store) {
        int indexed = 0;
        int inLists = 0;
        for (int number = 0; number < store.clientCount(); number++) {
            Client client = store.clientAt(number);
            client.index.checkInvariants(number, client.end);
            indexed += client.index.size();
            int[] garbage = {0};
            client.index.forEach(0, struct -> {
                garbage[0] += store.kind(struct) == Kind.GC ? 1 : 0;
                checkContent(store, client, struct);
            });
            inLists += client.index.size() - garbage[0];
        }
        int linked = 0;
        for (int number = 0; number < store.typeCount(); number++) {
            TypeNode type = store.typeOrNull(number);
            if (type == null) {
                continue;
            }
            int length = 0;
            int left = Store.NONE;
            for (int struct = store.first[type.sequence]; struct != Store.NONE; struct = store.right[struct]) {
                checkLink(store, type.sequence, left, struct);
                length += store.isVisible(struct) ? store.length[struct] : 0;
                left = struct;
                linked++;
            }
            require(store.last[type.sequence] == left, "the last of a sequence");
            require(length == type.length, "a type's length is " + type.length + ", its structs have " + length);
            if (type.keys != null) {
                for (int list : type.keys.values()) {
                    linked += checkKey(store, list);
                }
            }
        }
        require(linked == inLists, linked + " structs stand in lists of " + inLists + " that should");
        require(indexed >= linked, "structs that stand in a list and in no index");
    }

    private static int checkKey(Store store, int list) {
        int count = 0;
        int left = Store.NONE;
        for (int struct = store.first[list]; struct != Store.NONE; struct = store.right[struct]) {
            checkLink(store, list, left, struct);
            // Of several values in one struct, which nobody writes under a key, the first ones stay when the last is
            // replaced.
            require(
                    store.right[struct] == Store.NONE || store.isDeleted(struct) || Kind.joins(store.kind(struct)),
                    "a value that was replaced is alive");
            left = struct;
            count++;
        }
        require(store.last[list] == left, "the value of a key");
        return count;
    }

    private static void checkLink(Store store, int list, int left, int struct) {
        require(store.list[struct] == list, "a struct stands in a list that is not its own");
        require(store.left[struct] == left, "a link to the left");
        require(store.kind(struct) != Kind.GC, "garbage stands in a list");
        TypeNode type = store.typeOf(list);
        require(
                type.isRoot() || !store.isDeleted(type.item) || store.isDeleted(struct),
                "a struct is alive in a type that is deleted");
    }

    private static void checkContent(Store store, Client client, int struct) {
        int kind = store.kind(struct);
        int at = store.at[struct];
        switch (kind) {
            case Kind.STRING -> require(at >= 0 && at + store.length[struct] <= client.text.size(), "text of a struct");
            case Kind.ANY, Kind.JSON -> {
                for (int i = 0; i < store.length[struct]; i++) {
                    require(client.cell(at + i) instanceof byte[], "a value of a struct");
                }
            }
            case Kind.BINARY, Kind.EMBED, Kind.DOC, Kind.FORMAT ->
                require(client.cell(at) != null, "a struct's content");
            case Kind.TYPE -> require(store.type(at).item == struct, "a struct's type");
            default -> require(store.isDeleted(struct), "a struct without content is alive");
        }
        require(kind == Kind.GC || store.list[struct] != Store.NONE, "an item in no list");
    }
}
