package dev.concord.crdt.testing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Text that breaks careless programs: astral characters, joiners, combining marks, line ends. */
final class Alphabet {
    private static final String[] PLAIN = {
        "a", "b", "\n", "\r\n", "e\u0301", "\u200D", "\u00e9", "\u05d0", "\uFFFD", "z"
    };
    private static final String[] ASTRAL = {
        "\uD83D\uDE00", "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67", "\uD835\uDD4F", "\uD83C\uDDEA\uD83C\uDDFA"
    };

    private final Random random;
    private final boolean plain;
    /** Characters of which each is used once, or null when characters repeat. */
    private final List<Integer> unused;

    Alphabet(Random random, boolean plain, boolean unique) {
        this.random = random;
        this.plain = plain;
        this.unused = unique ? pool() : null;
    }

    String next() {
        if (unused != null) {
            return Character.toString(unused.remove(unused.size() - 1));
        }
        int choice = random.nextInt(plain ? PLAIN.length : PLAIN.length + ASTRAL.length);
        return choice < PLAIN.length ? PLAIN[choice] : ASTRAL[choice - PLAIN.length];
    }

    boolean isUnique() {
        return unused != null;
    }

    boolean isUsedUp() {
        return unused != null && unused.size() < 8;
    }

    private List<Integer> pool() {
        List<Integer> pool = new ArrayList<>();
        add(pool, 'a', 'z');
        add(pool, 'A', 'Z');
        add(pool, 0x0300, 0x030f);
        add(pool, 0x05d0, 0x05ea);
        add(pool, 0x200b, 0x200f);
        add(pool, 0x4e00, 0x4e80);
        Collections.addAll(pool, (int) '\n', (int) '\r', (int) '\t', 0xFFFD, 0xFEFF);
        if (!plain) {
            add(pool, 0x1f600, 0x1f640);
            add(pool, 0x20000, 0x20040);
            add(pool, 0x10fff0, 0x10fffd);
        }
        Collections.shuffle(pool, random);
        return pool;
    }

    private static void add(List<Integer> pool, int from, int to) {
        for (int c = from; c <= to; c++) {
            pool.add(c);
        }
    }
}
