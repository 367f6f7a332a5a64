/**
 * Members over WebSockets: {@link dev.concord.server.ws.Upgrade} starts from a checked request and makes a {@code WebSocketConnection}, which
 * lives on its room's event loop; {@link dev.concord.server.ws.NettyFrames} lays out what goes to members.
 */
@NullMarked
package dev.concord.server.ws;

import org.jspecify.annotations.NullMarked;
