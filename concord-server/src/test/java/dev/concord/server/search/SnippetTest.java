package dev.concord.server.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SnippetTest {
    private static final String FILLER = "nothing of interest stands here. ".repeat(30);

    @Test
    void itShowsWhereMostOfTheWordsAre() {
        String text = FILLER + "The budget of last year. " + FILLER + "Next year's budget\nfor staff grows. " + FILLER;
        String snippet = Snippet.of(text, "Budget, staff?");
        assertTrue(snippet.contains("budget for staff grows"), snippet);
        assertTrue(snippet.startsWith("\u2026") && snippet.endsWith("\u2026"), snippet);
        assertTrue(snippet.length() <= Snippet.LENGTH + 2, snippet);
    }

    @Test
    void withoutAWordThatFitsItIsTheBeginning() {
        assertEquals("Short text", Snippet.of("Short\ttext\n", "question"));
        assertTrue(Snippet.of("First words. " + FILLER, "zzz").startsWith("First words."));
        assertEquals("", Snippet.of("", "zzz"));
        assertEquals("Short text", Snippet.of("Short text", ""));
    }

    @Test
    void aWordFitsAtItsBeginningOnlyAndNoCharacterIsCut() {
        assertEquals("capsize", Snippet.of("capsize", "size"));
        String astral = "\uD83D\uDE00".repeat(500) + " size " + "\uD83D\uDE00".repeat(500);
        for (int i = 0; i < 40; i++) {
            String snippet = Snippet.of("x".repeat(i) + astral, "size");
            assertTrue(snippet.contains("size"), snippet);
            assertFalse(
                    snippet.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE),
                    snippet);
        }
    }
}
