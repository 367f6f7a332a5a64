package dev.concord.store;

/** The outcome of one {@link Append}. */
public sealed interface AppendResult {

    /**
     * The op is durable.
     *
     * @param seq its place in the room's log; the first op of a room has 1
     */
    record Stored(long seq) implements AppendResult {}

    /** There is no such room; nothing was stored. */
    record NoSuchRoom() implements AppendResult {}

    /** The room exists with another epoch; nothing was stored. */
    record OtherEpoch() implements AppendResult {}
}
