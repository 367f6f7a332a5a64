package dev.concord.crdt;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Histories made from a seed. The same seed gives the same history. */
final class RandomHistory {
    private static final String[] ALPHABET = {
        "a",
        "b",
        "c",
        "\n",
        "e\u0301",
        "\uD83D\uDE00",
        "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67",
        "\u00e9",
        "\uD835\uDD4F",
        "z"
    };

    private RandomHistory() {}

    /**
     * Operations that no editor would make but any client may send: any element as the anchor, on either side, several
     * children on one side, gaps between counters, deletes of anything. Each is causally ready after those before it.
     */
    static List<Operation> wild(Random random, int size) {
        String[] sites = {"a", "B", "c9", "_d"};
        long[] next = {1, 1, 1, 1};
        List<ElementId> known = new ArrayList<>();
        List<Operation> ops = new ArrayList<>();
        while (ops.size() < size) {
            int s = random.nextInt(sites.length);
            if (known.size() > 3 && random.nextInt(4) == 0) {
                ElementId target = known.get(random.nextInt(known.size()));
                int length = 1;
                Set<ElementId> all = new HashSet<>(known);
                while (random.nextInt(3) > 0 && all.contains(new ElementId(target.site(), target.counter() + length))) {
                    length++;
                }
                ops.add(new Operation.Delete(target, length));
                continue;
            }
            if (random.nextInt(6) == 0) {
                next[s] += random.nextInt(3);
            }
            ElementId id = new ElementId(sites[s], next[s]);
            Anchor anchor = Anchor.after(ElementId.HEAD);
            if (!known.isEmpty() && random.nextInt(8) > 0) {
                int back =
                        random.nextBoolean() ? random.nextInt(known.size()) : random.nextInt(Math.min(4, known.size()));
                ElementId parent = known.get(known.size() - 1 - back);
                anchor = random.nextInt(3) == 0 ? Anchor.before(parent) : Anchor.after(parent);
            }
            Operation.Insert insert = new Operation.Insert(id, anchor, text(random, 1 + random.nextInt(4)));
            ops.add(insert);
            for (int i = 0; i < insert.length(); i++) {
                known.add(new ElementId(sites[s], next[s] + i));
            }
            next[s] += insert.length();
        }
        return ops;
    }

    /** Concurrent sessions of an editor: each replica types, deletes and receives, in its own order. */
    static List<Operation> typed(Random random, int replicas, int steps) {
        List<Document> documents = new ArrayList<>();
        Map<Document, List<Operation>> inbox = new HashMap<>();
        for (int i = 0; i < replicas; i++) {
            documents.add(new Document("s" + i));
            inbox.put(documents.get(i), new ArrayList<>());
        }
        List<Operation> all = new ArrayList<>();
        int[] caret = new int[replicas];
        for (int step = 0; step < steps; step++) {
            int at = random.nextInt(replicas);
            Document document = documents.get(at);
            if (random.nextInt(3) == 0) {
                List<Operation> waiting = inbox.get(document);
                Collections.shuffle(waiting, random);
                int take = random.nextInt(waiting.size() + 1);
                waiting.subList(0, take).forEach(document::apply);
                waiting.subList(0, take).clear();
                continue;
            }
            if (random.nextInt(4) == 0) {
                caret[at] = random.nextInt(document.length() + 1);
            }
            int offset = whole(document.text(), Math.min(caret[at], document.length()));
            List<Operation> made;
            if (document.length() > 0 && random.nextInt(3) == 0) {
                int end = whole(document.text(), Math.min(document.length(), offset + 1 + random.nextInt(3)));
                made = document.delete(offset, end - offset);
            } else {
                String text = text(random, 1 + random.nextInt(3));
                made = document.insert(offset, text);
                caret[at] = random.nextInt(4) == 0 ? offset : offset + text.length();
            }
            all.addAll(made);
            for (Document other : documents) {
                if (other != document) {
                    inbox.get(other).addAll(made);
                }
            }
        }
        return all;
    }

    /** The same operations in another order, some of them twice, some again in pieces that overlap. */
    static List<Operation> delivery(List<Operation> ops, Random random) {
        List<Operation> delivery = new ArrayList<>(ops);
        for (Operation op : ops) {
            if (random.nextInt(5) == 0) {
                delivery.add(op);
            }
            if (op.length() > 1 && random.nextInt(3) == 0) {
                delivery.add(piece(op, random));
            }
        }
        switch (random.nextInt(4)) {
            case 0 -> Collections.reverse(delivery);
            case 1 -> {}
            default -> Collections.shuffle(delivery, random);
        }
        return delivery;
    }

    static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET[random.nextInt(ALPHABET.length)]);
        }
        return text.toString();
    }

    private static Operation piece(Operation op, Random random) {
        int from = random.nextInt(op.length());
        int to = from + 1 + random.nextInt(op.length() - from);
        ElementId id = new ElementId(op.id().site(), op.id().counter() + from);
        if (op instanceof Operation.Insert insert) {
            int start = insert.value().offsetByCodePoints(0, from);
            int end = insert.value().offsetByCodePoints(start, to - from);
            Anchor anchor = from == 0 ? insert.anchor() : Anchor.after(new ElementId(id.site(), id.counter() - 1));
            return new Operation.Insert(id, anchor, insert.value().substring(start, end));
        }
        return new Operation.Delete(id, to - from);
    }

    /** The offset, or the one before it when it lies inside a surrogate pair. */
    static int whole(String text, int offset) {
        boolean inside = offset > 0
                && offset < text.length()
                && Character.isSurrogatePair(text.charAt(offset - 1), text.charAt(offset));
        return inside ? offset - 1 : offset;
    }
}
