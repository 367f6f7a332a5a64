package dev.concord.server.history;

import dev.concord.crdt.Difference;
import dev.concord.crdt.Document;
import dev.concord.crdt.Element;
import dev.concord.crdt.Operation;
import dev.concord.crdt.UndoHistory;
import dev.concord.server.refusal.Refusal;
import dev.concord.server.refusal.Refusal.Kind;
import dev.concord.server.room.EditOutcome;
import dev.concord.server.room.Room;
import dev.concord.server.room.RoomAbsentException;
import dev.concord.server.room.RoomDirectory;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Brings a version back: the edit is made on a copy of the room, away from its loop, and then takes the path of everybody's edits. What
 * is typed meanwhile is merged with it like any concurrent edit.
 */
final class RestoreEdit {
    private final RoomDirectory rooms;

    RestoreEdit(RoomDirectory rooms) {
        this.rooms = rooms;
    }

    /**
     * Makes the edit; returns when it is durable. Blocks.
     *
     * @param site of its operations; new
     * @param elements materialises a document, or refuses one that is too large
     * @param keep keeps a version of what is there, and returns its id
     */
    Restored make(
            String roomId,
            String epoch,
            String site,
            Document version,
            Function<Document, List<Element>> elements,
            LongSupplier keep) {
        CompletableFuture<byte[]> state = call(roomId, epoch, room -> room.state());
        Document copy = Document.load(site, History.await(state));
        // Another server may have captured text that this one has not received yet.
        copy.merge(version.encode());
        List<Element> before = elements.apply(copy);
        List<Operation> operations =
                new UndoHistory(copy).restore(elements.apply(version)).operations();
        if (operations.isEmpty()) {
            return new Restored(List.of(), List.of(), null);
        }
        Difference difference = Difference.between(before, elements.apply(copy));
        long kept = keep.getAsLong();
        apply(roomId, epoch, operations);
        return new Restored(difference.added(), difference.removed(), kept);
    }

    private void apply(String roomId, String epoch, List<Operation> operations) {
        CompletableFuture<EditOutcome> outcome = call(roomId, epoch, room -> room.edit(operations, document -> true));
        switch (History.await(outcome)) {
            case STORED -> {}
            case ROOM_FULL ->
                throw new Refusal(
                        Kind.CONFLICT, "room_full", "the document would become too large; nothing was changed");
            case INVALID_TEXT ->
                throw new Refusal(
                        Kind.CONFLICT,
                        "invalid_text",
                        "the version holds characters that a text may not hold any more; nothing was changed");
            case STALE, UNAVAILABLE ->
                throw new Refusal(
                        Kind.UNAVAILABLE,
                        "store_unavailable",
                        "the room accepts no edits at the moment; nothing was changed, try again");
            case UNKNOWN ->
                throw new Refusal(
                        Kind.UNAVAILABLE,
                        "unknown_outcome",
                        "the store failed before it confirmed the restored version; look at the room");
        }
    }

    /** Has something done on the room's loop; fails with a {@link Refusal} when this history of the room cannot be had. */
    private <T> CompletableFuture<T> call(String roomId, String epoch, Function<Room, CompletableFuture<T>> task) {
        return rooms.call(
                        roomId,
                        room -> room.epoch().equals(epoch)
                                ? task.apply(room)
                                : CompletableFuture.<T>failedFuture(Refusal.noSuchRoom()))
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                        failure instanceof RoomAbsentException absent ? Refusal.of(absent.reason()) : failure));
    }
}
