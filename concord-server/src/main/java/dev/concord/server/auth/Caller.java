package dev.concord.server.auth;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Somebody who was let in. Thread-safe, and quick enough for an event loop. */
public final class Caller {
    private final Access access;
    private final Grant grant;
    private final String address;

    Caller(Access access, Grant grant, String address) {
        this.access = access;
        this.grant = grant;
        this.address = address;
    }

    /**
     * Who it is.
     *
     * @return null where the server knows nobody
     */
    public @Nullable User user() {
        return grant.user();
    }

    /**
     * Names the caller for quotas and audit lines.
     *
     * @return the user's id, or the address where the server knows nobody
     */
    public String key() {
        User user = grant.user();
        return user == null ? address : user.id();
    }

    /**
     * The name under which the caller does something that others see.
     *
     * @param claimed what the caller says
     * @return the name of the user, or what is claimed where nobody vouches for a name
     */
    public @Nullable String name(@Nullable String claimed) {
        User user = grant.user();
        return user == null || user.name() == null ? claimed : user.name();
    }

    /**
     * What the caller may do with a room now.
     *
     * @param room the room, which need not exist
     * @return the right
     */
    public Right right(String room) {
        return access.right(grant, room);
    }

    /**
     * Whether the caller may see a room, its text and that it exists.
     *
     * @param room the room
     * @return false to treat it as if it were not there
     */
    public boolean mayRead(String room) {
        return right(room).includes(Right.READ);
    }

    /**
     * Whether the caller may change a room.
     *
     * @param room the room
     * @return false for those who may only read
     */
    public boolean mayWrite(String room) {
        return right(room).includes(Right.WRITE);
    }

    /**
     * Whether what the caller has presented does not count any more.
     *
     * @return true once it has been revoked
     */
    public boolean isRevoked() {
        return access.isRevoked(grant);
    }

    /**
     * Whether the caller decides about the whole server.
     *
     * @return true for those whose pattern {@code *} gives {@link Right#ADMIN}
     */
    public boolean isOperator() {
        return grant.right(Grant.EVERY_ROOM) == Right.ADMIN;
    }

    Grant grant() {
        return grant;
    }

    /**
     * When the caller has to present another token.
     *
     * @return null for never
     */
    public @Nullable Instant expires() {
        return grant.expires();
    }

    @Override
    public String toString() {
        return key();
    }
}
