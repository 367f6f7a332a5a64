package dev.concord.bench.trial;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.crdt.Side;
import dev.concord.wire.WireCodec;
import java.util.Arrays;
import java.util.Random;

/**
 * What one writer of a room sends: inserts, each after the writer's previous one. The text of each names its writer and its place and
 * ends in a checksum, so that a part of a document that has come some other way can be checked too. One thread extends it, others read
 * what is made.
 */
final class Script {
    private static final int[] LENGTHS = {0, 1, 2, 3, 8, 20, 60};
    private static final String[] LETTERS = {
        "a",
        "b",
        "z",
        " ",
        "\n",
        "\t",
        "\"",
        "\\",
        "\u00e9",
        "\u00df",
        "\u0416",
        "\u20ac",
        "\u65e5",
        "e\u0301",
        "\ud83d\ude00",
        "\ud83d\udc69\u200d\ud83d\udc67",
        "\ud835\udd4f",
        "\u2028"
    };
    /** Sizes about which a frame's header, a fragment of the JDK's client or a buffer changes. */
    private static final int[] EDGES = {120, 125, 126, 127, 250, 256, 1024, 2048, 4096, 16_384, 32_768, 65_535};

    private final String site;
    private final Random random;
    private final byte[][] data;
    private final long[] counters;
    private long nextCounter = 1;
    private volatile int made;

    Script(int writer, int ops, long seed) {
        this.site = site(writer);
        this.random = new Random(seed);
        this.data = new byte[ops][];
        this.counters = new long[ops];
    }

    static String site(int writer) {
        return "w" + writer;
    }

    /** How many ops there will be. */
    int size() {
        return data.length;
    }

    int made() {
        return made;
    }

    /** The JSON of an op, made now if it is the next. */
    byte[] op(int index) {
        if (index == made) {
            String value = value(index);
            ElementId before = nextCounter == 1 ? ElementId.HEAD : new ElementId(site, nextCounter - 1);
            Operation insert =
                    new Operation.Insert(new ElementId(site, nextCounter), new Anchor(before, Side.AFTER), value);
            data[index] = WireCodec.writeOperation(insert);
            counters[index] = nextCounter;
            nextCounter += insert.length();
            made = index + 1;
        }
        return data[index];
    }

    /** Which op begins with this counter: -1 when none that was made does. */
    int indexOf(long counter, int guess) {
        int end = made;
        if (guess < end && counters[guess] == counter) {
            return guess;
        }
        return Math.max(-1, Arrays.binarySearch(counters, 0, end, counter));
    }

    boolean holds(int index, byte[] frame, int from, int to) {
        byte[] expected = data[index];
        return Arrays.equals(frame, from, to, expected, 0, expected.length);
    }

    private String value(int index) {
        StringBuilder body = new StringBuilder();
        int kind = random.nextInt(2000);
        int length = kind == 0
                ? random.nextInt(150_000)
                : kind < 60 ? edge() : LENGTHS[random.nextInt(LENGTHS.length)] + random.nextInt(4);
        // Long texts of one letter are as telling and cheaper to make.
        String letter = length > 300 ? LETTERS[random.nextInt(LETTERS.length)] : "";
        while (body.length() < length) {
            body.append(letter.isEmpty() ? LETTERS[random.nextInt(LETTERS.length)] : letter);
        }
        return Sealed.seal(site, index, body.toString());
    }

    /** A length that brings the whole frame near an edge. */
    private int edge() {
        int edge = EDGES[random.nextInt(random.nextInt(20) == 0 ? EDGES.length : 7)];
        return Math.max(0, edge - 150 + random.nextInt(60));
    }
}
