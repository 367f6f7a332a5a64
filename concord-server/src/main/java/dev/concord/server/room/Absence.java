package dev.concord.server.room;

/** Why a room cannot be had. */
public enum Absence {
    /** There is no such room, and the caller did not want it created. */
    MISSING,
    /** The room cannot be loaded: its rows are damaged, or the store is away. */
    UNAVAILABLE
}
