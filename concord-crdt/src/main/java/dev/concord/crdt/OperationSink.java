package dev.concord.crdt;

/**
 * Receives operations field by field, without an object for each. Implemented by {@link OperationWriter}; {@link #NONE}
 * is for edits whose operations are collected later with {@link Document#missingFrom}.
 *
 * <p>An implementation need not be thread-safe: it is called by the thread that edits, before the edit returns. By then the whole edit is
 * made. An implementation must not change the document. An exception that it throws propagates to the caller; the edit stays made, and
 * {@link Document#missingFrom} returns its operations.
 */
public interface OperationSink {
    /** Discards everything. */
    OperationSink NONE = new OperationSink() {
        @Override
        public void insert(
                String site,
                long counter,
                int length,
                String value,
                String anchorSite,
                long anchorCounter,
                Side anchorSide) {}

        @Override
        public void delete(String site, long counter, int length) {}
    };

    /**
     * Receives an insert, see {@link Operation.Insert}. The fields are well formed.
     *
     * @param site site of the first element
     * @param counter counter of the first element
     * @param length number of code points in {@code value}
     * @param value the text
     * @param anchorSite site of the anchor, empty for the head
     * @param anchorCounter counter of the anchor, 0 for the head
     * @param anchorSide on which side of the anchor
     */
    void insert(
            String site,
            long counter,
            int length,
            String value,
            String anchorSite,
            long anchorCounter,
            Side anchorSide);

    /**
     * Receives a delete, see {@link Operation.Delete}. The fields are well formed.
     *
     * @param site site of the elements
     * @param counter counter of the first one
     * @param length number of elements
     */
    void delete(String site, long counter, int length);
}
