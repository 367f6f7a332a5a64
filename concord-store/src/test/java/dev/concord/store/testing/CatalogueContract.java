package dev.concord.store.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.store.AccessRow;
import dev.concord.store.AiRun;
import dev.concord.store.Append;
import dev.concord.store.BatchId;
import dev.concord.store.Embeddings;
import dev.concord.store.LogPage;
import dev.concord.store.RoomCatalogue;
import dev.concord.store.RoomCatalogue.Entry;
import dev.concord.store.RoomCatalogue.Position;
import dev.concord.store.RoomCatalogue.Query;
import dev.concord.store.RoomStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store must do for lists of rooms, and for what is removed from rooms that stay. An adapter's test extends it. */
public abstract class CatalogueContract {
    private static final long START = 2_000_000_000_000L;

    protected final AtomicLong now = new AtomicLong(START);
    /** Of all rooms here; there may be others. */
    private final String prefix = "list-" + UUID.randomUUID() + "-";

    private final List<String> made = new ArrayList<>();
    private RoomStore store;
    private RoomCatalogue catalogue;
    private long batch;

    /** A store, possibly with other tests' rooms in it. */
    protected abstract RoomStore open(LongSupplier clock) throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        store = open(now::get);
        catalogue = store.catalogue();
    }

    @AfterEach
    void closeStore() {
        made.forEach(store::delete);
        store.close();
    }

    private String room(String name) {
        String room = prefix + name;
        assertTrue(store.create(room, "e", null));
        made.add(room);
        return room;
    }

    private List<String> list(String text, Position after, int max) {
        return catalogue.list(new Query(prefix, text, after, max), room -> true).stream()
                .map(entry -> entry.roomId().substring(prefix.length()))
                .toList();
    }

    private void append(String room, String op) {
        store.append(new BatchId(prefix, ++batch), List.of(new Append(room, "e", op.getBytes(UTF_8))));
    }

    @Test
    void a_room_says_when_and_by_whom_it_was_made_and_changed() {
        String room = room("a");
        assertEquals(
                new Entry(room, "", START, "", START, "", null, 0),
                catalogue.find(room).orElseThrow());
        assertEquals(Optional.empty(), catalogue.find(prefix + "none"));

        catalogue.setCreator(room, "other", "eve");
        catalogue.setCreator(room, "e", "ann");
        catalogue.setCreator(room, "e", "bob");
        append(room, "op");
        now.set(START + 5);
        assertTrue(store.saveSnapshot(room, "e", new byte[10], 1));
        catalogue.describe(room, "other", 99, "eve");
        catalogue.describe(room, "e", 7, "cy");
        catalogue.describe(room, "e", 8, "");
        store.versions().add(room, "e", "v", "ann", new byte[3], 1);
        assertEquals(
                new Entry(room, "", START, "ann", START + 5, "cy", 8L, 13),
                catalogue.find(room).orElseThrow());

        now.set(START + 9);
        Entry titled = catalogue.setTitle(room, "Ann\u2019s notes", "dee").orElseThrow();
        assertEquals(new Entry(room, "Ann\u2019s notes", START, "ann", START + 9, "dee", 8L, 13), titled);
        assertEquals(Optional.of(titled), catalogue.find(room));
        assertEquals(Optional.empty(), catalogue.setTitle(prefix + "none", "x", ""));

        store.delete(room);
        assertTrue(store.create(room, "e2", null));
        assertEquals(
                new Entry(room, "", START + 9, "", START + 9, "", null, 0),
                catalogue.find(room).orElseThrow());
    }

    @Test
    void rooms_are_listed_by_their_newest_change_page_by_page() {
        for (String name : List.of("a", "b", "c", "d")) {
            room(name);
        }
        now.set(START + 1);
        room("e");
        now.set(START + 2);
        assertTrue(store.saveSnapshot(prefix + "c", "e", new byte[1], 0));
        assertEquals(List.of("c", "e", "a", "b", "d"), list("", Position.START, 10));
        assertEquals(List.of("c", "e", "a"), list("", Position.START, 3));
        assertEquals(List.of("b", "d"), list("", new Position(START, prefix + "a"), 3));
        assertEquals(List.of("a", "b", "d"), list("", new Position(START + 1, prefix + "e"), 3));
    }

    @Test
    void rooms_are_found_by_a_part_of_their_id_or_title() {
        room("budget");
        room("notes");
        catalogue.setTitle(prefix + "notes", "Der B\u00dcDGETPLAN 50% _x", "");
        assertEquals(List.of("budget"), list("UDGET", Position.START, 10));
        assertEquals(List.of("notes"), list("b\u00fcdget", Position.START, 10));
        assertEquals(List.of("notes"), list("% _", Position.START, 10), "no wildcards");
        assertEquals(List.of(), list("none", Position.START, 10));
    }

    @Test
    void only_rooms_that_may_be_shown_are_and_a_page_is_full_all_the_same() {
        for (int i = 0; i < 9; i++) {
            room("r" + i);
        }
        AtomicInteger asked = new AtomicInteger();
        List<Entry> shown = catalogue.list(new Query(prefix, "", Position.START, 2), room -> {
            asked.incrementAndGet();
            return room.endsWith("3") || room.endsWith("5") || room.endsWith("8");
        });
        assertEquals(
                List.of(prefix + "r3", prefix + "r5"),
                shown.stream().map(Entry::roomId).toList());
        assertEquals(6, asked.get());
    }

    @Test
    void a_room_that_nobody_has_changed_is_idle() {
        String a = room("a");
        String b = room("b");
        append(b, "not in a snapshot yet");
        now.set(START + 10);
        String c = room("c");
        assertEquals(
                List.of(a, b),
                catalogue.idle(START + 1, 1000).stream()
                        .filter(room -> room.startsWith(prefix))
                        .toList());
        assertEquals(Optional.empty(), store.deleteIdle(a, START));
        assertEquals(Optional.empty(), store.deleteIdle(b, START + 1));
        assertEquals(Optional.empty(), store.deleteIdle(c, START + 1));
        assertEquals(Optional.of("e"), store.deleteIdle(a, START + 1));
        assertEquals(Optional.empty(), store.deleteIdle(a, START + 1));
        assertTrue(store.endings().of(a).contains("e"));
    }

    @Test
    void somebody_is_found_wherever_their_name_is() {
        String ann = prefix + "ann";
        String a = room("a");
        String b = room("b");
        catalogue.setCreator(a, "e", ann);
        catalogue.setTitle(b, "Title", ann);
        long id = store.versions()
                .add(a, "e", "label", ann, new byte[1], 0)
                .orElseThrow()
                .id();
        store.versions().add(a, "e", "label", "bob", new byte[1], 0);
        store.aiRuns()
                .add(new AiRun("x-" + a, a, "e", ann, "do it", "", "[]", AiRun.State.PENDING, START + 1, START + 9));
        store.accessRows().put(new AccessRow(AccessRow.Kind.RIGHT, a, ann, "read", 0, "root", 0, 0));
        store.accessRows().put(new AccessRow(AccessRow.Kind.RIGHT, a, "bob", "none", 0, ann, 0, 0));
        store.accessRows().put(new AccessRow(AccessRow.Kind.USER, "", ann, "7", 0, "root", 0, 0));
        assertEquals(
                List.of(
                        new RoomCatalogue.Mention("tokens_revoked", "", "", "7", START),
                        new RoomCatalogue.Mention("decision", a, "bob", "none", START),
                        new RoomCatalogue.Mention("right", a, "", "read", START),
                        new RoomCatalogue.Mention("room_created", a, "", "", START),
                        new RoomCatalogue.Mention("version", a, String.valueOf(id), "label", START),
                        new RoomCatalogue.Mention("plan", a, "x-" + a, "do it", START + 1),
                        new RoomCatalogue.Mention("room_changed", b, "", "Title", START)),
                catalogue.mentions(ann));
    }

    @Test
    void a_purged_room_keeps_its_text_only() {
        String room = room("p");
        assertFalse(store.purge(room, "e"), "no snapshot");
        append(room, "one");
        append(room, "two");
        store.versions().add(room, "e", "v", "ann", new byte[3], 1);
        store.aiRuns()
                .add(new AiRun(
                        "r-" + room, room, "e", "ann", "do", "sum", "[]", AiRun.State.PENDING, START, START + 9));
        float[] vector = new float[Embeddings.DIMENSIONS];
        vector[0] = 1;
        store.embeddings().save(room, "e", vector, "m", 1);
        store.saveSnapshot(room, "e", new byte[] {7}, 2);
        append(room, "three");
        assertFalse(store.purge(room, "other"));
        assertEquals(1, store.versions().list(room, Long.MAX_VALUE, 9).size());

        assertTrue(store.purge(room, "e"));
        assertEquals(List.of(), store.versions().list(room, Long.MAX_VALUE, 9));
        assertEquals(Optional.empty(), store.aiRuns().find(room, "r-" + room));
        assertEquals(Optional.empty(), store.embeddings().find(room, "m"));
        assertTrue(store.read(room, "e", 0, 10) instanceof LogPage.Pruned);
        assertEquals(1, store.load(room).orElseThrow().ops().size());
        assertEquals(3, store.load(room).orElseThrow().lastSeq());
        assertNotNull(store.load(room).orElseThrow().state());
        assertTrue(store.purge(room, "e"));
    }
}
