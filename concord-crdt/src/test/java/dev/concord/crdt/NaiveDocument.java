package dev.concord.crdt;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The reference: the Fugue tree as one would write it down, every element a node, order by walking it. Slow and plain. */
final class NaiveDocument {
    private static final class Node {
        final ElementId id;
        final String value;
        boolean deleted;
        final TreeMap<ElementId, Node> left = new TreeMap<>();
        final TreeMap<ElementId, Node> right = new TreeMap<>();

        Node(ElementId id, String value) {
            this.id = id;
            this.value = value;
        }
    }

    private record Waiting(ElementId id, Anchor anchor, String value) {}

    private final Map<ElementId, Node> nodes = new HashMap<>();
    private final Map<ElementId, Anchor> anchors = new HashMap<>();
    private final Map<ElementId, Waiting> waiting = new HashMap<>();
    private final Map<ElementId, Boolean> deletedEarly = new HashMap<>();
    private final Node head = new Node(ElementId.HEAD, "");

    NaiveDocument() {
        head.deleted = true;
        nodes.put(head.id, head);
    }

    void apply(Operation op) {
        receive(op);
        settle();
    }

    /** As applying one by one, but quicker. */
    void applyAll(Iterable<Operation> ops) {
        ops.forEach(this::receive);
        settle();
    }

    private void receive(Operation op) {
        String site = op.id().site();
        long counter = op.id().counter();
        if (op instanceof Operation.Insert insert) {
            int[] points = insert.value().codePoints().toArray();
            for (int i = 0; i < points.length; i++) {
                ElementId id = new ElementId(site, counter + i);
                Anchor anchor = i == 0 ? insert.anchor() : Anchor.after(new ElementId(site, counter + i - 1));
                waiting.putIfAbsent(id, new Waiting(id, anchor, Character.toString(points[i])));
            }
        } else {
            for (int i = 0; i < op.length(); i++) {
                deletedEarly.put(new ElementId(site, counter + i), true);
            }
        }
    }

    private void settle() {
        boolean moved = true;
        while (moved) {
            moved = false;
            for (Waiting next : List.copyOf(waiting.values())) {
                Node parent = nodes.get(next.anchor.element());
                if (parent != null) {
                    waiting.remove(next.id);
                    moved = true;
                    if (!nodes.containsKey(next.id)) {
                        Node node = new Node(next.id, next.value);
                        nodes.put(next.id, node);
                        anchors.put(next.id, next.anchor);
                        (next.anchor.side() == Side.BEFORE ? parent.left : parent.right).put(next.id, node);
                    }
                }
            }
        }
        for (ElementId id : deletedEarly.keySet()) {
            Node node = nodes.get(id);
            if (node != null) {
                node.deleted = true;
            }
        }
    }

    boolean isComplete() {
        return waiting.isEmpty() && nodes.keySet().containsAll(deletedEarly.keySet());
    }

    Anchor anchorOf(ElementId id) {
        return anchors.get(id);
    }

    List<Element> elements() {
        List<Element> elements = new ArrayList<>();
        walk(head, elements);
        return elements;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (Element element : elements()) {
            if (!element.deleted()) {
                text.append(element.value());
            }
        }
        return text.toString();
    }

    private void walk(Node node, List<Element> into) {
        node.left.values().forEach(child -> walk(child, into));
        if (node != head) {
            into.add(new Element(node.id, node.deleted ? null : node.value, node.deleted));
        }
        node.right.values().forEach(child -> walk(child, into));
    }
}
