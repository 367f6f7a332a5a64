package dev.concord.crdt;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * The documents that a test makes, so that the invariants of all of them are checked when it ends, whether or not it thought of that.
 * Held weakly: a test may let go of large documents. Of a test that makes very many, a document is checked already when
 * {@link #MAX} others were made after it.
 */
final class DocumentWatch implements Consumer<Document> {
    private static final int MAX = 1024;

    private final Thread owner = Thread.currentThread();
    private final ArrayDeque<WeakReference<Document>> made = new ArrayDeque<>();
    private int checked;

    private DocumentWatch() {}

    static DocumentWatch start() {
        DocumentWatch watch = new DocumentWatch();
        Document.watcher = watch;
        return watch;
    }

    @Override
    public void accept(Document document) {
        // A test with threads of its own checks what they make: documents are not thread-safe.
        if (Thread.currentThread() == owner) {
            made.add(new WeakReference<>(document));
            if (made.size() > MAX) {
                check(made.remove());
            }
        }
    }

    /** Ends the watch. Returns how many documents were still there and are sound. */
    int finish() {
        if (Document.watcher == this) {
            Document.watcher = null;
        }
        made.forEach(this::check);
        made.clear();
        return checked;
    }

    private void check(WeakReference<Document> reference) {
        Document document = reference.get();
        if (document != null) {
            document.checkInvariants();
            checked++;
        }
    }
}
