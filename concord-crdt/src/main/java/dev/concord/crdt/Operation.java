package dev.concord.crdt;

import static java.util.Objects.requireNonNull;

/**
 * One edit, as replicas exchange it. Immutable and validated by its constructor, which costs O(length of its text).
 */
public sealed interface Operation {
    /**
     * The id of the first element that is inserted or deleted.
     *
     * @return the id, never the head
     */
    ElementId id();

    /**
     * How many elements the operation inserts or deletes: {@code id.counter} and the counters that follow.
     *
     * @return the number of elements, 1 or more
     */
    int length();

    /**
     * Inserts a run: the first code point of {@code value} as a child of {@code anchor} with the given id, each further one as a right child
     * of the one before it with the next counter.
     *
     * @param id id of the first element
     * @param anchor parent and side of the first element
     * @param value the text, 1 to {@link Document#MAX_ELEMENTS} code points, no lone surrogates
     * @param length number of code points in {@code value}
     */
    record Insert(ElementId id, Anchor anchor, String value, int length) implements Operation {
        /**
         * Checks the fields.
         *
         * @throws InvalidOperationException naming the field that is wrong
         */
        public Insert {
            checkId(id);
            requireNonNull(anchor, "anchor");
            if (requireNonNull(value, "value").isEmpty()) {
                throw new InvalidOperationException("value", "must not be empty");
            }
            int points = Text.codePoints(value);
            if (points < 0) {
                throw new InvalidOperationException("value", "has a lone surrogate at index " + (-points - 1));
            }
            if (points > Document.MAX_ELEMENTS) {
                throw new InvalidOperationException("value", "must have at most 2^30 code points");
            }
            if (points != length) {
                throw new InvalidOperationException("length", "must be the number of code points, " + points);
            }
            checkLast(id, length);
            long distance = anchor.element().counter() - id.counter();
            if (anchor.element().site().equals(id.site()) && distance >= 0 && distance < length) {
                throw new InvalidOperationException(
                        anchor.side() == Side.AFTER ? "after" : "before", "an element cannot hang on itself");
            }
        }

        /**
         * An insert whose length is counted.
         *
         * @param id id of the first element
         * @param anchor parent and side of the first element
         * @param value the text, 1 to {@link Document#MAX_ELEMENTS} code points, no lone surrogates
         * @throws InvalidOperationException naming the field that is wrong
         */
        public Insert(ElementId id, Anchor anchor, String value) {
            this(id, anchor, value, Math.max(0, Text.codePoints(requireNonNull(value, "value"))));
        }
    }

    /**
     * Deletes a range of one site's elements: {@code id.counter} to {@code id.counter + length - 1}.
     *
     * @param id id of the first element
     * @param length number of elements, 1 to {@link Document#MAX_ELEMENTS}
     */
    record Delete(ElementId id, int length) implements Operation {
        /**
         * Checks the fields.
         *
         * @throws InvalidOperationException naming the field that is wrong
         */
        public Delete {
            checkId(id);
            if (length < 1 || length > Document.MAX_ELEMENTS) {
                throw new InvalidOperationException("length", "must be 1 to 2^30, but is " + length);
            }
            checkLast(id, length);
        }
    }

    private static void checkId(ElementId id) {
        if (requireNonNull(id, "id").isHead()) {
            throw new InvalidOperationException("id.counter", "must be 1 to 2^53-1, but is 0");
        }
    }

    private static void checkLast(ElementId id, int length) {
        if (id.counter() > ElementId.MAX_COUNTER - length + 1) {
            throw new InvalidOperationException("length", "the last counter would pass 2^53-1");
        }
    }
}
