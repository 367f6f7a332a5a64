package dev.concord.yjs;

import java.util.Set;

/**
 * That a shared type changed. Immutable.
 *
 * @param type which one
 * @param isSequenceChanged whether its text or its elements did
 * @param keys which of its keys or attributes did
 */
public record TypeChange(YType type, boolean isSequenceChanged, Set<String> keys) {}
