package dev.concord.crdt.testing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Replicas that type at one spot, none having seen the others. */
final class ConcurrentRuns<M> {
    private final ReplicaFactory<M> factory;
    private final long seed;
    private final int writers;
    private final int longest;
    private final StringBuilder trace;

    ConcurrentRuns(ReplicaFactory<M> factory, long seed, int replicas, int steps, StringBuilder trace) {
        this.factory = factory;
        this.seed = seed;
        this.writers = replicas;
        this.longest = Math.min(8, steps);
        this.trace = trace;
    }

    Report run() {
        Random random = new Random(seed);
        List<Replica<M>> replicas = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            replicas.add(factory.create(i, random.nextLong()));
        }
        List<M> start = new ArrayList<>();
        int spot = 0;
        if (random.nextBoolean()) {
            start.addAll(replicas.get(0).insert(0, "[]"));
            spot = 1;
            if (random.nextBoolean()) {
                start.addAll(replicas.get(0).insert(1, "gone"));
                start.addAll(replicas.get(0).delete(1, 4));
            }
        }
        for (Replica<M> replica : replicas.subList(1, writers)) {
            start.forEach(replica::receive);
        }
        List<String> runs = new ArrayList<>();
        List<List<M>> sent = new ArrayList<>();
        long edits = 0;
        for (int writer = 0; writer < writers; writer++) {
            boolean backwards = random.nextBoolean();
            int length = 1 + random.nextInt(longest);
            List<M> messages = new ArrayList<>();
            for (int i = 0; i < length; i++) {
                String typed = String.valueOf((char) ('a' + writer));
                messages.addAll(replicas.get(writer).insert(backwards ? spot : spot + i, typed));
                edits++;
            }
            note(writer + " types " + length + " characters " + (backwards ? "backwards" : "forwards") + " at " + spot);
            runs.add(String.valueOf((char) ('a' + writer)).repeat(length));
            sent.add(messages);
        }
        long deliveries = 0;
        for (int reader = 0; reader < writers; reader++) {
            List<Integer> others = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                if (writer != reader) {
                    others.add(writer);
                }
            }
            Collections.shuffle(others, random);
            for (int writer : others) {
                sent.get(writer).forEach(replicas.get(reader)::receive);
                deliveries += sent.get(writer).size();
            }
            String text = replicas.get(reader).text();
            for (String run : runs) {
                if (!text.contains(run)) {
                    throw new AssertionError(Words.quote(run) + " was typed at one spot and is torn in "
                            + Words.quote(text) + " of replica " + reader);
                }
            }
        }
        return new Report(1, edits, deliveries, 0, 0, 0, 0, 0, 0);
    }

    private void note(String what) {
        if (trace != null) {
            trace.append("  ").append(what).append('\n');
        }
    }
}
