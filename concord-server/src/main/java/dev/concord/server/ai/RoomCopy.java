package dev.concord.server.ai;

import dev.concord.crdt.Document;
import dev.concord.server.refusal.Refusal;
import dev.concord.server.refusal.Refusal.Kind;
import dev.concord.server.room.Room;
import dev.concord.server.room.RoomAbsentException;
import dev.concord.server.room.RoomDirectory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/** Brings rooms and copies of their documents to threads that may block. */
final class RoomCopy {
    /** For an answer of a room, which may have to be loaded. */
    private static final int SECONDS = 10;

    /**
     * A document and where it comes from.
     *
     * @param document a copy that may be edited
     */
    record Copy(Document document, String epoch) {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record State(String epoch, byte[] encoded) {}

    private final RoomDirectory rooms;

    RoomCopy(RoomDirectory rooms) {
        this.rooms = rooms;
    }

    /** A copy of a room as it is now, under a site of its own. */
    Copy of(String roomId, String site) {
        State state = await(call(roomId, room -> room.state().thenApply(encoded -> new State(room.epoch(), encoded))));
        return new Copy(Document.load(site, state.encoded()), state.epoch());
    }

    /** Has something done on the room's loop; fails with a {@link Refusal} when the room cannot be had. */
    <T> CompletableFuture<T> call(String roomId, Function<Room, CompletableFuture<T>> task) {
        return rooms.call(roomId, task)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                        failure instanceof RoomAbsentException absent ? Refusal.of(absent.reason()) : failure));
    }

    private static <T> T await(CompletableFuture<T> future) {
        return await(
                future,
                () -> new Refusal(
                        Kind.UNAVAILABLE, "room_unavailable", "the room does not answer at the moment; try again"),
                () -> new Refusal(Kind.UNAVAILABLE, "stopping", "the server is stopping; try again"));
    }

    /**
     * Waits for what a room answers.
     *
     * @param late makes what is thrown when there is no answer after 10 s
     * @param stopped makes what is thrown when the thread is interrupted
     */
    static <T> T await(
            CompletableFuture<T> future,
            Supplier<? extends RuntimeException> late,
            Supplier<? extends RuntimeException> stopped) {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw late.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopped.get();
        }
    }
}
