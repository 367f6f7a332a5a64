package dev.concord.yjs.protocol;

import java.util.Arrays;

/**
 * One of the three messages that bring two replicas of a document to the same state. Each side sends {@link Step#STATE_VECTOR}, which
 * says what it has; the other answers with {@link Step#DIFFERENCE}, which is what it is missing. From then on each sends its edits as
 * {@link Step#UPDATE}.
 *
 * <p>The same bytes in both protocols. A client counts as synchronised at the first {@code DIFFERENCE} that it receives, so a server must
 * not send one before its document is loaded. Immutable, provided that nobody changes the array: it is not copied.
 *
 * @param step what the content is
 * @param content a state vector, or an update in format V1, unchecked: it is read by {@code StateVector.of} or {@code YDocument.apply}
 */
@SuppressWarnings("ArrayRecordComponent") // compared by its content, see equals
public record SyncMessage(Step step, byte[] content) implements YWebsocketMessage, HocuspocusMessage {
    /** What a message of synchronisation carries. */
    public enum Step {
        /** What the sender has ("step 1"). */
        STATE_VECTOR(0),
        /** What the receiver is missing ("step 2"). */
        DIFFERENCE(1),
        /** A new edit. */
        UPDATE(2);

        private final int number;

        Step(int number) {
            this.number = number;
        }
    }

    static SyncMessage read(MessageIn in) {
        int start = in.at();
        long number = in.varUint();
        for (Step step : Step.values()) {
            if (step.number == number) {
                return new SyncMessage(step, in.sized());
            }
        }
        throw new MalformedMessageException(start, "no message of synchronisation");
    }

    void write(MessageOut out) {
        out.varUint(step.number).sized(content);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SyncMessage message && message.step == step && Arrays.equals(message.content, content);
    }

    @Override
    public int hashCode() {
        return 31 * step.hashCode() + Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return step + " of " + content.length + " bytes";
    }
}
