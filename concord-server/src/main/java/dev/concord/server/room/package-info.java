/**
 * Rooms: one document and its members each, touched by one thread by construction. {@link dev.concord.server.room.Room} is the
 * edit path; the interfaces here ({@link dev.concord.server.room.Member}, {@link dev.concord.server.room.Frames},
 * {@link dev.concord.server.room.RoomLoop}, {@link dev.concord.server.room.RoomEvents}) are all it knows of sockets, threads,
 * clocks and metrics, so that a test can drive a room step by step.
 *
 * <p>Beside the edit path, {@code Attendance} keeps the members in step with the document, {@code Whereabouts} tells who is where, and
 * {@code Lifetime} decides what ends a room.
 *
 * <p>The log, the same room on other instances, and presence are wings in packages of their own. A room sees each through a port
 * ({@link dev.concord.server.room.RoomLog}, {@link dev.concord.server.room.Peers}, {@link dev.concord.server.room.Presences}), and each wing
 * sees its room through the small host interface that the port names. {@link dev.concord.server.room.Wings} brings them together.
 */
@NullMarked
package dev.concord.server.room;

import org.jspecify.annotations.NullMarked;
