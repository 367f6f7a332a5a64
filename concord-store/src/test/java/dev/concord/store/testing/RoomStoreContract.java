package dev.concord.store.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.store.Append;
import dev.concord.store.AppendResult;
import dev.concord.store.AppendResult.NoSuchRoom;
import dev.concord.store.AppendResult.OtherEpoch;
import dev.concord.store.AppendResult.Stored;
import dev.concord.store.BatchId;
import dev.concord.store.LogPage;
import dev.concord.store.RoomHead;
import dev.concord.store.RoomStore;
import dev.concord.store.RoomSummary;
import dev.concord.store.StoreException;
import dev.concord.store.StoredOp;
import dev.concord.store.StoredRoom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every adapter of {@link RoomStore} must do. An adapter's test extends it and says how to open a store. */
public abstract class RoomStoreContract {
    protected RoomStore store;
    private long number;

    /** A store without rooms. */
    protected abstract RoomStore open() throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        store = open();
    }

    /** Called after each test: closes the store, unless it is dear to open. */
    protected void release() {
        store.close();
    }

    @AfterEach
    void releaseStore() {
        release();
    }

    protected static Append op(String roomId, String text) {
        return new Append(roomId, "e1", text.getBytes(UTF_8));
    }

    protected List<AppendResult> append(Append... batch) {
        return store.append(new BatchId("w", ++number), List.of(batch));
    }

    protected List<AppendResult> stored(long... places) {
        return LongStream.of(places).<AppendResult>mapToObj(Stored::new).toList();
    }

    protected StoredRoom room(String roomId) {
        return store.load(roomId).orElseThrow();
    }

    protected static List<String> texts(StoredRoom room) {
        return room.ops().stream()
                .map(op -> op.seq() + ":" + new String(op.op(), UTF_8))
                .toList();
    }

    @Test
    void a_room_is_made_once() {
        assertTrue(store.create("r", "e1", null));
        assertFalse(store.create("r", "e2", "other".getBytes(UTF_8)));
        assertEquals("e1", room("r").epoch());
        assertNull(room("r").state());
        assertEquals(0, room("r").lastSeq());
    }

    @Test
    void a_room_may_begin_with_a_state() {
        assertTrue(store.create("r", "e1", "hello".getBytes(UTF_8)));
        assertArrayEquals("hello".getBytes(UTF_8), room("r").state());
        assertEquals(0, room("r").stateSeq());
        assertEquals(stored(1), append(op("r", "a")));
        assertEquals(List.of("1:a"), texts(room("r")));
    }

    @Test
    void a_room_that_was_never_made_is_absent() {
        assertEquals(Optional.empty(), store.load("r"));
        assertEquals(Optional.empty(), store.delete("r"));
        assertEquals(0, store.prune("r"));
    }

    @Test
    void each_room_counts_for_itself_in_the_order_of_the_batch() {
        store.create("r", "e1", null);
        store.create("s", "e1", null);
        assertEquals(stored(1, 1, 2, 2), append(op("s", "a"), op("r", "x"), op("s", "b"), op("r", "y")));
        assertEquals(stored(3, 3), append(op("r", "z"), op("s", "c")));
        assertEquals(List.of("1:x", "2:y", "3:z"), texts(room("r")));
        assertEquals(List.of("1:a", "2:b", "3:c"), texts(room("s")));
        assertEquals(3, room("r").lastSeq());
    }

    @Test
    void an_op_without_its_room_does_not_keep_the_others_from_being_stored() {
        store.create("r", "e1", null);
        Append formerEpoch = new Append("r", "e0", new byte[] {1});
        assertEquals(
                List.of(new Stored(1), new NoSuchRoom(), new OtherEpoch(), new Stored(2)),
                append(op("r", "a"), op("nowhere", "b"), formerEpoch, op("r", "c")));
        assertEquals(List.of("1:a", "2:c"), texts(room("r")));
    }

    @Test
    void a_repeated_batch_gets_the_same_answer_and_is_not_stored_again() {
        store.create("r", "e1", null);
        BatchId id = new BatchId("w", 7);
        List<Append> batch =
                List.of(op("r", "a"), op("nowhere", "b"), new Append("r", "e0", new byte[0]), op("r", "c"));
        List<AppendResult> first = store.append(id, batch);
        assertEquals(first, store.append(id, batch));
        assertEquals(List.of("1:a", "2:c"), texts(room("r")));

        store.saveSnapshot("r", "e1", new byte[] {1}, 2);
        store.prune("r");
        assertEquals(first, store.append(id, batch));
        store.delete("r");
        store.create("r", "e1", null);
        assertEquals(first, store.append(id, batch));
        assertEquals(0, room("r").lastSeq());
    }

    @Test
    void writers_do_not_take_each_others_batches_for_their_own() {
        store.create("r", "e1", null);
        assertEquals(stored(1), store.append(new BatchId("v", 1), List.of(op("r", "a"))));
        assertEquals(stored(2), store.append(new BatchId("w", 1), List.of(op("r", "b"))));
        assertEquals(stored(1), store.append(new BatchId("v", 1), List.of(op("r", "a"))));
    }

    @Test
    void a_batch_that_is_not_the_newest_nor_a_new_one_is_rejected() {
        store.create("r", "e1", null);
        store.append(new BatchId("w", 5), List.of(op("r", "a")));
        assertThrows(StoreException.class, () -> store.append(new BatchId("w", 4), List.of(op("r", "b"))));
        assertThrows(
                StoreException.class, () -> store.append(new BatchId("w", 5), List.of(op("r", "a"), op("r", "b"))));
        assertEquals(List.of("1:a"), texts(room("r")));
    }

    @Test
    void an_empty_batch_stores_nothing() {
        assertEquals(List.of(), append());
    }

    @Test
    void a_newer_snapshot_replaces_an_older_one_and_never_the_other_way_round() {
        store.create("r", "e1", null);
        append(op("r", "a"), op("r", "b"), op("r", "c"));
        assertTrue(store.saveSnapshot("r", "e1", "ab".getBytes(UTF_8), 2));
        assertFalse(store.saveSnapshot("r", "e1", "a".getBytes(UTF_8), 1));
        assertArrayEquals("ab".getBytes(UTF_8), room("r").state());
        assertEquals(2, room("r").stateSeq());
        assertEquals(List.of("3:c"), texts(room("r")));
        assertEquals(3, room("r").lastSeq());
    }

    @Test
    void a_snapshot_that_covers_as_much_replaces_the_stored_one() {
        store.create("r", "e1", "0".getBytes(UTF_8));
        assertTrue(store.saveSnapshot("r", "e1", "1".getBytes(UTF_8), 0));
        assertArrayEquals("1".getBytes(UTF_8), room("r").state());
    }

    @Test
    void a_snapshot_of_another_epoch_or_of_no_room_is_not_stored() {
        store.create("r", "e1", null);
        assertFalse(store.saveSnapshot("r", "e0", new byte[] {1}, 0));
        assertFalse(store.saveSnapshot("nowhere", "e1", new byte[] {1}, 0));
        assertNull(room("r").state());
        assertEquals(Optional.empty(), store.load("nowhere"));
    }

    @Test
    void a_snapshot_cannot_cover_ops_that_were_never_appended() {
        store.create("r", "e1", null);
        append(op("r", "a"));
        assertThrows(IllegalArgumentException.class, () -> store.saveSnapshot("r", "e1", new byte[0], 2));
        assertThrows(IllegalArgumentException.class, () -> store.saveSnapshot("r", "e1", new byte[0], -1));
        assertNull(room("r").state());
    }

    @Test
    void pruning_removes_what_the_snapshot_covers_and_places_go_on_rising() {
        store.create("r", "e1", null);
        append(op("r", "a"), op("r", "b"), op("r", "c"));
        assertEquals(0, store.prune("r"));
        store.saveSnapshot("r", "e1", "ab".getBytes(UTF_8), 2);
        assertEquals(2, store.prune("r"));
        assertEquals(0, store.prune("r"));
        assertEquals(List.of("3:c"), texts(room("r")));

        store.saveSnapshot("r", "e1", "abc".getBytes(UTF_8), 3);
        assertEquals(1, store.prune("r"));
        assertEquals(List.of(), room("r").ops());
        assertEquals(3, room("r").lastSeq());
        assertEquals(stored(4), append(op("r", "d")));
        assertEquals(List.of("4:d"), texts(room("r")));
    }

    @Test
    void pruning_keeps_what_is_still_needed() {
        store.create("r", "e1", null);
        append(op("r", "a"), op("r", "b"), op("r", "c"), op("r", "d"));
        store.saveSnapshot("r", "e1", "abc".getBytes(UTF_8), 3);
        assertEquals(1, store.prune("r", 1));
        assertEquals(List.of("2:b", "3:c", "4:d"), texts(page("r", 1, 10)));
        assertEquals(List.of("4:d"), texts(room("r")));
        assertEquals(0, store.prune("r", 0));
        assertEquals(2, store.prune("r", 100));
        assertEquals(List.of("4:d"), texts(page("r", 3, 10)));
    }

    private LogPage.Ops page(String roomId, long afterSeq, int most) {
        return assertInstanceOf(LogPage.Ops.class, store.read(roomId, "e1", afterSeq, most));
    }

    private static List<String> texts(LogPage.Ops page) {
        return page.ops().stream()
                .map(op -> op.seq() + ":" + new String(op.op(), UTF_8))
                .toList();
    }

    @Test
    void the_log_is_read_page_by_page() {
        store.create("r", "e1", new byte[] {1});
        assertEquals(List.of(), page("r", 0, 10).ops());
        append(op("r", "a"), op("r", "b"), op("r", "c"));
        assertEquals(List.of("1:a", "2:b"), texts(page("r", 0, 2)));
        assertEquals(3, page("r", 0, 2).lastSeq());
        assertEquals(List.of("3:c"), texts(page("r", 2, 2)));
        assertEquals(List.of(), page("r", 3, 2).ops());
        assertEquals(List.of(), page("r", 9, 2).ops());
        assertEquals(3, page("r", 9, 2).lastSeq());
        assertEquals(new LogPage.OtherEpoch(), store.read("r", "e0", 0, 2));
        assertEquals(new LogPage.NoSuchRoom(), store.read("nowhere", "e1", 0, 2));
    }

    @Test
    void ops_that_were_pruned_are_said_to_be_in_the_snapshot() {
        store.create("r", "e1", null);
        append(op("r", "a"), op("r", "b"), op("r", "c"));
        store.saveSnapshot("r", "e1", "ab".getBytes(UTF_8), 2);
        assertEquals(List.of("1:a", "2:b", "3:c"), texts(page("r", 0, 10)), "covered, and still there");
        store.prune("r");
        assertEquals(new LogPage.Pruned(2), store.read("r", "e1", 0, 10));
        assertEquals(new LogPage.Pruned(2), store.read("r", "e1", 1, 10));
        assertEquals(List.of("3:c"), texts(page("r", 2, 10)));
        store.saveSnapshot("r", "e1", "abc".getBytes(UTF_8), 3);
        store.prune("r");
        assertEquals(new LogPage.Pruned(3), store.read("r", "e1", 2, 10));
        assertEquals(List.of(), page("r", 3, 10).ops());
    }

    @Test
    void a_page_of_large_ops_ends_early_and_still_goes_on() {
        store.create("r", "e1", null);
        byte[] large = new byte[1 << 20];
        for (int i = 0; i < 6; i++) {
            append(new Append("r", "e1", large));
        }
        LogPage.Ops page = page("r", 0, 100);
        long after = page.ops().get(page.ops().size() - 1).seq();
        assertTrue(after >= 1);
        while (after < 6) {
            page = page("r", after, 100);
            assertEquals(after + 1, page.ops().get(0).seq());
            after = page.ops().get(page.ops().size() - 1).seq();
        }
    }

    @Test
    void heads_of_many_rooms_come_at_once() {
        List<String> asked = new ArrayList<>(List.of("nowhere"));
        for (int i = 0; i < 1100; i++) {
            asked.add("room " + i);
        }
        for (int i : new int[] {0, 1, 999, 1000, 1099}) {
            store.create("room " + i, "e1", null);
        }
        append(op("room 1", "a"), op("room 1", "b"), op("room 1000", "c"));
        store.saveSnapshot("room 1", "e1", new byte[] {1}, 1);
        assertEquals(
                Map.of(
                        "room 0", new RoomHead("e1", 0, 0),
                        "room 1", new RoomHead("e1", 2, 1),
                        "room 999", new RoomHead("e1", 0, 0),
                        "room 1000", new RoomHead("e1", 1, 0),
                        "room 1099", new RoomHead("e1", 0, 0)),
                store.heads(asked));
        assertEquals(Map.of(), store.heads(List.of()));
        assertEquals(Map.of(), store.heads(List.of("nowhere")));
    }

    @Test
    void rooms_are_listed_page_by_page_with_their_sizes() {
        for (String roomId : List.of("c", "a", "b")) {
            store.create(roomId, "e1", null);
        }
        append(op("b", "x"), op("b", "yy"), op("b", "zzz"));
        store.saveSnapshot("b", "e1", new byte[] {1, 2, 3, 4}, 1);
        store.prune("b");
        List<RoomSummary> first = store.rooms("", 2);
        assertEquals(List.of("a", "b"), first.stream().map(RoomSummary::roomId).toList());
        assertEquals(
                List.of("c"),
                store.rooms("b", 2).stream().map(RoomSummary::roomId).toList());
        assertEquals(List.of(), store.rooms("c", 2));
        RoomSummary empty = first.get(0);
        assertEquals(0, empty.lastSeq() + empty.snapshotBytes() + empty.snapshotAt() + empty.logOps());
        RoomSummary b = first.get(1);
        assertEquals("e1", b.epoch());
        assertEquals(3, b.lastSeq());
        assertEquals(1, b.snapshotSeq());
        assertEquals(4, b.snapshotBytes());
        assertEquals(2, b.logOps());
        assertEquals(5, b.logBytes());
    }

    @Test
    void pruning_leaves_other_rooms_alone() {
        store.create("r", "e1", null);
        store.create("s", "e1", null);
        append(op("r", "a"), op("s", "x"));
        store.saveSnapshot("r", "e1", new byte[] {1}, 1);
        store.prune("r");
        assertEquals(List.of("1:x"), texts(room("s")));
    }

    @Test
    void a_deleted_room_is_gone_and_its_successor_starts_anew() {
        store.create("r", "e1", new byte[] {1});
        append(op("r", "a"), op("r", "b"));
        assertEquals(Optional.of("e1"), store.delete("r"));
        assertEquals(Optional.empty(), store.delete("r"));
        assertEquals(Optional.empty(), store.load("r"));
        assertEquals(List.of(new NoSuchRoom()), append(op("r", "c")));

        assertTrue(store.create("r", "e2", null));
        assertEquals(List.of(new OtherEpoch()), append(op("r", "d")));
        assertEquals(stored(1), append(new Append("r", "e2", "e".getBytes(UTF_8))));
        assertEquals("e2", room("r").epoch());
        assertNull(room("r").state());
        assertEquals(List.of("1:e"), texts(room("r")));
    }

    @Test
    void an_epoch_that_has_ended_is_known_and_ends_where_it_is_still_there() {
        store.create("r", "e1", new byte[] {1});
        assertEquals(Set.of(), store.endings().of("r"));
        store.delete("r");
        assertEquals(Set.of("e1"), store.endings().of("r"));

        store.create("r", "e2", new byte[] {2});
        assertFalse(store.end("r", "e0"));
        assertFalse(store.end("r", "e1"));
        assertEquals("e2", room("r").epoch());
        assertTrue(store.end("r", "e2"));
        assertFalse(store.end("r", "e2"));
        assertEquals(Optional.empty(), store.load("r"));
        assertEquals(Set.of("e0", "e1", "e2"), store.endings().of("r"));

        assertFalse(store.end("q", "e9"));
        assertEquals(
                List.of("q e9", "r e0", "r e1"),
                store.endings().list("", "", 3).stream()
                        .map(ending -> ending.roomId() + " " + ending.epoch())
                        .toList());
        assertEquals(1, store.endings().list("r", "e1", 10).size());
    }

    @Test
    void a_history_that_is_made_again_with_its_epoch_has_not_ended() {
        store.create("r", "e1", null);
        store.delete("r");
        assertTrue(store.create("r", "e1", new byte[] {1}));
        assertEquals(Set.of(), store.endings().of("r"));
    }

    @Test
    void bytes_and_names_come_back_as_they_were() {
        byte[] everyByte = new byte[256];
        IntStream.range(0, 256).forEach(i -> everyByte[i] = (byte) i);
        byte[] large = new byte[3 << 20];
        Arrays.fill(large, (byte) 0xa5);
        for (String roomId :
                List.of("r", "R", "r ", "räume/\uD83D\uDC69\u200D\uD83D\uDE80", "'; drop table rooms; --", "%_")) {
            assertTrue(store.create(roomId, "e\u00e9", everyByte), roomId);
            append(
                    new Append(roomId, "e\u00e9", new byte[0]),
                    new Append(roomId, "e\u00e9", everyByte),
                    new Append(roomId, "e\u00e9", large));
            StoredRoom room = room(roomId);
            assertEquals("e\u00e9", room.epoch());
            assertArrayEquals(everyByte, room.state());
            assertArrayEquals(new byte[0], room.ops().get(0).op());
            assertArrayEquals(everyByte, room.ops().get(1).op());
            assertArrayEquals(large, room.ops().get(2).op());
            assertTrue(store.saveSnapshot(roomId, "e\u00e9", new byte[0], 3));
            assertArrayEquals(new byte[0], room(roomId).state());
        }
    }

    @Test
    void what_was_handed_out_is_a_copy() {
        store.create("r", "e1", new byte[] {1});
        append(op("r", "a"));
        room("r").state()[0] = 9;
        room("r").ops().get(0).op()[0] = 9;
        assertArrayEquals(new byte[] {1}, room("r").state());
        assertEquals(List.of("1:a"), texts(room("r")));
    }

    @Test
    void appends_of_several_writers_at_once_leave_no_gap_and_no_double() throws Exception {
        List<String> rooms = List.of("r", "s", "t");
        rooms.forEach(roomId -> store.create(roomId, "e1", null));
        int batches = 40;
        List<Callable<List<AppendResult>>> writers = IntStream.range(0, 4)
                .<Callable<List<AppendResult>>>mapToObj(writer -> () -> {
                    List<AppendResult> results = new ArrayList<>();
                    for (int i = 1; i <= batches; i++) {
                        // Each writer names the rooms in an order of its own.
                        List<Append> batch = IntStream.range(0, 6)
                                .mapToObj(k -> op(rooms.get((k + writer) % 3), writer + "/" + k))
                                .toList();
                        results.addAll(store.append(new BatchId("writer " + writer, i), batch));
                    }
                    return results;
                })
                .toList();
        ExecutorService threads = Executors.newFixedThreadPool(writers.size());
        try {
            List<AppendResult> results = new ArrayList<>();
            for (Future<List<AppendResult>> done : threads.invokeAll(writers)) {
                results.addAll(done.get());
            }
            int each = 4 * batches * 2;
            for (int place = 1; place <= each; place++) {
                Stored expected = new Stored(place);
                assertEquals(3, results.stream().filter(expected::equals).count());
            }
            for (String roomId : rooms) {
                assertEquals(
                        LongStream.rangeClosed(1, each).boxed().toList(),
                        room(roomId).ops().stream().map(StoredOp::seq).toList());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void a_load_sees_one_moment_while_others_append_fold_and_prune() throws Exception {
        store.create("r", "e1", null);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            // The state is its own op_seq in decimal, so that a mixture of two moments shows.
            Future<?> compacting = thread.submit(() -> {
                for (int i = 1; i <= 150; i++) {
                    append(op("r", String.valueOf(i)));
                    if (i % 3 == 0) {
                        store.saveSnapshot("r", "e1", String.valueOf(i).getBytes(UTF_8), i);
                        store.prune("r");
                    }
                }
            });
            boolean last;
            do {
                last = compacting.isDone();
                StoredRoom room = room("r");
                byte[] state = room.state();
                assertEquals(room.stateSeq(), state == null ? 0 : Long.parseLong(new String(state, UTF_8)));
                long seq = room.stateSeq();
                for (StoredOp op : room.ops()) {
                    assertEquals(++seq, op.seq());
                    assertEquals(String.valueOf(seq), new String(op.op(), UTF_8));
                }
            } while (!last);
            compacting.get();
            assertEquals(150, room("r").lastSeq());
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void an_open_store_answers_and_closing_twice_is_harmless() {
        store.ping();
        store.close();
        store.close();
    }
}
