package dev.concord.client;

/** How a session stands with its server. */
public enum ConnectionState {
    /** Not opened yet, or disconnected by {@link ConcordSession#goOffline}. */
    OFFLINE,
    /** Connecting after {@link ConcordSession#open}. */
    CONNECTING,
    /** Connected and synchronised. */
    LIVE,
    /** The connection was lost; the session tries again by itself. */
    RECONNECTING,
    /** Ended for good, see {@link Status#reason}. */
    STOPPED
}
