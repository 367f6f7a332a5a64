package dev.concord.crdt;

import java.util.List;

/**
 * An error to be planted in the rule of order: a piece of source text and what stands there instead.
 *
 * @param name what is wrong
 * @param type the class whose source is changed
 * @param text what stands there; must occur exactly once
 * @param wrong what is put there
 */
record Plant(String name, String type, String text, String wrong) {
    /** One for each part of the rule. */
    static final List<Plant> ALL = List.of(
            new Plant("siblings in descending order of counters", "Family", "? other > counter", "? other < counter"),
            new Plant(
                    "ties of counters decided by arrival",
                    "Family",
                    "sites.isAbove(siteNumbers[block][at], site)",
                    "false"),
            new Plant(
                    "ties of counters decided the other way",
                    "Family",
                    "sites.isAbove(siteNumbers[block][at], site)",
                    "!sites.isAbove(siteNumbers[block][at], site)"),
            new Plant(
                    "siblings ordered by site alone",
                    "Family",
                    "return other != counter",
                    "return false && other != counter"),
            new Plant("no marker before a younger sibling", "Placement", """
                            tree.insert(runs.addMarker(depth), "", 0, 0);
                            tree.stepAfter();
                            return tree.insert(run, text, from, to);
                    """, """
                            return tree.insert(run, text, from, to);
                    """),
            new Plant(
                    "a younger sibling placed inside its elder's subtree",
                    "Placement",
                    "if (!tree.nextAtMost(depth - 1)) {",
                    "if (!tree.nextAtMost(depth)) {"),
            new Plant("a left child placed after its parent's other left children", "Placement", """
                            } else if (side == Side.BEFORE) {
                                tree.moveTo(anchorRun);
                    """, """
                            } else if (side == Side.BEFORE) {
                                tree.moveTo(anchorRun);
                                tree.previousAtMost(depth);
                    """),
            new Plant(
                    "a first left child placed after its parent",
                    "Placement",
                    "tree.moveBefore(anchorRun, anchorAt);\n",
                    "tree.moveBefore(anchorRun, anchorAt + 1);\n"),
            new Plant(
                    "typed text hung after the left neighbour whatever hangs there",
                    "Placement",
                    "            chosenSide = Side.BEFORE;\n            if (leftAt",
                    "            if (leftAt"),
            new Plant(
                    "a right child overlooked where a run ends",
                    "Placement",
                    "return next >= 0 && runs.depth[next] > runs.depth[run] + at;",
                    "return false;"));

    /** The source with the error in it. */
    String in(String source) {
        int at = source.indexOf(text);
        if (at < 0 || source.indexOf(text, at + 1) >= 0) {
            throw new AssertionError(type + ".java has changed, and \"" + name
                    + "\" cannot be planted any more: adapt it to the new source. It looks, exactly once, for:\n"
                    + text);
        }
        return source.replace(text, wrong);
    }
}
