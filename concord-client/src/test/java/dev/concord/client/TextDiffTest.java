package dev.concord.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.crdt.TextChange;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Finding out what was typed from two whole texts. */
class TextDiffTest {
    private static final int TRIES = 20 * Integer.getInteger("concord.tries", 1000);
    private static final String FAMILY = "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67";
    private static final String ASTRONAUT = "\uD83D\uDC69\u200D\uD83D\uDE80";
    private static final String SCIENTIST = "\uD83D\uDC69\u200D\uD83D\uDD2C";
    private static final String GERMANY = "\uD83C\uDDE9\uD83C\uDDEA";
    private static final String[] PARTS = {
        "a",
        "a",
        "b",
        "\n",
        "e\u0301",
        "\uD83D\uDE00",
        "\uD83D\uDE01",
        FAMILY,
        ASTRONAUT,
        GERMANY,
        "\uD83D\uDC4D\uD83C\uDFFD"
    };

    @Test
    void equal_texts_differ_in_nothing() {
        assertNull(TextDiff.between("same", "same", 2));
    }

    @Test
    void what_was_typed_ends_at_the_caret() {
        assertEquals(new TextChange(1, 0, "a"), TextDiff.between("aaa", "aaaa", 2));
        assertEquals(new TextChange(3, 0, "a"), TextDiff.between("aaa", "aaaa", 4));
        assertEquals(new TextChange(0, 0, "a"), TextDiff.between("aaa", "aaaa", 1));
        assertEquals(new TextChange(1, 1, ""), TextDiff.between("aaa", "aa", 1));
        assertEquals(new TextChange(4, 3, "two"), TextDiff.between("one xyz three", "one two three", 7));
        assertEquals(new TextChange(5, 2, "wo"), TextDiff.between("one ten three", "one two three", 7));
    }

    @Test
    void nothing_cuts_a_surrogate_pair() {
        assertEquals(new TextChange(1, 2, "\uD83D\uDE01"), TextDiff.between("x\uD83D\uDE00y", "x\uD83D\uDE01y", 3));
        assertEquals(new TextChange(1, 2, "\uD83E\uDE00"), TextDiff.between("x\uD83D\uDE00y", "x\uD83E\uDE00y", -1));
    }

    @Test
    void an_emoji_is_replaced_as_a_whole() {
        String before = "x" + ASTRONAUT + "y";
        String after = "x" + SCIENTIST + "y";
        assertEquals(new TextChange(1, ASTRONAUT.length(), SCIENTIST), TextDiff.between(before, after, -1));
        assertEquals(new TextChange(0, 2, "e\u0300"), TextDiff.between("e\u0301", "e\u0300", 2));
    }

    @Test
    void what_is_only_added_or_only_taken_away_is_taken_as_it_is() {
        assertEquals(new TextChange(1, 0, "\u0301"), TextDiff.between("ex", "e\u0301x", 2));
        assertEquals(
                new TextChange(2, 0, "\uD83C\uDFFD"), TextDiff.between("\uD83D\uDC4D", "\uD83D\uDC4D\uD83C\uDFFD", 4));
        assertEquals(new TextChange(5, 3, ""), TextDiff.between(FAMILY, FAMILY.substring(0, 5), 5));
    }

    @Test
    void one_flag_among_its_like_is_not_made_of_two_halves() {
        String france = "\uD83C\uDDEB\uD83C\uDDF7";
        // Without a caret the common beginning would reach into the second flag.
        TextChange edit = TextDiff.between(GERMANY + france, GERMANY + GERMANY + france, -1);
        assertEquals(0, edit.offset() % 4);
        assertEquals(GERMANY, edit.inserted());
        assertEquals(0, TextDiff.between(GERMANY + GERMANY, GERMANY, -1).offset() % 4);
    }

    @Test
    void every_difference_leads_from_the_one_text_to_the_other_and_cuts_no_pair() {
        long seed = Long.getLong("concord.seed", new Random().nextInt());
        Random random = new Random(seed);
        for (int i = 0; i < TRIES; i++) {
            String before = text(random, 6);
            int from = random.nextInt(before.length() + 1);
            from -= TextDiff.isInsidePair(before, from) ? 1 : 0;
            int to = Math.min(before.length(), from + random.nextInt(5));
            to += TextDiff.isInsidePair(before, to) ? 1 : 0;
            String typed = text(random, 2);
            String after = before.substring(0, from) + typed + before.substring(to);
            int caret = random.nextBoolean() ? from + typed.length() : random.nextInt(after.length() + 2) - 1;
            TextChange edit = TextDiff.between(before, after, caret);
            String at = "seed " + seed + ": from " + before + " to " + after + " by " + edit;
            if (edit == null) {
                assertEquals(before, after, at);
                continue;
            }
            int end = edit.offset() + edit.removed();
            assertEquals(after, before.substring(0, edit.offset()) + edit.inserted() + before.substring(end), at);
            assertFalse(TextDiff.isInsidePair(before, edit.offset()) || TextDiff.isInsidePair(before, end), at);
            boolean replaces = edit.removed() > 0 && !edit.inserted().isEmpty();
            int insertedEnd = edit.offset() + edit.inserted().length();
            if (replaces) {
                assertTrue(Graphemes.isBoundary(before, edit.offset()) && Graphemes.isBoundary(before, end), at);
                assertTrue(Graphemes.isBoundary(after, edit.offset()) && Graphemes.isBoundary(after, insertedEnd), at);
            }
        }
    }

    @Test
    void clusters_are_those_of_a_reader() {
        String text = "ab" + FAMILY + GERMANY + GERMANY + "e\u0301x";
        int[] boundaries = {0, 1, 2, 10, 14, 18, 20, 21};
        int at = 0;
        for (int offset = 0; offset <= text.length(); offset++) {
            boolean expected = at < boundaries.length && boundaries[at] == offset;
            at += expected ? 1 : 0;
            assertEquals(expected, Graphemes.isBoundary(text, offset), "boundary at " + offset);
        }
        assertEquals(2, Graphemes.start(text, 7));
        assertEquals(10, Graphemes.end(text, 7));
        assertEquals(14, Graphemes.end(text, 12));
    }

    @Test
    void a_long_delete_is_cut_into_what_a_server_takes_of_unknown_elements() {
        ElementId id = new ElementId("a", 7);
        assertEquals(
                List.of(
                        new Operation.Delete(id, 100_000),
                        new Operation.Delete(new ElementId("a", 100_007), 100_000),
                        new Operation.Delete(new ElementId("a", 200_007), 50_001)),
                Pieces.of(new Operation.Delete(id, 250_001)));
        assertEquals(List.of(new Operation.Delete(id, 100_000)), Pieces.of(new Operation.Delete(id, 100_000)));
    }

    private static String text(Random random, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            text.append(PARTS[random.nextInt(PARTS.length)]);
        }
        return text.toString();
    }
}
