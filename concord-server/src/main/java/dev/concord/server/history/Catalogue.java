package dev.concord.server.history;

import dev.concord.server.refusal.Refusal;
import dev.concord.server.refusal.Refusal.Kind;
import dev.concord.store.RoomCatalogue;
import dev.concord.store.RoomCatalogue.Entry;
import dev.concord.store.RoomCatalogue.Position;
import dev.concord.store.StoreException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is known of rooms besides their text. Answers from the store, on I/O threads. Thread-safe. */
public final class Catalogue {
    /**
     * A room.
     *
     * @param room its id
     * @param title for people; empty for none
     * @param createdAt unix ms
     * @param createdBy the user; empty when not known
     * @param changedAt unix ms
     * @param changedBy the user; empty when not known
     * @param length of its text in UTF-16 units; null when not known
     * @param bytes in the store
     */
    public record About(
            String room,
            String title,
            long createdAt,
            String createdBy,
            long changedAt,
            String changedBy,
            @Nullable Long length,
            long bytes) {
        private static About of(Entry entry) {
            return new About(
                    entry.roomId(),
                    entry.title(),
                    entry.createdAt(),
                    entry.createdBy(),
                    entry.changedAt(),
                    entry.changedBy(),
                    entry.chars(),
                    entry.bytes());
        }

        /**
         * Names this place in a list.
         *
         * @return to be given as {@code after}
         */
        public String position() {
            return changedAt + "." + room;
        }
    }

    private final RoomCatalogue catalogue;
    private final Executor io;

    /**
     * A catalogue on a store.
     *
     * @param catalogue the store's
     * @param io runs what blocks
     */
    public Catalogue(RoomCatalogue catalogue, Executor io) {
        this.catalogue = catalogue;
        this.io = io;
    }

    /**
     * Rooms, that which changed last first.
     *
     * @param prefix of their ids; empty for all
     * @param text to be found in id or title; empty for all
     * @param after {@link About#position} of the last room of the page before; empty for the first page
     * @param max how many
     * @param shown whether the caller may see a room
     * @return completes with the rooms, or with a {@link Refusal}
     */
    public CompletableFuture<List<About>> list(
            String prefix, String text, String after, int max, Predicate<String> shown) {
        Position position = position(after);
        return ask(() -> catalogue.list(new RoomCatalogue.Query(prefix, text, position, max), shown).stream()
                .map(About::of)
                .toList());
    }

    private static Position position(String after) {
        if (after.isEmpty()) {
            return Position.START;
        }
        int dot = after.indexOf('.');
        if (dot > 0) {
            try {
                return new Position(Long.parseLong(after.substring(0, dot)), after.substring(dot + 1));
            } catch (NumberFormatException e) {
                // Refused below.
            }
        }
        throw new Refusal(Kind.INVALID, "bad_after", "after must be what the Link header of the page before says");
    }

    /**
     * One room.
     *
     * @param roomId a valid room id
     * @return completes with the room, or with a {@link Refusal}
     */
    public CompletableFuture<About> find(String roomId) {
        return ask(() -> About.of(catalogue.find(roomId).orElseThrow(Refusal::noSuchRoom)));
    }

    /**
     * Gives a room a title.
     *
     * @param roomId a valid room id
     * @param title for people; empty for none
     * @param by the user; empty when not known
     * @return completes with the room as it is now, or with a {@link Refusal}
     */
    public CompletableFuture<About> setTitle(String roomId, String title, String by) {
        return ask(() -> About.of(catalogue.setTitle(roomId, title, by).orElseThrow(Refusal::noSuchRoom)));
    }

    private <T> CompletableFuture<T> ask(Supplier<T> question) {
        return CompletableFuture.supplyAsync(() -> refusing(question), io);
    }

    /** Answers, or says in words for the caller that the store is away. */
    static <T> T refusing(Supplier<T> question) {
        try {
            return question.get();
        } catch (StoreException away) {
            throw new Refusal(
                    Kind.UNAVAILABLE, "store_unavailable", "the store does not answer at the moment; try again later");
        }
    }
}
