/**
 * The same room on other instances: {@link dev.concord.server.room.peers.RoomPeers} sends what happens here and takes what happens there,
 * {@link dev.concord.server.room.peers.RoomLocator} finds rooms that are in another instance's store. The messages of the bus are
 * {@link dev.concord.server.room.peers.BusCodec}'s. It knows rooms through {@link dev.concord.server.room.Peers.Host} only.
 */
@NullMarked
package dev.concord.server.room.peers;

import org.jspecify.annotations.NullMarked;
