package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** All trees of a few inserts and deletes, in all orders of arrival, against the naive model. */
class SmallScopeTest {
    private int histories;
    private int orders;

    @Test
    void threeInsertsByThreeSitesAndADeleteInEveryOrder() {
        extend(new ArrayList<>(), 3);
        System.out.println("small scope: " + histories + " histories, " + orders + " orders");
        assertEquals(true, histories > 100);
    }

    /** Adds every possible insert; with all inserts made, adds every possible delete and runs the history. */
    private void extend(List<Operation> ops, int inserts) {
        if (inserts == 0) {
            run(ops);
            for (Operation target : List.copyOf(ops)) {
                List<Operation> more = new ArrayList<>(ops);
                more.add(new Operation.Delete(target.id(), 1));
                run(more);
            }
            return;
        }
        // Sites in both orders relative to their counters, so that (counter, site) ties and inversions both occur.
        for (String site : List.of("a", "b", "c")) {
            long counter =
                    1 + ops.stream().filter(op -> op.id().site().equals(site)).count();
            ElementId id = new ElementId(site, counter);
            List<Anchor> anchors = new ArrayList<>(List.of(Anchor.after(ElementId.HEAD)));
            for (Operation op : ops) {
                anchors.add(Anchor.after(op.id()));
                anchors.add(Anchor.before(op.id()));
            }
            for (Anchor anchor : anchors) {
                List<Operation> more = new ArrayList<>(ops);
                more.add(new Operation.Insert(id, anchor, site));
                extend(more, inserts - 1);
            }
        }
    }

    private void run(List<Operation> ops) {
        histories++;
        NaiveDocument naive = new NaiveDocument();
        ops.forEach(naive::apply);
        List<Element> expected = naive.elements();
        for (List<Operation> order : OrderTest.permutations(ops)) {
            orders++;
            Document document = new Document("r");
            order.forEach(document::apply);
            assertEquals(expected, document.elements(), () -> "order " + order);
        }
    }
}
