package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The anomalies that text CRDTs are known for. */
class OrderTest {
    private static final Anchor START = Anchor.after(ElementId.HEAD);

    @Test
    void aBetweenAnchoredTextComesRightAfterItInEveryOrderOfArrival() {
        Operation a = new Operation.Insert(new ElementId("A", 1), START, "A");
        Operation b = new Operation.Insert(new ElementId("B", 1), START, "B");
        Operation x = new Operation.Insert(new ElementId("A", 2), Anchor.after(new ElementId("A", 1)), "x");
        for (List<Operation> order : permutations(List.of(a, b, x))) {
            Replay replica = new Replay("r");
            order.forEach(replica::apply);
            replica.check();
            assertEquals("AxB", replica.document.text(), order.toString());
        }
    }

    @Test
    void siblingsStandInOrderOfCounterThenSite() {
        inEveryOrder(
                "badc",
                insert("z", 1, START, "b"),
                insert("b", 2, START, "a"),
                insert("c", 2, START, "d"),
                insert("a", 3, START, "c"));
    }

    @Test
    void leftChildrenStandBeforeTheirParentInTheSameOrder() {
        Anchor before = Anchor.before(new ElementId("p", 1));
        inEveryOrder(
                "badp",
                insert("p", 1, START, "p"),
                insert("z", 1, before, "b"),
                insert("b", 2, before, "a"),
                insert("c", 2, before, "d"));
    }

    @Test
    void aYoungerSiblingStandsAfterAllThatHangsOnItsElder() {
        inEveryOrder(
                "AyxB",
                insert("A", 1, START, "A"),
                insert("B", 1, START, "B"),
                insert("c", 1, Anchor.before(new ElementId("B", 1)), "x"),
                insert("c", 2, Anchor.after(new ElementId("A", 1)), "y"));
    }

    private static void inEveryOrder(String text, Operation... ops) {
        for (List<Operation> order : permutations(List.of(ops))) {
            Replay replica = new Replay("r");
            order.forEach(replica::apply);
            replica.check();
            assertEquals(text, replica.document.text(), order.toString());
        }
    }

    private static Operation insert(String site, long counter, Anchor anchor, String value) {
        return new Operation.Insert(new ElementId(site, counter), anchor, value);
    }

    @Test
    void aTextLongerThanARunStandsInOneOrderAndItsPairsStayWhole() {
        int run = RunTree.MAX_RUN_CHARS;
        // The first pair would be cut by the bound of the run, the second begins after it.
        String text = "x".repeat(run - 1) + "\uD83D\uDE00" + "y".repeat(run - 2) + "\uD83D\uDE00" + "z".repeat(run);
        for (String typed : List.of("x".repeat(run), text.substring(0, run + 1), text)) {
            Replay replica = new Replay("r");
            replica.apply(insert("A", 1, START, typed));
            replica.apply(insert("B", 1, Anchor.after(new ElementId("A", run)), "!"));
            replica.check();
            int after = typed.offsetByCodePoints(0, run);
            assertEquals(typed.substring(0, after) + "!" + typed.substring(after), replica.document.text());
            Document typist = new Document("A");
            List<Operation> ops = typist.insert(0, typed);
            assertEquals(List.of(insert("A", 1, START, typed)), ops);
            assertEquals(typed, typist.text());
        }
    }

    @Test
    void aDeleteAcrossTombstonesNamesOnlyWhatWasVisible() {
        Document document = new Document("A");
        document.insert(0, "abcdef");
        document.delete(2, 1);
        assertEquals(
                List.of(new Operation.Delete(new ElementId("A", 1), 2), new Operation.Delete(new ElementId("A", 4), 3)),
                document.delete(0, 5));
    }

    @Test
    void afterAloneKeepsTheTreeOrderSoAClientThatKnowsNoBeforeConverges() {
        Document document = new Document("r");
        document.apply(new Operation.Insert(new ElementId("s", 1), START, "A"));
        document.apply(new Operation.Insert(new ElementId("s", 2), Anchor.after(new ElementId("s", 1)), "B"));
        document.apply(new Operation.Insert(new ElementId("s", 3), Anchor.after(new ElementId("s", 1)), "x"));
        assertEquals("ABx", document.text());
    }

