package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Every history of up to four inserts and two deletes by three sites, in every order of arrival, against the naive model.
 *
 * <p>Up to three inserts and two deletes, each order is applied from the start to the end, on a replica of its own.
 *
 * <p>With four inserts that takes a quarter of an hour, and is done with {@code -Dconcord.scope=whole}. Every build does the following
 * instead. A document must be a function of the set of operations that it has seen, so the orders are walked as a graph: its nodes
 * are the subsets of the history, its edges add one operation. For every edge, a replica that came to the smaller subset by one
 * order applies the added operation; its canonical bytes must then be those of the larger subset, and each subset is compared
 * with the naive model. Where an edge leads to a whole set of inserts, the invariants must hold as well. If each edge leads to a state that
 * depends on the subset alone, so does, by induction, each order. What the induction takes for granted is that two replicas with
 * the same canonical bytes go on alike. They could differ only in how their runs are cut and laid into leaves, which the
 * three-insert orders, the property tests and the simulator vary.
 *
 * <p>Histories that are the same to the engine are run once, see {@link SmallScope}; the whole is without that too.
 */
class SmallScopeTest {
    private static final String SCOPE = System.getProperty("concord.scope", "");
    private static final boolean WHOLE = SCOPE.equals("whole");
    /** Enough to find errors that were planted. */
    private static final boolean SMALL = SCOPE.equals("small");

    private static final int MAX_DELETES = 2;

    private final LongAdder trees = new LongAdder();
    private final LongAdder histories = new LongAdder();
    private final LongAdder orders = new LongAdder();
    private final LongAdder edges = new LongAdder();
    private final LongAdder localInserts = new LongAdder();

    @Test
    void upToThreeInsertsAndTwoDeletesInEveryOrder() throws InterruptedException {
        for (int inserts = 1; inserts <= 3; inserts++) {
            forEachTree(inserts, this::runEveryOrder);
        }
        report("up to 3 inserts and 2 deletes", orders + " orders applied one by one");
        assertEquals(true, histories.sum() > 500);
    }

    @Test
    void fourInsertsAndUpToTwoDeletesInEveryOrder() throws InterruptedException {
        assumeFalse(SMALL, "four inserts are left out");
        if (WHOLE) {
            forEachTree(4, this::runEveryOrder);
            report("4 inserts and up to 2 deletes", orders + " orders applied one by one");
        } else {
            forEachTree(4, this::walkEveryOrder);
            report("4 inserts and up to 2 deletes", orders + " orders as " + edges + " edges between their subsets");
        }
        assertEquals(true, histories.sum() > 10_000);
    }

    @Test
    void textTypedIntoAnySmallDocumentLandsAtItsOffset() throws InterruptedException {
        for (int inserts = 1; inserts <= (SMALL ? 3 : 4); inserts++) {
            forEachTree(inserts, this::typeEverywhere);
        }
        report("typing into up to 4 inserts and 2 deletes", localInserts + " local inserts");
        assertEquals(true, localInserts.sum() > 1000);
    }

    private void report(String what, String how) {
        System.out.println("small scope, " + what + ": " + trees + " trees, " + histories + " histories, " + how);
    }

