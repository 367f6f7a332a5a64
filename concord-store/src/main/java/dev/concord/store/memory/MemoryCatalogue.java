package dev.concord.store.memory;

import dev.concord.store.AccessRow;
import dev.concord.store.RoomCatalogue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The catalogue of one process, which looks at every room. */
final class MemoryCatalogue implements RoomCatalogue {
    private static final Comparator<Entry> NEWEST_FIRST =
            Comparator.comparingLong(Entry::changedAt).reversed().thenComparing(Entry::roomId);

    /** The rooms as the store keeps them; called under its lock. */
    interface Rooms {
        List<Entry> all();

        @Nullable
        Description description(String roomId);
    }

    /** What is written besides the text. */
    static final class Description {
        final String epoch;
        String title = "";
        String createdBy = "";
        String changedBy = "";
        long changedAt;

        @Nullable
        Long chars;

        Description(String epoch, long now) {
            this.epoch = epoch;
            this.changedAt = now;
        }
    }

    private final MemoryRoomStore lock;
    private final Rooms rooms;
    private final LongSupplier clock;

    MemoryCatalogue(MemoryRoomStore lock, Rooms rooms, LongSupplier clock) {
        this.lock = lock;
        this.rooms = rooms;
        this.clock = clock;
    }

    @Override
    public Optional<Entry> find(String roomId) {
        synchronized (lock) {
            return rooms.all().stream()
                    .filter(entry -> entry.roomId().equals(roomId))
                    .findFirst();
        }
    }

    @Override
    public List<Entry> list(Query query, Predicate<String> shown) {
        String text = query.text().toLowerCase(Locale.ROOT);
        synchronized (lock) {
            return rooms.all().stream()
                    .sorted(NEWEST_FIRST)
                    .filter(entry -> isAfter(entry, query.after()))
                    .filter(entry -> entry.roomId().startsWith(query.prefix()))
                    .filter(entry -> entry.roomId().toLowerCase(Locale.ROOT).contains(text)
                            || entry.title().toLowerCase(Locale.ROOT).contains(text))
                    .filter(entry -> shown.test(entry.roomId()))
                    .limit(query.max())
                    .toList();
        }
    }

    @Override
    public List<Mention> mentions(String user) {
        synchronized (lock) {
            List<Mention> mentions = new ArrayList<>();
            for (Entry room : rooms.all()) {
                if (room.createdBy().equals(user)) {
                    mentions.add(new Mention("room_created", room.roomId(), "", room.title(), room.createdAt()));
                }
                if (room.changedBy().equals(user)) {
                    mentions.add(new Mention("room_changed", room.roomId(), "", room.title(), room.changedAt()));
                }
                lock.versions().list(room.roomId(), Long.MAX_VALUE, Integer.MAX_VALUE).stream()
                        .filter(version -> version.author().equals(user))
                        .forEach(version -> mentions.add(new Mention(
                                "version",
                                room.roomId(),
                                String.valueOf(version.id()),
                                version.label(),
                                version.createdAt())));
            }
            lock.runs().forEach(run -> {
                if (run.author().equals(user)) {
                    mentions.add(new Mention("plan", run.roomId(), run.id(), run.instruction(), run.createdAt()));
                }
            });
            lock.accessRows().after(0).forEach(row -> {
                if (row.kind() == AccessRow.Kind.RIGHT && row.subject().equals(user)) {
                    mentions.add(new Mention("right", row.roomId(), "", row.value(), row.changedAt()));
                }
                if (row.kind() == AccessRow.Kind.USER && row.subject().equals(user)) {
                    mentions.add(new Mention("tokens_revoked", row.roomId(), "", row.value(), row.changedAt()));
                }
                if (row.changedBy().equals(user)) {
                    mentions.add(new Mention("decision", row.roomId(), row.subject(), row.value(), row.changedAt()));
                }
            });
            mentions.sort(Comparator.comparing(Mention::roomId)
                    .thenComparingLong(Mention::at)
                    .thenComparing(Mention::kind)
                    .thenComparing(Mention::id));
            return mentions;
        }
    }

    private static boolean isAfter(Entry entry, Position position) {
        return entry.changedAt() < position.changedAt()
                || (entry.changedAt() == position.changedAt() && entry.roomId().compareTo(position.roomId()) > 0);
    }

    @Override
    public Optional<Entry> setTitle(String roomId, String title, String by) {
        synchronized (lock) {
            Description room = rooms.description(roomId);
            if (room == null) {
                return Optional.empty();
            }
            room.title = title;
            room.changedBy = by;
            room.changedAt = clock.getAsLong();
            return find(roomId);
        }
    }

    @Override
    public void setCreator(String roomId, String epoch, String by) {
        synchronized (lock) {
            Description room = rooms.description(roomId);
            if (room != null && room.epoch.equals(epoch) && room.createdBy.isEmpty()) {
                room.createdBy = by;
            }
        }
    }

    @Override
    public void describe(String roomId, String epoch, long chars, String by) {
        synchronized (lock) {
            Description room = rooms.description(roomId);
            if (room != null && room.epoch.equals(epoch)) {
                room.chars = chars;
                room.changedBy = by.isEmpty() ? room.changedBy : by;
            }
        }
    }

    @Override
    public List<String> idle(long before, int max) {
        synchronized (lock) {
            return rooms.all().stream()
                    .filter(entry -> entry.changedAt() < before)
                    .sorted(Comparator.comparingLong(Entry::changedAt).thenComparing(Entry::roomId))
                    .limit(max)
                    .map(Entry::roomId)
                    .toList();
        }
    }
}
