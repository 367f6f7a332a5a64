package dev.concord.server.room;

import dev.concord.wire.Message;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who is in a room and where, as the room sees it. On the room's loop. */
public interface Presences {
    /**
     * A member shows something new.
     *
     * @param member the member
     * @param presence what it shows
     */
    void show(Member member, Message.Presence presence);

    /**
     * A member of another instance shows something new, or has left.
     *
     * @param presence what it shows
     */
    void received(Message.Presence presence);

    /**
     * A member has left.
     *
     * @param member the member
     * @return its farewell; null when it had not shown itself, or the others know already
     */
    Message.@Nullable Presence remove(Member member);

    /**
     * Whether somebody here goes by this name.
     *
     * @param user a display name
     * @return true for one of this instance
     */
    boolean hasUser(String user);

    /**
     * All that are here, on this instance.
     *
     * @return what each shows
     */
    Map<Member, Message.Presence> shown();

    /**
     * All that are here and elsewhere, as a newcomer gets them.
     *
     * @param newcomer is left out
     * @return frames to be released by the caller; null when it is alone
     */
    Frames.@Nullable Frame others(Member newcomer);

    /** What presence does to the room. */
    interface Host {
        /**
         * The members of this instance.
         *
         * @return not to be kept
         */
        Collection<Member> members();

        /**
         * Who is here on other instances.
         *
         * @return the newest presence of each
         */
        List<Message.Presence> elsewhere();

        /**
         * Writes a frame to a member, unless that reads too slowly.
         *
         * @param member one of {@link #members}
         * @param frame still the caller's
         */
        void write(Member member, Frames.Frame frame);

        /**
         * Members of this instance show something new, which the others have been sent.
         *
         * @param changed by member
         */
        void shown(Map<Member, Shown> changed);
    }

    /** Makes the presences of rooms. Thread-safe. */
    interface Factory {
        /**
         * Those of one room.
         *
         * @param context the room's
         * @param host the room
         * @return nobody at first
         */
        Presences of(RoomContext context, Host host);
    }
}
