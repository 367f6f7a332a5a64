package dev.concord.store;

import java.util.Objects;

/**
 * Names one call of {@link RoomStore#append}, so that a call repeated after a lost answer is recognised.
 *
 * @param writer who appends; different for every op log that ever ran, for example a random UUID; 1 to 64 characters
 * @param number rises from call to call of one writer; at least 1
 */
public record BatchId(String writer, long number) {
    /** Checks the ranges. */
    public BatchId {
        Objects.requireNonNull(writer, "writer");
        if (writer.isEmpty() || writer.length() > 64) {
            throw new IllegalArgumentException("a writer's name has 1 to 64 characters: '" + writer + "'");
        }
        if (number < 1) {
            throw new IllegalArgumentException("batch numbers start at 1: " + number);
        }
    }
}
