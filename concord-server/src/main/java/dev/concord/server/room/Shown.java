package dev.concord.server.room;

import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import org.jspecify.annotations.Nullable;

/** What a member shows, written at most once for all who get it. On the room's loop. */
public final class Shown {
    private final Message.Presence presence;
    private byte @Nullable [] json;

    /**
     * Not written yet.
     *
     * @param presence what the member shows
     */
    public Shown(Message.Presence presence) {
        this.presence = presence;
    }

    /**
     * What the member shows.
     *
     * @return the presence
     */
    public Message.Presence presence() {
        return presence;
    }

    /**
     * Its message.
     *
     * @return UTF-8 JSON, the same array each time; not to be changed
     */
    public byte[] json() {
        byte[] written = json;
        if (written == null) {
            written = WireCodec.write(presence);
            json = written;
        }
        return written;
    }
}
