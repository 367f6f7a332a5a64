/**
 * A sequence CRDT for text.
 *
 * <p>A document is a sequence of <em>elements</em>, one Unicode code point each, ordered by the Fugue tree (Weidner and
 * Kleppmann, "The Art of the Fugue", arXiv 2305.00583): every element is a left or right child of its <em>anchor</em>, and
 * document order is the in-order walk. Deleted elements stay as <em>tombstones</em>. Applying operations is commutative and
 * idempotent, so replicas that have seen the same operations are equal, to the byte of their encoded state.
 *
 * <p>Reading order: {@link dev.concord.crdt.Operation}, {@link dev.concord.crdt.Document}, then the package-private
 * {@code Placement} (the only code that decides the order of concurrent inserts), {@code RunTree} (the balanced tree of
 * runs), {@code Integrator} (causal readiness, duplicates, conflicts), {@code StateWriter} and {@code StateReader}.
 *
 * <p>Deliberately left out: rich text, moves of ranges, and the removal of tombstones.
 *
 * <p>All public offsets are UTF-16 code units, as in {@link java.lang.String}.
 */
@NullMarked
package dev.concord.crdt;

import org.jspecify.annotations.NullMarked;
