package dev.concord.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.fail;

import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.testing.Await;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A well-behaved client: edits a document, keeps what is not acknowledged, and after every connect sends again what the server may
 * be missing. Thread-safe: one lock around everything.
 */
final class TestClient implements AutoCloseable {
    private static final Duration DEATH = Duration.ofSeconds(20);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Document document;
    private final NavigableMap<Long, Operation> outbox = new TreeMap<>();
    /** An op of others that waits: the how many-th that came. With one other writer in the room that is the seq that it has with its sender. */
    private record Held(long number, Operation operation) {}

    private final Deque<Held> held = new ArrayDeque<>();
    private long received;
    private final List<Message.Refusal> refusals = new ArrayList<>();
    private final List<Message.Presence> presences = new ArrayList<>();
    private Consumer<Operation> onAck = op -> {};
    private Consumer<Operation> onOp = op -> {};
    private Connection connection;
    private boolean holding;
    private boolean synced;
    private String epoch;
    private long lastSeq;
    private long appliedUpTo;
    private int syncs;
    private long brought;
    private int closeCode;
    /** Counts the connections, so that a late word from one that was given up is not taken for the present one's. */
    private int generation;

    private Throwable failure;

    TestClient(String site) {
        document = new Document(site);
    }

    /** Called for every op of this client that was acknowledged, with the client's lock held. */
    TestClient onAck(Consumer<Operation> listener) {
        onAck = listener;
        return this;
    }

    /** Called for every op of others once it is in the document, with the client's lock held. */
    TestClient onOp(Consumer<Operation> listener) {
        onOp = listener;
        return this;
    }

    /** Connects; returns when the first sync has been merged. */
    TestClient connect(URI uri) {
        int opening = locked(() -> {
            connection = null;
            synced = false;
            closeCode = 0;
            generation++;
            return generation;
        });
        Connection[] opened = new Connection[1];
        opened[0] = Connection.open(uri, new Connection.Listener() {
            @Override
            public void frame(String text) {
                locked(() -> {
                    if (opening == generation) {
                        receive(text);
                    }
                    return null;
                });
            }

            @Override
            public void closed(int code) {
                locked(() -> {
                    if (opening == generation) {
                        synced = false;
                        closeCode = code;
                    }
                    return null;
                });
            }
        });
        locked(() -> {
            connection = opened[0];
            // The sync may have come before the connection was known here.
            if (synced) {
                resend();
            }
            return null;
        });
        awaitThat("the first sync came", () -> synced);
        return this;
    }

    /** Changes the document and sends what that gives; while offline, keeps it. */
    List<Operation> edit(Function<Document, List<Operation>> change) {
        return locked(() -> {
            List<Operation> ops = change.apply(document);
            ops.forEach(this::send);
            return ops;
        });
    }

    List<Operation> type(int offset, String text) {
        return edit(on -> on.insert(offset, text));
    }

    List<Operation> delete(int offset, int length) {
        return edit(on -> on.delete(offset, length));
    }

    void present(String user, int cursor) {
        locked(() -> {
            connection.send(new String(WireCodec.write(new Message.Presence(user, cursor, "#2DD4BF")), UTF_8));
            return null;
        });
    }

    /** From now on ops of others wait until {@link #applyHeld} lets them in. */
    TestClient holdBack() {
        return locked(() -> {
            holding = true;
            return this;
        });
    }

    /** Applies the ops that wait, up to the one that came as the how many-th. */
    int applyHeld(long number) {
        return locked(() -> {
            int applied = 0;
            while (!held.isEmpty() && held.getFirst().number() <= number) {
                Held op = held.removeFirst();
                document.apply(op.operation());
                appliedUpTo = op.number();
                applied++;
            }
            return applied;
        });
    }

    /** Waits for a condition on this client, which is looked at whenever something came, with its lock held. */
    void awaitThat(String description, BooleanSupplier condition) {
        awaitThat(description, condition, Await.DEADLINE);
    }

