package dev.concord.server.room;

import dev.concord.crdt.MalformedStateException;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The states of a room that its members are sent. On the room's loop, unless a method says otherwise. */
final class Syncs {
    private static final Logger LOG = LoggerFactory.getLogger(Syncs.class);

    private final RoomContext context;
    private final Message.Limits limits;
    private Frames.@Nullable Frame whole;
    /** The state in it, of a large document. */
    private byte @Nullable [] wholeState;

    Syncs(RoomContext context) {
        this.context = context;
        this.limits = new Message.Limits(
                context.limits().connections().frameBytes(),
                context.limits().rooms().chars(),
                context.limits().connections().opsPerSecond());
    }

    /** The whole state, if it is known from the last time; not to be released by the caller. */
    Frames.@Nullable Frame known() {
        return whole;
    }

    /** The state that is {@link #known}; null when nothing was applied since then. */
    byte @Nullable [] knownState() {
        return wholeState;
    }

    /**
     * Keeps the whole state of a snapshot for all who ask for it before the next {@link #forget}.
     *
     * @param state in the snapshot, if it is still good when something is applied; null if not
     */
    void keep(ReadReplica.Snapshot snapshot, byte @Nullable [] state) {
        Frames.Frame made = snapshot.take(this);
        if (made != null) {
            forget();
            whole = made;
            wholeState = state;
        }
    }

    /** The document has changed too much, or leaves memory. */
    void forget() {
        wholeState = null;
        if (whole != null) {
            whole.release();
            whole = null;
        }
    }

    /**
     * What a version is missing, or the whole state. On the thread that reads the snapshot.
     *
     * @param version of a connect query; null for everything
     * @return the snapshot's frame, shared by all who ask for the same
     */
    Frames.Frame of(ReadReplica.Snapshot snapshot, byte @Nullable [] version) {
        byte[] difference = version == null ? null : difference(snapshot, version);
        return version == null || difference == null
                ? snapshot.frame(this, () -> frame(snapshot, snapshot.state()))
                : snapshot.frame(version, () -> frame(snapshot, difference));
    }

    private byte @Nullable [] difference(ReadReplica.Snapshot snapshot, byte[] version) {
        try {
            return snapshot.document().difference(version);
        } catch (MalformedStateException e) {
            LOG.atDebug()
                    .addKeyValue("room", context.id())
                    .log("unreadable version, sending everything: {}", e.getMessage());
            return null;
        }
    }

    private Frames.Frame frame(ReadReplica.Snapshot snapshot, byte[] state) {
        byte[] version = snapshot.document().version();
        return context.frames().encode(WireCodec.write(new Message.Sync(state, version, context.epoch(), limits)));
    }
}
