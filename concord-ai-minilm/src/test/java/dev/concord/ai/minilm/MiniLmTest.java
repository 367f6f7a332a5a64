package dev.concord.ai.minilm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.ai.Cancellation;
import dev.concord.ai.TextEmbedder;
import dev.concord.ai.TextEmbedder.Purpose;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class MiniLmTest {
    private static final TextEmbedder MODEL =
            ServiceLoader.load(TextEmbedder.class).findFirst().orElseThrow();

    private static float[] embed(String text) {
        return MODEL.embed(text, Purpose.DOCUMENT, new Cancellation());
    }

    /** What search takes for related, and what it does not. */
    @Test
    void theThresholdIsBetweenRelatedAndUnrelatedTexts() {
        String[] texts = {
            "Quarterly budget: salaries, rent, travel. The forecast for next year assumes ten more employees.",
            "Recipe for sourdough bread: mix flour, water and starter, let it rest overnight, bake at 240 degrees.",
            "The replication protocol sends version vectors, and each server answers with what is missing.",
            "Notes on the trip to Lisbon: tram 28, the castle, fish restaurants by the river, sunset over the bridge.",
            "Minutes of the meeting: Ann will call the landlord, Bob repairs the heating in the second floor.",
            "A novel about a lighthouse keeper who finds a letter in a bottle and looks for the woman who wrote it.",
        };
        String[] questions = {
            "how much money do we spend on staff",
            "baking with yeast",
            "distributed systems synchronisation",
            "holiday in Portugal",
            "who takes care of the building",
            "story by the sea",
        };
        for (int i = 0; i < questions.length; i++) {
            for (int j = 0; j < texts.length; j++) {
                double similarity =
                        cosine(MODEL.embed(questions[i], Purpose.QUERY, new Cancellation()), embed(texts[j]));
                System.out.printf("%.2f ", similarity);
                String pair = questions[i] + " / " + texts[j];
                if (i == j) {
                    assertTrue(similarity >= MODEL.relatedFrom(), pair);
                } else {
                    assertTrue(similarity < MODEL.relatedFrom(), pair);
                }
            }
            System.out.println();
        }
    }

    private static double cosine(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    @Test
    void itIsFoundOnTheClassPath() {
        assertInstanceOf(MiniLm.class, MODEL);
    }

    @Test
    void vectorsHaveTheCommonLengthAndAreNormalised() {
        float[] vector = embed("The cat sits on the mat.");
        assertEquals(TextEmbedder.DIMENSIONS, vector.length);
        assertEquals(1, cosine(vector, vector), 1e-6);
        assertEquals(0, vector[384]);
        assertArrayEquals(vector, embed("The cat sits on the mat."));
    }

    @Test
    void nearnessIsMeaningAndNotWords() {
        float[] query = embed("How do I bake bread at home?");
        float[] near = embed("Mix flour, water, salt and yeast, let the dough rise, and put it into a hot oven.");
        float[] far = embed("The court dismissed the appeal against the tax authority's decision.");
        assertTrue(cosine(query, near) > cosine(query, far) + 0.2);
    }

    @Test
    void aLongTextIsReadInPiecesAndEndsSomewhere() {
        String page = "The tide turned and the boats left the harbour one by one. ".repeat(200);
        float[] whole = embed(page.repeat(20));
        assertTrue(cosine(whole, embed(page)) > 0.95);
        assertEquals(1, cosine(embed("\uD83D\uDE00".repeat(20_000)), embed("\uD83D\uDE00".repeat(8_000))), 1e-3);
    }
}
