package dev.concord.yjs.protocol;

/**
 * The server does not let the client in. Clients of y-websocket print the reason and go on trying until the socket is closed with a code
 * from 4400 to 4499; providers of Hocuspocus emit an event. Immutable.
 *
 * @param reason for people
 */
public record PermissionDenied(String reason) implements YWebsocketMessage, HocuspocusMessage {}
