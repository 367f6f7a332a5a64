package dev.concord.server.room;

import dev.concord.crdt.Operation;
import dev.concord.wire.Message;
import java.util.List;
import java.util.Map;

/** The same room on the other instances, as the room sees it. On the room's loop, but for {@link #prepare}. */
public interface Peers {
    /** Learns who is in the room elsewhere. Blocks for a short time; called once, on an I/O thread, before {@link #open}. */
    void prepare();

    /** The room came into memory: from now on it sends and receives. */
    void open();

    /** The room leaves memory. */
    void close();

    /**
     * Whether there are others to whom this room speaks.
     *
     * @return false for a server alone
     */
    boolean isOpen();

    /**
     * Sends an op that was made and applied here.
     *
     * @param operation the op
     * @param frame its {@link dev.concord.wire.WireCodec#opFrame}
     */
    void publish(Operation operation, byte[] frame);

    /** The document has changed. */
    void changed();

    /** The op log has stored something of this room. */
    void stored();

    /**
     * Whether the op log was given all that came from others in a state.
     *
     * @return false while some of it waits
     */
    boolean areStored();

    /**
     * Runs something as soon as {@link #areStored}, or when the room is closed before that.
     *
     * @param then in this call or later
     */
    void onceStored(Runnable then);

    /** Sends the others what is here, where each has a store of its own, so that they send what is missing here. */
    void compare();

    /** Goes on with what it does at intervals, where the loop has refused to. Call it from time to time. */
    void watch();

    /**
     * Sends what members of this instance show.
     *
     * @param changed those whose presence is new
     */
    void show(Map<Member, Shown> changed);

    /**
     * Sends that a member is gone that had shown itself.
     *
     * @param member the member
     * @param farewell its last presence
     * @param sharesName whether another one here goes by its name
     */
    void leave(Member member, Message.Presence farewell, boolean sharesName);

    /**
     * Who is here on other instances.
     *
     * @return the newest presence of each
     */
    List<Message.Presence> present();

    /** What the other instances do to the room. */
    interface Host extends RoomHost {
        /**
         * Takes an op of another instance and sends it to all members.
         *
         * @param operation the op
         * @param store whether this instance must store it, too; else whoever made it does, and this instance only when it does not
         * @return false when it was known already, or cannot be taken
         */
        boolean take(Operation operation, boolean store);

        /**
         * Applies an op of another instance, and leaves it to the caller to {@link #store} it and to {@link #sendSince send it on}.
         *
         * @param operation the op
         * @return false when it was known already, or cannot be taken
         */
        boolean takeQuietly(Operation operation);

        /**
         * Hands an op to the log.
         *
         * @param operation the op
         * @return false when the log takes none
         */
        boolean store(Operation operation);

        /**
         * What the log has not done with.
         *
         * @return ops that this room gave it
         */
        long unsettled();

        /**
         * Sends all members, in one message, what the document has and a version of it has not.
         *
         * @param version of the document
         */
        void sendSince(byte[] version);

        /**
         * Who shows itself here.
         *
         * @return the members of this instance and what they show
         */
        Map<Member, Message.Presence> shown();

        /**
         * Sends the members here what one elsewhere shows.
         *
         * @param presence the news
         */
        void received(Message.Presence presence);
    }

    /** Makes the peers of rooms. Thread-safe. */
    interface Factory {
        /**
         * The peers of one room.
         *
         * @param context the room's
         * @param host the room
         * @return closed at first
         */
        Peers of(RoomContext context, Host host);
    }
}
