package dev.concord.yjs.protocol;

/** Asks for the states of everybody who is present; the answer is an {@link AwarenessUpdate}. */
public record QueryAwareness() implements YWebsocketMessage, HocuspocusMessage {}
