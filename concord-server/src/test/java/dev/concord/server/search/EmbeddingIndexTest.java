package dev.concord.server.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.ai.AiException;
import dev.concord.ai.Cancellation;
import dev.concord.ai.TextEmbedder;
import dev.concord.crdt.Document;
import dev.concord.server.ai.AiEvents;
import dev.concord.server.ai.VisibleText;
import dev.concord.store.Embeddings;
import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.testing.Await;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose trouble a failure of the embedder is. */
@Timeout(60)
class EmbeddingIndexTest {
    /** A pause that no test waits for. */
    private static final EmbeddingIndex.Pace PATIENT = new EmbeddingIndex.Pace(
            Duration.ofMillis(1), Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1));

    private final MemoryRoomStore store = new MemoryRoomStore();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile boolean down;
    private final EmbeddingIndex index = new EmbeddingIndex(
            new TextEmbedder() {
                @Override
                public float[] embed(String text, Purpose purpose, Cancellation cancellation) {
                    // First: once the test sees that it was asked, it may say that the service is back.
                    boolean fails = down || text.startsWith("poison");
                    asked.add(text);
                    if (fails) {
                        throw new AiException(AiException.Reason.UPSTREAM, "no", null);
                    }
                    float[] vector = new float[Embeddings.DIMENSIONS];
                    vector[0] = 1;
                    return vector;
                }

                @Override
                public String model() {
                    return "model";
                }
            },
            store,
            Executors.newSingleThreadScheduledExecutor(),
            (AiEvents) Proxy.newProxyInstance(
                    AiEvents.class.getClassLoader(),
                    new Class<?>[] {AiEvents.class},
                    (proxy, method, arguments) -> null),
            PATIENT);

    @AfterEach
    void close() {
        index.close();
    }

    private void change(String room, String text) {
        Document document = new Document("a");
        if (!text.isEmpty()) {
            document.insert(0, text);
        }
        store.create(room, "e", document.encode());
        index.changed(room);
    }

    private static void await(BooleanSupplier condition) {
        Await.until("what the index does", condition);
    }

    private boolean isEmbedded(String room) {
        return store.embeddings().find(room, "model").isPresent();
    }

    @Test
    void aRoomWhoseTextCannotBeEmbeddedHoldsUpNoOther() {
        change("a", "poison one");
        await(() -> asked.contains("poison one"));
        change("b", "sound");
        await(() -> isEmbedded("b"));
        change("c", "poison two");
        await(() -> asked.contains("poison two"));
        change("d", "sound again");
        await(() -> isEmbedded("d"));
        assertFalse(isEmbedded("a"));
    }

    @Test
    void aServiceThatIsAwayIsLeftAlone() {
        down = true;
        for (String room : List.of("a", "b", "c")) {
            change(room, "text of " + room);
            await(() -> asked.contains("text of " + room));
        }
        down = false;
        change("d", "sound");
        await(() -> index.waiting() == 4);
        assertEquals(3, asked.size(), "nobody asks until the pause is over");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n\t", "\u200b\u200d\ufeff", "\u3164\u115f", "\u0301\u0301", "\u2800", "\u00ad"})
    void whatCannotBeSeenIsNotAskedAbout(String text) {
        assertFalse(VisibleText.isIn(text));
        change("room", text);
        change("other", "sound");
        await(() -> isEmbedded("other"));
        assertEquals(List.of("sound"), asked);
        assertTrue(store.embeddings().outdated("model", "", 10).isEmpty(), "it is not looked at again");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "\u200bx", "?", "\ud83d\ude00", "\u65e5", "e\u0301"})
    void whatCanBeSeenIs(String text) {
        assertTrue(VisibleText.isIn(text));
    }
}
