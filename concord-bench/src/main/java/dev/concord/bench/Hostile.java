package dev.concord.bench;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.crdt.OperationSink;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Shapes that break recursive or quadratic engines, each of n operations that are made beforehand. */
enum Hostile {
    SIBLINGS("concurrent inserts on one anchor, shuffled") {
        @Override
        Runnable prepare(int n) {
            List<Operation> ops = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                ops.add(insert("s" + i % 1000, 1 + i / 1000, Anchor.after(ElementId.HEAD)));
            }
            Collections.shuffle(ops, new Random(1));
            return () -> expect(n, applied(ops));
        }
    },
    NESTED("nested befores") {
        @Override
        Runnable prepare(int n) {
            List<Operation> ops = new ArrayList<>(List.of(insert("a", 1, Anchor.after(ElementId.HEAD))));
            for (int i = 2; i <= n; i++) {
                ops.add(insert("a", i, Anchor.before(new ElementId("a", i - 1))));
            }
            return () -> expect(n, applied(ops));
        }
    },
    BACKWARDS("chain delivered backwards") {
        @Override
        Runnable prepare(int n) {
            List<Operation> ops = new ArrayList<>(List.of(insert("a", 1, Anchor.after(ElementId.HEAD))));
            for (int i = 2; i <= n; i++) {
                ops.add(insert("a", i, Anchor.after(new ElementId("a", i - 1))));
            }
            Collections.reverse(ops);
            return () -> expect(n, applied(ops));
        }
    },
    ALTERNATING("inserts and deletes at one spot") {
        @Override
        Runnable prepare(int n) {
            return () -> {
                Document document = new Document("me");
                document.insert(0, "[]");
                for (int i = 0; i < n / 2; i++) {
                    document.insert(1, "x", OperationSink.NONE);
                    document.delete(1, 1, OperationSink.NONE);
                }
                expect(2, document);
            };
        }
    },
    CUT_UP("deletes all over a paste of a million") {
        @Override
        Runnable prepare(int n) {
            String paste = "x".repeat(1_000_000);
            int[] offsets = new Random(1).ints(n, 0, 1_000_000 - n).toArray();
            return () -> {
                Document document = new Document("me");
                document.insert(0, paste, OperationSink.NONE);
                for (int offset : offsets) {
                    document.delete(offset, 1, OperationSink.NONE);
                }
                expect(1_000_000 - n, document);
            };
        }
    };

    final String title;

    Hostile(String title) {
        this.title = title;
    }

    /** Makes the operations; what is returned applies them to a new document and checks it. */
    abstract Runnable prepare(int n);

    private static Operation insert(String site, long counter, Anchor anchor) {
        return new Operation.Insert(new ElementId(site, counter), anchor, "x");
    }

    private static Document applied(List<Operation> ops) {
        Document document = new Document("r");
        ops.forEach(document::apply);
        return document;
    }

    private static void expect(int length, Document document) {
        if (document.length() != length || document.pendingCount() != 0) {
            throw new IllegalStateException("ended with " + document.length() + " of " + length + " characters");
        }
    }
}
