/**
 * A document engine compatible with Yjs: the same updates in, the same bytes out.
 *
 * <p>A document is a set of <em>structs</em>, each with an id (client, clock) and a length in clocks, in lists that stand in shared
 * types. The order inside a list follows YATA (Nicolaescu, Jahns, Derntl and Klamma, "Near Real-Time Peer-to-Peer Shared Editing on
 * Extensible Data Types", GROUP 2016): a struct names the ids that stood left and right of it when it was made.
 *
 * <p>Reading order: {@link dev.concord.yjs.YDocument}, then the package-private {@code Structs} (what an update says), {@code Store}
 * (what a document holds, in columns), {@code Placement} (the only code that decides the order of concurrent inserts),
 * {@code Integrator} (causes, splits, deletions), {@code Transaction} (garbage and the merging of neighbours, on which equal bytes
 * depend), {@code Pending}.
 *
 * <p>Deliberately left out: weak links, the contents of subdocuments, attributions.
 *
 * <p>All offsets in texts are UTF-16 code units, as in {@link java.lang.String}.
 */
@NullMarked
package dev.concord.yjs;

import org.jspecify.annotations.NullMarked;
