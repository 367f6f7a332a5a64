package dev.concord.server.http;

import dev.concord.server.history.Purge;
import dev.concord.store.RoomCatalogue;

/**
 * What requests about what is kept of rooms are answered from.
 *
 * @param catalogue lists rooms, and has their titles
 * @param purge removes deleted text
 */
public record RoomKeeping(RoomCatalogue catalogue, Purge purge) {}
