/**
 * The stored side of a room: {@link dev.concord.server.room.log.StoreLogs} follows the op log to which other instances may append, and
 * compacts it into snapshots; {@link dev.concord.server.room.log.Replay} makes documents of stored rows. It knows rooms through
 * {@link dev.concord.server.room.RoomLog.Host} only, and blocks on the I/O threads only.
 */
@NullMarked
package dev.concord.server.room.log;

import org.jspecify.annotations.NullMarked;
