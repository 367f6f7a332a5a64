package dev.concord.server.history;

import dev.concord.server.config.RetentionLimits;
import dev.concord.server.room.RoomDirectory;
import dev.concord.store.RoomStore;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes what an operator does not want to be kept for longer. Several servers on one database may do so at the same time. */
public final class Retention {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    /** Rooms that are looked up at once. */
    private static final int PAGE = 200;

    private final RoomStore store;
    private final RoomDirectory rooms;
    private final RetentionLimits limits;
    private final LongSupplier clock;

    /**
     * A retention that has done nothing yet.
     *
     * @param store has the rooms
     * @param rooms those of this server, whose members are sent away
     * @param limits what goes
     * @param clock unix ms
     */
    public Retention(RoomStore store, RoomDirectory rooms, RetentionLimits limits, LongSupplier clock) {
        this.store = store;
        this.rooms = rooms;
        this.limits = limits;
        this.clock = clock;
    }

    /** Deletes what is due. Blocks. */
    public void run() {
        int automatic = limits.automaticAge().isZero()
                ? 0
                : store.versions().forget(true, before(limits.automaticAge()), Integer.MAX_VALUE);
        int named = limits.namedAge().isZero() && limits.named() == 0
                ? 0
                : store.versions()
                        .forget(
                                false,
                                limits.namedAge().isZero() ? Long.MIN_VALUE : before(limits.namedAge()),
                                limits.named() == 0 ? Integer.MAX_VALUE : limits.named());
        int idle = limits.idleRooms().isZero() ? 0 : deleteIdle(before(limits.idleRooms()));
        if (automatic + named + idle > 0) {
            LOG.atInfo()
                    .addKeyValue("automatic_versions", automatic)
                    .addKeyValue("named_versions", named)
                    .addKeyValue("idle_rooms", idle)
                    .log("deleted what was kept long enough");
        }
    }

    private int deleteIdle(long before) {
        int deleted = 0;
        while (true) {
            List<String> page = store.catalogue().idle(before, PAGE);
            int gone = 0;
            for (String roomId : page) {
                if (rooms.deleteIdle(roomId, before)) {
                    gone++;
                }
            }
            deleted += gone;
            if (page.size() < PAGE || gone == 0) {
                return deleted;
            }
        }
    }

    private long before(Duration age) {
        return clock.getAsLong() - age.toMillis();
    }
}
