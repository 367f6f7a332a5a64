package dev.concord.server.ws;

import org.jspecify.annotations.Nullable;

/**
 * What a client asks for that wants to become a member of a room. Everything in it has been checked as far as that can be done without the
 * room.
 *
 * @param room a valid room id
 * @param version an encoded version summary of what the client has, whose form is not checked; null when it has nothing
 * @param epoch the room's epoch that the client knows; null when it knows none
 * @param token what the request carries to say whose it is; null for none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record JoinRequest(
        String room,
        byte @Nullable [] version,
        @Nullable String epoch,
        @Nullable String token) {
    /** Without the token, so that it is in no log. */
    @Override
    public String toString() {
        return "JoinRequest[room=" + room + "]";
    }
}
