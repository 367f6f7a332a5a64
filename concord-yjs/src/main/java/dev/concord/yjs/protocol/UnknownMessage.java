package dev.concord.yjs.protocol;

/**
 * A message of a kind that this version does not know. Its length is not known either, so what follows it in the frame is not read. To be
 * ignored, as the peers do: newer versions add kinds. Immutable.
 *
 * @param type its number
 */
public record UnknownMessage(long type) implements YWebsocketMessage, HocuspocusMessage {}
