package dev.concord.yjs.protocol;

/** Asks for the states of everybody who is present; the answer is an {@link AwarenessUpdate}. Immutable. */
public record QueryAwareness() implements YWebsocketMessage, HocuspocusMessage {}
