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
    final Verifier verifier = new Verifier(this);
    final Integrator integrator = new Integrator(this);

    /** Elements that the document holds: those of the tree, tombstones included, and those of the waiting inserts. */
    long elements() {
        return treeElements() + pending.insertElements();
    }

    /** Elements of the tree, tombstones included. */
    long treeElements() {
        return runs.elements + typed.added();
    }

    /** Refuses so many more elements where they would pass {@link Document#MAX_ELEMENTS}. */
    void checkRoom(long more) {
        // What was typed since the run was opened is counted only when it could matter.
        if (runs.elements + pending.insertElements() + more > Document.MAX_ELEMENTS - RunTree.MAX_RUN_CHARS) {
            checkRoomExactly(more);
        }
    }

    private void checkRoomExactly(long more) {
        if (elements() + more > Document.MAX_ELEMENTS) {
            throw new InvalidOperationException("length", "the document would hold more than 2^30 elements");
        }
    }

    /** Whether nothing waits and all counters of the site from this one on are new: nothing then has to be looked up. */
    boolean isPlain(int site, long counter) {
        return counter >= sites.end(site) && pending.count() == 0;
    }

    /** The run that holds an element, -1 when it is not in the tree; the runs about the last edit are tried first. */
    int runOf(int site, long counter) {
        int run = tree.near(site, counter);
        return run >= 0 ? run : sites.index(site).find(counter);
    }

    /** The run that holds an element, else the next one of its site, or -1. */
    int runAtOrAfter(int site, long counter) {
        int run = runOf(site, counter);
        return run >= 0 ? run : sites.index(site).ceiling(counter);
    }
}
