package dev.concord.yjs.protocol;

/**
 * What is taken from a peer at most. Immutable.
 *
 * @param maxFrame bytes of one frame. A whole document comes as one message, so this bounds documents, too
 * @param maxMessages messages in one frame of y-websocket; of Hocuspocus there is always one
 * @param maxName bytes of the name of a document, in UTF-8
 * @param maxSession bytes of the session that may follow the name
 * @param maxToken bytes of a token
 * @param maxText bytes of a stateless message, a reason or a version of a provider
 * @param maxStates clients in one awareness update, and clients present in one {@link Awareness}. Clients send back what they
 *     receive, so an update may name everybody
 * @param maxState bytes of the state of one client, as JSON
 * @param maxDepth how deep arrays and objects in a state may be nested
 * @param maxGone clients that an {@link Awareness} remembers after they are gone, so that an older state does not bring them back;
 *     beyond it the ones that went first are forgotten
 */
public record ProtocolLimits(
        int maxFrame,
        int maxMessages,
        int maxName,
        int maxSession,
        int maxToken,
        int maxText,
        int maxStates,
        int maxState,
        int maxDepth,
        int maxGone) {
    /** For servers: 16 MiB a frame, as in the WebSocket protocol of Concord; a state has room for long selections and a small picture. */
    public static final ProtocolLimits DEFAULT =
            new ProtocolLimits(1 << 24, 256, 512, 128, 1 << 14, 1 << 16, 1 << 14, 1 << 16, 64, 1 << 14);

    /** Checks that all are above 0. */
    public ProtocolLimits {
        if (maxFrame < 1
                || maxMessages < 1
                || maxName < 1
                || maxSession < 1
                || maxToken < 1
                || maxText < 1
                || maxStates < 1
                || maxState < 1
                || maxDepth < 1
                || maxGone < 1) {
            throw new IllegalArgumentException("limits are 1 or more");
        }
    }
}
