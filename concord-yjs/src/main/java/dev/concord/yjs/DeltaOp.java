package dev.concord.yjs;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One step of a delta, as Quill has them: something is inserted, so much is kept, or so much goes. Immutable as far as its values are.
 *
 * @param insert a String, an embedded value, a {@link YType}, or a list of elements; null when this is no insertion
 * @param retain how many units or elements stay; 0 when this is something else
 * @param delete how many units or elements go; 0 when this is something else
 * @param attributes formats by key; for {@code retain} null values end a format. Empty for none
 */
public record DeltaOp(@Nullable Object insert, int retain, int delete, Map<String, @Nullable Object> attributes) {
    /**
     * Inserts text or an element.
     *
     * @param value a String, a value, or a {@link YType}
     * @param attributes its formats
     * @return the step
     */
    public static DeltaOp insert(Object value, Map<String, @Nullable Object> attributes) {
        return new DeltaOp(value, 0, 0, attributes);
    }

    /**
     * Inserts text or an element without formats.
     *
     * @param value a String, a value, or a {@link YType}
     * @return the step
     */
    public static DeltaOp insert(Object value) {
        return insert(value, Map.of());
    }

    /**
     * Keeps what is there.
     *
     * @param length how much
     * @param attributes formats that it gets
     * @return the step
     */
    public static DeltaOp retain(int length, Map<String, @Nullable Object> attributes) {
        return new DeltaOp(null, length, 0, attributes);
    }

    /**
     * Keeps what is there as it is.
     *
     * @param length how much
     * @return the step
     */
    public static DeltaOp retain(int length) {
        return retain(length, Map.of());
    }

    /**
     * Deletes.
     *
     * @param length how much
     * @return the step
     */
    public static DeltaOp delete(int length) {
        return new DeltaOp(null, 0, length, Map.of());
    }
}
