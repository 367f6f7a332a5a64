package dev.concord.crdt;

/**
 * Turns visible elements into tombstones. Tombstones that continue each other in one leaf become one run, so that text which is
 * deleted character by character, forwards or backwards, leaves one tombstone.
 */
final class Tombstones {
    private final Runs runs;
    private final SiteTable sites;
    private final RunTree tree;
    /** After {@link #bury}: the text offset from which text went. */
    int buriedAt;

    Tombstones(Runs runs, SiteTable sites, RunTree tree) {
        this.runs = runs;
        this.sites = sites;
        this.tree = tree;
    }

    /**
     * Turns {@code n} elements of the visible run at the place, from element {@code at} on, into tombstones, and joins them with
     * tombstones beside them that they continue.
     *
     * @return how many UTF-16 units of text went; they stood at {@link #buriedAt}
     */
    int bury(int at, int n) {
        tree.reserve();
        int start = tree.startOf(tree.leaf);
        int run = tree.run();
        int textStart = tree.unitsBefore();
        int from = tree.units(textStart, run, at);
        int size = tree.units(textStart, run, at + n) - from;
        tree.removeText(textStart + from, size);
        buriedAt = start + textStart + from;
        if (n == runs.length[run]) {
            runs.markDead(run);
            joinAround(tree.index);
        } else if (at == 0) {
            buryHead(run, n, size);
            joinAround(tree.index);
        } else if (at + n == runs.length[run]) {
            buryTail(run, n, size);
        } else {
            buryMiddle(run, at, n, from, size);
        }
        joinLeaves();
        return size;
    }

    private void buryHead(int run, int n, int size) {
        int previous = tree.index > 0 ? tree.leaf.runs[tree.index - 1] : -1;
        if (previous >= 0 && runs.isDead(previous) && runs.continues(previous, run)) {
            runs.length[previous] += n;
            dropHead(run, n, size);
            tree.stepBackOverTombstone();
            return;
        }
        int dead = runs.add(runs.site[run], runs.counter[run], n, 0, runs.depth[run], runs.side(run), true);
        dropHead(run, n, size);
        sites.index(runs.site[run]).add(dead);
        tree.insertTextless(dead);
    }

    private void dropHead(int run, int n, int size) {
        runs.counter[run] += n;
        runs.length[run] -= n;
        runs.width[run] -= size;
        runs.depth[run] += n;
        runs.markContinuing(run);
    }

    private void buryTail(int run, int n, int size) {
        int next = tree.index + 1 < tree.leaf.count ? tree.leaf.runs[tree.index + 1] : -1;
        boolean joins = next >= 0 && runs.isDead(next) && runs.continues(run, next);
        runs.length[run] -= n;
        runs.width[run] -= size;
        if (joins) {
            runs.counter[next] -= n;
            runs.length[next] += n;
            runs.depth[next] -= n;
            return;
        }
        insertAfter(run, n, 0, true);
    }

    private void buryMiddle(int run, int at, int n, int unitsBefore, int unitsGone) {
        int tailLength = runs.length[run] - at - n;
        int tailWidth = runs.width[run] - unitsBefore - unitsGone;
        runs.length[run] = at;
        runs.width[run] = unitsBefore;
        int dead = runs.add(runs.site[run], runs.counter[run] + at, n, 0, runs.depth[run] + at, Side.AFTER, true);
        int tail = runs.add(
                runs.site[run],
                runs.counter[run] + at + n,
                tailLength,
                tailWidth,
                runs.depth[run] + at + n,
                Side.AFTER,
                false);
        SiteIndex index = sites.index(runs.site[run]);
        index.add(dead);
        index.add(tail);
        tree.insertBoth(dead, tail);
    }

    /** A new run after the one at the place that continues it. Its text, if visible, is in the leaf already. */
    private void insertAfter(int run, int length, int width, boolean dead) {
        int after = runs.add(
                runs.site[run],
                runs.counter[run] + runs.length[run],
                length,
                width,
                runs.depth[run] + runs.length[run],
                Side.AFTER,
                dead);
        sites.index(runs.site[run]).add(after);
        tree.stepAfter();
        tree.insertTextless(after);
    }

    /**
     * Turns the run at the place and those after it in the same leaf into tombstones, as long as they lie in the next {@code units} of
     * text as a whole; the first one must.
     *
     * @return how many UTF-16 units of text went; they stood after the place
     */
    int buryWhole(int units, DeleteRanges deleted) {
        tree.startOf(tree.leaf);
        int textStart = tree.unitsBefore();
        Leaf leaf = tree.leaf;
        int[] handles = leaf.runs;
        int count = leaf.count;
        int place = tree.index;
        int kept = place - 1;
        int gone = 0;
        int i = place;
        while (i < count) {
            int run = handles[i];
            int size = runs.width[run];
            if (size > units - gone) {
                break;
            }
            if (size > 0) {
                deleted.add(runs.site[run], runs.counter[run], runs.length[run]);
                runs.markDead(run);
                gone += size;
            }
            if (kept >= 0 && takesIn(handles[kept], run)) {
                if (i == place) {
                    place = kept;
                }
            } else {
                if (gone == units && size == 0) {
                    break;
                }
                handles[++kept] = run;
            }
            i++;
        }
        tree.removeText(textStart, gone);
        leaf.closeUp(kept + 1, i);
        tree.placeAt(place);
        joinLeaves();
        return gone;
    }

    /** Gives back the leaf of the place when little is left in it, and joins tombstones that stood in two leaves until now. */
    private void joinLeaves() {
        if (tree.leaf.chars() > Leaf.SPARSE_CHARS) {
            return;
        }
        int seam = tree.joinSparse();
        Leaf leaf = tree.leaf;
        if (seam > 0 && takesIn(leaf.runs[seam - 1], leaf.runs[seam])) {
            leaf.closeUp(seam, seam + 1);
            if (tree.index >= seam) {
                tree.placeAt(tree.index - 1);
            }
        }
    }

    /** Joins a tombstone with the one that stands directly before it and that it continues. */
    private boolean takesIn(int previous, int run) {
        if (!runs.continues(previous, run) || !runs.isDead(previous) || !runs.isDead(run)) {
            return false;
        }
        sites.index(runs.site[run]).remove(run);
        runs.length[previous] += runs.length[run];
        runs.remove(run);
        return true;
    }

    /** Joins the tombstone at an index with those beside it that continue it, and leaves the place on the run that has it now. */
    private void joinAround(int index) {
        Leaf leaf = tree.leaf;
        int[] handles = leaf.runs;
        int at = index;
        if (at > 0 && takesIn(handles[at - 1], handles[at])) {
            leaf.closeUp(at, at + 1);
            at--;
        }
        if (at + 1 < leaf.count && takesIn(handles[at], handles[at + 1])) {
            leaf.closeUp(at + 1, at + 2);
        }
        tree.placeAt(at);
    }
}
