package dev.concord.yjs;

/**
 * The two encodings of an update. They cannot be told apart by looking at the bytes: whoever hands bytes over says which they are.
 * Single edits are shorter in V1, whole states in V2. Immutable.
 */
public enum UpdateFormat {
    /** Structs one after another. What y-websocket and Hocuspocus speak. */
    V1,
    /** Columns, each compressed by what its values have in common. */
    V2
}
