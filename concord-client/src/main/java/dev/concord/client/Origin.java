package dev.concord.client;

/** Where a change of the text came from. */
public enum Origin {
    /** An edit through this session. */
    LOCAL,
    /** Undo or redo of such an edit. */
    UNDO,
    /** Somebody else, or an earlier session of this client. */
    REMOTE
}
