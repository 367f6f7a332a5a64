package dev.concord.crdt;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Edits by element instead of by offset: deletes elements wherever they are, and types deleted text again where it stood. */
final class Revision {
    /** Code points in one insert. What a network lets through as one message bounds what may be one operation. */
    private static final int MAX_INSERT = 16384;

    private final Runs runs;
    private final SiteTable sites;
    private final RunTree tree;
    private final Editor editor;
    private final Integrator integrator;
    private final OperationList operations = new OperationList();
    private final Changes changes = new Changes();

    private final List<Piece> group = new ArrayList<>();
    private int groupLength;

    Revision(Core core, Editor editor) {
        this.runs = core.runs;
        this.sites = core.sites;
        this.tree = core.tree;
        this.editor = editor;
        this.integrator = core.integrator;
    }

    List<Operation> operations() {
        return operations.list();
    }

    List<TextChange> changes() {
        return changes.take();
    }

    /**
     * Deletes those elements of a range that are visible.
     *
     * @return them with their text, ascending
     */
    List<Piece> delete(String siteName, long counter, int length) {
        List<Piece> gone = new ArrayList<>();
        int site = sites.find(siteName);
        if (site == Runs.NO_SITE) {
            return gone;
        }
        long end = counter + length;
        // The text collected is that of the counters from one to before the other.
        long from = 0;
        long after = 0;
        StringBuilder text = new StringBuilder();
        SiteIndex index = sites.index(site);
        long at = counter;
        while (at < end) {
            int run = index.ceiling(at);
            if (run < 0 || runs.counter[run] >= end) {
                break;
            }
            long start = Math.max(at, runs.counter[run]);
            at = Math.min(end, runs.counter[run] + runs.length[run]);
            if (runs.isDead(run)) {
                continue;
            }
            if (start != after) {
                close(siteName, from, (int) (after - from), text, gone);
                from = start;
            }
            copyText(run, (int) (start - runs.counter[run]), (int) (at - runs.counter[run]), text);
            after = at;
            integrator.delete(site, start, at, changes);
        }
        close(siteName, from, (int) (after - from), text, gone);
        return gone;
    }

    private void close(String site, long from, int length, StringBuilder text, List<Piece> gone) {
        if (length > 0) {
            operations.delete(site, from, length);
            gone.add(new Piece(site, from, length, text.toString()));
            text.setLength(0);
        }
    }

    private void copyText(int run, int from, int to, StringBuilder text) {
        tree.moveTo(run);
        int start = tree.offset();
        int before = tree.unitsBefore();
        text.append(tree.text(start + tree.units(before, run, from), start + tree.units(before, run, to)));
    }

    /**
     * Types deleted elements again, each stretch of them right after its own tombstones, so that the order stays what it was. A
     * stretch ends where anything else stands between two of the elements, be it visible or not.
     *
     * @param pieces tombstones of this document; in document order they make the fewest operations
     * @param typed receives for each part of a piece the id of the first of the elements that stand for it now
     */
    void retype(List<Piece> pieces, BiConsumer<Piece, ElementId> typed) {
        int lastRun = Runs.NO_SITE;
        int lastAt = 0;
        for (Piece piece : pieces) {
            int site = sites.find(piece.site());
            long from = piece.counter();
            while (from < piece.end()) {
                int run = sites.index(site).find(from);
                int at = (int) (from - runs.counter[run]);
                if (!group.isEmpty() && (groupLength == MAX_INSERT || !follows(lastRun, lastAt, run, at))) {
                    // This may cut the run.
                    typeGroup(typed);
                    continue;
                }
                long to = Math.min(piece.end(), runs.counter[run] + runs.length[run]);
                to = Math.min(to, from + MAX_INSERT - groupLength);
                group.add(piece.part(from, to));
                groupLength += (int) (to - from);
                lastRun = run;
                lastAt = (int) (to - runs.counter[run]) - 1;
                from = to;
            }
        }
        typeGroup(typed);
    }

    /** Whether the second element stands right after the first, tombstones counted. */
    private boolean follows(int firstRun, int firstAt, int run, int at) {
        if (firstRun == run) {
            return at == firstAt + 1;
        }
        if (at > 0 || firstAt + 1 < runs.length[firstRun]) {
            return false;
        }
        tree.moveTo(firstRun);
        return tree.peekNext() == run;
    }

    private void typeGroup(BiConsumer<Piece, ElementId> typed) {
        if (group.isEmpty()) {
            return;
        }
        StringBuilder text = new StringBuilder();
        group.forEach(piece -> text.append(piece.text()));
        Piece last = group.get(group.size() - 1);
        int run = sites.index(sites.find(last.site())).find(last.end() - 1);
        int at = (int) (last.end() - 1 - runs.counter[run]);
        ElementId id = editor.insertAfter(run, at, text.toString(), groupLength, operations, changes);
        long counter = id.counter();
        for (Piece piece : group) {
            typed.accept(piece, new ElementId(id.site(), counter));
            counter += piece.length();
        }
        group.clear();
        groupLength = 0;
    }
}
