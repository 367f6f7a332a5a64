package dev.concord.store;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is known of rooms besides their text, for lists of them. Methods block, are thread-safe, and throw what those of {@link RoomStore} throw.
 *
 * <p>When a room changed last is as of its newest snapshot, which follows the last edit within seconds: an index on it is then not in the path of an
 * edit.
 */
public interface RoomCatalogue {
    /**
     * A room.
     *
     * @param title for people; empty for none
     * @param createdAt unix ms
     * @param createdBy who made it; empty when not known
     * @param changedAt when its text or its title changed last, unix ms
     * @param changedBy who changed it last; empty when not known
     * @param chars the length of its text in UTF-16 units; null when not known
     * @param bytes what its newest snapshot and its versions take in the store
     */
    record Entry(
            String roomId,
            String title,
            long createdAt,
            String createdBy,
            long changedAt,
            String changedBy,
            @Nullable Long chars,
            long bytes) {}

    /**
     * Where a page ends.
     *
     * @param changedAt of its last room
     * @param roomId its last room
     */
    record Position(long changedAt, String roomId) {
        /** Before all rooms. */
        public static final Position START = new Position(Long.MAX_VALUE, "");
    }

    /**
     * Which rooms are wanted.
     *
     * @param prefix of the id; empty for all
     * @param text to be found in the id or the title, in upper or lower case; empty for all
     * @param after the end of the page before
     * @param max how many at most, at least 1
     */
    record Query(String prefix, String text, Position after, int max) {}

    /**
     * Where somebody is named.
     *
     * @param kind {@code room_created}, {@code room_changed}, {@code version}, {@code plan}; {@code right} and {@code tokens_revoked} for what was
     *     decided about somebody, {@code decision} for what somebody decided
     * @param roomId the room; empty for what concerns the whole server
     * @param id of the version or the plan; whom or what a decision is about; empty for all else
     * @param text the label, the instruction, the title, or what was decided: empty once it was taken back
     * @param at unix ms
     */
    record Mention(String kind, String roomId, String id, String text, long at) {}

    /**
     * All that names somebody, by room and time. Reads every row: for operators.
     *
     * @param user as it stands in the rows
     */
    List<Mention> mentions(String user);

    /** What is known of one room. */
    Optional<Entry> find(String roomId);

    /**
     * Rooms, that which changed last first; of those that changed at the same time by id. Costs as many steps of an index as rooms have to be
     * looked at until enough are found.
     *
     * @param shown whether a room may be in the list; asked for no more rooms than are looked at
     */
    List<Entry> list(Query query, Predicate<String> shown);

    /**
     * Sets a room's title, which is a change of the room.
     *
     * @param title for people; empty for none
     * @param by who does it; empty when not known
     * @return what is known now; empty when there is no such room
     */
    Optional<Entry> setTitle(String roomId, String title, String by);

    /** Notes who made a room, unless that is known already or the room is gone or has another epoch. */
    void setCreator(String roomId, String epoch, String by);

    /**
     * Notes what a snapshot holds, unless the room is gone or has another epoch.
     *
     * @param chars the length of its text in UTF-16 units
     * @param by who changed it last; empty when not known, which leaves what is known
     */
    void describe(String roomId, String epoch, long chars, String by);

    /**
     * Rooms that have not changed for a while, those that changed first before the others.
     *
     * @param before only those that changed before this time, unix ms
     * @param max how many at most, at least 1
     */
    List<String> idle(long before, int max);
}
