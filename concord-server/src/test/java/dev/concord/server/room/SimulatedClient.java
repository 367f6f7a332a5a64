package dev.concord.server.room;

import dev.concord.crdt.ConflictException;
import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.crdt.Outcome;
import dev.concord.wire.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A client of a simulated room: it edits, sends, reads when the simulation says so, and brings back what is missing at the server. */
class SimulatedClient {
    private static final char PLACEHOLDER = '\uFFFD';

    final String name;
    final Document document;
    /** By seq, what this connection has sent and got no answer to. */
    final TreeMap<Long, Operation> unacknowledged = new TreeMap<>();
    /** Placeholders for deleted text: as the protocol asks, they are not sent before all deletes are acknowledged. */
    private final List<Operation> placeholders = new ArrayList<>();

    final List<Operation> acknowledged;
    FakeMember member;
    Room room;
    boolean asked;
    boolean synchronised;
    long seq;

    SimulatedClient(String name, List<Operation> acknowledged) {
        this.name = name;
        this.document = new Document(name);
        this.acknowledged = acknowledged;
    }

    boolean isConnected() {
        return room != null && member.closed == null;
    }

    /** The connection is gone; {@code orderly} when the room learns of it. */
    void disconnect(boolean orderly) {
        if (orderly && isConnected()) {
            room.leave(member);
        }
        room = null;
        synchronised = false;
        unacknowledged.clear();
        placeholders.clear();
    }

    void send(Operation op) {
        // Before its sync a client keeps its edits: the sync says what is missing at the server.
        if (isConnected() && synchronised) {
            seq++;
            unacknowledged.put(seq, op);
            deliver(new Message.Op(seq, op));
        }
    }

    void deliver(Message.Op op) {
        room.receive(member, op);
    }

    void read() {
        if (room == null) {
            return;
        }
        for (Message message : member.take()) {
            if (message instanceof Message.Sync sync) {
                document.merge(sync.state());
                boolean first = !synchronised;
                synchronised = true;
                if (first) {
                    bring(document.missingFrom(sync.version()));
                }
            } else if (message instanceof Message.Op op) {
                document.apply(op.operation());
            } else if (message instanceof Message.Ack ack) {
                Map<Long, Operation> done = unacknowledged.headMap(ack.seq(), true);
                acknowledged.addAll(done.values());
                done.clear();
                sendPlaceholders();
            } else {
                throw new AssertionError("unexpected " + message);
            }
        }
    }

    private void bring(List<Operation> missing) {
        for (Operation op : missing) {
            if (op instanceof Operation.Insert insert && insert.value().chars().allMatch(c -> c == PLACEHOLDER)) {
                placeholders.add(op);
            } else {
                send(op);
            }
        }
        sendPlaceholders();
    }

    private void sendPlaceholders() {
        if (unacknowledged.values().stream().noneMatch(Operation.Delete.class::isInstance)) {
            placeholders.forEach(this::send);
            placeholders.clear();
        }
    }

    /**
     * Whether a document has all of an op. It may have the text of an insert as placeholders, when it came from somebody who knew that text as
     * deleted only.
     */
    static boolean isKnown(Operation op, Document document) {
        try {
            return document.check(op) == Outcome.DUPLICATE;
        } catch (ConflictException placeholders) {
            return true;
        }
    }
}
