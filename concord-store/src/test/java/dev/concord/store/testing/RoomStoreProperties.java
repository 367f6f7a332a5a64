package dev.concord.store.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.concord.store.Append;
import dev.concord.store.AppendResult;
import dev.concord.store.BatchId;
import dev.concord.store.RoomStore;
import dev.concord.store.StoredRoom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Random histories of three rooms, compared with a model after each step: whatever is appended, repeated, compacted, pruned,
 * deleted and created again, a room is its snapshot and every op after it, without a gap.
 */
public abstract class RoomStoreProperties {
    private static final AtomicLong TRIES = new AtomicLong();
    private static final String[] ROOMS = {"a", "b", "c"};

    /** A store, which may be shared by all tries: their rooms have different names. */
    protected abstract RoomStore store();

    /** One step of a history; rooms are indexes. */
    sealed interface Step {}

    record Batch(List<Integer> rooms) implements Step {}

    record Repeat() implements Step {}

    record Compaction(int room, int percent) implements Step {}

    record Prune(int room) implements Step {}

    record Delete(int room) implements Step {}

    private static final class ModelRoom {
        final String epoch;
        final List<String> ops = new ArrayList<>();
        int covered;
        boolean compacted;

        ModelRoom(String epoch) {
            this.epoch = epoch;
        }
    }

    @Provide
    Arbitrary<List<Step>> histories() {
        Arbitrary<Integer> room = Arbitraries.integers().between(0, ROOMS.length - 1);
        Arbitrary<Step> batch = room.list().ofMinSize(1).ofMaxSize(6).map(Batch::new);
        Arbitrary<Step> compaction = Combinators.combine(
                        room, Arbitraries.integers().between(0, 100))
                .as(Compaction::new);
        return Arbitraries.frequencyOf(
                        Tuple.of(8, batch),
                        Tuple.of(2, Arbitraries.just(new Repeat())),
                        Tuple.of(3, compaction),
                        Tuple.of(3, room.map(Prune::new)),
                        Tuple.of(1, room.map(Delete::new)))
                .list()
                .ofMinSize(1)
                .ofMaxSize(12);
    }

    @Property
    void a_room_is_its_snapshot_and_every_op_after_it(@ForAll("histories") List<Step> history) {
        String tryName = "try-" + TRIES.incrementAndGet() + "/";
        Map<String, ModelRoom> model = new HashMap<>();
        BatchId id = new BatchId(tryName, 1);
        List<Append> batch = List.of();
        List<AppendResult> results = store().append(id, batch);
        int epochs = 0;
        int ops = 0;
        for (Step step : history) {
            if (step instanceof Batch appended) {
                batch = new ArrayList<>();
                List<AppendResult> expected = new ArrayList<>();
                for (int index : appended.rooms()) {
                    String roomId = tryName + ROOMS[index];
                    ModelRoom room = model.get(roomId);
                    if (room == null) {
                        room = new ModelRoom("epoch " + ++epochs);
                        model.put(roomId, room);
                        store().create(roomId, room.epoch, null);
                    }
                    String text = "op " + ++ops;
                    room.ops.add(text);
                    batch.add(new Append(roomId, room.epoch, text.getBytes(UTF_8)));
                    expected.add(new AppendResult.Stored(room.ops.size()));
                }
                id = new BatchId(tryName, id.number() + 1);
                results = store().append(id, batch);
                assertEquals(expected, results);
            } else if (step instanceof Repeat) {
                assertEquals(results, store().append(id, batch));
            } else if (step instanceof Compaction compaction) {
                compact(tryName + ROOMS[compaction.room()], compaction.percent(), model);
            } else if (step instanceof Prune prune) {
                store().prune(tryName + ROOMS[prune.room()]);
            } else if (step instanceof Delete delete) {
                String roomId = tryName + ROOMS[delete.room()];
                assertEquals(
                        model.remove(roomId) != null, store().delete(roomId).isPresent());
            }
            for (String room : ROOMS) {
                check(model.get(tryName + room), store().load(tryName + room));
            }
        }
    }

    private void compact(String roomId, int percent, Map<String, ModelRoom> model) {
        ModelRoom room = model.get(roomId);
        if (room == null) {
            return;
        }
        int covered = room.ops.size() * percent / 100;
        boolean newer = covered >= room.covered;
        assertEquals(newer, store().saveSnapshot(roomId, room.epoch, state(room, covered), covered));
        if (newer) {
            room.covered = covered;
            room.compacted = true;
        }
    }

    private static byte[] state(ModelRoom room, int covered) {
        return String.join(",", room.ops.subList(0, covered)).getBytes(UTF_8);
    }

    private static void check(ModelRoom expected, Optional<StoredRoom> actual) {
        assertEquals(expected != null, actual.isPresent());
        if (expected == null) {
            return;
        }
        StoredRoom room = actual.get();
        assertEquals(expected.epoch, room.epoch());
        assertEquals(expected.covered, room.stateSeq());
        assertEquals(expected.ops.size(), room.lastSeq());
        assertEquals(
                expected.compacted ? new String(state(expected, expected.covered), UTF_8) : null,
                room.state() == null ? null : new String(room.state(), UTF_8));
        assertEquals(
                expected.ops.subList(expected.covered, expected.ops.size()),
                room.ops().stream().map(op -> new String(op.op(), UTF_8)).toList());
    }
}
