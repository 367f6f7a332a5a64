package dev.concord.yjs.protocol;

/** What stands in the frames of y-websocket; the document is named by the address of the socket. See {@link YWebsocket}. Immutable. */
public sealed interface YWebsocketMessage
        permits SyncMessage, AwarenessUpdate, PermissionDenied, QueryAwareness, UnknownMessage {}
