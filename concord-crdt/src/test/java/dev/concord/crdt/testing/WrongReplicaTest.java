package dev.concord.crdt.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The checks find what is wrong with implementations that look right at first, and what they find can be replayed. */
class WrongReplicaTest {
    /** Sends offsets as they are. Two that type at the same time shift each other's text. */
    private static final class OffsetReplica implements Replica<OffsetReplica.Edit> {
        record Edit(int offset, int removed, String inserted) {}

        private final StringBuilder text = new StringBuilder();
        private final Set<Edit> seen = new HashSet<>();

        @Override
        public List<Edit> insert(int offset, String typed) {
            return made(new Edit(offset, 0, typed));
        }

        @Override
        public List<Edit> delete(int offset, int length) {
            return made(new Edit(offset, length, ""));
        }

        private List<Edit> made(Edit edit) {
            receive(edit);
            return List.of(edit);
        }

        @Override
        public void receive(Edit edit) {
            if (seen.add(edit)) {
                int from = Math.min(edit.offset, text.length());
                text.replace(from, Math.min(from + edit.removed, text.length()), edit.inserted);
            }
        }

        @Override
        public String text() {
            return text.toString();
        }
    }

    /**
     * Gives each character a fraction between those of its neighbours. It converges, and puts local text where it was typed; but what two
     * type at one spot is mixed character by character.
     */
    private static final class FractionReplica implements Replica<FractionReplica.Change> {
        record Place(double fraction, int replica, int count) implements Comparable<Place> {
            @Override
            public int compareTo(Place other) {
                int order = Double.compare(fraction, other.fraction);
                order = order != 0 ? order : Integer.compare(replica, other.replica);
                return order != 0 ? order : Integer.compare(count, other.count);
            }
        }

        record Change(Place place, String character) {}

        private final int number;
        private final Random random;
        private final TreeMap<Place, String> visible = new TreeMap<>();
        private final Set<Place> deleted = new HashSet<>();
        private int count;

        FractionReplica(int number, long seed) {
            this.number = number;
            this.random = new Random(seed);
        }

        @Override
        public List<Change> insert(int offset, String text) {
            List<Place> places = List.copyOf(visible.keySet());
            int index = indexOf(offset);
            double left = index == 0 ? 0 : places.get(index - 1).fraction;
            double right = index == places.size() ? 1 : places.get(index).fraction;
            List<Change> made = new ArrayList<>();
            for (String character :
                    text.codePoints().mapToObj(Character::toString).toList()) {
                left += (right - left) * (0.4 + 0.2 * random.nextDouble());
                made.add(new Change(new Place(left, number, count++), character));
            }
            made.forEach(this::receive);
            return made;
        }

        @Override
        public List<Change> delete(int offset, int length) {
            List<Place> places = List.copyOf(visible.keySet());
            List<Change> made = new ArrayList<>();
            places.subList(indexOf(offset), indexOf(offset + length)).forEach(p -> made.add(new Change(p, "")));
            made.forEach(this::receive);
            return made;
        }

        @Override
        public void receive(Change change) {
            if (change.character.isEmpty()) {
                deleted.add(change.place);
                visible.remove(change.place);
            } else if (!deleted.contains(change.place)) {
                visible.put(change.place, change.character);
            }
        }

        @Override
        public String text() {
            return String.join("", visible.values());
        }

        private int indexOf(int offset) {
            int at = 0;
            int index = 0;
            for (Map.Entry<Place, String> entry : visible.entrySet()) {
                if (at >= offset) {
                    break;
                }
                at += entry.getValue().length();
                index++;
            }
            return index;
        }
    }

    @Test
    void offsetsThatAreSentAsTheyAreAreCaughtWithASeedThatReplays() {
        ReplicaChecks<OffsetReplica.Edit> checks = ReplicaChecks.of((number, seed) -> new OffsetReplica());
        CheckFailure caught = assertThrows(CheckFailure.class, checks::convergence);
        CheckFailure again = assertThrows(CheckFailure.class, () -> checks.replay(caught.seed()));
        assertEquals(caught.getMessage(), again.getMessage());
        assertTrue(caught.getMessage().contains("replay(" + caught.seed() + ")"), caught.getMessage());
        assertTrue(caught.getMessage().contains("has 2 replicas"), caught.getMessage());
        System.out.println("caught, as it should be: " + caught.getMessage());
    }

    @Test
    void causalOrderDoesNotSaveThem() {
        assertThrows(
                CheckFailure.class,
                () -> ReplicaChecks.of((number, seed) -> new OffsetReplica())
                        .inCausalOrder()
                        .withoutSurrogates()
                        .convergence());
    }

    @Test
    void fractionsConvergeButInterleave() {
        // Short sessions: a double runs out of bits when typing goes on at one spot.
        ReplicaChecks<FractionReplica.Change> checks = ReplicaChecks.of(
                        (int number, long seed) -> (Replica<FractionReplica.Change>) new FractionReplica(number, seed))
                .size(3, 20);
        assertEquals(1000, checks.convergence().seeds());
        CheckFailure torn = assertThrows(CheckFailure.class, checks::nonInterleaving);
        assertTrue(torn.getMessage().contains("torn"), torn.getMessage());
        // What it says to run repeats this check, not the other one.
        assertTrue(
                torn.getMessage().endsWith("ReplicaChecks.of(...).seeds(" + torn.seed() + ", 1).nonInterleaving()"),
                torn.getMessage());
        ReplicaChecks<FractionReplica.Change> one = checks.seeds(torn.seed(), 1);
        CheckFailure again = assertThrows(CheckFailure.class, one::nonInterleaving);
        assertEquals(torn.getMessage(), again.getMessage());
    }
}
