package dev.concord.yjs;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A shared type: a sequence and a map in one, since any type may have both. */
final class TypeNode {
    /** A root is made when it is first named; what it is, nobody says. */
    static final int UNKNOWN = -1;

    final int number;
    /** The struct whose content this is; {@link Store#NONE} for a root. */
    final int item;
    /** Of {@link TypeRef}, or {@link #UNKNOWN}. */
    int ref;
    /** The name of a root or of an XML element. */
    final int name;
    /** The list of the sequence. */
    final int sequence;

    /** By key the list of the values that it had, the last of which counts; null until there is one. */
    @Nullable
    Map<Integer, Integer> keys;

    /** Visible clocks of the sequence. */
    int length;
    /** Whether a format was ever put into the sequence. */
    boolean hasFormats;

    final int depth;

    @Nullable
    YType view;

    /** The transaction that last changed it; see {@link Transaction#changed}. */
    long changedIn = -1;

    TypeNode(int number, int item, int ref, int name, int sequence, int depth) {
        this.number = number;
        this.item = item;
        this.ref = ref;
        this.name = name;
        this.sequence = sequence;
        this.depth = depth;
    }

    boolean isRoot() {
        return item == Store.NONE;
    }

    /** The list of a key, or {@link Store#NONE}. */
    int listOf(int key) {
        Map<Integer, Integer> known = keys;
        return known == null ? Store.NONE : known.getOrDefault(key, Store.NONE);
    }

    void putList(int key, int list) {
        Map<Integer, Integer> known = keys;
        if (known == null) {
            known = new LinkedHashMap<>();
            keys = known;
        }
        known.put(key, list);
    }
}