    @Test
    void localTextLandsWhereTheCaretWas() {
        Document document = new Document("s");
        document.insert(0, "AB");
        List<Operation> typed = document.insert(1, "x");
        assertEquals("AxB", document.text());
        assertEquals(Anchor.before(new ElementId("s", 2)), ((Operation.Insert) typed.get(0)).anchor());
    }

    @Test
    void textTypedBesideATombstoneStaysOnItsSide() {
        Document document = new Document("s");
        document.insert(0, "abc");
        document.delete(1, 1);
        document.insert(1, "X");
        document.insert(2, "Y");
        assertEquals("aXYc", document.text());
        document.delete(0, 4);
        document.insert(0, "again");
        assertEquals("again", document.text());
    }

    @Property
    void runsTypedAtOneSpotForwardsNeverInterleave(@ForAll long seed) {
        runsStayWhole(new Random(seed), false);
    }

    @Property
    void runsTypedAtOneSpotBackwardsNeverInterleave(@ForAll long seed) {
        runsStayWhole(new Random(seed), true);
    }

    private static void runsStayWhole(Random random, boolean backwards) {
        Document base = new Document("base");
        List<Operation> start = random.nextBoolean() ? List.of() : base.insert(0, "[]");
        if (!start.isEmpty() && random.nextBoolean()) {
            List<Operation> more = new ArrayList<>(start);
            more.addAll(base.insert(1, "gone"));
            more.addAll(base.delete(1, 4));
            start = more;
        }
        int spot = base.length() / 2;
        List<List<Operation>> typed = new ArrayList<>();
        int writers = 2 + random.nextInt(3);
        for (int writer = 0; writer < writers; writer++) {
            Document document = new Document("w" + random.nextInt(1000) + "_" + writer);
            start.forEach(document::apply);
            List<Operation> ops = new ArrayList<>();
            int length = 1 + random.nextInt(6);
            for (int i = 0; i < length; i++) {
                ops.addAll(document.insert(backwards ? spot : spot + i, String.valueOf((char) ('a' + writer))));
            }
            typed.add(ops);
        }
        List<Operation> all = new ArrayList<>(start);
        typed.forEach(all::addAll);
        Replay replica = new Replay("r");
        RandomHistory.delivery(all, random).forEach(replica::apply);
        replica.check();
        String text = replica.document.text();
        for (int writer = 0; writer < writers; writer++) {
            String run = String.valueOf((char) ('a' + writer))
                    .repeat(typed.get(writer).size());
            assertTrue(text.contains(run), run + " is torn in " + text);
        }
    }

    @Property
    void aLocalInsertIsTheOldTextWithTheInsertAtItsOffset(@ForAll long seed) {
        Random random = new Random(seed);
        Replay replica = new Replay("me");
        List<Operation> remote = RandomHistory.wild(random, 5 + random.nextInt(40));
        for (Operation op : remote) {
            replica.apply(op);
            String text = replica.document.text();
            int offset = RandomHistory.whole(text, random.nextInt(text.length() + 1));
            if (random.nextInt(3) > 0) {
                replica.insert(offset, RandomHistory.text(random, 1 + random.nextInt(3)));
            } else {
                int end = RandomHistory.whole(text, Math.min(text.length(), offset + random.nextInt(4)));
                replica.delete(offset, Math.max(0, end - offset));
            }
        }
        replica.check();
    }

    static List<List<Operation>> permutations(List<Operation> ops) {
        if (ops.isEmpty()) {
            return List.of(List.of());
        }
        List<List<Operation>> all = new ArrayList<>();
        for (int i = 0; i < ops.size(); i++) {
            List<Operation> rest = new ArrayList<>(ops);
            Operation first = rest.remove(i);
            for (List<Operation> tail : permutations(rest)) {
                List<Operation> order = new ArrayList<>(List.of(first));
                order.addAll(tail);
                all.add(order);
            }
        }
        return all;
    }
}
