/**
 * One port for HTTP and WebSocket: {@link dev.concord.server.http.HttpServer} opens it, {@code RouteTable} says which path is answered by what,
 * and each {@code ...Routes} answers a part of them. What wants to become a WebSocket is checked here and handed on.
 */
@NullMarked
package dev.concord.server.http;

import org.jspecify.annotations.NullMarked;
