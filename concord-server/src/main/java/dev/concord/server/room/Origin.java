package dev.concord.server.room;

/**
 * Where an edit came from. That alone decides whether it is stored and whether the other instances are told: an edit is appended to the
 * log and published once, by the instance on which it was made.
 */
public enum Origin {
    /** A member of the room sent it to this instance. */
    CLIENT(true, true),
    /** Another instance told of it, or it was found in the log, to which another instance appended it. */
    CLUSTER(false, false),
    /** The server made it to bring back an earlier version. */
    RESTORE(true, true),
    /** A model proposed it and somebody accepted. */
    AI(true, true);

    private final boolean stored;
    private final boolean published;

    Origin(boolean stored, boolean published) {
        this.stored = stored;
        this.published = published;
    }

    /**
     * Whether this instance appends the edit to the log.
     *
     * @return false when another one has done so, or will
     */
    public boolean isStored() {
        return stored;
    }

    /**
     * Whether this instance tells the others.
     *
     * @return false for what came from them
     */
    public boolean isPublished() {
        return published;
    }
}