    private void forEachTree(int inserts, Consumer<List<Operation.Insert>> trial) throws InterruptedException {
        List<List<Operation.Insert>> all = WHOLE ? SmallScope.allTrees(inserts) : SmallScope.trees(inserts);
        trees.add(all.size());
        int threads = Runtime.getRuntime().availableProcessors();
        AtomicInteger next = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                running.add(pool.submit(() -> {
                    for (int i = next.getAndIncrement(); i < all.size(); i = next.getAndIncrement()) {
                        trial.accept(all.get(i));
                    }
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause().getMessage(), e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    /** Applies every order of every history from the start. */
    private void runEveryOrder(List<Operation.Insert> inserts) {
        for (List<Operation> history : histories(inserts)) {
            histories.increment();
            NaiveDocument naive = new NaiveDocument();
            naive.applyAll(history);
            byte[] expected = null;
            for (List<Operation> order : OrderTest.permutations(history)) {
                orders.increment();
                Document document = replay(order);
                byte[] body = document.encode();
                if (expected == null) {
                    assertEquals(naive.elements(), document.elements(), () -> "order " + order);
                    expected = body;
                }
                assertArrayEquals(expected, body, () -> "order " + order);
                check(document, order);
            }
        }
    }

    private static List<List<Operation>> histories(List<Operation.Insert> inserts) {
        List<List<Operation>> histories = new ArrayList<>();
        int n = inserts.size();
        for (int deletes = 0; deletes < 1 << n; deletes++) {
            if (Integer.bitCount(deletes) <= MAX_DELETES) {
                histories.add(subset(inserts, (1 << n) - 1, deletes));
            }
        }
        return histories;
    }

    /** Walks all subsets of all histories of a tree: they share those of their subsets that miss a delete. */
    private void walkEveryOrder(List<Operation.Insert> inserts) {
        int n = inserts.size();
        int all = (1 << n) - 1;
        for (int deletes = 0; deletes <= all; deletes++) {
            if (Integer.bitCount(deletes) > MAX_DELETES) {
                continue;
            }
            histories.increment();
            orders.add(factorial(n + Integer.bitCount(deletes)));
            for (int here = 0; here <= all; here++) {
                walkTo(inserts, here, deletes);
            }
        }
    }

    private void walkTo(List<Operation.Insert> inserts, int here, int deletes) {
        List<Operation> subset = subset(inserts, here, deletes);
        byte[] expected = null;
        for (int last = 0; last < subset.size(); last++) {
            List<Operation> order = new ArrayList<>(subset);
            order.add(order.remove(last));
            edges.increment();
            Document document = replay(order);
            byte[] body = document.encode();
            if (expected == null) {
                NaiveDocument naive = new NaiveDocument();
                naive.applyAll(subset);
                assertEquals(naive.elements(), document.elements(), () -> "order " + order);
                expected = body;
            }
            if (!Arrays.equals(expected, body)) {
                assertArrayEquals(expected, body, () -> "order " + order);
            }
            if (here == (1 << inserts.size()) - 1) {
                check(document, order);
            }
        }
    }

    private void typeEverywhere(List<Operation.Insert> inserts) {
        for (List<Operation> history : histories(inserts)) {
            histories.increment();
            String text = replay(history).text();
            for (int offset = 0; offset <= text.length(); offset++) {
                localInserts.increment();
                Document document = replay(history);
                document.insert(offset, "x");
                String expected = new StringBuilder(text).insert(offset, "x").toString();
                int at = offset;
                assertEquals(expected, document.text(), () -> "x typed at " + at + " after " + history);
                check(document, history);
            }
        }
    }

    private static List<Operation> subset(List<Operation.Insert> inserts, int here, int deletes) {
        List<Operation> subset = new ArrayList<>(6);
        for (int i = 0; i < inserts.size(); i++) {
            if ((here >>> i & 1) != 0) {
                subset.add(inserts.get(i));
            }
        }
        for (int i = 0; i < inserts.size(); i++) {
            if ((deletes >>> i & 1) != 0) {
                subset.add(new Operation.Delete(inserts.get(i).id(), 1));
            }
        }
        return subset;
    }

    private static Document replay(List<Operation> order) {
        Document document = new Document("me");
        for (Operation op : order) {
            document.apply(op);
        }
        return document;
    }

    private static void check(Document document, List<Operation> order) {
        try {
            document.checkInvariants();
        } catch (IllegalStateException e) {
            throw new AssertionError(e.getMessage() + " after " + order, e);
        }
    }

    private static long factorial(int n) {
        return n < 2 ? 1 : n * factorial(n - 1);
    }
}
