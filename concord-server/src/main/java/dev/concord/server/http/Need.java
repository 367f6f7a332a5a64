package dev.concord.server.http;

import dev.concord.server.auth.Right;
import org.jspecify.annotations.Nullable;

/** What a route needs. */
enum Need {
    /** Nothing: it is for everybody, and says nothing of rooms. */
    NOTHING(null),
    /** The token for metrics, where one is configured. */
    METRICS(null),
    /** A WebSocket, which asks by itself: who it is may come in its first frame, and its right for each frame is in the room's hands. */
    OPENING(null),
    /** To be let in; the route shows only what the caller may see. */
    SOMEBODY(null),
    /** To see the room. */
    READ(Right.READ),
    /** To change the room. */
    WRITE(Right.WRITE),
    /** To decide about the room. */
    ADMIN(Right.ADMIN),
    /** To decide about the whole server; the path names no room. */
    OPERATOR(Right.ADMIN);

    private final @Nullable Right right;

    Need(@Nullable Right right) {
        this.right = right;
    }

    /** To the room that the path names; null when the caller's rights are not asked for here. */
    @Nullable
    Right right() {
        return right;
    }
}
