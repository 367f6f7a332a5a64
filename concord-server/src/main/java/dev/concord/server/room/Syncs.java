package dev.concord.server.room;

import dev.concord.crdt.MalformedStateException;
import dev.concord.server.auth.Right;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The states of a room that its members are sent. On the room's loop, unless a method says otherwise. */
final class Syncs {
    /** Stands for the version of a client that has everything. */
    static final byte[] NOTHING_NEW = new byte[0];

    /** What a frame was made for: this very version, not one with the same bytes. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Key(byte @Nullable [] version, Right right) {}

    private static final Logger LOG = LoggerFactory.getLogger(Syncs.class);

    private final RoomContext context;
    private final Message.Limits limits;
    private final Map<Right, Frames.Frame> whole = new EnumMap<>(Right.class);

    Syncs(RoomContext context) {
        this.context = context;
        this.limits = new Message.Limits(
                context.limits().connections().frameBytes(),
                context.limits().rooms().chars(),
                context.limits().connections().opsPerSecond());
    }

    /** The whole state for members with this right, if it is known from the last time; not to be released by the caller. */
    Frames.@Nullable Frame known(Right right) {
        return whole.get(right);
    }

    /** Keeps the whole state of a snapshot for all who ask for it before the next {@link #forget}. */
    void keep(ReadReplica.Snapshot snapshot) {
        for (Right right : Right.values()) {
            Frames.Frame made = snapshot.take(new Key(null, right));
            Frames.Frame before = made == null ? null : whole.put(right, made);
            if (before != null) {
                before.release();
            }
        }
    }

    /** The document has changed, or leaves memory. */
    void forget() {
        if (!whole.isEmpty()) {
            whole.values().forEach(Frames.Frame::release);
            whole.clear();
        }
    }

    /**
     * What a version is missing, or the whole state. On the thread that reads the snapshot.
     *
     * @param version of a connect query; null for everything, {@link #NOTHING_NEW} for nothing
     * @param right that the frame names
     * @return the snapshot's frame, shared by all who ask for the same
     */
    Frames.Frame of(ReadReplica.Snapshot snapshot, byte @Nullable [] version, Right right) {
        byte[] known = version == NOTHING_NEW ? snapshot.document().version() : version;
        byte[] difference = known == null ? null : difference(snapshot, known);
        return version == null || difference == null
                ? snapshot.frame(new Key(null, right), () -> frame(snapshot, snapshot.state(), right))
                : snapshot.frame(new Key(version, right), () -> frame(snapshot, difference, right));
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

    private Frames.Frame frame(ReadReplica.Snapshot snapshot, byte[] state, Right right) {
        byte[] version = snapshot.document().version();
        Right shown = right == Right.COMMENT ? Right.READ : right;
        return context.frames()
                .encode(WireCodec.write(new Message.Sync(state, version, context.epoch(), shown.word(), limits)));
    }
}
