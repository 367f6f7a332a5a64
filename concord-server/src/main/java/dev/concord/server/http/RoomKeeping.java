package dev.concord.server.http;

import dev.concord.server.history.Catalogue;
import dev.concord.server.history.Purge;

/**
 * What requests about what is kept of rooms are answered from.
 *
 * @param catalogue lists rooms, and has their titles
 * @param purge removes deleted text
 */
public record RoomKeeping(Catalogue catalogue, Purge purge) {}
