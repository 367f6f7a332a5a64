package dev.concord.yjs;

/**
 * The two encodings of an update. Nothing in the bytes says which one it is: whoever hands bytes over says so.
 * Single edits are shorter in V1, whole states in V2. Immutable.
 */
public enum UpdateFormat {
    /** Structs one after another. What y-websocket and Hocuspocus speak. */
    V1,
    /** Columns, each compressed by what its values have in common. */
    V2
}
