package dev.concord.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Element;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.wire.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Several people, a server and a network that does everything a network does, all made from a seed: broken and silent connections, people who
 * go offline, processes that end, a server that loses what it had not on disk, refusals. In the end all agree, and every keystroke is there.
 */
class RandomSessionsTest {
    private static final int TRIES = 2 * Integer.getInteger("concord.tries", 1000);
    private static final int STEPS = 60;
    private static final long LONG = 300_000;
    private static final String[] LETTERS = {
        "a", "b", " ", "\r\n", "e\u0301", "\uD83D\uDE00", "\uD83D\uDC69\u200D\uD83D\uDE80"
    };

    @Test
    void all_agree_and_no_keystroke_is_lost() {
        forEachSeed("all_agree_and_no_keystroke_is_lost", World::checkAgreement, 0);
    }

    @Test
    void unsent_work_of_another_history_is_all_kept_aside_and_none_of_it_merged() {
        forEachSeed(
                "unsent_work_of_another_history_is_all_kept_aside_and_none_of_it_merged", World::checkReplacement, 10);
    }

    private interface Check {
        void of(World world);
    }

    private static void forEachSeed(String test, Check check, int fewer) {
        Long replayed = Long.getLong("concord.seed");
        long first = replayed != null ? replayed : new Random().nextInt(1 << 30);
        int tries = replayed != null ? 1 : fewer == 0 ? TRIES : Math.max(1, TRIES / fewer);
        for (long seed = first; seed < first + tries; seed++) {
            try {
                World world = new World(new Random(seed));
                world.live();
                check.of(world);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "replay with: ./mvnw -pl concord-client -am test -Dtest=RandomSessionsTest#" + test
                                + " -Dsurefire.failIfNoSpecifiedTests=false -Dconcord.seed=" + seed,
                        e);
            }
        }
        System.out.println("RandomSessionsTest: " + tries + " histories from seed " + first);
    }

    private static final class World {
        final Random random;
        final HandLoop loop = new HandLoop();
        final SimulatedServer server = new SimulatedServer(loop);
        final List<Person> people = new ArrayList<>();
        boolean refusing;

        World(Random random) {
            this.random = random;
            SimulatedNetwork network = new SimulatedNetwork(loop, random, 1 + random.nextInt(200), server);
            for (int i = 0; i < 2 + random.nextInt(3); i++) {
                people.add(new Person("p" + i, network, random::nextDouble));
            }
            server.refusing = op -> refusing && random.nextInt(3) == 0;
        }

        void live() {
            for (int step = 0; step < STEPS; step++) {
                Person person = people.get(random.nextInt(people.size()));
                switch (random.nextInt(28)) {
                    case 0 -> person.session.goOffline();
                    case 1, 2 -> person.session.open();
                    case 3 -> person.side.cut();
                    case 4 -> person.side.blackHole();
                    case 5 -> {
                        person.crash();
                        person.begin();
                    }
                    case 6 -> server.crash();
                    case 7, 8 -> server.start();
                    case 9 -> server.holdingCommits = !server.holdingCommits;
                    case 10 -> server.resynchronise();
                    case 11 -> {
                        refusing = !refusing;
                        server.refusal = random.nextBoolean() ? ErrorCode.RATE_LIMITED : ErrorCode.ROOM_FULL;
                    }
                    case 12 -> server.dismiss(1012, "restarting");
                    case 13 -> person.side.down = !person.side.down;
                    case 14 -> loop.advance(random.nextInt(40_000));
                    case 15 -> person.session.undo();
                    case 16 -> person.session.redo();
                    default -> edit(person.session);
                }
                if (random.nextBoolean()) {
                    loop.advance(random.nextInt(400));
                }
            }
        }

        void checkAgreement() {
            repair();
            Map<ElementId, String> typed = new HashMap<>();
            Set<ElementId> deleted = new HashSet<>();
            for (Person person : people) {
                person.store.everything.forEach(op -> note(op, person.sites, typed, deleted));
            }
            for (Person person : people) {
                assertEquals(server.text(), person.session.text(), "the text of " + person.session.site());
                assertEquals(server.text(), person.seen.toString(), "the changes that were notified");
                assertEquals(
                        HexFormat.of().formatHex(server.document().digest()),
                        HexFormat.of().formatHex(person.session.digest()));
                assertTrue(
                        person.session.status().saved(), () -> person.session.status() + " after " + person.refusals);
                assertEquals(0, person.store.rows.size(), "rows in the store");
                assertEquals(List.of(), person.faults);
            }
            Set<ElementId> found = new HashSet<>();
            for (Element element : server.document().elements()) {
                assertTrue(found.add(element.id()), () -> element.id() + " is there twice");
                assertEquals(deleted.contains(element.id()), element.deleted(), () -> "deleted: " + element.id());
                if (!element.deleted()) {
                    assertEquals(typed.get(element.id()), element.value());
                }
            }
            assertEquals(typed.keySet(), found, "what was typed is what is there");
            assertEquals(0, server.document().pendingCount());
        }

        void checkReplacement() {
            Map<Person, Set<ElementId>> unsent = new HashMap<>();
            // An acknowledgement that is still on its way would be as good as one that came.
            people.forEach(person -> person.side.cut());
            server.replace("epoch-2", "new");
            for (Person person : people) {
                Set<ElementId> inserted = new HashSet<>();
                for (OutboxStore.Kept kept : person.store.rows.values()) {
                    // What was typed before the room was ever seen belongs to whatever history there is.
                    if (kept.epoch() != null) {
                        note(kept.operation(), inserted);
                    }
                }
                unsent.put(person, inserted);
            }
            repair();
            Set<ElementId> known = new HashSet<>();
            server.document().elements().forEach(element -> known.add(element.id()));
            for (Person person : people) {
                if (person.session.status().connection() == ConnectionState.STOPPED) {
                    person.session.close();
                    person.begin();
                }
            }
            loop.advance(LONG);
            for (Person person : people) {
                Set<ElementId> orphaned = new HashSet<>();
                person.session.orphaned().forEach(of -> of.operations().forEach(op -> note(op, orphaned)));
                assertEquals(unsent.get(person), orphaned, "what is orphaned by " + person.session.site());
                orphaned.retainAll(known);
                assertEquals(Set.of(), orphaned, "merged into another history");
                assertEquals(server.text(), person.session.text());
                assertEquals(ConnectionState.LIVE, person.session.status().connection());
            }
            assertTrue(server.text().contains("new"), server.text());
        }

        private void repair() {
            refusing = false;
            server.holdingCommits = false;
            server.start();
            for (Person person : people) {
                person.side.down = false;
                if (person.session.status().connection() != ConnectionState.STOPPED) {
                    person.session.open();
                }
            }
            loop.advance(LONG);
            // What was refused for good is tried again at the next connection.
            server.dismiss(1012, "");
            server.commit();
            loop.advance(LONG);
        }

        private void edit(ConcordSession session) {
            int offset = boundary(session, random.nextInt(session.length() + 1));
            int removed = 0;
            if (random.nextInt(3) == 0) {
                removed = boundary(session, Math.min(session.length(), offset + random.nextInt(6))) - offset;
            }
            StringBuilder typed = new StringBuilder();
            for (int i = random.nextInt(removed > 0 ? 2 : 4); i > 0; i--) {
                typed.append(LETTERS[random.nextInt(LETTERS.length)]);
            }
            session.edit(offset, Math.max(0, removed), typed.toString());
        }

        private static int boundary(ConcordSession session, int offset) {
            return TextDiff.isInsidePair(session.text(), offset) ? offset - 1 : offset;
        }

        /** Others' edits that somebody brings back are in the outbox too; they are not counted as typed there. */
        private static void note(
                Operation operation, List<String> sites, Map<ElementId, String> typed, Set<ElementId> deleted) {
            boolean own = sites.contains(operation.id().site());
            if (operation instanceof Operation.Insert insert && own) {
                int[] points = insert.value().codePoints().toArray();
                for (int i = 0; i < points.length; i++) {
                    typed.putIfAbsent(id(operation, i), Character.toString(points[i]));
                }
            } else if (operation instanceof Operation.Delete) {
                for (int i = 0; i < operation.length(); i++) {
                    deleted.add(id(operation, i));
                }
            }
        }

        private static void note(Operation operation, Set<ElementId> inserted) {
            for (int i = 0; operation instanceof Operation.Insert && i < operation.length(); i++) {
                inserted.add(id(operation, i));
            }
        }

        private static ElementId id(Operation operation, int index) {
            return new ElementId(operation.id().site(), operation.id().counter() + index);
        }
    }
}
