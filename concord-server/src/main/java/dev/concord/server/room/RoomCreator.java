package dev.concord.server.room;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.concord.crdt.Document;
import dev.concord.crdt.Sites;
import dev.concord.server.cluster.Cluster;
import dev.concord.store.RoomStore;
import dev.concord.store.StoredRoom;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/**
 * How a room comes to be. With one store for all, the store decides whose making counts. Instances with separate stores may make the same
 * room without hearing of each other, so they make it alike: the epoch follows from the room's id, and the ids of a first text from the room's
 * id and the text. Then two that meet later have one history, and a text that was put twice is there once. Blocks; thread-safe.
 */
final class RoomCreator {
    private final RoomStore store;
    private final RoomLocator locator;
    private final boolean alike;
    private final SecureRandom random;

    RoomCreator(RoomStore store, Cluster cluster, RoomLocator locator, SecureRandom random) {
        this.store = store;
        this.locator = locator;
        this.alike = cluster.reach() == Cluster.Reach.SEPARATE_STORES;
        this.random = random;
    }

    /** The room, found here or at another instance, or made now if {@code make}. */
    Optional<StoredRoom> find(String roomId, boolean make) {
        Optional<StoredRoom> stored = store.load(roomId);
        if (stored.isPresent()) {
            locator.wake(roomId);
            return stored;
        }
        Optional<RoomLocator.Found> elsewhere = locator.ask(roomId).join();
        if (elsewhere.isPresent()) {
            store.create(roomId, elsewhere.get().epoch(), elsewhere.get().state());
        } else if (make) {
            store.create(roomId, epoch(roomId), null);
        } else {
            return Optional.empty();
        }
        return store.load(roomId);
    }

    /** Makes a room that holds a text; false when there is one already. */
    boolean create(String roomId, String text) {
        if (find(roomId, false).isPresent()) {
            return false;
        }
        Document document = new Document(alike ? derived(roomId + "\n" + text) : Sites.random(random));
        if (!text.isEmpty()) {
            document.insert(0, text);
        }
        return store.create(roomId, epoch(roomId), document.encode());
    }

    private String epoch(String roomId) {
        return alike ? derived(roomId) : Sites.random(random);
    }

    /** A name that everybody derives alike. */
    private static String derived(String from) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(("concord room " + from).getBytes(UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
