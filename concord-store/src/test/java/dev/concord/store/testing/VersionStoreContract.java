package dev.concord.store.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.store.Append;
import dev.concord.store.BatchId;
import dev.concord.store.LogPage;
import dev.concord.store.RoomStore;
import dev.concord.store.StoredOp;
import dev.concord.store.Versions;
import dev.concord.store.Versions.Captured;
import dev.concord.store.Versions.Version;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store must do for versions. An adapter's test extends it and says how to open a store. */
public abstract class VersionStoreContract {
    private static final long HOUR = 3_600_000;

    protected final AtomicLong now = new AtomicLong(1_000_000_000_000L);
    private final String writer = UUID.randomUUID().toString();
    private final String room = "r-" + writer;
    private final String other = "o-" + writer;
    private RoomStore store;
    private Versions versions;
    private long batch;

    /** A store, possibly with other tests' rooms in it. */
    protected abstract RoomStore open(LongSupplier clock) throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        store = open(now::get);
        versions = store.versions();
        store.create(room, "e", null);
        store.create(other, "e", null);
    }

    @AfterEach
    void closeStore() {
        // Forgetting is for all rooms of a store.
        store.delete(room);
        store.delete(other);
        store.close();
    }

    @Test
    void a_version_is_kept_as_it_was() {
        append(3);
        Version kept = versions.add(room, "e", "first \uD83D\uDE00", "ann", state("three"), 3)
                .orElseThrow();
        assertEquals(new Version(kept.id(), room, "first \uD83D\uDE00", "ann", false, 3, now.get()), kept);
        assertTrue(kept.id() > 0);
        Captured found = versions.find(room, kept.id()).orElseThrow();
        assertEquals(kept, found.version());
        assertArrayEquals(state("three"), found.state());
        assertEquals(List.of(kept), versions.list(room, Long.MAX_VALUE, 10));
    }

    @Test
    void versions_are_listed_newest_first_page_by_page() {
        List<Version> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.add(0, add("v" + i, 0));
            versions.add(other, "e", "other", "bob", state("x"), 0);
        }
        assertEquals(all.subList(0, 2), versions.list(room, Long.MAX_VALUE, 2));
        assertEquals(all.subList(2, 5), versions.list(room, all.get(1).id(), 10));
        assertEquals(List.of(), versions.list(room, all.get(4).id(), 10));
        assertEquals(List.of(), versions.list("none", Long.MAX_VALUE, 10));
    }

    @Test
    void a_version_of_another_room_is_not_found() {
        Version kept = add("mine", 0);
        assertEquals(Optional.empty(), versions.find(other, kept.id()).map(Captured::version));
        assertEquals(Optional.empty(), versions.find(room, kept.id() + 1000).map(Captured::version));
    }

    @Test
    void only_a_room_of_that_epoch_is_captured_and_only_what_its_log_has() {
        append(2);
        assertEquals(Optional.empty(), versions.add(room, "other", "x", "ann", state("x"), 0));
        assertEquals(Optional.empty(), versions.add("none", "e", "x", "ann", state("x"), 0));
        assertEquals(Optional.empty(), versions.addAutomatic(room, "other", "x", state("x"), 0, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> versions.add(room, "e", "x", "ann", state("x"), 3));
        assertThrows(IllegalArgumentException.class, () -> versions.add(room, "e", "x", "ann", state("x"), -1));
        assertEquals(List.of(), versions.list(room, Long.MAX_VALUE, 10));
    }

    @Test
    void the_log_is_pruned_up_to_the_oldest_version() {
        append(10);
        add("four", 4);
        add("seven", 7);
        store.saveSnapshot(room, "e", state("nine"), 9);
        assertEquals(4, store.prune(room));
        assertEquals(List.of(5L, 6L, 7L, 8L, 9L, 10L), log(4));
        assertEquals(1, store.load(room).orElseThrow().ops().size());
        assertEquals(0, store.prune(room));
        append(5);
        store.saveSnapshot(room, "e", state("fifteen"), 15);
        assertEquals(0, store.prune(room));
        assertEquals(15, store.load(room).orElseThrow().lastSeq());
        assertTrue(store.read(room, "e", 3, 10) instanceof LogPage.Pruned);
    }

    @Test
    void a_version_of_another_room_keeps_nothing() {
        append(3);
        versions.add(other, "e", "x", "ann", state("x"), 0);
        store.saveSnapshot(room, "e", state("three"), 3);
        assertEquals(3, store.prune(room));
    }

    @Test
    void automatic_versions_come_at_their_interval_and_go_again() {
        assertEquals(Optional.empty(), automatic(1), "the room is new");
        now.addAndGet(HOUR);
        List<Version> kept = new ArrayList<>();
        kept.add(automatic(2).orElseThrow());
        assertTrue(kept.get(0).automatic());
        assertEquals("", kept.get(0).author());
        assertEquals(Optional.empty(), automatic(2), "not yet");
        Version named = add("named", 0);
        now.addAndGet(HOUR - 1);
        assertEquals(Optional.empty(), automatic(2), "a named one is a version as well");
        now.addAndGet(1);
        kept.add(automatic(2).orElseThrow());
        now.addAndGet(HOUR);
        kept.add(automatic(2).orElseThrow());
        assertEquals(
                List.of(kept.get(2), kept.get(1), named),
                versions.list(room, Long.MAX_VALUE, 10),
                "the named one stays");
        assertEquals(Optional.empty(), versions.find(room, kept.get(0).id()).map(Captured::version));
    }

    @Test
    void a_room_takes_its_versions_along() {
        Version kept = add("x", 0);
        Version others = versions.add(other, "e", "x", "ann", state("x"), 0).orElseThrow();
        store.delete(room);
        assertEquals(Optional.empty(), versions.find(room, kept.id()).map(Captured::version));
        store.create(room, "e2", null);
        assertEquals(List.of(), versions.list(room, Long.MAX_VALUE, 10));
        assertEquals(others, versions.find(other, others.id()).orElseThrow().version());
    }

    @Test
    void a_version_that_is_forgotten_is_gone_and_keeps_no_log() {
        append(3);
        Version kept = add("one", 1);
        Version mine = add("two", 2);
        assertTrue(!versions.delete(other, kept.id()), "of another room");
        assertTrue(versions.delete(room, kept.id()));
        assertTrue(!versions.delete(room, kept.id()));
        assertEquals(List.of(mine), versions.list(room, Long.MAX_VALUE, 10));
        store.saveSnapshot(room, "e", state("three"), 3);
        assertEquals(2, store.prune(room));
    }

    @Test
    void a_version_gets_another_label_and_stays_for_good() {
        now.addAndGet(HOUR);
        Version automatic = automatic(1).orElseThrow();
        Version renamed = versions.rename(room, automatic.id(), "mine").orElseThrow();
        assertEquals(new Version(automatic.id(), room, "mine", "", false, 0, automatic.createdAt()), renamed);
        assertEquals(List.of(renamed), versions.list(room, Long.MAX_VALUE, 10));
        now.addAndGet(HOUR);
        assertTrue(automatic(1).isPresent());
        now.addAndGet(HOUR);
        assertTrue(automatic(1).isPresent());
        assertEquals(renamed, versions.find(room, renamed.id()).orElseThrow().version());
        assertArrayEquals(
                state("x"), versions.find(room, renamed.id()).orElseThrow().state());
        assertEquals(Optional.empty(), versions.rename(other, renamed.id(), "x"));
    }

    @Test
    void old_versions_go_by_age_and_by_number_and_each_kind_by_itself() {
        List<Version> named = new ArrayList<>();
        List<Version> automatic = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            now.addAndGet(HOUR);
            automatic.add(automatic(100).orElseThrow());
            named.add(add("v" + i, 0));
        }
        Version others = versions.add(other, "e", "x", "ann", state("x"), 0).orElseThrow();
        assertEquals(0, versions.forget(false, named.get(0).createdAt(), 4));
        assertEquals(1, versions.forget(false, named.get(1).createdAt(), 4));
        assertEquals(1, versions.forget(false, 0, 2));
        assertEquals(3, versions.forget(true, 0, 1));
        assertEquals(List.of(named.get(3), automatic.get(3), named.get(2)), versions.list(room, Long.MAX_VALUE, 10));
        assertEquals(List.of(others), versions.list(other, Long.MAX_VALUE, 10));
    }

    private Version add(String label, long opSeq) {
        return versions.add(room, "e", label, "ann", state(label), opSeq).orElseThrow();
    }

    private Optional<Version> automatic(int keep) {
        return versions.addAutomatic(room, "e", "automatic", state("x"), 0, HOUR, keep);
    }

    private void append(int ops) {
        List<Append> appends = new ArrayList<>();
        for (int i = 0; i < ops; i++) {
            appends.add(new Append(room, "e", state("op")));
        }
        store.append(new BatchId(writer, ++batch), appends);
    }

    private List<Long> log(long after) {
        LogPage.Ops page = (LogPage.Ops) store.read(room, "e", after, 100);
        return page.ops().stream().map(StoredOp::seq).toList();
    }

    private static byte[] state(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
