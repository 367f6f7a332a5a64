package dev.concord.server.room;

import dev.concord.server.config.Limits;

/**
 * What all parts of one room share.
 *
 * @param id the room's id
 * @param epoch names this history of the room
 * @param limits all bounds
 * @param loop the room's one thread, and its clock
 * @param frames encodes for the transport
 * @param events is notified of what an operator wants to count
 */
public record RoomContext(String id, String epoch, Limits limits, RoomLoop loop, Frames frames, RoomEvents events) {}
