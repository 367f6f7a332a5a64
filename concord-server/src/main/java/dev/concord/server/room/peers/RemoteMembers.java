package dev.concord.server.room.peers;

import dev.concord.server.cluster.PresenceBoard;
import dev.concord.server.room.PresenceRules;
import dev.concord.wire.Message;
import dev.concord.wire.WireException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who is in a room on other instances. News comes over the bus, at once and unreliably; the board is read now and then and has the last
 * word. Whoever is not renewed goes when its time is over.
 */
final class RemoteMembers {
    private static final class Remote {
        final Message.Presence presence;
        long expiresNanos;
        /** Seen on the board: when it is not there any more, it has left. */
        boolean listed;

        Remote(Message.Presence presence, long expiresNanos) {
            this.presence = presence;
            this.expiresNanos = expiresNanos;
        }
    }

    private final String instance;
    private final Map<String, Remote> all = new LinkedHashMap<>();

    /** For the instance of this name, whose own members are never remote. */
    RemoteMembers(String instance) {
        this.instance = instance;
    }

    /** The id of a connection among all instances'. */
    static String id(String instance, String member) {
        return instance + ":" + member;
    }

    /** Takes news from the bus: what the members here are to be sent, or null when it is nothing new. */
    Message.@Nullable Presence received(BusMessage from, Message.Presence presence, long expiresNanos) {
        String id = id(from.source(), from.member());
        if (PresenceRules.isFarewell(presence)) {
            return all.remove(id) == null ? null : presence;
        }
        Remote news = new Remote(presence, expiresNanos);
        Remote known = all.put(id, news);
        news.listed = known != null && known.listed;
        return presence;
    }

    /** Takes what the board says, and passes on those who are new, have changed, or are not on it any more. */
    void listed(List<PresenceBoard.Entry> entries, long nowNanos, Consumer<Message.Presence> news) {
        Set<String> listed = new HashSet<>();
        for (PresenceBoard.Entry entry : entries) {
            Message.Presence presence = entry.id().startsWith(instance + ":") ? null : presence(entry);
            if (presence == null) {
                continue;
            }
            String id = entry.id().isEmpty() ? id("", entry.user()) : entry.id();
            listed.add(id);
            long expires = nowNanos + entry.left().toNanos();
            Remote known = all.get(id);
            if (known == null) {
                known = new Remote(presence, expires);
                all.put(id, known);
                news.accept(presence);
            } else if (expires - known.expiresNanos > 0) {
                // Only renewed: what the bus said of caret and colour is newer than what the board has.
                known.expiresNanos = expires;
            }
            known.listed = true;
        }
        all.forEach((id, remote) -> {
            if (remote.listed && !listed.contains(id)) {
                remote.expiresNanos = nowNanos;
            }
        });
        expire(nowNanos, news);
    }

    /** Lets go of those whose time is over, with a farewell each. */
    void expire(long nowNanos, Consumer<Message.Presence> news) {
        List<String> gone = new ArrayList<>();
        all.forEach((id, remote) -> {
            if (remote.expiresNanos - nowNanos <= 0) {
                gone.add(id);
            }
        });
        for (String id : gone) {
            Remote remote = all.remove(id);
            if (remote != null) {
                news.accept(PresenceRules.farewell(remote.presence));
            }
        }
    }

    /** All of them. */
    List<Message.Presence> all() {
        return all.values().stream().map(remote -> remote.presence).toList();
    }

    /** Whether one of them goes by this name. */
    boolean hasUser(String user) {
        return all.values().stream().anyMatch(remote -> remote.presence.user().equals(user));
    }

    /** The entry on the board for a member of this instance. */
    PresenceBoard.Entry entry(String member, Message.Presence presence, Duration left) {
        byte[] payload = BusCodec.write(new BusMessage(instance, null, "", member, presence));
        return new PresenceBoard.Entry(id(instance, member), presence.user(), payload, left);
    }

    private static Message.@Nullable Presence presence(PresenceBoard.Entry entry) {
        if (entry.payload().length == 0) {
            return new Message.Presence(entry.user(), 0, "");
        }
        Map<String, Message.Presence> read = new HashMap<>();
        BusCodec.read(entry.payload(), new BusCodec.Reader() {
            @Override
            public void message(BusMessage message) {
                if (message.message() instanceof Message.Presence presence) {
                    read.put("", presence);
                }
            }

            @Override
            public void fault(WireException fault) {
                // Somebody else wrote it: that member is not shown.
            }
        });
        return read.get("");
    }
}
