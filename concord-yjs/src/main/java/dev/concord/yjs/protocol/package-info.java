/**
 * The messages that Yjs clients and their servers send each other, as values: those of y-protocols, which y-websocket speaks, and the
 * frames of Hocuspocus.
 *
 * <p>Reading order: {@link dev.concord.yjs.protocol.SyncMessage}, {@link dev.concord.yjs.protocol.YWebsocket},
 * {@link dev.concord.yjs.protocol.Hocuspocus}, then {@link dev.concord.yjs.protocol.Awareness}, which says who is present.
 *
 * <p>Everything here is a function of its arguments: no socket, thread or clock. Updates and state vectors stay bytes, so nothing here
 * depends on the engine, nor the engine on this. Bytes from others are read completely before anything is returned. They are refused by
 * {@link dev.concord.yjs.protocol.MalformedMessageException} or {@link dev.concord.yjs.protocol.LimitExceededException}; memory is
 * spent in proportion to the bytes that came, not to the numbers in them.
 *
 * <p>Deliberately left out: whose turn it is to say what. Who answers which message, and when, is a matter of the server or client.
 */
@NullMarked
package dev.concord.yjs.protocol;

import org.jspecify.annotations.NullMarked;
