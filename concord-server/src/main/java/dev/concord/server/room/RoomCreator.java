package dev.concord.server.room;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.concord.crdt.Document;
import dev.concord.crdt.Sites;
import dev.concord.store.RoomStore;
import dev.concord.store.StoreException;
import dev.concord.store.StoredRoom;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a room comes to be. With one store for all, the store decides whose creation counts. Instances with separate stores may create the same
 * room without a word to each other, so they create it alike: the epoch follows from the room's id, and the ids of a first text from the
 * room's id and the text. Then two that meet later have one history, and a text that was put twice is there once. An epoch that has ended is
 * not given again: the next one follows from the id and how many have ended. Blocks; thread-safe.
 */
final class RoomCreator {
    private static final Logger LOG = LoggerFactory.getLogger(RoomCreator.class);

    private final RoomStore store;
    private final Locator locator;
    private final SecureRandom random = new SecureRandom();

    RoomCreator(RoomStore store, Locator locator) {
        this.store = store;
        this.locator = locator;
    }

    /** The room, found here or at another instance, or created now if {@code create}. */
    Optional<StoredRoom> find(String roomId, boolean create) {
        Optional<StoredRoom> stored = store.load(roomId);
        if (stored.isPresent()) {
            locator.opened(roomId, stored.get().epoch());
            return stored;
        }
        Optional<Locator.Found> elsewhere = elsewhere(roomId);
        if (elsewhere.isPresent()) {
            store.create(roomId, elsewhere.get().epoch(), elsewhere.get().state());
        } else if (create) {
            store.create(roomId, epoch(roomId), null);
        } else {
            return Optional.empty();
        }
        return store.load(roomId);
    }

    /** As another instance has it, unless it was deleted without that instance knowing. */
    private Optional<Locator.Found> elsewhere(String roomId) {
        Optional<Locator.Found> found = locator.find(roomId);
        if (found.isPresent() && store.endings().of(roomId).contains(found.get().epoch())) {
            locator.ended(roomId, found.get().epoch());
            return Optional.empty();
        }
        return found;
    }

    /** Deletes the room, here and at the other instances; returns the epoch that has ended, or nothing when there is no such room. */
    Optional<String> delete(String roomId) {
        Optional<String> ended = store.delete(roomId);
        if (ended.isEmpty()) {
            ended = elsewhere(roomId).map(Locator.Found::epoch);
            ended.ifPresent(epoch -> store.end(roomId, epoch));
        }
        ended.ifPresent(epoch -> locator.ended(roomId, epoch));
        return ended;
    }

    /** Creates a room that holds a text; false when there is one already. */
    boolean create(String roomId, String text, String by) {
        if (find(roomId, false).isPresent()) {
            return false;
        }
        Document document =
                new Document(locator.hasSeparateStores() ? derived(roomId + "\n" + text) : Sites.random(random));
        if (!text.isEmpty()) {
            document.insert(0, text);
        }
        String epoch = epoch(roomId);
        if (!store.create(roomId, epoch, document.encode())) {
            return false;
        }
        try {
            store.catalogue().describe(roomId, epoch, document.length(), by);
            if (!by.isEmpty()) {
                store.catalogue().setCreator(roomId, epoch, by);
            }
        } catch (StoreException e) {
            // The room is there; what is said of it comes with its next snapshot.
            LOG.atWarn().addKeyValue("room", roomId).log("a new room could not be described: {}", e.toString());
        }
        return true;
    }

    /** Notes who created a room; that it cannot be noted is no reason to do without the room. */
    void createdBy(String roomId, String epoch, String by) {
        try {
            store.catalogue().setCreator(roomId, epoch, by);
        } catch (StoreException e) {
            LOG.atWarn().addKeyValue("room", roomId).log("who created it could not be noted: {}", e.toString());
        }
    }

    private String epoch(String roomId) {
        if (!locator.hasSeparateStores()) {
            return Sites.random(random);
        }
        Set<String> ended = store.endings().of(roomId);
        String epoch = derived(roomId);
        for (int deletions = 1; ended.contains(epoch); deletions++) {
            epoch = derived(roomId + "\t" + deletions);
        }
        return epoch;
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
