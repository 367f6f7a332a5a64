package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Replicas that have seen the same operations are the same, and are what the naive model says. */
class ConvergenceTest {
    @Property
    void anyOrderOfAnythingAClientMaySend(@ForAll long seed) {
        Random random = new Random(seed);
        converge(RandomHistory.wild(random, 5 + random.nextInt(60)), random);
    }

    @Property
    void anyOrderOfWhatEditorsType(@ForAll long seed) {
        Random random = new Random(seed);
        converge(RandomHistory.typed(random, 3 + random.nextInt(2), 10 + random.nextInt(80)), random);
    }

    @Property
    void aTextKeptByTheChangesAloneIsTheDocuments(@ForAll long seed) {
        Random random = new Random(seed);
        List<Operation> ops = random.nextBoolean()
                ? RandomHistory.wild(random, 5 + random.nextInt(60))
                : RandomHistory.typed(random, 3, 10 + random.nextInt(80));
        Document document = new Document("reader");
        OperationWriter written = new OperationWriter();
        RandomHistory.delivery(ops, random).forEach(written::write);
        OperationReader reader = new OperationReader(written.toBytes());
        StringBuilder text = new StringBuilder();
        ChangeSink follower = new ChangeSink() {
            @Override
            public void insert(int offset, String value, int from, int to) {
                text.insert(offset, value, from, to);
            }

            @Override
            public void remove(int offset, int length) {
                text.delete(offset, offset + length);
            }
        };
        while (reader.hasNext()) {
            document.apply(reader, follower);
            assertEquals(document.text(), text.toString());
        }
        Document unwatched = new Document("reader");
        ops.forEach(op -> unwatched.apply(op, ChangeSink.NONE));
        assertArrayEquals(document.encode(), unwatched.encode());
    }

    @Property
    void partOfAHistoryIsTheSameInEveryOrderToo(@ForAll long seed) {
        Random random = new Random(seed);
        List<Operation> ops = RandomHistory.wild(random, 5 + random.nextInt(40));
        ops.removeIf(op -> random.nextInt(4) == 0);
        converge(ops, random);
    }

    private static void converge(List<Operation> ops, Random random) {
        NaiveDocument naive = new NaiveDocument();
        ops.forEach(naive::apply);
        List<Element> expected = naive.elements();
        byte[] state = null;
        for (int replica = 0; replica < 3; replica++) {
            Replay replay = new Replay("reader" + replica);
            List<Operation> delivery = RandomHistory.delivery(ops, random);
            int checkAt = random.nextInt(delivery.size() + 1);
            for (int i = 0; i < delivery.size(); i++) {
                replay.apply(delivery.get(i));
                if (i == checkAt) {
                    replay.check();
                }
            }
            replay.check();
            assertEquals(expected, replay.document.elements());
            assertEquals(naive.isComplete(), replay.document.pendingCount() == 0);
            byte[] own = replay.document.encode();
            if (state != null) {
                assertArrayEquals(Envelope.unwrap(state), Envelope.unwrap(own), "canonical state");
            }
            state = own;
        }
        Document loaded = Document.load("loader", state);
        loaded.checkInvariants();
        assertEquals(expected, loaded.elements());
        assertArrayEquals(state, loaded.encode(), "state of the loaded document");
    }

    @Property
    void mergingStatesIsApplyingTheirOperations(@ForAll long seed) {
        Random random = new Random(seed);
        List<Operation> ops = wildOrTyped(random);
        NaiveDocument naive = new NaiveDocument();
        ops.forEach(naive::apply);
        Replay one = new Replay("one");
        Replay two = new Replay("two");
        deal(RandomHistory.delivery(ops, random), random, one, two);
        byte[] wholeOfOne = one.document.encode();
        one.merge(two.document.difference(one.document.version()));
        two.merge(random.nextBoolean() ? wholeOfOne : one.document.difference(two.document.version()));
        for (Replay replica : List.of(one, two)) {
            replica.check();
            assertEquals(naive.elements(), replica.document.elements());
        }
        assertArrayEquals(one.document.encode(), two.document.encode());
        assertEquals(List.of(), one.document.missingFrom(two.document.version()));
        one.merge(two.document.encode());
        assertArrayEquals(two.document.encode(), one.document.encode(), "a state merged twice");
    }

    @Property
    void missingOperationsBringAnotherUpToDate(@ForAll long seed) {
        Random random = new Random(seed);
        List<Operation> ops = RandomHistory.typed(random, 3, 10 + random.nextInt(60));
        Replay full = new Replay("full");
        Replay part = new Replay("part");
        for (Operation op : ops) {
            full.apply(op);
            if (random.nextInt(3) > 0) {
                part.apply(op);
            }
        }
        for (Operation op : new ArrayList<>(full.document.missingFrom(part.document.version()))) {
            part.apply(op);
        }
        part.check();
        assertArrayEquals(full.document.encode(), part.document.encode());
    }

    @Property
    void whatIsUnseenInAStateIsWhatMergingItWouldAdd(@ForAll long seed) {
        Random random = new Random(seed);
        List<Operation> ops = wildOrTyped(random);
        Replay one = new Replay("one");
        Replay two = new Replay("two");
        deal(RandomHistory.delivery(ops, random), random, one, two);
        byte[] state = random.nextBoolean()
                ? two.document.encode()
                : two.document.difference(random.nextBoolean() ? one.document.version() : new Document("n").version());
        Document merged = Document.load("merged", one.document.encode());
        merged.merge(state);
        byte[] before = one.document.digest();
        List<Operation> unseen = one.document.unseen(state, Integer.MAX_VALUE);
        assertArrayEquals(before, one.document.digest(), "asking changed something");
        for (Operation op : unseen) {
            // The delete of a tombstone may wait here already, and comes with its insert all the same.
            assertFalse(op instanceof Operation.Insert && one.document.isKnown(op), () -> op + " was seen");
            one.apply(op);
        }
        one.check();
        assertArrayEquals(merged.digest(), one.document.digest());
        assertEquals(List.of(), one.document.unseen(state, Integer.MAX_VALUE));
        assertThrows(MalformedStateException.class, () -> one.document.unseen(state, 3));
    }

    private static List<Operation> wildOrTyped(Random random) {
        return random.nextBoolean()
                ? RandomHistory.wild(random, 5 + random.nextInt(50))
                : RandomHistory.typed(random, 3, 10 + random.nextInt(60));
    }

    /** Gives each operation to one of the two, or to both. */
    private static void deal(List<Operation> ops, Random random, Replay one, Replay two) {
        for (Operation op : ops) {
            int goesTo = random.nextInt(3);
            if (goesTo != 1) {
                one.apply(op);
            }
            if (goesTo != 0) {
                two.apply(op);
            }
        }
    }
}
