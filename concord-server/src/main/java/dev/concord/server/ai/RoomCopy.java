package dev.concord.server.ai;

import dev.concord.crdt.Document;
import dev.concord.server.room.Room;
import dev.concord.server.room.RoomDirectory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Brings rooms and copies of their documents to threads that may block. */
final class RoomCopy {
    /** Loading a room, at most. */
    private static final int SECONDS = 10;

    /**
     * A document and where it comes from.
     *
     * @param document a copy that may be edited
     */
    record Copy(Document document, String epoch) {}

    private final RoomDirectory rooms;

    RoomCopy(RoomDirectory rooms) {
        this.rooms = rooms;
    }

    /** A copy of a room as it is now, under a site of its own. */
    Copy of(String roomId, String site) {
        CompletableFuture<byte[]> state = new CompletableFuture<>();
        CompletableFuture<String> epoch = new CompletableFuture<>();
        visit(roomId, state, room -> {
            epoch.complete(room.epoch());
            state.complete(room.encode());
        });
        byte[] encoded = await(state);
        return new Copy(Document.load(site, encoded), await(epoch));
    }

    /** Has something done on the room's loop; the future fails when the room cannot be had. */
    void visit(String roomId, CompletableFuture<?> failed, Consumer<Room> task) {
        rooms.visit(roomId, false, new RoomDirectory.Visitor() {
            @Override
            public void enter(Room room) {
                try {
                    task.accept(room);
                } catch (RuntimeException e) {
                    failed.completeExceptionally(e);
                }
            }

            @Override
            public void missing() {
                failed.completeExceptionally(Problems.noSuchRoom());
            }

            @Override
            public void unavailable() {
                failed.completeExceptionally(new Problem(
                        503, "room_unavailable", "the room cannot be loaded just now; the server's log says why"));
            }
        });
    }

    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new Problem(503, "room_unavailable", "the room does not answer just now; try again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(503, "stopping", "the server is stopping; try again");
        }
    }
}
