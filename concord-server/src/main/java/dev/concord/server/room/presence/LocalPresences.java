package dev.concord.server.room.presence;

import dev.concord.server.room.Member;
import dev.concord.server.room.PresenceRules;
import dev.concord.wire.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the members of this instance show. Only the newest of each member counts, so bursts shrink to one message a tick. */
final class LocalPresences {
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
        // Said goodbye itself, and the others have been sent that.
        if (last == null || (PresenceRules.isFarewell(last) && !unsent)) {
            return null;
        }
        return PresenceRules.farewell(last);
    }

    /** All that are here but one. */
    List<Message.Presence> others(Member except) {
        return current.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(except) && !PresenceRules.isFarewell(entry.getValue()))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** Whether somebody here goes by this name. */
    boolean hasUser(String user) {
        return current.values().stream()
                .anyMatch(presence -> presence.user().equals(user) && !PresenceRules.isFarewell(presence));
    }

    /** The members that show themselves, and what they show. */
    Map<Member, Message.Presence> shown() {
        Map<Member, Message.Presence> shown = new LinkedHashMap<>(current);
        shown.values().removeIf(PresenceRules::isFarewell);
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
}
