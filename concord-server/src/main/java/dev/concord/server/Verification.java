package dev.concord.server;

import dev.concord.crdt.Document;
import dev.concord.crdt.MalformedStateException;
import dev.concord.crdt.Sites;
import dev.concord.server.room.log.Replay;
import dev.concord.store.CorruptRoomException;
import dev.concord.store.RoomStore;
import dev.concord.store.RoomSummary;
import dev.concord.store.StoredRoom;
import dev.concord.store.Versions;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/** Reads everything that a store keeps as a server would, and names what cannot be read. Changes nothing. */
final class Verification {
    private static final int PAGE = 200;

    private final RoomStore store;
    private final PrintStream out;
    private final SecureRandom random = new SecureRandom();
    private int rooms;
    private int versions;
    private int damaged;

    Verification(RoomStore store, PrintStream out) {
        this.store = store;
        this.out = out;
    }

    /** Returns how many rooms and versions are damaged. */
    int run() {
        String after = "";
        for (List<RoomSummary> page = store.rooms(after, PAGE); !page.isEmpty(); page = store.rooms(after, PAGE)) {
            page.forEach(room -> verify(room.roomId()));
            after = page.get(page.size() - 1).roomId();
        }
        out.println(rooms + " rooms and " + versions + " versions read, " + damaged + " damaged");
        return damaged;
    }

    private void verify(String roomId) {
        rooms++;
        attempt("room " + roomId, () -> {
            // Deleted meanwhile, perhaps.
            Optional<StoredRoom> stored = store.load(roomId);
            stored.ifPresent(room -> Replay.of(roomId, room, Sites.random(random)));
        });
        long before = Long.MAX_VALUE;
        for (List<Versions.Version> page = store.versions().list(roomId, before, PAGE);
                !page.isEmpty();
                page = store.versions().list(roomId, before, PAGE)) {
            for (Versions.Version version : page) {
                versions++;
                attempt(
                        "version " + version.id() + " of room " + roomId,
                        () -> store.versions()
                                .find(roomId, version.id())
                                .ifPresent(captured -> Document.load(Sites.random(random), captured.state())));
            }
            before = page.get(page.size() - 1).id();
        }
    }

    private void attempt(String what, Runnable reading) {
        try {
            reading.run();
        } catch (CorruptRoomException | MalformedStateException e) {
            damaged++;
            out.println(what + ": " + e.getMessage());
        }
    }
}
