package dev.concord.server.room;

import dev.concord.wire.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who is in a room and where. Only the newest of each member counts, so bursts shrink to one message a tick. */
final class Presences {
    private final Map<Member, Message.Presence> current = new LinkedHashMap<>();
    private final Set<Member> changed = new LinkedHashSet<>();

    void put(Member member, Message.Presence presence) {
        current.put(member, presence);
        changed.add(member);
    }

    /** The farewell of a member that had shown itself, or null. */
    Message.@Nullable Presence remove(Member member) {
        boolean unsent = changed.remove(member);
        Message.Presence last = current.remove(member);
        // Said goodbye itself, and the others have heard it.
        if (last == null || (isLeft(last) && !unsent)) {
            return null;
        }
        return RemoteMembers.farewell(last);
    }

    /** All that are here. */
    List<Message.Presence> all() {
        return current.values().stream().filter(p -> !isLeft(p)).toList();
    }

    /** All that are here but one. */
    List<Message.Presence> others(Member except) {
        return current.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(except) && !isLeft(entry.getValue()))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** Whether somebody here goes by this name. */
    boolean hasUser(String user) {
        return current.values().stream().anyMatch(presence -> presence.user().equals(user) && !isLeft(presence));
    }

    /** The members that show themselves, and what they show. */
    Map<Member, Message.Presence> shown() {
        Map<Member, Message.Presence> shown = new LinkedHashMap<>(current);
        shown.values().removeIf(Presences::isLeft);
        return shown;
    }

    Message.@Nullable Presence of(Member member) {
        return current.get(member);
    }

    /** The members whose presence has changed since the last call. */
    List<Member> takeChanged() {
        List<Member> members = new ArrayList<>(changed);
        changed.clear();
        return members;
    }

    static boolean isLeft(Message.Presence presence) {
        return presence.extras().path("left").asBoolean();
    }
}
