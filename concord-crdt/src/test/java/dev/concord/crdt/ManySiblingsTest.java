package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** More siblings than a block of the family holds, in every shape of arrival, against the naive model. */
class ManySiblingsTest {
    private static final int MANY = 700;

    @Test
    void ascending() {
        check(siblings(), Side.AFTER);
        check(siblings(), Side.BEFORE);
    }

    @Test
    void descending() {
        for (Side side : Side.values()) {
            List<Integer> order = siblings();
            Collections.reverse(order);
            check(order, side);
        }
    }

    @Test
    void fromBothEndsToTheMiddle() {
        for (Side side : Side.values()) {
            List<Integer> order = new ArrayList<>();
            for (int low = 0, high = MANY - 1; low <= high; low++, high--) {
                order.add(low);
                if (low < high) {
                    order.add(high);
                }
            }
            check(order, side);
            Collections.reverse(order);
            check(order, side);
        }
    }

    @Test
    void shuffled() {
        for (int round = 0; round < 3; round++) {
            List<Integer> order = siblings();
            Collections.shuffle(order, new Random(round));
            check(order, round == 0 ? Side.BEFORE : Side.AFTER);
        }
    }

    private static List<Integer> siblings() {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            order.add(i);
        }
        return order;
    }

    /** Three in a row have one counter, under sites whose names are in another order than their numbers. */
    private static void check(List<Integer> order, Side side) {
        Replay replica = new Replay("r");
        NaiveDocument naive = new NaiveDocument();
        List<Operation> ops = new ArrayList<>();
        ElementId parent = new ElementId("p", 1);
        ops.add(new Operation.Insert(parent, Anchor.after(ElementId.HEAD), "p"));
        for (int i : order) {
            ElementId id = new ElementId(List.of("m", "a", "z").get(i % 3), 1 + i / 3 * 2);
            ops.add(new Operation.Insert(id, new Anchor(parent, side), "x"));
        }
        for (int i = 0; i < ops.size(); i++) {
            replica.apply(ops.get(i));
            if (i % 97 == 0) {
                replica.check();
            }
        }
        naive.applyAll(ops);
        replica.check();
        assertEquals(naive.elements(), replica.document.elements());
        assertEquals(
                naive.elements(), Document.load("l", replica.document.encode()).elements());
    }
}
