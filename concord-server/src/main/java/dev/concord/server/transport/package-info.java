/**
 * The Netty side: one port for HTTP and WebSocket. {@link dev.concord.server.transport.HttpServer} opens it,
 * {@code HttpHandler} routes, {@code WebSocketConnection} is a room's member.
 */
@NullMarked
package dev.concord.server.transport;

import org.jspecify.annotations.NullMarked;
