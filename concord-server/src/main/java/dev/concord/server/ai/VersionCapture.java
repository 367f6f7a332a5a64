package dev.concord.server.ai;

/** Captures a room as it is under a name, so that what comes after can be undone. Blocks. */
@FunctionalInterface
public interface VersionCapture {
    /**
     * Captures.
     *
     * @param roomId the room
     * @param label for people
     * @param author who is about to change it
     * @return the version's id
     */
    long capture(String roomId, String label, String author);
}
