package dev.concord.crdt;

/**
 * Receives the changes of the visible text one by one, in the order in which to replay them, without an object for each: for editors
 * that follow at once, and for callers that need no changes ({@link #NONE}). {@link Document#apply(Operation)} without a sink joins
 * adjacent changes and returns a list.
 *
 * <p>An implementation need not be thread-safe: it is called by the thread that applies, before {@code apply} returns. By then the
 * whole operation is applied: the document shows the text as it is after all of the changes. An implementation must not change the
 * document. An exception that it throws propagates to the caller; the operation stays applied.
 */
public interface ChangeSink {
    /** Discards everything. */
    ChangeSink NONE = new ChangeSink() {
        @Override
        public void insert(int offset, String text, int from, int to) {}

        @Override
        public void remove(int offset, int length) {}
    };

    /**
     * Characters {@code from} to {@code to} of {@code text} were inserted at an offset.
     *
     * @param offset where the first of them stands, in UTF-16 units
     * @param text holds them; usually more than they, and of the operation that brought them
     * @param from index in {@code text} of the first, in UTF-16 units
     * @param to index in {@code text} after the last
     */
    void insert(int offset, String text, int from, int to);

    /**
     * Characters were removed.
     *
     * @param offset where the first of them stood, in UTF-16 units
     * @param length how many, in UTF-16 units
     */
    void remove(int offset, int length);
}
