package dev.concord.store.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.store.AccessRow;
import dev.concord.store.AccessRow.Kind;
import dev.concord.store.AccessRows;
import dev.concord.store.RoomStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store must do for decisions about rights. An adapter's test extends it. */
public abstract class AccessContract {
    private static final long START = 2_000_000_000_000L;
    private static final long DAY = 86_400_000;
    private static final int WRITERS = 4;
    private static final int DECISIONS = 50;

    private final AtomicLong now = new AtomicLong(START);
    private final String room = "access-" + UUID.randomUUID();
    private RoomStore store;
    private AccessRows rows;
    /** Others may have decided before. */
    private long before;

    /** A store, possibly with other tests' decisions in it. */
    protected abstract RoomStore open(LongSupplier clock) throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        store = open(now::get);
        rows = store.accessRows();
        before = rows.after(0).stream().mapToLong(AccessRow::revision).max().orElse(0);
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private AccessRow put(Kind kind, String subject, String value) {
        return rows.put(new AccessRow(kind, room, subject, value, 0, "root", 0, 0));
    }

    @Test
    void the_last_decision_about_a_subject_counts() {
        AccessRow first = put(Kind.RIGHT, "ann", "read");
        AccessRow other = put(Kind.LINK, "ann", "read");
        now.addAndGet(5);
        AccessRow last = put(Kind.RIGHT, "ann", "write");
        assertEquals(new AccessRow(Kind.RIGHT, room, "ann", "write", 0, "root", START + 5, last.revision()), last);
        assertTrue(first.revision() < other.revision() && other.revision() < last.revision());
        assertEquals(List.of(other, last), rows.after(before));
        assertEquals(List.of(last), rows.after(other.revision()));
        assertEquals(List.of(), rows.after(last.revision()));
    }

    @Test
    void who_reads_after_a_revision_misses_none_of_those_who_decide_at_once() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                String name = "user-" + i + "-";
                tasks.add(() -> {
                    for (int n = 0; n < DECISIONS; n++) {
                        put(Kind.RIGHT, name + n, "read");
                    }
                    return null;
                });
            }
            List<Future<Void>> running = new ArrayList<>();
            tasks.forEach(task -> running.add(writers.submit(task)));
            Set<String> seen = new TreeSet<>();
            long revision = before;
            boolean ended = false;
            while (!ended) {
                ended = running.stream().allMatch(Future::isDone);
                List<AccessRow> next = rows.after(revision);
                assertEquals(
                        next.stream()
                                .sorted(Comparator.comparingLong(AccessRow::revision))
                                .toList(),
                        next);
                for (AccessRow row : next) {
                    revision = row.revision();
                    if (row.roomId().equals(room)) {
                        seen.add(row.subject());
                    }
                }
            }
            for (Future<Void> task : running) {
                task.get();
            }
            assertEquals(WRITERS * DECISIONS, seen.size());
        } finally {
            writers.shutdownNow();
        }
    }

    @Test
    void a_room_that_ends_takes_its_decisions_back_in_any_way_that_it_ends() {
        for (String way : List.of("delete", "end", "idle")) {
            assertTrue(store.create(room, way, null));
            AccessRow right = put(Kind.RIGHT, "ann", "read");
            AccessRow link = put(Kind.LINK, "link-1", "write");
            AccessRow other = rows.put(new AccessRow(Kind.RIGHT, room + "-other", "ann", "read", 0, "root", 0, 0));
            switch (way) {
                case "delete" -> store.delete(room);
                case "end" -> assertTrue(store.end(room, way));
                default -> {
                    now.addAndGet(10);
                    assertEquals(way, store.deleteIdle(room, now.get()).orElseThrow());
                }
            }
            List<AccessRow> after = rows.after(other.revision());
            assertEquals(Set.of("ann", "link-1"), subjects(after), way);
            assertTrue(after.stream().allMatch(row -> row.roomId().equals(room)), way);
            assertTrue(after.stream().allMatch(row -> row.value().isEmpty()), way);
            assertTrue(right.revision() < link.revision());
        }
    }

    private static Set<String> subjects(List<AccessRow> rows) {
        Set<String> subjects = new TreeSet<>();
        rows.forEach(row -> subjects.add(row.subject()));
        return subjects;
    }

    @Test
    void what_was_taken_back_or_has_expired_is_forgotten_a_day_later() {
        put(Kind.RIGHT, "back", "read");
        put(Kind.RIGHT, "back", "");
        rows.put(new AccessRow(Kind.TOKEN, "", room, "none", START + 1, "root", 0, 0));
        AccessRow stays = put(Kind.RIGHT, "stays", "read");
        assertEquals(3, rows.after(before).size());
        now.addAndGet(DAY + 2);
        AccessRow next = put(Kind.RIGHT, "next", "read");
        assertEquals(List.of(stays, next), rows.after(before));
    }

    @Test
    void servers_agree_about_a_key() {
        String name = room;
        assertNull(rows.key(name));
        assertArrayEquals(new byte[] {1, 2}, rows.key(name, new byte[] {1, 2}));
        assertArrayEquals(new byte[] {1, 2}, rows.key(name, new byte[] {3}));
        assertArrayEquals(new byte[] {1, 2}, rows.key(name));
    }
}
