package dev.concord.server.room.log;

import dev.concord.crdt.ChangeSink;
import dev.concord.crdt.ConflictException;
import dev.concord.crdt.Document;
import dev.concord.crdt.MalformedStateException;
import dev.concord.crdt.Operation;
import dev.concord.crdt.TextChange;
import dev.concord.store.CorruptRoomException;
import dev.concord.store.StoredOp;
import dev.concord.store.StoredRoom;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes documents of what is stored. */
public final class Replay {
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);

    private Replay() {}

    /**
     * The document that a stored room is: its snapshot and the ops after it.
     *
     * @param roomId the room
     * @param stored its rows
     * @param site of the new replica
     * @return a new document
     * @throws CorruptRoomException when a row cannot be decoded; it names the row
     */
    public static Document of(String roomId, StoredRoom stored, String site) {
        byte[] state = stored.state();
        Document document;
        try {
            document = state == null ? new Document(site) : Document.load(site, state);
        } catch (MalformedStateException | ConflictException e) {
            throw new CorruptRoomException(roomId, "snapshot", String.valueOf(e.getMessage()), e);
        }
        for (StoredOp op : stored.ops()) {
            Operation operation = operation(roomId, op);
            try {
                document.apply(operation, ChangeSink.NONE);
            } catch (ConflictException e) {
                skip(roomId, op, e);
            }
        }
        return document;
    }

    /**
     * Applies an op of the log.
     *
     * @param roomId the room
     * @param op the op
     * @param document has those before it
     * @return what it changed in the text
     * @throws CorruptRoomException when the op cannot be decoded
     */
    public static List<TextChange> apply(String roomId, StoredOp op, Document document) {
        Operation operation = operation(roomId, op);
        try {
            return document.apply(operation).changes();
        } catch (ConflictException e) {
            skip(roomId, op, e);
            return List.of();
        }
    }

    /** Two instances took two edits of one id, each before it knew the other's: the log's order decides, for all alike. */
    private static void skip(String roomId, StoredOp op, ConflictException e) {
        LOG.atWarn()
                .addKeyValue("room", roomId)
                .log("op {} is skipped because its id belongs to an earlier one: {}", op.seq(), e.getMessage());
    }

    /**
     * Decodes an op of the log.
     *
     * @param roomId the room
     * @param op the op
     * @return the operation
     * @throws CorruptRoomException when it cannot be decoded; it names the op
     */
    public static Operation operation(String roomId, StoredOp op) {
        try {
            return WireCodec.readOperation(op.op());
        } catch (WireException e) {
            throw new CorruptRoomException(roomId, "op " + op.seq(), String.valueOf(e.getMessage()), e);
        }
    }
}
