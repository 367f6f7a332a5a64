/**
 * Rooms: one document and its members each, touched by one thread by construction. {@link dev.concord.server.room.Room} is the
 * edit path; the interfaces here ({@link dev.concord.server.room.Member}, {@link dev.concord.server.room.Frames},
 * {@link dev.concord.server.room.RoomLoop}, {@link dev.concord.server.room.RoomEvents}) are all it knows of sockets, threads,
 * clocks and metrics, so that a test can drive a room step by step.
 */
@NullMarked
package dev.concord.server.room;

import org.jspecify.annotations.NullMarked;
