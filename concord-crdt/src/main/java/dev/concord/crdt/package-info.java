/**
 * A sequence CRDT for text.
 *
 * <p>A document is a sequence of <em>elements</em>, one Unicode code point each, ordered by the Fugue tree (Weidner and
 * Kleppmann, "The Art of the Fugue", arXiv 2305.00583): every element is a left or right child of its <em>anchor</em>, and
 * document order is the in-order walk. Deleted elements stay as <em>tombstones</em>. Applying operations is commutative and
 * idempotent, so replicas that have seen the same operations are equal, to the byte of their encoded state.
 *
 * <p>Reading order: {@link dev.concord.crdt.Operation}, {@link dev.concord.crdt.Document}, then the package-private {@code Core} (the data
 * structures of a document), {@code Placement} (the only code that decides the order of concurrent inserts), {@code RunTree} (the balanced
 * tree of runs), {@code Integrator} (causal readiness, duplicates, conflicts), {@code StateWriter} and {@code StateReader}.
 *
 * <p>How replicas are brought to the same state:
 *
 * <table>
 * <caption>What to send, and what it costs</caption>
 * <tr><th>call</th><th>gives</th><th>use it</th><th>cost</th></tr>
 * <tr><td>{@link dev.concord.crdt.Document#insert(int, String) insert}, {@link dev.concord.crdt.Document#delete(int, int) delete}</td>
 *     <td>the operations of one edit</td><td>while connected: send each as it is made</td><td>O(log n) each</td></tr>
 * <tr><td>{@link dev.concord.crdt.Document#encode encode}</td><td>a whole state</td>
 *     <td>to store a document, and for a replica that has nothing yet</td><td>O(runs + text)</td></tr>
 * <tr><td>{@link dev.concord.crdt.Document#difference difference}</td><td>a partial state: what is missing from a version</td>
 *     <td>after a disconnect, when the other side sent its {@link dev.concord.crdt.Document#version version}: one message,
 *     compact, to be merged</td><td>O(runs) to compare, plus what is missing</td></tr>
 * <tr><td>{@link dev.concord.crdt.Document#missingFrom missingFrom}</td><td>the same as operations</td>
 *     <td>when the receiver takes operations only, for example to store, limit and acknowledge each</td><td>as difference</td></tr>
 * <tr><td>{@link dev.concord.crdt.Document#unseen unseen}</td><td>what a received state has that is new here, as operations</td>
 *     <td>on the receiving side, instead of merging, when each operation has to be looked at or stored first</td>
 *     <td>O(runs here), plus the state</td></tr>
 * </table>
 *
 * <p>States are taken by {@link dev.concord.crdt.Document#merge(byte[]) merge}, operations by
 * {@link dev.concord.crdt.Document#apply(dev.concord.crdt.Operation) apply} and
 * {@link dev.concord.crdt.Document#applyAll applyAll}. Each call either takes everything that it was given, or throws and changes nothing.
 *
 * <p>Documents, undo histories, readers and writers are not thread-safe: confine each to one thread, or synchronise access to it. Operations,
 * ids, carets and results are immutable.
 *
 * <p>Everything that the engine refuses is a {@link dev.concord.crdt.CrdtException}, or a {@link java.lang.NullPointerException} that names
 * the parameter.
 *
 * <p>Deliberately left out: rich text, moves of ranges, and the removal of tombstones.
 *
 * <p>All public offsets are UTF-16 code units, as in {@link java.lang.String}.
 */
@NullMarked
package dev.concord.crdt;

import org.jspecify.annotations.NullMarked;
