package dev.concord.yjs;

import java.util.List;

/**
 * An error to be planted: a piece of source text and what stands there instead.
 *
 * @param name what is wrong
 * @param type the class whose source is changed
 * @param text what stands there; must occur exactly once
 * @param wrong what is put there
 */
record Plant(String name, String type, String text, String wrong) {
    /** Errors in the order of structs, in what follows from an insertion, in what waits, and in how structs are joined. */
    static final List<Plant> ALL = List.of(
            new Plant("higher clients first", "Placement", "store.client(at)) < client", "store.client(at)) > client"),
            new Plant(
                    "a walk that ends at every other right origin",
                    "Placement",
                    "store.rightOrigin[at] == store.rightOrigin[struct]",
                    "true"),
            new Plant("what is only collected is passed", "Placement", "metAt < collected", "true"),
            new Plant("nothing with another origin is passed", "Placement", "metAt < collected", "false"),
            new Plant("the value before stays", "Integrator", "            delete(previous);\n", ""),
            new Plant("a value that is not the last stays", "Integrator", "|| (!isSequence && !isLast)", ""),
            new Plant("alive in a deleted type", "Integrator", "store.isDeleted(parent.item);", "false;"),
            new Plant("a parent that is not waited for", "Plan", "in.parentClient[i], in.parentClock[i]", "-1, -1"),
            new Plant(
                    "joined whatever the right origins are",
                    "Cleanup",
                    "store.rightOrigin[left] != store.rightOrigin[right]",
                    "false"),
            new Plant("cuts that are not joined again", "Cleanup", "            joinSeam(tx.seam(i));\n", ""),
            new Plant(
                    "deletions that are not joined",
                    "Cleanup",
                    "            joinDeleted(deleted.first[i], deleted.length[i]);\n",
                    ""),
            new Plant(
                    "what stood in a deleted type keeps its place",
                    "Cleanup",
                    "            collectTypes();\n",
                    "            dead.clear();\n"),
            new Plant(
                    "cleaning by client number",
                    "FormatCleanup",
                    "for (int client : clients) {",
                    "java.util.Arrays.sort(clients);\n        for (int client : clients) {"));

    /** The source with the error in it. */
    String in(String source) {
        int at = source.indexOf(text);
        if (at < 0 || source.indexOf(text, at + 1) >= 0) {
            throw new AssertionError(type + ".java has changed, and \"" + name
                    + "\" cannot be planted any more: adapt it. It looks, exactly once, for:\n" + text);
        }
        return source.replace(text, wrong);
    }
}
