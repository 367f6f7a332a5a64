package dev.concord.server.room.presence;

import dev.concord.server.room.Frames;
import dev.concord.server.room.Member;
import dev.concord.server.room.Presences;
import dev.concord.server.room.RoomContext;
import dev.concord.server.room.Shown;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the members of a room where the others are. What has changed goes out in rounds, encoded once for all and as one write to each
 * member: with n members that all move, a message for every pair of them would cost n² writes. Rounds of a crowd are further apart.
 */
public final class PresenceRounds implements Presences {
    private static final Logger LOG = LoggerFactory.getLogger(PresenceRounds.class);
    /** A round costs a write to each member, so that many members have fewer rounds. */
    private static final Duration A_MEMBER = Duration.ofNanos(500_000);

    private final RoomContext context;
    private final Host room;
    private final LocalPresences here = new LocalPresences();
    /** What members of other instances show since the last round. */
    private final List<Message.Presence> elsewhere = new ArrayList<>();

    private boolean scheduled;

    /**
     * Nobody is here.
     *
     * @param context the room's
     * @param room the room
     */
    public PresenceRounds(RoomContext context, Host room) {
        this.context = context;
        this.room = room;
    }

    @Override
    public void show(Member member, Message.Presence presence) {
        here.put(member, presence);
        schedule();
    }

    @Override
    public void received(Message.Presence presence) {
        elsewhere.add(presence);
        schedule();
    }

    @Override
    public Message.@Nullable Presence remove(Member member) {
        return here.remove(member);
    }

    @Override
    public boolean hasUser(String user) {
        return here.hasUser(user);
    }

    @Override
    public Map<Member, Message.Presence> shown() {
        return here.shown();
    }

    @Override
    public Frames.@Nullable Frame others(Member newcomer) {
        List<byte[]> messages = new ArrayList<>();
        here.others(newcomer).forEach(presence -> messages.add(WireCodec.write(presence)));
        room.elsewhere().forEach(presence -> messages.add(WireCodec.write(presence)));
        return messages.isEmpty() ? null : context.frames().encode(messages);
    }

    private void schedule() {
        if (!scheduled) {
            Duration crowd = A_MEMBER.multipliedBy(room.members().size());
            Duration tick = context.limits().presence().tick();
            context.loop().schedule(this::round, crowd.compareTo(tick) > 0 ? crowd : tick);
            scheduled = true;
        }
    }

    private void round() {
        scheduled = false;
        Map<Member, Shown> changed = new LinkedHashMap<>();
        for (Member member : here.takeChanged()) {
            Message.Presence presence = here.of(member);
            if (presence != null) {
                changed.put(member, new Shown(presence));
            }
        }
        int members = room.members().size();
        if (members > 1 || (members == 1 && !elsewhere.isEmpty())) {
            try {
                send(changed);
            } catch (RuntimeException | Error fault) {
                // Whoever is still here shows itself again.
                LOG.atError().addKeyValue("room", context.id()).setCause(fault).log("presence could not be sent");
            }
        }
        elsewhere.clear();
        room.shown(changed);
    }

    private void send(Map<Member, Shown> changed) {
        Map<Member, Integer> own = new HashMap<>();
        List<byte[]> messages = new ArrayList<>();
        changed.forEach((member, shown) -> {
            own.put(member, messages.size());
            messages.add(shown.json());
        });
        elsewhere.forEach(presence -> messages.add(WireCodec.write(presence)));
        if (messages.isEmpty()) {
            return;
        }
        Frames.Row all = context.frames().encode(messages);
        try {
            send(messages.size(), all, own);
        } finally {
            all.release();
        }
    }

    private void send(int count, Frames.Row all, Map<Member, Integer> own) {
        for (Member member : room.members()) {
            Integer at = own.get(member);
            if (at == null) {
                room.write(member, all);
            } else {
                // Nobody is sent what it shows itself.
                writePart(member, all, 0, at);
                writePart(member, all, at + 1, count);
            }
        }
    }

    private void writePart(Member member, Frames.Row all, int from, int to) {
        if (from < to) {
            Frames.Frame part = all.part(from, to);
            try {
                room.write(member, part);
            } finally {
                part.release();
            }
        }
    }
}
