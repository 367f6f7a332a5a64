package dev.concord.client;

/** How a session stands with its server. */
public enum ConnectionState {
    /** Set to stay offline, or not opened yet. */
    OFFLINE,
    /** Connecting for the first time, or at the user's wish. */
    CONNECTING,
    /** Connected and synchronised. */
    LIVE,
    /** The connection was lost; the session tries again by itself. */
    RECONNECTING,
    /** Ended for good, see {@link Status#reason}. */
    STOPPED
}
