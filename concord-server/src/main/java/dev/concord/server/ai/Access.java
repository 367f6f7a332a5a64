package dev.concord.server.ai;

/**
 * Who may do what with a room: the one place to ask. Thread-safe, and quick enough for an event loop.
 */
public interface Access {
    /** Everybody may do everything: a server without authentication. */
    Access OPEN = new Access() {
        @Override
        public boolean mayRead(String user, String roomId) {
            return true;
        }

        @Override
        public boolean mayWrite(String user, String roomId) {
            return true;
        }
    };

    /**
     * Whether a user may see a room, its text and that it exists.
     *
     * @param user names the user
     * @param roomId the room
     * @return false to treat it as if it were not there
     */
    boolean mayRead(String user, String roomId);

    /**
     * Whether a user may change a room.
     *
     * @param user names the user
     * @param roomId the room
     * @return false for those who may only read
     */
    boolean mayWrite(String user, String roomId);
}
