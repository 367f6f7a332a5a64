package dev.concord.server.room;

import java.util.concurrent.Executor;

/**
 * What the rooms of a server are made with.
 *
 * @param logs follow the rooms' logs
 * @param presences keep who is where
 * @param peers speak to the same rooms on other instances
 * @param locator finds rooms that are in other instances' stores
 * @param deletions is notified of large deletions
 * @param readers runs what takes time in proportion to a document, and does not block
 */
public record Wings(
        RoomLogs logs,
        Presences.Factory presences,
        Peers.Factory peers,
        Locator locator,
        Deletions deletions,
        Executor readers) {}
