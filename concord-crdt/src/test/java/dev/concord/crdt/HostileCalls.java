package dev.concord.crdt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Arguments that somebody who means harm, or has a bug, might pass, for every type of parameter that the engine's public methods have. */
final class HostileCalls {
    private static final int[] INTS = {Integer.MIN_VALUE, -1, 0, 1, 2, 1 << 30, (1 << 30) + 1, Integer.MAX_VALUE};
    private static final long[] COUNTERS = {
        Long.MIN_VALUE, -1, 0, 1, 2, 3, 1L << 31, ElementId.MAX_COUNTER - 1, ElementId.MAX_COUNTER, Long.MAX_VALUE
    };
    private static final String[] TEXTS = {
        "", "x", "yz", "\uD83D\uDE00", "a\uD83D\uDE00b", "\uD83D", "\uDE00x", "\uFFFD", "line\r\nline", "x".repeat(2000)
    };
    private static final String[] SITES = {"me", "ann", "bob", "", "not a site", "\u00e9", "s".repeat(65)};

    private final Random random;
    private final Scene scene;

    HostileCalls(Random random, Scene scene) {
        this.random = random;
        this.scene = scene;
    }

    /** A value for a parameter; sometimes null where the type allows it. */
    @Nullable
    Object argument(Class<?> type) {
        if (type == int.class) {
            return anInt();
        } else if (type == long.class) {
            return random.nextBoolean() ? COUNTERS[random.nextInt(COUNTERS.length)] : Long.valueOf(random.nextInt(20));
        } else if (type == boolean.class) {
            return random.nextBoolean();
        }
        return random.nextInt(12) == 0 ? null : object(type);
    }

    private Object object(Class<?> type) {
        if (type == String.class) {
            return random.nextBoolean() ? pick(SITES) : pick(TEXTS);
        } else if (type == byte[].class) {
            return bytes();
        } else if (type == Operation.class) {
            return operation();
        } else if (type == OperationReader.class) {
            return reader();
        } else if (type == OperationSink.class) {
            return random.nextBoolean() ? OperationSink.NONE : new OperationWriter();
        } else if (type == ChangeSink.class) {
            return ChangeSink.NONE;
        } else if (type == Bias.class) {
            return pick(Bias.values());
        } else if (type == Side.class) {
            return pick(Side.values());
        } else if (type == Outcome.class) {
            return pick(Outcome.values());
        } else if (type == ElementId.class) {
            return id();
        } else if (type == Anchor.class) {
            return anchor();
        } else if (type == Caret.class) {
            return new Caret(id(), pick(Bias.values()));
        } else if (type == Document.class) {
            return scene.document;
        } else if (type == RandomGenerator.class) {
            return new Random(random.nextLong());
        } else if (type == Collection.class) {
            return operations();
        } else if (type == List.class) {
            return elements();
        }
        throw new IllegalArgumentException("no hostile values of " + type + " yet: add some");
    }

    private <T> T pick(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private int anInt() {
        int length = scene.document.length();
        return switch (random.nextInt(3)) {
            case 0 -> INTS[random.nextInt(INTS.length)];
            case 1 -> length + random.nextInt(3) - 1;
            default -> random.nextInt(length + 1);
        };
    }

    private byte[] bytes() {
        byte[] bytes = switch (random.nextInt(scene.isSmall ? 7 : 6)) {
            case 0 -> Garbage.state(random);
            case 1 -> Garbage.version(random);
            case 2 -> Garbage.operations(random);
            case 3 -> scene.twin.encode();
            case 4 -> scene.twin.version();
            case 5 -> scene.document.encode();
            default -> scene.twin.difference(scene.document.version());
        };
        byte[] changed = bytes.clone();
        switch (random.nextInt(4)) {
            case 0 -> changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> changed = Arrays.copyOf(changed, random.nextInt(changed.length + 1));
            case 2 -> changed = Arrays.copyOf(changed, changed.length + 1 + random.nextInt(3));
            default -> {}
        }
        return changed;
    }

    private ElementId id() {
        if (random.nextInt(8) == 0) {
            return ElementId.HEAD;
        }
        long counter = random.nextInt(10) == 0 ? pickCounter() : 1 + random.nextInt(random.nextBoolean() ? 12 : 300);
        return new ElementId(SITES[random.nextInt(3)], counter);
    }

    private long pickCounter() {
        return Math.max(1, Math.min(ElementId.MAX_COUNTER, COUNTERS[random.nextInt(COUNTERS.length)]));
    }

    private Anchor anchor() {
        ElementId id = id();
        return id.isHead() || random.nextBoolean() ? Anchor.after(id) : Anchor.before(id);
    }

    /** Mostly one that names elements that the document has, with another meaning. */
    private Operation operation() {
        while (true) {
            try {
                return switch (random.nextInt(4)) {
                    case 0 -> new Operation.Delete(id(), 1 + random.nextInt(5));
                    case 1 -> new Operation.Delete(id(), Document.MAX_ELEMENTS - random.nextInt(2));
                    case 2 -> ofTwin();
                    default -> new Operation.Insert(id(), anchor(), TEXTS[1 + random.nextInt(4)]);
                };
            } catch (InvalidOperationException e) {
                // Not even an operation: another one.
            }
        }
    }

    private Operation ofTwin() {
        List<Operation> ops = scene.twin.missingFrom(new Document("nobody").version());
        return ops.isEmpty() ? new Operation.Delete(new ElementId("me", 1), 1) : ops.get(random.nextInt(ops.size()));
    }

    private OperationReader reader() {
        while (true) {
            byte[] stream;
            if (random.nextBoolean()) {
                OperationWriter writer = new OperationWriter();
                for (int i = 1 + random.nextInt(3); i > 0; i--) {
                    writer.write(operation());
                }
                stream = writer.toBytes();
                if (random.nextBoolean()) {
                    stream[3 + random.nextInt(stream.length - 3)] ^= (byte) (1 << random.nextInt(8));
                }
            } else {
                stream = Garbage.operations(random);
            }
            OperationReader reader = new OperationReader(stream);
            if (reader.hasNext() || random.nextBoolean()) {
                return reader;
            }
        }
    }

    private List<@Nullable Operation> operations() {
        List<@Nullable Operation> ops = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            ops.add(random.nextInt(30) == 0 ? null : operation());
        }
        return ops;
    }

