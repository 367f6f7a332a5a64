/**
 * One client in one room: a document, the connection to the server, what the server has not acknowledged yet, and who is here.
 *
 * <p>Reading order: {@link dev.concord.client.ConcordSession}, the ports {@link dev.concord.client.Loop},
 * {@link dev.concord.client.Transport} and {@link dev.concord.client.OutboxStore}, then the package-private {@code Connection} (attempts and
 * pauses), {@code Outbox} (what is not acknowledged), {@code Presences} (who is here). Editors that only report their whole text
 * use {@link dev.concord.client.TextBridge}.
 *
 * <p><b>Threads.</b> A session belongs to its {@link dev.concord.client.Loop}: call it there only, and it calls its listeners there only. It
 * starts no thread, takes no lock and never blocks. Transports may report from any thread; the session hands over.
 *
 * <p>All offsets are UTF-16 code units, as in {@link java.lang.String}.
 */
@NullMarked
package dev.concord.client;

import org.jspecify.annotations.NullMarked;
