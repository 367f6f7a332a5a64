package dev.concord.yjs;

import java.util.List;
import java.util.Map;

/**
 * What became of a shared type in one transaction. Immutable as far as its values are.
 *
 * @param type which one
 * @param delta what became of its sequence, from its begin on; empty when nothing did
 * @param keys what became of its keys or attributes
 * @param isLocal whether the change was made here
 */
public record TypeEvent(YType type, List<DeltaOp> delta, Map<String, KeyChange> keys, boolean isLocal) {}