    private List<@Nullable Element> elements() {
        List<@Nullable Element> elements = new ArrayList<>(scene.elementsOf(random.nextInt(4) == 0));
        for (int i = random.nextInt(3); i > 0 && !elements.isEmpty(); i--) {
            int at = random.nextInt(elements.size());
            switch (random.nextInt(4)) {
                case 0 -> elements.remove(at);
                case 1 -> elements.add(at, elements.get(random.nextInt(elements.size())));
                case 2 -> elements.add(at, new Element(new ElementId("bob", 1 + random.nextInt(50)), "q", false));
                default -> elements.set(at, random.nextBoolean() ? null : elements.get(at));
            }
        }
        return elements;
    }

    /** A document in one of several awkward states, its history, a replica that contradicts it, and streams. */
    static final class Scene {
        final Document document;
        final UndoHistory history;
        final Document twin = new Document("me");
        final OperationWriter writer = new OperationWriter();
        OperationReader reader;
        /** Whether the list of its elements is short enough to be made. */
        final boolean isSmall;

        Scene(Random random) {
            document = new Document("me");
            history = new UndoHistory(document);
            history.edit(0, 0, "one two \uD83D\uDE00 three", 0);
            history.edit(4, 4, "", 5000);
            history.edit(2, 1, "xyz", 10_000);
            history.undo();
            RandomHistory.wild(random, 12).forEach(document::apply);
            twin.insert(0, "other words under the same ids");
            RandomHistory.wild(random, 6).forEach(op -> {
                try {
                    twin.apply(op);
                } catch (ConflictException e) {
                    // Contradicting is what the twin is for.
                }
            });
            int kind = random.nextInt(8);
            isSmall = kind != 1 && kind != 2;
            switch (kind) {
                case 0 ->
                    document.apply(new Operation.Insert(
                            new ElementId("me", ElementId.MAX_COUNTER - random.nextInt(4)),
                            Anchor.after(ElementId.HEAD),
                            "l"));
                case 1 ->
                    document.merge(tombstones(
                            (int) (Document.MAX_ELEMENTS - document.elementCount() - document.pendingElements())
                                    - random.nextInt(4)));
                case 2 ->
                    document.apply(new Operation.Delete(
                            new ElementId("far", 1),
                            (int) (Document.MAX_ELEMENTS - document.pendingElements()) - random.nextInt(4)));
                default -> {}
            }
            OperationWriter ops = new OperationWriter();
            for (int i = random.nextInt(4); i > 0; i--) {
                ops.insert("me", 100L * i, 1, "r", "", 0, Side.AFTER);
            }
            byte[] stream = ops.toBytes();
            if (stream.length > 3 && random.nextBoolean()) {
                stream[3 + random.nextInt(stream.length - 3)] ^= (byte) (1 << random.nextInt(8));
            }
            reader = new OperationReader(stream);
        }

        List<Element> elementsOf(boolean ofTwin) {
            return ofTwin || !isSmall ? twin.elements() : document.elements();
        }

        /** Everything that can be seen of it and must not change with an exception. */
        String print() {
            byte[] state = document.encode();
            return Arrays.hashCode(state) + " " + document.text() + " " + document.pendingCount() + " "
                    + document.pendingElements() + " " + document.elementCount() + " " + history.canUndo() + " "
                    + history.canRedo() + " " + Arrays.toString(writer.toBytes()) + " " + twin.text() + " "
                    + Arrays.toString(state);
        }

        private static byte[] tombstones(int count) {
            ByteWriter out = new ByteWriter();
            out.varint(1);
            out.site("tomb");
            out.varint(0);
            for (int column = 0; column < 9; column++) {
                out.varint(0);
            }
            out.varint(1);
            out.varint(0);
            out.varint(1);
            out.raw(1);
            out.varint(0);
            out.varint(0);
            out.varint(count);
            out.varint(0);
            return Envelope.wrap(out.toBytes());
        }
    }
}