    void awaitThat(String description, BooleanSupplier condition, Duration deadline) {
        long left = deadline.toNanos();
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                rethrow();
                if (left <= 0) {
                    fail("waited in vain that " + description + "; " + this);
                }
                // Conditions may also look at other things than this client: look again from time to time.
                long slice = Math.min(left, TimeUnit.MILLISECONDS.toNanos(1));
                left -= slice - changed.awaitNanos(slice);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } finally {
            lock.unlock();
        }
    }

    void awaitAcks() {
        awaitAcks(Await.DEADLINE);
    }

    void awaitAcks(Duration deadline) {
        awaitThat("everything is acknowledged", outbox::isEmpty, deadline);
    }

    void awaitText(String text) {
        awaitText(text, Await.DEADLINE);
    }

    void awaitText(String text, Duration deadline) {
        awaitThat(
                "the text is the expected one of " + text.length(),
                () -> document.length() == text.length() && document.text().equals(text),
                deadline);
    }

    /** Whether the connection has ended and none has been opened since. */
    boolean isClosed() {
        return locked(() -> closeCode != 0);
    }

    /**
     * Waits until all is received that a server sent before it was killed. The HTTP client of the JDK does not always tell that such a connection is
     * broken (seen once in some fifty kills): then it is ended here.
     */
    void awaitDeath() {
        try {
            awaitThat("the connection breaks", () -> closeCode != 0, DEATH);
        } catch (AssertionError silent) {
            System.out.println("a killed server's connection was not reported: " + silent.getMessage());
            abort();
            awaitClose();
        }
    }

    int awaitClose() {
        awaitThat("the connection ends", () -> closeCode != 0);
        return locked(() -> closeCode);
    }

    String text() {
        return locked(document::text);
    }

    int length() {
        return locked(document::length);
    }

    String digest() {
        return locked(() -> HexFormat.of().formatHex(document.digest()));
    }

    <T> T look(Function<Document, T> at) {
        return locked(() -> at.apply(document));
    }

    int unacknowledged() {
        return locked(outbox::size);
    }

    long lastSeq() {
        return locked(() -> lastSeq);
    }

    long heldUpTo() {
        return locked(() -> held.isEmpty() ? 0 : held.getLast().number());
    }

    /** The number of the last op that {@link #applyHeld} let in. */
    long appliedUpTo() {
        return locked(() -> appliedUpTo);
    }

    /** How many ops of others a server was missing and got from here. */
    long brought() {
        return locked(() -> brought);
    }

    int syncs() {
        return locked(() -> syncs);
    }

    /** Whether a presence of this user has come. */
    boolean knows(String user) {
        return locked(
                () -> presences.stream().anyMatch(presence -> presence.user().equals(user)));
    }

    /** How many pings have come on this connection. */
    int pings() {
        return connection.pings();
    }

    void pause() {
        connection.pause();
    }

    void resume() {
        connection.resume();
    }

    /** Fails when something went wrong that this client did not provoke. */
    void assertUndisturbed() {
        locked(() -> {
            rethrow();
            assertEquals(List.of(), refusals);
            return null;
        });
    }

    /** Drops the connection without a word; the client can connect again. */
    void abort() {
        connection.abort();
    }

    @Override
    public void close() {
        Connection open = locked(() -> connection);
        if (open != null) {
            open.abort();
        }
    }

    @Override
    public String toString() {
        return locked(() -> "client " + document.site() + ": text of " + document.length() + ", waiting inside "
                + document.pendingCount() + ", unacknowledged " + outbox.size() + ", held " + held.size() + ", syncs "
                + syncs + ", close code " + closeCode + ", refusals " + refusals);
    }

    private void receive(String text) {
        try {
            for (Message message : WireCodec.read(text.getBytes(UTF_8))) {
                receive(message);
            }
        } catch (WireException | RuntimeException e) {
            failure = failure == null ? e : failure;
        }
    }

    private void receive(Message message) {
        if (message instanceof Message.Sync sync) {
            if (epoch != null && !epoch.equals(sync.epoch())) {
                throw new IllegalStateException("the room has another epoch: " + sync.epoch());
            }
            epoch = sync.epoch();
            document.merge(sync.state());
            syncs++;
            if (!synced) {
                synced = true;
                queueMissing(sync.version());
                if (connection != null) {
                    resend();
                }
            }
        } else if (message instanceof Message.Op op) {
            if (holding) {
                held.add(new Held(++received, op.operation()));
            } else {
                document.apply(op.operation());
                onOp.accept(op.operation());
            }
        } else if (message instanceof Message.Ack ack) {
            NavigableMap<Long, Operation> acknowledged = outbox.headMap(ack.seq(), true);
            acknowledged.values().forEach(onAck);
            acknowledged.clear();
        } else if (message instanceof Message.Refusal refusal) {
            refusals.add(refusal);
        } else if (message instanceof Message.Presence presence) {
            presences.add(presence);
        }
    }

    /**
     * Puts ops of others that a server has lost, unacknowledged, into the outbox. Not its own that were acknowledged: a
     * server that lost those must be found out, not helped.
     */
    private void queueMissing(byte[] version) {
        for (Operation op : document.missingFrom(version)) {
            if (!op.id().site().equals(document.site())) {
                lastSeq++;
                outbox.put(lastSeq, op);
                brought++;
            }
        }
    }

    private void resend() {
        outbox.forEach(this::write);
    }

    private void send(Operation op) {
        lastSeq++;
        outbox.put(lastSeq, op);
        if (synced && connection != null) {
            write(lastSeq, op);
        }
    }

    private void write(long seq, Operation op) {
        connection.send(new String(WireCodec.write(new Message.Op(seq, op)), UTF_8));
    }

    private void rethrow() {
        assertNull(failure, () -> "client " + document.site() + " could not take what came");
    }

    private interface Work<T> {
        T run();
    }

    private <T> T locked(Work<T> work) {
        lock.lock();
        try {
            return work.run();
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }
}
