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
        boolean whole = n == runs.length[run];
        if (whole) {
            runs.markDead(run);
        } else if (at == 0) {
            buryHead(run, n, size);
        } else if (at + n == runs.length[run]) {
            buryTail(run, n, size);
            return size;
        } else {
            buryMiddle(run, at, n, from, size);
            return size;
        }
        join(tree.index, tree.index);
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
            tree.lowerDepth(runs.depth[next]);
            return;
        }
        insertBehind(run, n, 0, true);
    }

    private void buryMiddle(int run, int at, int n, int unitsBefore, int unitsGone) {
        int tailLength = runs.length[run] - at - n;
        int tailWidth = runs.width[run] - unitsBefore - unitsGone;
        runs.length[run] = at;
        runs.width[run] = unitsBefore;
        insertBehind(run, n, 0, true);
        int dead = tree.run();
        insertBehind(dead, tailLength, tailWidth, false);
    }

    /** A new run behind the one at the place that continues it. Its text, if visible, is in the leaf already. */
    private void insertBehind(int run, int length, int width, boolean dead) {
        int behind = runs.add(
                runs.site[run],
                runs.counter[run] + runs.length[run],
                length,
                width,
                runs.depth[run] + runs.length[run],
                Side.AFTER,
                dead);
        sites.index(runs.site[run]).add(behind);
        tree.stepBehind();
        tree.insertTextless(behind);
    }

    /**
     * Turns the run at the place and those behind it in the same leaf into tombstones, as long as they lie in the next {@code units} of
     * text as a whole; the first one must.
     *
     * @return how many UTF-16 units of text went; they stood behind the place
     */
    int buryWhole(int units, DeleteRanges deleted) {
        tree.startOf(tree.leaf);
        int textStart = tree.unitsBefore();
        Leaf leaf = tree.leaf;
        int first = tree.index;
        int last = first;
        int gone = 0;
        for (int i = first; i < leaf.count && gone < units; i++) {
            int run = leaf.runs[i];
            int size = runs.width[run];
            if (size == 0) {
                continue;
            }
            if (size > units - gone) {
                break;
            }
            deleted.add(runs.site[run], runs.counter[run], runs.length[run]);
            runs.markDead(run);
            gone += size;
            last = i;
        }
        tree.removeText(textStart, gone);
        join(first, last);
        return gone;
    }

    /**
     * Joins tombstones of the place's leaf that continue each other, where one of them is between two indexes. The place, which is
     * at the first, ends on the run that has it now.
     */
    private void join(int first, int last) {
        Leaf leaf = tree.leaf;
        int kept = Math.max(first - 1, 0);
        int end = Math.min(last + 1, leaf.count - 1);
        int place = first;
        for (int i = kept + 1; i <= end; i++) {
            int run = leaf.runs[i];
            int previous = leaf.runs[kept];
            if (runs.isDead(previous) && runs.isDead(run) && runs.continues(previous, run)) {
                sites.index(runs.site[run]).remove(run);
                runs.length[previous] += runs.length[run];
                runs.remove(run);
            } else {
                leaf.runs[++kept] = run;
            }
            if (i == first) {
                place = kept;
            }
        }
        leaf.closeUp(kept + 1, end + 1);
        tree.placeAt(place);
    }
}
