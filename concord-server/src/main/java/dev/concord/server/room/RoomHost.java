package dev.concord.server.room;

import dev.concord.crdt.Document;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A room as its wings see it; each port extends this by what its own wing may do. Called on the room's loop only. */
public interface RoomHost {
    /**
     * The room's document.
     *
     * @return the room's own, to be read only
     */
    Document document();

    /**
     * Reads the document as a whole, which takes time in proportion to it.
     *
     * @param <T> what is read
     * @param task reads and changes nothing; in this call when the document is small, on another thread and of a copy when it is large
     * @param then gets what was read, or what the task threw; on the loop, in this call when the document is small
     */
    <T> void read(Function<Document, T> task, BiConsumer<@Nullable T, @Nullable Throwable> then);

    /**
     * Who edited the room last, of its members here.
     *
     * @return the user's id; empty where the server knows nobody
     */
    String lastEditor();

    /**
     * Whether the room has left memory.
     *
     * @return true from then on
     */
    boolean isClosed();
}
