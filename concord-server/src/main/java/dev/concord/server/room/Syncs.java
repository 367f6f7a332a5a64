package dev.concord.server.room;

import dev.concord.crdt.Document;
import dev.concord.crdt.MalformedStateException;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The states of a room that its members are sent. On the room's loop. */
final class Syncs {
    private static final Logger LOG = LoggerFactory.getLogger(Syncs.class);

    private final RoomContext context;
    private final Document document;
    private final Message.Limits limits;
    private Frames.@Nullable Frame whole;

    Syncs(RoomContext context, Document document) {
        this.context = context;
        this.document = document;
        this.limits = new Message.Limits(
                context.limits().connections().frameBytes(),
                context.limits().rooms().chars(),
                context.limits().connections().opsPerSecond());
    }

    /** The whole state, encoded once for all who get it before the next {@link #forget}; not to be released by the caller. */
    Frames.Frame whole() {
        Frames.Frame frame = whole;
        if (frame == null) {
            frame = context.frames().encode(message(document.encode()));
            whole = frame;
        }
        return frame;
    }

    /** The document has changed, or leaves memory. */
    void forget() {
        if (whole != null) {
            whole.release();
            whole = null;
        }
    }

    /** The message with what the document has and a version of it has not; null when the version, of a connect query, cannot be read. */
    byte @Nullable [] since(byte[] version) {
        try {
            return message(document.difference(version));
        } catch (MalformedStateException e) {
            LOG.atDebug()
                    .addKeyValue("room", context.id())
                    .log("unreadable version, sending everything: {}", e.getMessage());
            return null;
        }
    }

    private byte[] message(byte[] state) {
        return WireCodec.write(new Message.Sync(state, document.version(), context.epoch(), limits));
    }
}
