package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.testing.Replica;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Concord's own document under the published checks. Beside it stand a string that follows only its reported text changes, and the list
 * of operations that it has seen, from which the naive model derives what it must be.
 */
final class ConcordReplica implements Replica<Operation> {
    private record State(ByteBuffer body, List<Element> elements, ByteBuffer version) {}

    private final String name;
    private final Random random;
    private final List<Operation> seen;
    private Replay replay;
    private int lives = 1;

    ConcordReplica(int number, long seed) {
        // Names in both orders relative to the numbers, so that a tie of counters is decided either way.
        this("s" + (seed & 7) + "_" + number, new Random(seed), new ArrayList<>());
        replay = new Replay(name);
    }

    private ConcordReplica(String name, Random random, List<Operation> seen) {
        this.name = name;
        this.random = random;
        this.seen = seen;
    }

    @Override
    public List<Operation> insert(int offset, String text) {
        List<Operation> ops = replay.insert(offset, text);
        seen.addAll(ops);
        return ops;
    }

    @Override
    public List<Operation> delete(int offset, int length) {
        List<Operation> ops = replay.delete(offset, length);
        seen.addAll(ops);
        return ops;
    }

    @Override
    public void receive(Operation op) {
        if (random.nextInt(3) == 0) {
            OperationWriter writer = new OperationWriter();
            writer.write(op);
            replay.apply(new OperationReader(writer.toBytes()));
        } else {
            replay.apply(op);
        }
        seen.add(op);
    }

    @Override
    public String text() {
        return replay.document.text();
    }

    /** Ids, values and tombstones, canonical bytes, and the version summary. */
    @Override
    public Object state() {
        return new State(
                ByteBuffer.wrap(Envelope.unwrap(replay.document.encode())),
                replay.document.elements(),
                ByteBuffer.wrap(replay.document.version()));
    }

    @Override
    public void check() {
        replay.check();
        NaiveDocument naive = new NaiveDocument();
        naive.applyAll(seen);
        assertEquals(naive.elements(), replay.document.elements(), "the naive model");
        assertEquals(naive.text(), replay.document.text(), "the naive model's text");
        assertEquals(naive.isComplete(), replay.document.pendingCount() == 0, "the naive model has none pending");
    }

    @Override
    public Replica<Operation> reload() {
        Object before = state();
        replay = new Replay(Document.load(name, replay.document.encode()));
        assertEquals(before, state(), "a state that was loaded");
        return this;
    }

    @Override
    public Optional<Supplier<Replica<Operation>>> snapshot() {
        byte[] state = replay.document.encode();
        List<Operation> seenThen = List.copyOf(seen);
        return Optional.of(() -> {
            String newName = name + "_" + ++lives;
            ConcordReplica again = new ConcordReplica(newName, random, new ArrayList<>(seenThen));
            again.replay = new Replay(Document.load(newName, state));
            return again;
        });
    }

    /** By a whole state, by the part of a state that is missing, or by the operations that are, named by either side. */
    @Override
    public boolean catchUp(Replica<Operation> other) {
        ConcordReplica from = (ConcordReplica) other;
        byte[] version = replay.document.version();
        switch (random.nextInt(4)) {
            case 0 -> replay.merge(from.replay.document.encode());
            case 1 -> replay.merge(from.replay.document.difference(version));
            case 2 ->
                replay.document
                        .unseen(from.replay.document.encode(), Integer.MAX_VALUE)
                        .forEach(replay::apply);
            default -> from.replay.document.missingFrom(version).forEach(replay::apply);
        }
        seen.addAll(from.seen);
        check();
        // Blocks of deletions that differ are sent whole, so some may come again; but no insert.
        for (Operation op : from.replay.document.missingFrom(replay.document.version())) {
            assertTrue(op instanceof Operation.Delete && replay.document.isKnown(op), "still missing: " + op);
        }
        return true;
    }
}
