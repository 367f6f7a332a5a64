package dev.concord.crdt;

/** The structures of one document, which know one another and change together. Made once, and handed around as one. */
final class Core {
    final Runs runs = new Runs();
    final SiteTable sites = new SiteTable(runs);
    final RunTree tree = new RunTree(runs, sites);
    final Placement placement = new Placement(runs, sites, tree);
    final Tombstones tombstones = new Tombstones(runs, sites, tree);
    final PendingBuffer pending = new PendingBuffer(sites);
    final TypedRun typed = new TypedRun(runs, sites, tree);
    final Integrator integrator = new Integrator(this);

    /** Elements that the document holds: those of the tree, tombstones included, and those of the waiting inserts. */
    long elements() {
        return runs.elements + pending.insertElements();
    }

    /** Refuses so many more elements where they would pass {@link Document#MAX_ELEMENTS}. */
    void checkRoom(long more) {
        if (elements() + more > Document.MAX_ELEMENTS) {
            throw new InvalidOperationException("length", "the document would hold more than 2^30 elements");
        }
    }
}
