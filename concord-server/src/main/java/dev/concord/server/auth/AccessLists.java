package dev.concord.server.auth;

import dev.concord.store.AccessRow;
import dev.concord.store.AccessRow.Kind;
import dev.concord.store.AccessRows;
import dev.concord.store.StoreException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What administrators have decided about who may do what, in memory as it is in the store: a question costs a look-up. {@link #refresh} brings
 * what other servers have stored. Thread-safe; methods that block say so.
 */
public final class AccessLists {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLists.class);

    private record Key(Kind kind, String room, String subject) {}

    private final AccessRows store;
    private final Map<Key, AccessRow> rows = new ConcurrentHashMap<>();
    private final Set<Consumer<String>> listeners = ConcurrentHashMap.newKeySet();
    private long revision;

    /**
     * Lists that are empty until the first {@link #refresh}.
     *
     * @param store keeps them
     */
    public AccessLists(AccessRows store) {
        this.store = store;
    }

    /**
     * Reads what has changed in the store. Blocks; call it at an interval.
     *
     * @throws StoreException when the store cannot be read: what is known goes on to count
     */
    public synchronized void refresh() {
        for (AccessRow row : store.after(revision)) {
            take(row);
            revision = Math.max(revision, row.revision());
        }
    }

    private void take(AccessRow row) {
        Key key = new Key(row.kind(), row.roomId(), row.subject());
        AccessRow before = row.value().isEmpty() ? rows.remove(key) : rows.put(key, row);
        if (before == null || !before.value().equals(row.value())) {
            // A link and its token have one name; whoever came by the link is called after it.
            for (Consumer<String> listener : listeners) {
                listener.accept(row.subject());
            }
        }
    }

    /**
     * Stores a decision, which counts here when this returns. Blocks.
     *
     * @param kind what about
     * @param room the room; empty for the whole server
     * @param subject a user, a link or a token
     * @param value what was decided; empty to take it back
     * @param expires from when on it need not be known; null for never
     * @param by who decided
     * @return what was stored
     * @throws StoreException when it may not have been stored
     */
    public AccessRow decide(
            Kind kind, String room, String subject, String value, @Nullable Instant expires, String by) {
        long end = expires == null ? 0 : expires.toEpochMilli();
        AccessRow stored = store.put(new AccessRow(kind, room, subject, value, end, by, 0, 0));
        refresh();
        LOG.atDebug().addKeyValue("room", room).log("{} of {} is now \"{}\"", kind, subject, value);
        return stored;
    }

    /**
     * What was decided about a room.
     *
     * @param kind what about
     * @param room the room
     * @return by subject
     */
    public List<AccessRow> of(Kind kind, String room) {
        return rows.values().stream()
                .filter(row -> row.kind() == kind && row.roomId().equals(room))
                .sorted(Comparator.comparing(AccessRow::subject))
                .toList();
    }

    /** The decision about one subject; null for none. */
    @Nullable
    AccessRow find(Kind kind, String room, String subject) {
        return rows.get(new Key(kind, room, subject));
    }

    /** Has a listener called with each user, link or token about which something is decided, on any thread, until it is removed. */
    void onChange(Consumer<String> listener) {
        listeners.add(listener);
    }
}
