package dev.concord.server.room;

/** What became of an edit of the server's own, see {@link Room#edit}: it is made as a whole or not at all. */
public enum EditOutcome {
    /** Every operation is durable. */
    STORED,
    /** The document has moved on so that the edit does not hold any more; nothing was done. */
    STALE,
    /** The document would become too large; nothing was done. */
    ROOM_FULL,
    /** It brings what a text may not hold, see {@link dev.concord.wire.RoomText}; nothing was done. */
    INVALID_TEXT,
    /** The store takes nothing just now; nothing was done. */
    UNAVAILABLE,
    /** The store failed, or the room was closed, before it said that the edit is durable: it may be there or not. */
    UNKNOWN
}
