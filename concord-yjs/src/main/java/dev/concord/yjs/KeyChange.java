package dev.concord.yjs;

import org.jspecify.annotations.Nullable;

/**
 * What became of a key. Immutable as far as its values are.
 *
 * @param hadValue whether it had a value before
 * @param before that value; null also when it had none
 * @param hasValue whether it has one now
 * @param now that value; null also when it has none
 */
public record KeyChange(
        boolean hadValue,
        @Nullable Object before,
        boolean hasValue,
        @Nullable Object now) {}
