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
                    "a left origin that is not waited for", "Plan", "in.originClient[i], in.originClock[i]", "-1, -1"),
            new Plant("a right origin that is not waited for", "Plan", "in.rightClient[i], in.rightClock[i]", "-1, -1"),
            new Plant(
                    "a left origin that is not waited for any longer",
                    "Arrivals",
                    "!isHere(in.originClient[0], in.originClock[0])",
                    "false"),
            new Plant(
                    "a right origin that is not waited for any longer",
                    "Arrivals",
                    "!isHere(in.rightClient[0], in.rightClock[0])",
                    "false"),
            new Plant(
                    "a parent that is not waited for any longer",
                    "Arrivals",
                    "isHere(in.parentClient[0], in.parentClock[0]) ?",
                    "true ?"),
            new Plant("a gap that is not noted as one", "Plan", "in.clock[last] - 1", "0L"),
            new Plant(
                    "a gap that is not noted as one any longer",
                    "Arrivals",
                    "cause == id ? piece.clock() - 1 : end(cause)",
                    "end(cause)"),
            new Plant(
                    "what waits is tried as soon as its client grows",
                    "Pending",
                    "clock < tx.touched[i].end",
                    "clock >= 0"),
            new Plant("the highest clock that is noted counts", "Pending", "Math::min", "Math::max"),
            new Plant("a duplicate of what is ready stays out", "YDocument", "&& !pending.hasStructs()) {\n", ") {\n"),
            new Plant(
                    "a check on a document in which nothing waits",
                    "YDocument",
                    "            copy.pending.addAll(pending);\n",
                    ""),
            new Plant(
                    "what waits is given up one by one",
                    "Arrivals",
                    "                    path.clear();\n",
                    "                    path.pop();\n"),
            new Plant(
                    "the second part of what is half known builds on what its first part builds on",
                    "Integrator",
                    "            origin = Store.id(client.number, client.end - 1);\n            left = endingAt(origin);\n",
                    "            left = endingAt(Store.id(client.number, client.end - 1));\n"),
            new Plant(
                    "what is half known grows where its first part builds on",
                    "Integrator",
                    "            left = endingAt(origin);\n",
                    ""),
            new Plant("alive to the left of garbage", "Integrator", "store.kind(right) == Kind.GC", "false"),
            new Plant(
                    "what is half known grows in the list that it names",
                    "Integrator",
                    "            list = store.list[left];\n",
                    ""),
            new Plant("alive in garbage", "Integrator", "kind(item) != Kind.TYPE", "kind(item) == Kind.DELETED"),
            new Plant("alive in what was deleted", "Integrator", "kind(item) != Kind.TYPE", "kind(item) == Kind.GC"),
            new Plant(
                    "an undo over another's value",
                    "Redo",
                    "            if (store.right[left] != Store.NONE) {\n",
                    "            if (store.id[left] == Store.NO_ID) {\n"),
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
                    "java.util.Arrays.sort(clients);\n        for (int client : clients) {"),
            new Plant(
                    "a cut whose second part loses its right origin",
                    "Store",
                    "rightOrigin[part] = rightOrigin[struct];",
                    "rightOrigin[part] = NO_ID;"),
            new Plant(
                    "a cut whose second part builds on itself",
                    "Store",
                    "origin[part] = id[struct] + offset - 1;",
                    "origin[part] = id[struct] + offset;"),
            new Plant("joined across others", "Cleanup", "store.right[left] != right", "false"),
            new Plant(
                    "the deleted joined with the living",
                    "Cleanup",
                    "store.isDeleted(left) != store.isDeleted(right)",
                    "false"),
            new Plant("content goes that an undo wants", "Cleanup", " && !store.isKept(struct)", ""),
            new Plant("copies that are joined to their neighbours", "Cleanup", "|| store.isRedone(left)\n", "\n"),
            new Plant(
                    "an undo that brings back what it inserted",
                    "Redo",
                    "!step.hasInserted(store.id[struct]) && covered.test(struct)",
                    "covered.test(struct)"),
            new Plant(
                    "an undo that does not go on with the copy",
                    "Redo",
                    "store.isRedone(struct) ? integrator.beginningAt(store.current(store.id[struct])) : struct",
                    "struct"),
            new Plant(
                    "a difference that begins with a whole struct",
                    "StateWriter",
                    "Math.max(0, clock - store.clock(struct))",
                    "0"),
            new Plant(
                    "news of deletions that are known",
                    "News",
                    "if (!store.isDeleted(struct)) {",
                    "if (struct >= 0) {"));

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
