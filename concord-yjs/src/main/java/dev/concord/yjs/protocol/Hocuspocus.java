package dev.concord.yjs.protocol;

import dev.concord.yjs.protocol.HocuspocusFrame.Address;
import dev.concord.yjs.protocol.HocuspocusFrame.Addressed;
import dev.concord.yjs.protocol.HocuspocusFrame.Ping;
import dev.concord.yjs.protocol.HocuspocusFrame.Pong;
import dev.concord.yjs.protocol.HocuspocusMessage.Authenticated;
import dev.concord.yjs.protocol.HocuspocusMessage.BroadcastStateless;
import dev.concord.yjs.protocol.HocuspocusMessage.Close;
import dev.concord.yjs.protocol.HocuspocusMessage.Stateless;
import dev.concord.yjs.protocol.HocuspocusMessage.SyncReply;
import dev.concord.yjs.protocol.HocuspocusMessage.SyncStatus;
import dev.concord.yjs.protocol.HocuspocusMessage.Token;
import dev.concord.yjs.protocol.HocuspocusMessage.TokenRequest;

/**
 * The frames of Hocuspocus. A frame is the name of a document as a string, followed by {@code U+0000} and a session where one document
 * is open several times on a socket; then the number of the message (0 synchronisation, 1 awareness, 2 authentication, 3 query of
 * awareness, 4 reply of synchronisation, 5 stateless, 6 stateless for all, 7 close, 8 status of synchronisation) and its content. Ping (9)
 * and pong (10) are one byte without a name.
 *
 * <p>Bytes after a message are ignored: newer versions add fields there, as the version of the provider after the token. Thread-safe.
 */
public final class Hocuspocus {
    private static final int SYNC = 0;
    private static final int AWARENESS = 1;
    private static final int AUTH = 2;
    private static final int QUERY_AWARENESS = 3;
    private static final int SYNC_REPLY = 4;
    private static final int STATELESS = 5;
    private static final int BROADCAST_STATELESS = 6;
    private static final int CLOSE = 7;
    private static final int SYNC_STATUS = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private static final int TOKEN = 0;
    private static final int DENIED = 1;
    private static final int AUTHENTICATED = 2;
    private static final String READ_WRITE = "read-write";
    private static final String READ_ONLY = "readonly";

    private Hocuspocus() {}

    /**
     * Reads a frame. Takes time in proportion to its bytes.
     *
     * @param frame the whole frame; not kept
     * @param limits what is taken at most
     * @return what it says
     * @throws MalformedMessageException when it is damaged
     * @throws LimitExceededException when it or a part of it is larger than the limits
     */
    public static HocuspocusFrame read(byte[] frame, ProtocolLimits limits) {
        LimitExceededException.check("maxFrame", frame.length, limits.maxFrame());
        if (frame.length == 1 && frame[0] == PING) {
            return new Ping();
        }
        if (frame.length == 1 && frame[0] == PONG) {
            return new Pong();
        }
        MessageIn in = new MessageIn(frame);
        return new Addressed(Address.read(in, limits), message(in, limits));
    }

    private static HocuspocusMessage message(MessageIn in, ProtocolLimits limits) {
        long type = in.varUint();
        return switch (type > SYNC_STATUS ? PING : (int) type) {
            case SYNC -> SyncMessage.read(in);
            case AWARENESS -> AwarenessUpdate.read(in.sized(), limits);
            case AUTH -> auth(in, limits);
            case QUERY_AWARENESS -> new QueryAwareness();
            case SYNC_REPLY -> new SyncReply(SyncMessage.read(in));
            case STATELESS -> new Stateless(in.string("maxText", limits.maxText()));
            case BROADCAST_STATELESS -> new BroadcastStateless(in.string("maxText", limits.maxText()));
            case CLOSE -> new Close(in.hasNext() ? in.string("maxText", limits.maxText()) : "");
            case SYNC_STATUS -> new SyncStatus(in.varUint() == 1);
            default -> new UnknownMessage(type);
        };
    }

    private static HocuspocusMessage auth(MessageIn in, ProtocolLimits limits) {
        long kind = in.varUint();
        if (kind == TOKEN && !in.hasNext()) {
            return new TokenRequest();
        }
        if (kind == TOKEN) {
            String token = in.string("maxToken", limits.maxToken());
            return new Token(token, in.hasNext() ? in.string("maxText", limits.maxText()) : null);
        }
        if (kind == DENIED) {
            return new PermissionDenied(in.string("maxText", limits.maxText()));
        }
        if (kind == AUTHENTICATED) {
            int start = in.at();
            String scope = in.string("maxText", limits.maxText());
            if (!scope.equals(READ_WRITE) && !scope.equals(READ_ONLY)) {
                throw new MalformedMessageException(start, "an unknown scope");
            }
            return new Authenticated(scope.equals(READ_WRITE));
        }
        return new UnknownMessage(AUTH);
    }

    /**
     * Writes a frame.
     *
     * @param frame what to say
     * @return a new array
     * @throws IllegalArgumentException for an {@link UnknownMessage}
     */
    public static byte[] write(HocuspocusFrame frame) {
        if (frame instanceof Addressed addressed) {
            return write(addressed.address(), addressed.message());
        }
        return new byte[] {(byte) (frame instanceof Ping ? PING : PONG)};
    }

    private static byte[] write(Address address, HocuspocusMessage message) {
        String name = address.toString();
        int content = message instanceof SyncMessage sync ? sync.content().length : 64;
        MessageOut out = new MessageOut(content + 2 * name.length() + 16).string(name);
        if (message instanceof SyncMessage sync) {
            sync.write(out.varUint(SYNC));
        } else if (message instanceof SyncReply reply) {
            reply.message().write(out.varUint(SYNC_REPLY));
        } else if (message instanceof AwarenessUpdate update) {
            out.varUint(AWARENESS).sized(update.toBytes());
        } else if (message instanceof QueryAwareness) {
            out.varUint(QUERY_AWARENESS);
        } else if (message instanceof Stateless stateless) {
            out.varUint(STATELESS).string(stateless.payload());
        } else if (message instanceof BroadcastStateless stateless) {
            out.varUint(BROADCAST_STATELESS).string(stateless.payload());
        } else if (message instanceof Close close) {
            out.varUint(CLOSE).string(close.reason());
        } else if (message instanceof SyncStatus status) {
            out.varUint(SYNC_STATUS).varUint(status.saved() ? 1 : 0);
        } else {
            auth(out.varUint(AUTH), message);
        }
        return out.toBytes();
    }

    private static void auth(MessageOut out, HocuspocusMessage message) {
        if (message instanceof Token token) {
            out.varUint(TOKEN).string(token.token());
            String version = token.version();
            if (version != null) {
                out.string(version);
            }
        } else if (message instanceof TokenRequest) {
            out.varUint(TOKEN);
        } else if (message instanceof PermissionDenied denied) {
            out.varUint(DENIED).string(denied.reason());
        } else if (message instanceof Authenticated authenticated) {
            out.varUint(AUTHENTICATED).string(authenticated.mayWrite() ? READ_WRITE : READ_ONLY);
        } else {
            throw new IllegalArgumentException("cannot be written: " + message);
        }
    }
}
