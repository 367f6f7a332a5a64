package dev.concord.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.concord.testing.Await;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The simplest client there can be. It knows two kinds of op, the insert of one character {@code after} an element and the delete of
 * one element, and keeps a plain tree: the text is its pre-order walk, siblings in ascending order of counter and site. It uses nothing
 * of Concord's own code, so it shows that the protocol is enough. It comes to an empty room and stays, since it cannot read a state.
 */
final class AfterOnlyClient implements AutoCloseable {
    private static final class Node {
        final String site;
        final long counter;
        final String value;
        final TreeSet<Node> children =
                new TreeSet<>(Comparator.<Node>comparingLong(n -> n.counter).thenComparing(n -> n.site));
        boolean deleted;

        Node(String site, long counter, String value) {
            this.site = site;
            this.counter = counter;
            this.value = value;
        }
    }

    private final String site;
    private final Node head = new Node("", 0, "");
    private final Map<String, Node> nodes = new HashMap<>();
    private Connection connection;
    private long counter;
    private long seq;
    private long acknowledged;
    private boolean synced;
    private String fault = "";

    AfterOnlyClient(String site) {
        this.site = site;
        head.deleted = true;
        nodes.put(key("", 0), head);
    }

    AfterOnlyClient connect(URI uri) {
        connection = Connection.open(uri, new Connection.Listener() {
            @Override
            public void frame(String text) {
                receive(ServerProcess.json(text));
            }

            @Override
            public void closed(int code) {}
        });
        Await.until("the sync came", this::isSynced);
        return this;
    }

    /** Types one character after the visible character in front of the offset. */
    synchronized void insert(int offset, String character) {
        List<Node> live = live();
        Node anchor = offset == 0 ? head : live.get(offset - 1);
        counter++;
        ObjectNode data = ServerProcess.JSON.createObjectNode().put("kind", "insert");
        data.putObject("id").put("site", site).put("counter", counter);
        data.putObject("after").put("site", anchor.site).put("counter", anchor.counter);
        data.put("value", character);
        send(data);
    }

    /** Deletes the visible character at the offset. */
    synchronized void delete(int offset) {
        Node target = live().get(offset);
        ObjectNode data = ServerProcess.JSON.createObjectNode().put("kind", "delete");
        data.putObject("id").put("site", target.site).put("counter", target.counter);
        send(data);
    }

    synchronized String text() {
        StringBuilder text = new StringBuilder();
        live().forEach(node -> text.append(node.value));
        return text.toString();
    }

    /** In characters as this client counts them: code points. */
    synchronized int length() {
        return live().size();
    }

    synchronized boolean isAcknowledged() {
        return acknowledged == seq;
    }

    /** What went wrong first; empty when nothing did. */
    synchronized String fault() {
        return fault;
    }

    @Override
    public void close() {
        connection.abort();
    }

    private synchronized boolean isSynced() {
        return synced;
    }

    private void send(ObjectNode data) {
        apply(data);
        seq++;
        ObjectNode frame = ServerProcess.JSON.createObjectNode().put("t", "op").put("seq", seq);
        frame.set("data", data);
        connection.send(frame.toString());
    }

    private synchronized void receive(JsonNode frame) {
        switch (frame.path("t").asText()) {
            case "sync" -> synced = true;
            case "op" -> apply(frame.get("data"));
            case "ack" -> acknowledged = frame.get("seq").longValue();
            case "error" -> blame(frame.toString());
            default -> {}
        }
    }

    private void apply(JsonNode data) {
        JsonNode id = data.get("id");
        String key = key(id.get("site").asText(), id.get("counter").longValue());
        if (data.get("kind").asText().equals("delete")) {
            Node target = nodes.get(key);
            if (target == null || data.has("length")) {
                blame("not understood: " + data);
            } else {
                target.deleted = true;
            }
            return;
        }
        JsonNode after = data.path("after");
        Node parent =
                nodes.get(key(after.path("site").asText(), after.path("counter").asLong(-1)));
        String value = data.get("value").asText();
        if (parent == null || value.codePointCount(0, value.length()) != 1) {
            blame("not understood: " + data);
        } else if (!nodes.containsKey(key)) {
            Node node = new Node(id.get("site").asText(), id.get("counter").longValue(), value);
            nodes.put(key, node);
            parent.children.add(node);
            counter = Math.max(counter, node.site.equals(site) ? node.counter : counter);
        }
    }

    private void blame(String what) {
        if (fault.isEmpty()) {
            fault = what;
        }
    }

    /** The visible elements in order. The tree may be as deep as the text is long, so the walk keeps its own stack. */
    private List<Node> live() {
        List<Node> live = new ArrayList<>();
        List<Node> stack = new ArrayList<>(List.of(head));
        while (!stack.isEmpty()) {
            Node node = stack.remove(stack.size() - 1);
            if (!node.deleted) {
                live.add(node);
            }
            stack.addAll(node.children.descendingSet());
        }
        return live;
    }

    private static String key(String site, long counter) {
        return counter + "@" + site;
    }
}
