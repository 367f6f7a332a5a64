/**
 * Who is in a room and where: {@link dev.concord.server.room.presence.PresenceRounds}. It knows rooms through
 * {@link dev.concord.server.room.Presences.Host} only.
 */
@NullMarked
package dev.concord.server.room.presence;

import org.jspecify.annotations.NullMarked;
