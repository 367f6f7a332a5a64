package dev.concord.yjs;

import org.jspecify.annotations.Nullable;

/**
 * Elements of a sequence that stand side by side and whose ids follow each other: all of one client, with one clock for each UTF-16 unit or element.
 * By them versions of a document are compared: an id stands for the same character wherever it is met. Immutable as far as its content is.
 *
 * @param client who inserted them
 * @param clock of the first of them
 * @param length how many they are
 * @param content a String for text, otherwise a value of {@link YType#elements}; null for what was deleted and for the value null
 * @param isDeleted whether they were deleted
 */
public record SequenceRun(
        long client, long clock, int length, @Nullable Object content, boolean isDeleted) {}
