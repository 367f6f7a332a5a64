package dev.concord.crdt;

/** Local edits: from offsets to operations. Offsets and texts are checked by the caller. */
final class Editor {
    private final String site;
    private final Core core;
    private final int ownSite;
    private final Runs runs;
    private final SiteTable sites;
    private final RunTree tree;
    private final Placement placement;
    private final Tombstones tombstones;
    private final Integrator integrator;
    private final PendingBuffer pending;
    private final TypedRun typed;
    private final DeleteRanges deleted;
    private long lastCounter;

    Editor(String site, Core core) {
        this.site = site;
        this.core = core;
        this.ownSite = core.sites.intern(site);
        this.runs = core.runs;
        this.sites = core.sites;
        this.tree = core.tree;
        this.placement = core.placement;
        this.tombstones = core.tombstones;
        this.integrator = core.integrator;
        this.pending = core.pending;
        this.typed = core.typed;
        this.deleted = new DeleteRanges(sites);
    }

    /** Types a character if it goes on where the last one was typed. */
    boolean type(int offset, String text, OperationSink sink) {
        if (!typed.takesAt(offset, ownSite) || pending.count() > 0 || Character.isSurrogate(text.charAt(0))) {
            return false;
        }
        long counter = typed.next();
        if (counter > ElementId.MAX_COUNTER) {
            return false;
        }
        typed.add(text.charAt(0));
        OperationWriter.passTyped(sink, site, counter, text);
        return true;
    }

    void insert(int offset, String text, int points, OperationSink sink) {
        long counter = nextCounter(points);
        int leftRun = Runs.HEAD;
        int leftAt = 0;
        if (offset > 0) {
            tree.seek(offset - 1);
            leftRun = tree.run();
            leftAt = tree.elements(tree.unitsIntoRun + 1) - 1;
            if (pending.count() == 0 && placement.goesOn(leftRun, leftAt, ownSite, counter, text)) {
                tree.extend(text, 0, text.length(), points);
                sites.reached(ownSite, counter + points);
                typed.open(offset + text.length());
                OperationWriter.pass(sink, site, counter, points, text, site, counter - 1, Side.AFTER);
                return;
            }
        }
        placement.choose(leftRun, leftAt);
        int run = placement.chosenRun;
        int at = placement.chosenAt;
        Side side = placement.chosenSide;
        String anchorSite = run == Runs.HEAD ? "" : sites.name(runs.site[run]);
        long anchorCounter = runs.counter[run] + at;
        if (pending.count() == 0 && text.length() <= RunTree.MAX_RUN_CHARS) {
            placement.placeChosen(ownSite, counter, points, text, leftRun, leftAt);
            sites.reached(ownSite, counter + points);
            typed.open(offset + text.length());
        } else if (core.isPlain(ownSite, counter)) {
            integrator.placeText(ownSite, counter, points, text, 0, text.length(), run, at, side, ChangeSink.NONE);
            typed.open(offset + text.length());
        } else {
            // What waits may hang on the new elements, however unlikely.
            Anchor anchor = new Anchor(sites.id(run, at), side);
            integrator.insertChecked(new Insertion(ownSite, counter, points, text, anchor), ChangeSink.NONE);
        }
        OperationWriter.pass(sink, site, counter, points, text, anchorSite, anchorCounter, side);
    }

    /**
     * Inserts text right after an element, be it deleted or not.
     *
     * @return the id of the first new element
     */
    ElementId insertAfter(int leftRun, int leftAt, String text, int points, OperationSink sink, ChangeSink changes) {
        long counter = nextCounter(points);
        placement.choose(leftRun, leftAt);
        Anchor anchor = new Anchor(sites.id(placement.chosenRun, placement.chosenAt), placement.chosenSide);
        integrator.insertChecked(new Insertion(ownSite, counter, points, text, anchor), changes);
        ElementId parent = anchor.element();
        OperationWriter.pass(sink, site, counter, points, text, parent.site(), parent.counter(), anchor.side());
        return new ElementId(site, counter);
    }

    void delete(int offset, int length, OperationSink sink) {
        tree.seek(offset);
        int first = tree.run();
        int within = tree.unitsIntoRun;
        if (within + length <= runs.width[first]) {
            int at = tree.elements(within);
            int n = tree.elements(within + length) - at;
            int from = runs.site[first];
            long counter = runs.counter[first] + at;
            tombstones.bury(at, n);
            OperationWriter.pass(sink, sites.name(from), counter, n);
            return;
        }
        int left = length;
        deleted.open(sink);
        while (left > 0) {
            int run = tree.run();
            if (tree.unitsIntoRun == 0 && left >= runs.width[run]) {
                left -= tombstones.buryWhole(left, deleted);
            } else {
                int at = tree.elements(tree.unitsIntoRun);
                int units = Math.min(left, runs.width[run] - tree.unitsIntoRun);
                int n = tree.elements(tree.unitsIntoRun + units) - at;
                deleted.add(runs.site[run], runs.counter[run] + at, n);
                left -= tombstones.bury(at, n);
            }
            if (left > 0) {
                tree.seek(offset);
            }
        }
        deleted.close();
    }

    /** Refuses to insert so many elements, in one edit or several, when counters or elements would run out. */
    void checkRoom(long points) {
        checkRoom(points, lastCounter());
    }

    private void checkRoom(long points, long last) {
        core.checkRoom(points);
        if (last > ElementId.MAX_COUNTER - points) {
            throw new InvalidOperationException(
                    "id.counter", "the site has used up its counters; edit under a new site");
        }
    }

    private long nextCounter(int points) {
        long last = lastCounter();
        checkRoom(points, last);
        lastCounter = last + points;
        return last + 1;
    }

    /** The highest counter that the site has used, as far as is known here. */
    private long lastCounter() {
        long last = Math.max(lastCounter, sites.end(ownSite) - 1);
        return pending.count() > 0 ? Math.max(last, pending.lastCounter(ownSite)) : last;
    }
}
