package dev.concord.yjs;

/**
 * Where a {@link RelativePosition} is now. Immutable.
 *
 * @param type the type
 * @param index the offset in it
 * @param assoc as in the relative position
 */
public record Position(YType type, int index, long assoc) {}
