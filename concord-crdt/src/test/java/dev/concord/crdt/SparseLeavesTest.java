package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Text that went gives back the leaves that it stood in, and the leaves that are joined then are still a sound tree. */
class SparseLeavesTest {
    private static final String PASTE = "0123456789".repeat(400);
    private static final int PASTES = 1_000;

    @Test
    void whatIsPastedAndDeletedLeavesFewLeaves() {
        Document document = new Document("a");
        Document other = new Document("b");
        document.insert(0, "The end.").forEach(other::apply);
        for (int i = 0; i < PASTES; i++) {
            document.insert(0, PASTE).forEach(other::apply);
            document.delete(0, PASTE.length()).forEach(other::apply);
        }
        // A tombstone for each paste is all that is left.
        assertTrue(document.leaves() < PASTES / 10, "leaves where it was typed: " + document.leaves());
        assertTrue(other.leaves() < PASTES / 10, "leaves where it came: " + other.leaves());
        assertEquals("The end.", other.text());
    }

    @Test
    void aLargeTextOfWhichLittleIsKeptHasFewLeaves() {
        Document document = new Document("a");
        document.insert(0, PASTE.repeat(100));
        int full = document.leaves();
        for (int at = 0; at < 400; at++) {
            document.delete(at, 999);
        }
        assertEquals("9".repeat(400), document.text());
        assertTrue(document.leaves() < full / 4, document.leaves() + " leaves of " + full);
        document.delete(0, 400);
        document.insert(0, PASTE);
        assertEquals(PASTE, document.text());
    }

    @Test
    void aTallTreeStaysSoundWhileItsTextGoesInPieces() {
        for (int i = 0; i < Seeds.runs(8); i++) {
            long seed = Seeds.first() + i;
            try {
                Random random = new Random(seed);
                Document document = new Document("a");
                StringBuilder naive = new StringBuilder();
                for (int paste = 0; paste < 500; paste++) {
                    int at = random.nextInt(naive.length() + 1);
                    document.insert(at, PASTE);
                    naive.insert(at, PASTE);
                }
                while (naive.length() > 10_000) {
                    int from = random.nextInt(naive.length());
                    int to = Math.min(naive.length(), from + 1 + random.nextInt(naive.length() / 8));
                    document.delete(from, to - from);
                    naive.delete(from, to);
                    document.insert(from, "+");
                    naive.insert(from, "+");
                    document.checkInvariants();
                }
                assertEquals(naive.toString(), document.text());
            } catch (RuntimeException | Error e) {
                Seeds.printReplay("SparseLeavesTest", seed);
                throw e;
            }
        }
    }

    @Test
    void longInsertsAndDeletesAreThoseOfANaiveText() {
        for (int i = 0; i < Seeds.runs(60); i++) {
            long seed = Seeds.first() + i;
            try {
                editAtRandom(new Random(seed));
            } catch (RuntimeException | Error e) {
                Seeds.printReplay("SparseLeavesTest", seed);
                throw e;
            }
        }
    }

    private static void editAtRandom(Random random) {
        Document typist = new Document("a");
        Document second = new Document("b");
        StringBuilder naive = new StringBuilder();
        List<Operation> all = new ArrayList<>();
        int steps = 20 + random.nextInt(300);
        // Some histories stay small, so that the whole tree is joined and grows again.
        int largest = 2_000 << random.nextInt(7);
        for (int step = 0; step < steps; step++) {
            Document editor = random.nextInt(4) == 0 ? second : typist;
            List<Operation> ops = new ArrayList<>();
            int at = random.nextInt(naive.length() + 1);
            if (naive.length() < largest && random.nextInt(5) < 3) {
                String text = text(random);
                int spot = isInsidePair(naive, at) ? at - 1 : at;
                ops.addAll(editor.insert(spot, text));
                naive.insert(spot, text);
            } else {
                int from = isInsidePair(naive, at) ? at - 1 : at;
                int end = Math.min(naive.length(), from + length(random) * 2);
                int to = isInsidePair(naive, end) ? end - 1 : end;
                ops.addAll(editor.delete(from, to - from));
                naive.delete(from, to);
            }
            (editor == typist ? second : typist).applyAll(ops);
            all.addAll(ops);
            if (random.nextInt(8) == 0) {
                typist.checkInvariants();
                second.checkInvariants();
                assertEquals(naive.toString(), typist.text());
            }
        }
        assertEquals(naive.toString(), typist.text());
        assertEquals(naive.toString(), second.text());
        byte[] state = typist.encode();
        Collections.shuffle(all, random);
        Document disordered = new Document("c");
        disordered.applyAll(all);
        for (Document document : List.of(second, disordered, Document.load("d", state))) {
            document.checkInvariants();
            assertArrayEquals(state, document.encode());
            // Loaded or not, it goes on.
            document.delete(0, document.length());
            assertEquals("", document.text());
            document.checkInvariants();
        }
    }

    private static String text(Random random) {
        int length = length(random);
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append(random.nextInt(50) == 0 ? "\uD83D\uDE00" : String.valueOf((char) ('a' + random.nextInt(26))));
        }
        return text.toString();
    }

    /** Mostly characters and words, now and then pages. */
    private static int length(Random random) {
        return 1 + random.nextInt(1 << random.nextInt(13));
    }

    private static boolean isInsidePair(CharSequence text, int at) {
        return at < text.length() && Character.isLowSurrogate(text.charAt(at));
    }
}
