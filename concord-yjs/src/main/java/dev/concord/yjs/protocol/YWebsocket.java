package dev.concord.yjs.protocol;

import java.util.ArrayList;
import java.util.List;

/**
 * The frames of y-websocket. A message is its number (0 synchronisation, 1 awareness, 2 permission denied, 3 query of awareness) and its
 * content. Each frame is binary.
 *
 * <p>Send one message a frame: clients before version 4 read the first one only. Clients of version 4 send several. Thread-safe.
 */
public final class YWebsocket {
    private static final int SYNC = 0;
    private static final int AWARENESS = 1;
    private static final int AUTH = 2;
    private static final int QUERY_AWARENESS = 3;
    private static final int DENIED = 0;

    private YWebsocket() {}

    /**
     * Reads a frame. Takes time in proportion to its bytes.
     *
     * @param frame the whole frame; not kept
     * @param limits what is taken at most
     * @return the messages in it in their order, at least one; an {@link UnknownMessage} is the last
     * @throws MalformedMessageException when any of the messages is damaged
     * @throws LimitExceededException when the frame or a part of it is larger than the limits
     */
    public static List<YWebsocketMessage> read(byte[] frame, ProtocolLimits limits) {
        LimitExceededException.check("maxFrame", frame.length, limits.maxFrame());
        MessageIn in = new MessageIn(frame);
        List<YWebsocketMessage> messages = new ArrayList<>(1);
        do {
            LimitExceededException.check("maxMessages", messages.size() + 1L, limits.maxMessages());
            YWebsocketMessage message = message(in, limits);
            messages.add(message);
            if (message instanceof UnknownMessage) {
                break;
            }
        } while (in.hasNext());
        return messages;
    }

    private static YWebsocketMessage message(MessageIn in, ProtocolLimits limits) {
        long type = in.varUint();
        if (type == SYNC) {
            return SyncMessage.read(in);
        }
        if (type == AWARENESS) {
            return AwarenessUpdate.read(in.sized(), limits);
        }
        if (type == AUTH && in.varUint() == DENIED) {
            return new PermissionDenied(in.string("maxText", limits.maxText()));
        }
        return type == QUERY_AWARENESS ? new QueryAwareness() : new UnknownMessage(type);
    }

    /**
     * Writes a frame with one message.
     *
     * @param message the message
     * @return a new array
     * @throws IllegalArgumentException for an {@link UnknownMessage}
     */
    public static byte[] write(YWebsocketMessage message) {
        if (message instanceof SyncMessage sync) {
            MessageOut out = new MessageOut(sync.content().length + 8).varUint(SYNC);
            sync.write(out);
            return out.toBytes();
        }
        MessageOut out = new MessageOut(64);
        if (message instanceof AwarenessUpdate update) {
            out.varUint(AWARENESS).sized(update.toBytes());
        } else if (message instanceof PermissionDenied denied) {
            out.varUint(AUTH).varUint(DENIED).string(denied.reason());
        } else if (message instanceof QueryAwareness) {
            out.varUint(QUERY_AWARENESS);
        } else {
            throw new IllegalArgumentException("cannot be written: " + message);
        }
        return out.toBytes();
    }
}
