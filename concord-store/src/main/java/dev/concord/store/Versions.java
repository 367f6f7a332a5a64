package dev.concord.store;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Keeps captured states of rooms. Methods block, are thread-safe, and throw what those of {@link RoomStore} throw. A room that is
 * deleted takes its versions along. As long as a version is kept, {@link RoomStore#prune} leaves the ops after it in the log.
 */
public interface Versions {
    /**
     * A captured state, without the state itself.
     *
     * @param id rises with every version of any room
     * @param label for people
     * @param author who captured it; empty for an automatic one
     * @param automatic whether it was captured by the server at its own time, and may be forgotten
     * @param opSeq the last op that it contains; it contains all up to there
     * @param createdAt unix ms
     */
    record Version(
            long id, String roomId, String label, String author, boolean automatic, long opSeq, long createdAt) {}

    /** A version with its state. */
    final class Captured {
        private final Version version;
        private final byte[] state;

        /** The bytes are not copied. */
        public Captured(Version version, byte[] state) {
            this.version = Objects.requireNonNull(version, "version");
            this.state = Objects.requireNonNull(state, "state");
        }

        /** What is known of it. */
        public Version version() {
            return version;
        }

        /** The encoded state; the same array each time, the caller's own. */
        public byte[] state() {
            return state;
        }
    }

    /**
     * Keeps a version for good.
     *
     * @param epoch the room's
     * @param opSeq the last op that {@code state} contains; it contains none after it
     * @return the version; empty when the room is gone or has another epoch. Repeating keeps another one
     * @throws IllegalArgumentException when {@code opSeq} is negative or beyond the room's last op
     */
    Optional<Version> add(String roomId, String epoch, String label, String author, byte[] state, long opSeq);

    /**
     * Keeps an automatic version if the room's newest version, or the room itself when it has none, is old enough, and then forgets
     * the oldest automatic ones.
     *
     * @param atLeastMillis how old, in milliseconds
     * @param keep how many automatic versions of the room stay, at least 1
     * @return the version; empty when none was due, or the room is gone or has another epoch
     */
    Optional<Version> addAutomatic(
            String roomId, String epoch, String label, byte[] state, long opSeq, long atLeastMillis, int keep);

    /**
     * Forgets a version.
     *
     * @return whether the room had one of this id
     */
    boolean delete(String roomId, long id);

    /**
     * Gives a version another label. An automatic one is kept for good from then on.
     *
     * @return the version as it is now; empty when the room has none of this id
     */
    Optional<Version> rename(String roomId, long id, String label);

    /**
     * Forgets versions of all rooms that are old, or of which a room has too many.
     *
     * @param automatic which kind
     * @param createdBefore older ones go, unix ms
     * @param keep of each room the newest stay, as many as this, unless they are too old
     * @return how many went
     */
    int forget(boolean automatic, long createdBefore, int keep);

    /**
     * The versions of a room, newest first.
     *
     * @param before only those with a lower id
     * @param max how many, at least 1
     */
    List<Version> list(String roomId, long before, int max);

    /**
     * One version of a room; empty when the room has none of this id.
     *
     * @throws CorruptRoomException when its checksum does not match
     */
    Optional<Captured> find(String roomId, long id);
}
