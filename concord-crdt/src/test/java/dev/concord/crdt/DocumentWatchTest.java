package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Field;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The check of invariants after every test does check. */
class DocumentWatchTest {
    @Test
    void everyTestIsWatched() {
        assertNotNull(Document.watcher);
    }

    @Property(tries = 10)
    void everyTryIsWatched(@ForAll long seed) {
        assertNotNull(Document.watcher, "seed " + seed);
    }

    @Test
    void soundDocumentsPassAndAreCounted() {
        DocumentWatch watch = DocumentWatch.start();
        Document one = new Document("a");
        Document two = Document.load("b", one.encode());
        assertEquals(2, watch.finish());
        assertEquals(one.text(), two.text());
        assertNull(Document.watcher);
    }

    @Test
    void aBrokenDocumentFails() throws ReflectiveOperationException {
        DocumentWatch watch = DocumentWatch.start();
        Document document = new Document("a");
        document.insert(0, "abc");
        Field field = Document.class.getDeclaredField("core");
        field.setAccessible(true);
        ((Core) field.get(document)).runs.depth[1]++;
        assertThrows(IllegalStateException.class, watch::finish);
        assertEquals("abc", document.text());
    }
}
