package dev.concord.yjs.protocol;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * States of clients: who is present, with what name, colour and selection. A state is a JSON object of the application's; an array is let
 * pass, because it is an object in JavaScript. Bytes: the number of entries, then for each the client, its clock, and the state as a
 * string, which is {@code null} for a client that is gone.
 *
 * <p>Immutable.
 *
 * @param entries in the order in which they are applied
 */
public record AwarenessUpdate(List<Entry> entries) implements YWebsocketMessage, HocuspocusMessage {
    /** The shortest entry has a byte each for client, clock and length, and the state {@code {}}. */
    private static final int MIN_ENTRY = 5;

    /**
     * One client.
     *
     * @param client its id, from 0 to 2^53-1
     * @param clock how often it has set its state, from 0 to 2^53-1
     * @param state JSON, passed on as it came; null when the client is gone
     */
    public record Entry(long client, long clock, @Nullable String state) {}

    /** Copies the list. */
    public AwarenessUpdate {
        entries = List.copyOf(entries);
    }

    /**
     * Reads an update. Takes time in proportion to its bytes.
     *
     * @param bytes the update, without the number of the message and its length; not kept
     * @param limits what is taken at most
     * @return the update, whose states are checked to be JSON: others would fail on what is not
     * @throws MalformedMessageException when the bytes are no awareness update, or a state is neither an object, an array nor null
     * @throws LimitExceededException when there are too many entries, or a state is too large or nested too deeply
     */
    public static AwarenessUpdate read(byte[] bytes, ProtocolLimits limits) {
        MessageIn in = new MessageIn(bytes);
        long count = in.varUint();
        if (count > in.left() / MIN_ENTRY) {
            throw new MalformedMessageException(
                    in.at(), count + " entries are announced, " + in.left() + " bytes follow");
        }
        LimitExceededException.check("maxStates", count, limits.maxStates());
        List<Entry> entries = new ArrayList<>((int) count);
        for (long i = 0; i < count; i++) {
            long client = in.varUint();
            long clock = in.varUint();
            int start = in.at();
            String state = in.string("maxState", limits.maxState());
            switch (JsonSyntax.of(state, limits.maxDepth())) {
                case CONTAINER -> entries.add(new Entry(client, clock, state));
                case NULL -> entries.add(new Entry(client, clock, null));
                case OTHER, NONE -> throw new MalformedMessageException(start, "a state that is no object");
            }
        }
        return new AwarenessUpdate(entries);
    }

    /**
     * The bytes of the update, without the number of a message.
     *
     * @return a new array
     */
    public byte[] toBytes() {
        MessageOut out = new MessageOut(64 * entries.size() + 1).varUint(entries.size());
        for (Entry entry : entries) {
            String state = entry.state();
            out.varUint(entry.client()).varUint(entry.clock()).string(state == null ? "null" : state);
        }
        return out.toBytes();
    }
}
