package dev.concord.server.room;

import dev.concord.wire.Message;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one person to a connection. Receivers know a person by its {@code client}, or by its {@code user} where there is none: a member goes by
 * one such name at a time, never by that of another one, and says farewell for itself only. On the room's loop.
 */
final class PresenceNames {
    private static final String CLIENT = "client";
    private static final int MAX_NAME = 64;

    private record Named(String name, Message.Presence last) {}

    /**
     * What a member's presence becomes.
     *
     * @param former the farewell to the name by which the member went until now; null when it keeps it
     * @param presence what is shown; null for nothing
     */
    record Passed(Message.@Nullable Presence former, Message.@Nullable Presence presence) {}

    private final Map<Member, Named> named = new HashMap<>();
    private final Map<String, Member> holders = new HashMap<>();

    /**
     * Takes what a member shows.
     *
     * @param elsewhere who is here on other instances; asked only when a name is new
     */
    Passed pass(Member member, Message.Presence presence, Supplier<List<Message.Presence>> elsewhere) {
        Named before = named.get(member);
        if (PresenceRules.isFarewell(presence)) {
            remove(member);
            return new Passed(null, before == null ? null : PresenceRules.farewell(before.last()));
        }
        String claimed = name(presence);
        String own = claimed + "~" + member.id();
        boolean kept = before != null
                && (before.name().equals(claimed) || before.name().equals(own));
        String name = before != null && kept ? before.name() : isFree(claimed, member, elsewhere) ? claimed : own;
        Message.Presence shown = name.equals(claimed) ? presence : renamed(presence, name);
        if (!kept) {
            remove(member);
            holders.put(name, member);
        }
        named.put(member, new Named(name, shown));
        return new Passed(before == null || kept ? null : PresenceRules.farewell(before.last()), shown);
    }

    /** The member has left; false when somebody else goes by its name now. */
    boolean remove(Member member) {
        Named before = named.remove(member);
        return before == null || holders.remove(before.name(), member);
    }

    private boolean isFree(String name, Member member, Supplier<List<Message.Presence>> elsewhere) {
        Member holder = holders.get(name);
        if (holder != null) {
            // A client that came back sooner than its last connection was known to be dead.
            return holder.origin().equals(member.origin());
        }
        return elsewhere.get().stream().noneMatch(other -> name(other).equals(name));
    }

    private static String name(Message.Presence presence) {
        String name =
                presence.extras().get(CLIENT) instanceof String client && !client.isEmpty() ? client : presence.user();
        if (name.length() <= MAX_NAME) {
            return name;
        }
        return name.substring(0, Character.isHighSurrogate(name.charAt(MAX_NAME - 1)) ? MAX_NAME - 1 : MAX_NAME);
    }

    private static Message.Presence renamed(Message.Presence presence, String name) {
        Map<String, @Nullable Object> extras = new LinkedHashMap<>(presence.extras());
        extras.put(CLIENT, name);
        return new Message.Presence(presence.user(), presence.cursor(), presence.color(), extras);
    }
}
