package dev.concord.server.room;

import dev.concord.server.config.Limits;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells the members of a room where the others are. What has changed goes out in rounds, encoded once for all and as one write to each
 * member: with n members that all move, a message for every pair of them would cost n² writes. Rounds of a crowd are further apart.
 */
final class PresenceRounds {
    /** A round costs a write to each member, so that many members have fewer rounds. */
    private static final Duration A_MEMBER = Duration.ofNanos(500_000);

    private final Room room;
    private final RoomPeers peers;
    private final Limits limits;
    private final RoomLoop loop;
    private final Frames frames;
    private final Presences presences = new Presences();
    /** What members of other instances show since the last round. */
    private final List<Message.Presence> elsewhere = new ArrayList<>();

    private boolean scheduled;

    PresenceRounds(Room room, RoomPeers peers, Limits limits, RoomLoop loop, Frames frames) {
        this.room = room;
        this.peers = peers;
        this.limits = limits;
        this.loop = loop;
        this.frames = frames;
    }

    /** Those of this instance. */
    Presences here() {
        return presences;
    }

    /** A member shows something new. */
    void show(Member member, Message.Presence presence) {
        presences.put(member, presence);
        schedule();
    }

    /** A member of another instance shows something new, or has left. */
    void heard(Message.Presence presence) {
        elsewhere.add(presence);
        schedule();
    }

    /** All that are here and elsewhere, as a newcomer gets them; null when it is alone. */
    Frames.@Nullable Frame others(Member newcomer) {
        List<byte[]> messages = new ArrayList<>();
        presences.others(newcomer).forEach(presence -> messages.add(WireCodec.write(presence)));
        peers.present().forEach(presence -> messages.add(WireCodec.write(presence)));
        return messages.isEmpty() ? null : frames.encode(messages);
    }

    private void schedule() {
        if (!scheduled) {
            scheduled = true;
            Duration crowd = A_MEMBER.multipliedBy(room.members().size());
            loop.schedule(
                    this::round,
                    crowd.compareTo(limits.presence().tick()) > 0
                            ? crowd
                            : limits.presence().tick());
        }
    }

    private void round() {
        scheduled = false;
        Map<Member, Message.Presence> changed = new LinkedHashMap<>();
        for (Member member : presences.takeChanged()) {
            Message.Presence presence = presences.of(member);
            if (presence != null) {
                changed.put(member, presence);
            }
        }
        int members = room.members().size();
        if (members > 1 || (members == 1 && !elsewhere.isEmpty())) {
            tell(changed);
        }
        elsewhere.clear();
        peers.show(changed);
    }

    private void tell(Map<Member, Message.Presence> changed) {
        Map<Member, Integer> own = new HashMap<>();
        List<byte[]> messages = new ArrayList<>();
        changed.forEach((member, presence) -> {
            own.put(member, messages.size());
            messages.add(WireCodec.write(presence));
        });
        elsewhere.forEach(presence -> messages.add(WireCodec.write(presence)));
        if (messages.isEmpty()) {
            return;
        }
        Frames.Row all = frames.encode(messages);
        for (Member member : room.members()) {
            Integer at = own.get(member);
            if (at == null) {
                room.write(member, all);
            } else {
                // Nobody hears of itself.
                writePart(member, all, 0, at);
                writePart(member, all, at + 1, messages.size());
            }
        }
        all.release();
    }

    private void writePart(Member member, Frames.Row all, int from, int to) {
        if (from < to) {
            Frames.Frame part = all.part(from, to);
            room.write(member, part);
            part.release();
        }
    }
}
