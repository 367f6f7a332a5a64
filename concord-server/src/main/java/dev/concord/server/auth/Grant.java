package dev.concord.server.auth;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a token says: whose it is, and what they may do until when. Immutable, and quick enough for an event loop. */
public interface Grant {
    /** In the place of a room: all of them, and with {@link Right#ADMIN} the server itself. No room has this name. */
    String EVERY_ROOM = "*";

    /**
     * Whose it is.
     *
     * @return the user; null where the server does not know who asks
     */
    @Nullable
    User user();

    /**
     * What the user may do with a room.
     *
     * @param room a room id, or {@link #EVERY_ROOM}; the room need not exist
     * @return the right; {@link Right#NONE} for a room that must look as if it were not there
     */
    Right right(String room);

    /**
     * When the grant ends.
     *
     * @return null for never
     */
    @Nullable
    Instant expires();

    /**
     * Names the token, so that it can be revoked.
     *
     * @return null when it has no name
     */
    default @Nullable String tokenId() {
        return null;
    }

    /**
     * When the token was made. All tokens of a user that were made before a time can be revoked.
     *
     * @return null when that is not known: it then counts as made before every such time
     */
    default @Nullable Instant issued() {
        return null;
    }
}
