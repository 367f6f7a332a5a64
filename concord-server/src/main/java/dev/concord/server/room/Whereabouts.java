package dev.concord.server.room;

import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Knows who is in the room and where, and tells the members, newcomers and the other instances. On the room's loop. */
final class Whereabouts {
    private final RoomContext context;
    private final Members members;
    private final Peers peers;
    private final Presences presences;
    private final PresenceNames names = new PresenceNames();
    /** The farewells to names that members had, which go out with what they show now. */
    private final Map<Member, Message.Presence> formers = new HashMap<>();

    /** Nobody shows anything yet. */
    Whereabouts(RoomContext context, Members members, Peers peers, Presences.Factory factory) {
        this.context = context;
        this.members = members;
        this.peers = peers;
        this.presences = factory.of(context, new PresenceListener());
    }

    /** Takes what a member shows of itself, in a frame of so many bytes. */
    void show(Member member, Message.Presence presence, int frameBytes) {
        int max = context.limits().presence().bytes();
        // A frame of many messages may be longer than one of them may be.
        if (frameBytes > max && WireCodec.write(presence).length > max) {
            members.refuse(member, ErrorCode.TOO_LARGE, "a presence message may have " + max + " bytes", null);
        } else if (!PresenceRules.isColor(presence.color())) {
            members.refuse(member, ErrorCode.MALFORMED, "color: must be a hex colour like #2DD4BF", null);
        } else {
            PresenceNames.Passed passed = names.pass(member, presence, peers::present);
            if (passed.former() != null) {
                // The first of several: those after it were never shown.
                formers.putIfAbsent(member, passed.former());
            }
            if (passed.presence() != null) {
                presences.show(member, passed.presence());
            }
        }
    }

    /** Takes what a member of another instance shows of itself. */
    void showRemote(Message.Presence presence) {
        presences.received(presence);
    }

    /** What the members of this instance show. */
    Map<Member, Message.Presence> shown() {
        return presences.shown();
    }

    /** What everybody shows, here and elsewhere. */
    List<Message.Presence> present() {
        List<Message.Presence> all = new ArrayList<>(presences.shown().values());
        all.addAll(peers.present());
        return all;
    }

    /** Sends one member what the others show. */
    void sendTo(Member member) {
        Frames.Frame others = presences.others(member);
        if (others != null) {
            try {
                members.send(member, others);
            } finally {
                others.release();
            }
        }
    }

    /** A member has left: everybody else learns that at once. */
    void left(Member member) {
        boolean wasItsName = names.remove(member);
        sendFormer(member);
        Message.Presence farewell = presences.remove(member);
        if (farewell != null && wasItsName) {
            sendFarewell(member, farewell);
        } else if (farewell != null) {
            peers.leave(member, farewell, true);
        }
    }

    private void sendFormer(Member member) {
        Message.Presence former = formers.remove(member);
        if (former != null) {
            sendFarewell(member, former);
        }
    }

    private void sendFarewell(Member member, Message.Presence farewell) {
        peers.leave(member, farewell, presences.hasUser(farewell.user()));
        if (!members.isEmpty()) {
            members.broadcast(WireCodec.write(farewell), member);
        }
    }

    /** A member has left because everybody here is sent away: only the other instances learn that. */
    void dismissed(Member member) {
        names.remove(member);
        formers.remove(member);
        Message.Presence farewell = presences.remove(member);
        if (farewell != null) {
            peers.leave(member, farewell, false);
        }
    }

    /** What presence does to the members and to the other instances. */
    private final class PresenceListener implements Presences.Host {
        @Override
        public Collection<Member> members() {
            return members.all();
        }

        @Override
        public List<Message.Presence> elsewhere() {
            return peers.present();
        }

        @Override
        public void write(Member member, Frames.Frame frame) {
            members.writeOrFail(member, frame);
        }

        @Override
        public void shown(Map<Member, Shown> changed) {
            if (!formers.isEmpty()) {
                changed.keySet().forEach(Whereabouts.this::sendFormer);
            }
            peers.show(changed);
        }
    }
}
