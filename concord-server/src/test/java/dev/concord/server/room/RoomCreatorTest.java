package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Document;
import dev.concord.store.memory.MemoryRoomStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Instances with separate stores: what is deleted at one of them does not come back from another. */
class RoomCreatorTest {
    /** The other instances, as this one knows them. */
    private static final class Others implements Locator {
        final Map<String, Found> rooms = new HashMap<>();
        final List<String> ended = new ArrayList<>();

        @Override
        public boolean hasSeparateStores() {
            return true;
        }

        @Override
        public Optional<Found> find(String roomId) {
            return Optional.ofNullable(rooms.get(roomId));
        }

        @Override
        public void opened(String roomId, String epoch) {}

        @Override
        public void ended(String roomId, String epoch) {
            ended.add(roomId + " " + epoch);
        }

        @Override
        public void close() {}
    }

    private final Others others = new Others();
    private final MemoryRoomStore store = new MemoryRoomStore();
    private final RoomCreator creator = new RoomCreator(store, others);

    private static Locator.Found found(String epoch) {
        Document document = new Document("old");
        document.insert(0, "secret");
        return new Locator.Found(epoch, document.encode());
    }

    private String epoch(String roomId) {
        return store.load(roomId).orElseThrow().epoch();
    }

    @Test
    void a_deleted_room_is_not_taken_back_from_an_instance_that_missed_it() {
        creator.create("r", "text", "ann");
        String first = epoch("r");
        assertEquals(Optional.of(first), creator.delete("r"));
        assertEquals(List.of("r " + first), others.ended);

        others.rooms.put("r", found(first));
        assertEquals(Optional.empty(), creator.find("r", false));
        assertEquals(List.of("r " + first, "r " + first), others.ended, "it is announced again");
        assertTrue(creator.create("r", "new", "ann"));
        assertNotEquals(first, epoch("r"));
    }

    @Test
    void a_room_in_another_store_only_is_deleted_too() {
        others.rooms.put("r", found("e1"));
        assertEquals(Optional.of("e1"), creator.delete("r"));
        assertEquals(Optional.empty(), store.load("r"));
        assertEquals(Optional.empty(), creator.delete("r"));
        assertFalse(creator.find("r", false).isPresent());
    }

    /** Whoever knows of the same deletions derives the same epoch, whatever the order in which it was notified of them. */
    @Test
    void epochs_after_deletions_are_derived_alike() {
        List<String> epochs = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            creator.create("r", "", "ann");
            epochs.add(epoch("r"));
            creator.delete("r");
        }
        assertEquals(3, epochs.stream().distinct().count());

        MemoryRoomStore elsewhere = new MemoryRoomStore();
        elsewhere.end("r", epochs.get(1));
        elsewhere.end("r", epochs.get(0));
        new RoomCreator(elsewhere, new Others()).create("r", "", "");
        assertEquals(epochs.get(2), elsewhere.load("r").orElseThrow().epoch());
    }
}
