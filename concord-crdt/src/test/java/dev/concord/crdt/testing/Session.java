package dev.concord.crdt.testing;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;

/** One session on a simulated network, made from a seed. */
final class Session<M> {
    private record Message<M>(M content, Node<M> sender, BitSet seenBySender) {}

    private static final class Node<M> {
        Replica<M> replica;
        /** Numbers of the messages that it sent or took. */
        BitSet seen = new BitSet();
        /** Messages on their way to it, some twice. */
        final List<Integer> inbox = new ArrayList<>();

        int caret;
        boolean inFirstHalf;
        Supplier<Replica<M>> saved;
        BitSet seenWhenSaved = new BitSet();
    }

    private final Random random;
    private final int steps;
    private final boolean causal;
    private final Alphabet alphabet;
    private final StringBuilder trace;
    private final List<Node<M>> nodes = new ArrayList<>();
    private final List<Message<M>> messages = new ArrayList<>();
    private final Set<Integer> alive = new HashSet<>();
    private final Set<Integer> deleted = new HashSet<>();
    private final ShownOrder shown = new ShownOrder();
    private boolean apart;

    private long edits;
    private long deliveries;
    private long dropped;
    private long duplicated;
    private long partitions;
    private long reloads;
    private long crashes;
    private long merges;

    Session(
            ReplicaFactory<M> factory,
            long seed,
            int replicas,
            int steps,
            boolean causal,
            boolean plain,
            StringBuilder trace) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        this.steps = steps;
        this.causal = causal;
        this.trace = trace;
        // Characters that occur once make lost, doubled and displaced ones visible; those that repeat are as in real
        // text.
        this.alphabet = new Alphabet(random, plain, random.nextInt(4) > 0);
        for (int i = 0; i < replicas; i++) {
            Node<M> node = new Node<>();
            node.replica = factory.create(i, random.nextLong());
            nodes.add(node);
        }
    }

    Report run() {
        for (int step = 0; step < steps; step++) {
            int at = random.nextInt(nodes.size());
            Node<M> node = nodes.get(at);
            int what = random.nextInt(100);
            if (what < 50) {
                edit(at, node);
            } else if (what < 78) {
                deliver(at, node);
            } else if (what < 83) {
                part();
            } else if (what < 87) {
                reload(at, node);
            } else if (what < 90) {
                save(node);
            } else if (what < 92) {
                crash(at, node);
            } else if (what < 97) {
                catchUp(at, node);
            } else {
                node.replica.check();
            }
        }
        end();
        return new Report(1, edits, deliveries, dropped, duplicated, partitions, reloads, crashes, merges);
    }

    private void edit(int at, Node<M> node) {
        String text = node.replica.text();
        if (random.nextInt(4) == 0) {
            node.caret = random.nextInt(text.length() + 1);
        }
        int offset = Words.whole(text, Math.min(node.caret, text.length()));
        List<M> made;
        String expected;
        if (!text.isEmpty() && (alphabet.isUsedUp() || random.nextInt(3) == 0)) {
            int end = Words.whole(text, Math.min(text.length(), offset + 1 + random.nextInt(4)));
            int from = end > offset ? offset : Words.whole(text, Math.max(0, offset - 1));
            if (end <= from) {
                return;
            }
            note(at + " deletes " + (end - from) + " at " + from);
            text.substring(from, end).codePoints().forEach(deleted::add);
            made = node.replica.delete(from, end - from);
            expected = text.substring(0, from) + text.substring(end);
            node.caret = from;
        } else {
            StringBuilder typed = new StringBuilder();
            for (int i = random.nextInt(3); i >= 0; i--) {
                typed.append(alphabet.next());
            }
            note(at + " types " + Words.quote(typed.toString()) + " at " + offset);
            typed.codePoints().forEach(alive::add);
            made = node.replica.insert(offset, typed.toString());
            expected = text.substring(0, offset) + typed + text.substring(offset);
            node.caret = random.nextInt(4) == 0 ? offset : offset + typed.length();
        }
        edits++;
        String now = node.replica.text();
        if (!now.equals(expected)) {
            throw new AssertionError("an edit of replica " + at + " should give " + Words.quote(expected)
                    + " but gives " + Words.quote(now));
        }
        show(now);
        for (M message : made) {
            send(node, message);
        }
    }

    private void send(Node<M> from, M content) {
        int number = messages.size();
        messages.add(new Message<>(content, from, (BitSet) from.seen.clone()));
        from.seen.set(number);
        for (Node<M> to : nodes) {
            if (to == from) {
                continue;
            }
            int luck = random.nextInt(100);
            if (luck < 15) {
                dropped++;
                continue;
            }
            to.inbox.add(number);
            if (luck >= 85) {
                to.inbox.add(number);
                duplicated++;
            }
        }
    }

    private void deliver(int at, Node<M> node) {
        int some = random.nextInt(node.inbox.size() + 1);
        for (int i = 0; i < some; i++) {
            int number = node.inbox.remove(random.nextInt(node.inbox.size()));
            if (isReachable(node, messages.get(number).sender()) && isReady(node, number)) {
                take(at, node, number);
            } else {
                node.inbox.add(number);
            }
        }
    }

    private boolean isReachable(Node<M> node, Node<M> other) {
        return !apart || node.inFirstHalf == other.inFirstHalf;
    }

    private boolean isReady(Node<M> node, int number) {
        if (!causal) {
            return true;
        }
        BitSet missing = (BitSet) messages.get(number).seenBySender().clone();
        missing.andNot(node.seen);
        return missing.isEmpty();
    }

    private void take(int at, Node<M> node, int number) {
        note(at + " takes message " + number);
        node.replica.receive(messages.get(number).content());
        node.seen.set(number);
        deliveries++;
    }

    private void part() {
        apart = !apart;
        if (apart) {
            partitions++;
            for (Node<M> node : nodes) {
                node.inFirstHalf = random.nextBoolean();
            }
        }
        note(apart ? "the network falls apart" : "the network is whole again");
    }

    private void reload(int at, Node<M> node) {
        note(at + " restarts");
        node.replica = node.replica.reload();
        reloads++;
    }

    private void save(Node<M> node) {
        Optional<Supplier<Replica<M>>> snapshot = node.replica.snapshot();
        if (snapshot.isPresent()) {
            node.saved = snapshot.get();
            node.seenWhenSaved = (BitSet) node.seen.clone();
        }
    }

    private void crash(int at, Node<M> node) {
        if (node.saved != null) {
            note(at + " crashes and starts from its snapshot");
            node.replica = node.saved.get();
            node.seen = (BitSet) node.seenWhenSaved.clone();
            crashes++;
        }
    }

    private void catchUp(int at, Node<M> node) {
        int from = random.nextInt(nodes.size());
        Node<M> other = nodes.get(from);
        if (other != node && isReachable(node, other) && node.replica.catchUp(other.replica)) {
            note(at + " catches up with " + from);
            node.seen.or(other.seen);
            merges++;
        }
    }

    /** Everybody gets everything, in any order, some of it again. */
    private void end() {
        for (int at = 0; at < nodes.size(); at++) {
            Node<M> node = nodes.get(at);
            List<Integer> due = new ArrayList<>();
            for (int number = 0; number < messages.size(); number++) {
                if (!node.seen.get(number) || random.nextInt(10) == 0) {
                    due.add(number);
                }
            }
            Collections.shuffle(due, random);
            while (!due.isEmpty()) {
                List<Integer> later = new ArrayList<>();
                for (int number : due) {
                    if (isReady(node, number)) {
                        take(at, node, number);
                    } else {
                        later.add(number);
                    }
                }
                due = later;
            }
        }
        compare();
    }

    private void compare() {
        Replica<M> first = nodes.get(0).replica;
        String text = first.text();
        Object state = first.state();
        for (int at = 0; at < nodes.size(); at++) {
            Replica<M> replica = nodes.get(at).replica;
            if (!text.equals(replica.text())) {
                throw new AssertionError("all messages were taken, but replica 0 shows " + Words.quote(text)
                        + " and replica " + at + " " + Words.quote(replica.text()));
            }
            if (!Objects.deepEquals(state, replica.state())) {
                throw new AssertionError("replicas 0 and " + at + " show the same text but differ: " + state + " and "
                        + replica.state());
            }
            replica.check();
        }
        if (alphabet.isUnique()) {
            show(text);
            Set<Integer> due = new HashSet<>(alive);
            due.removeAll(deleted);
            Set<Integer> there = new HashSet<>();
            text.codePoints().forEach(there::add);
            if (!there.equals(due)) {
                Set<Integer> lost = new HashSet<>(due);
                lost.removeAll(there);
                there.removeAll(due);
                throw new AssertionError("of what was inserted and not deleted " + lost.size() + " are lost, and "
                        + there.size() + " are there that should not be, in " + Words.quote(text));
            }
            shown.check();
        }
    }

    private void show(String text) {
        if (alphabet.isUnique()) {
            shown.show(text);
        }
    }

    private void note(String what) {
        if (trace != null) {
            trace.append("  ").append(what).append('\n');
        }
    }
}
