package dev.concord.yjs;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/** The documents that a test makes, so that the invariants of all of them are checked when it ends. Held weakly, and the last ones only. */
final class DocumentWatch implements Consumer<YDocument> {
    private static final int MAX = 256;

    private final Thread owner = Thread.currentThread();
    private final ArrayDeque<WeakReference<YDocument>> made = new ArrayDeque<>();

    private DocumentWatch() {}

    static DocumentWatch start() {
        DocumentWatch watch = new DocumentWatch();
        YDocument.watcher = watch;
        return watch;
    }

    @Override
    public void accept(YDocument document) {
        if (Thread.currentThread() == owner) {
            made.add(new WeakReference<>(document));
            if (made.size() > MAX) {
                check(made.remove());
            }
        }
    }

    void finish() {
        YDocument.watcher = null;
        made.forEach(DocumentWatch::check);
        made.clear();
    }

    private static void check(WeakReference<YDocument> reference) {
        YDocument document = reference.get();
        if (document != null) {
            document.checkInvariants();
        }
    }
}
