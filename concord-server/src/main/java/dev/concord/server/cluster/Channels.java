package dev.concord.server.cluster;

/** The names of channels. A room id has no colon, so no room's channel is another's, or the locator. */
public final class Channels {
    /** Where all instances meet: which room was deleted, and, where they share no database, who has this room? */
    public static final String LOCATOR = "rooms";

    private Channels() {}

    /**
     * The channel of a room.
     *
     * @param roomId a valid room id
     * @return its name
     */
    public static String of(String roomId) {
        return "room:" + roomId;
    }
}
