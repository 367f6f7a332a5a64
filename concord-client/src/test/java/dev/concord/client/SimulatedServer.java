package dev.concord.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.concord.client.SimulatedNetwork.Wire;
import dev.concord.crdt.ConflictException;
import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.crdt.Outcome;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One room as a server keeps it: ops are acknowledged when a commit has made them durable, and a crash loses the others. */
final class SimulatedServer {
    private final HandLoop loop;
    private final Map<Wire, Map<Long, Integer>> members = new LinkedHashMap<>();
    private final List<Operation> log = new ArrayList<>();
    private int durable;
    private Document document = new Document("server");
    private String epoch = "epoch-1";
    private boolean up = true;
    /** Which ops are refused, and with what. */
    Predicate<Operation> refusing = op -> false;

    ErrorCode refusal = ErrorCode.RATE_LIMITED;
    /** Is given each op when it is durable. */
    Consumer<Operation> onDurable = op -> {};
    /** A frame of more bytes ends the connection with 4413. */
    int maxFrameBytes = Integer.MAX_VALUE;
    /** What a sync says of the limits; a server that names them pulses every 20 s. Null for an older one. */
    Message.@Nullable Limits limits;

    /** What a sync says that its receiver may do; with {@code read}, ops are refused. Null for a server that lets everybody write. */
    @Nullable
    String right;

    /** How many frames were too large. */
    int tooLarge;

    /** Ops are kept from the disk until the next {@link #commit}. */
    boolean holdingCommits;

    SimulatedServer(HandLoop loop) {
        this.loop = loop;
    }

    Document document() {
        return document;
    }

    String text() {
        return document.text();
    }

    boolean accepts() {
        return up;
    }

    int members() {
        return members.size();
    }

    void join(Wire wire, Map<String, String> query) {
        if (query.containsKey("epoch") && !query.get("epoch").equals(epoch)) {
            wire.end(4409, "another history");
            return;
        }
        members.put(wire, new TreeMap<>());
        byte[] state = query.containsKey("version")
                ? document.difference(Base64.getUrlDecoder().decode(query.get("version")))
                : document.encode();
        send(wire, new Message.Sync(state, document.version(), epoch, right, limits));
        if (limits != null) {
            loop.schedule(() -> pulse(wire), 20_000);
        }
    }

    private void pulse(Wire wire) {
        if (members.containsKey(wire)) {
            send(wire, new Message.Pulse());
            loop.schedule(() -> pulse(wire), 20_000);
        }
    }

    void leave(Wire wire) {
        members.remove(wire);
    }

    /** Ends all connections with a close frame. */
    void dismiss(int code, String reason) {
        List<Wire> leaving = List.copyOf(members.keySet());
        members.clear();
        leaving.forEach(wire -> wire.end(code, reason));
    }

    void receive(Wire wire, String frame) {
        if (!members.containsKey(wire)) {
            return;
        }
        if (frame.getBytes(UTF_8).length > maxFrameBytes) {
            tooLarge++;
            members.remove(wire);
            send(wire, new Message.Refusal(ErrorCode.TOO_LARGE, "a frame may have " + maxFrameBytes + " bytes", null));
            wire.end(4413, "too large");
            return;
        }
        try {
            for (Message message : WireCodec.read(frame.getBytes(UTF_8))) {
                if (message instanceof Message.Op op) {
                    receive(wire, op);
                } else {
                    members.keySet().stream().filter(other -> other != wire).forEach(other -> send(other, message));
                }
            }
        } catch (WireException e) {
            throw new AssertionError("a client sent what cannot be read: " + frame, e);
        }
    }

    /** All that was received is durable. */
    void commit() {
        log.subList(durable, log.size()).forEach(onDurable);
        durable = log.size();
        members.forEach((wire, expected) -> {
            long acked = -1;
            for (var entry : Map.copyOf(expected).entrySet()) {
                if (entry.getValue() <= durable) {
                    expected.remove(entry.getKey());
                    acked = Math.max(acked, entry.getKey());
                }
            }
            if (acked >= 0) {
                send(wire, new Message.Ack(acked));
            }
        });
    }

    /** Forgets what is not durable, and everybody. */
    void crash() {
        up = false;
        members.keySet().forEach(wire -> wire.end(Transport.BROKEN, ""));
        members.clear();
        log.subList(durable, log.size()).clear();
        document = new Document("server");
        log.forEach(document::apply);
    }

    void start() {
        up = true;
    }

    /** The room is made anew, with another text. */
    void replace(String newEpoch, String text) {
        dismiss(4404, "");
        epoch = newEpoch;
        log.clear();
        durable = 0;
        document = new Document("server-" + newEpoch);
        if (!text.isEmpty()) {
            log.addAll(document.insert(0, text));
            durable = log.size();
        }
    }

    /** Everybody has another right from now on. */
    void grant(String next) {
        right = next;
        resynchronise();
    }

    /** As for a reader that was too slow. */
    void resynchronise() {
        members.keySet()
                .forEach(wire ->
                        send(wire, new Message.Sync(document.encode(), document.version(), epoch, right, limits)));
    }

    private void receive(Wire wire, Message.Op op) {
        Operation operation = op.operation();
        if ("read".equals(right)) {
            send(wire, new Message.Refusal(ErrorCode.FORBIDDEN, "you may read this room", op.seq()));
            return;
        }
        if (refusing.test(operation)) {
            send(wire, new Message.Refusal(refusal, "not now", op.seq()));
            return;
        }
        Outcome outcome;
        try {
            outcome = document.check(operation);
        } catch (ConflictException e) {
            send(wire, new Message.Refusal(ErrorCode.CONFLICT, String.valueOf(e.getMessage()), op.seq()));
            return;
        }
        if (outcome != Outcome.DUPLICATE) {
            document.apply(operation);
            log.add(operation);
            Message.Op toOthers = new Message.Op(0, operation);
            members.keySet().stream().filter(other -> other != wire).forEach(other -> send(other, toOthers));
        }
        members.get(wire).put(op.seq(), log.size());
        if (!holdingCommits) {
            loop.execute(this::commit);
        }
    }

    private static void send(Wire wire, Message message) {
        wire.toClient(new String(WireCodec.write(message), UTF_8));
    }
}
