package dev.concord.server.room;

import dev.concord.crdt.Document;
import dev.concord.server.config.Limits;
import dev.concord.store.OpLog;
import dev.concord.store.StoreUnavailableException;
import dev.concord.store.StoredRoom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes rooms of what is stored, and remembers those that cannot be read. Thread-safe. */
final class RoomLoader {
    private static final Logger LOG = LoggerFactory.getLogger(RoomLoader.class);
    /** How long a room that cannot be read is refused without being read again. */
    static final Duration QUARANTINE = Duration.ofMinutes(1);

    /** What became of loading a room: neither a room nor failed when there is none. */
    record Loaded(@Nullable Room room, boolean failed) {
        static final Loaded NONE = new Loaded(null, false);
        static final Loaded FAILED = new Loaded(null, true);
    }

    private final RoomCreator creator;
    private final OpLog opLog;
    private final Frames frames;
    private final RoomEvents events;
    private final Limits limits;
    private final Wings wings;
    /** Until when, in nanoseconds of their loops. */
    private final Map<String, Long> quarantine = new ConcurrentHashMap<>();

    RoomLoader(RoomCreator creator, OpLog opLog, Frames frames, RoomEvents events, Limits limits, Wings wings) {
        this.creator = creator;
        this.opLog = opLog;
        this.frames = frames;
        this.events = events;
        this.limits = limits;
        this.wings = wings;
    }

    /** Whether the room could not be read a short time ago. */
    boolean isQuarantined(String roomId, RoomLoop loop) {
        Long until = quarantine.get(roomId);
        return until != null && loop.nanoTime() - until < 0;
    }

    /** Makes the room of its snapshot and the ops after it. Blocks. */
    Loaded load(String roomId, RoomLoop loop, boolean create) {
        try {
            Optional<StoredRoom> found = creator.find(roomId, create);
            if (found.isEmpty()) {
                return Loaded.NONE;
            }
            StoredRoom stored = found.get();
            Document document = wings.logs().load(roomId, stored);
            release(roomId);
            RoomContext context = new RoomContext(roomId, stored.epoch(), limits, loop, frames, events);
            Room room = new Room(context, document, stored, opLog, wings);
            room.prepare();
            return new Loaded(room, false);
        } catch (StoreUnavailableException e) {
            LOG.atWarn().addKeyValue("room", roomId).log("cannot be loaded at the moment: {}", e.getMessage());
            return Loaded.FAILED;
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("room", roomId)
                    .log(
                            "cannot be loaded; its rows are left as they are, and not read again for {} s: {}",
                            QUARANTINE.toSeconds(),
                            e.toString());
            quarantine.put(roomId, loop.nanoTime() + QUARANTINE.toNanos());
            events.quarantined(quarantine.size());
            return Loaded.FAILED;
        }
    }

    /** Reads the room again when somebody asks for it. */
    void release(String roomId) {
        if (quarantine.remove(roomId) != null) {
            LOG.atInfo().addKeyValue("room", roomId).log("can be read again");
            events.quarantined(quarantine.size());
        }
    }
}
