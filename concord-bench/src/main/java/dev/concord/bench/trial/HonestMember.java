package dev.concord.bench.trial;

import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

/** A member of a room with a copy of its document, which does what clients do, and may stop to read for a while. */
final class HonestMember implements Wire.Receiver {
    private static final long PAUSE_NANOS = 5_000_000;

    private final String name;
    private final Tally tally;
    private final BiConsumer<Operation, Long> arrivals;
    private final Document document;
    private final RawWire wire;
    private volatile boolean synced;
    private volatile long acknowledged;
    private volatile boolean ended;
    private volatile boolean paused;

    /**
     * Connects; {@link #start} reads.
     *
     * @param arrivals gets each operation of others and when it came, on the thread that reads
     * @param smallBuffer whether the socket takes little that was not read
     */
    HonestMember(
            String name,
            URI address,
            String site,
            Tally tally,
            BiConsumer<Operation, Long> arrivals,
            boolean smallBuffer)
            throws IOException {
        this.name = name;
        this.tally = tally;
        this.arrivals = arrivals;
        this.document = new Document(site);
        this.wire = new RawWire(address, this, tally, new Random(1), smallBuffer);
    }

    void start() {
        wire.start(name);
    }

    @Override
    public void text(byte[] bytes, int from, int to) {
        while (paused && !ended) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        long now = System.nanoTime();
        try {
            for (Message message : WireCodec.read(Arrays.copyOfRange(bytes, from, to))) {
                take(message, now);
            }
        } catch (WireException | RuntimeException e) {
            tally.fault(name + ": " + e);
        }
    }

    private void take(Message message, long now) {
        if (message instanceof Message.Sync sync) {
            synchronized (document) {
                document.merge(sync.state());
            }
            synced = true;
        } else if (message instanceof Message.Op op) {
            synchronized (document) {
                document.apply(op.operation());
            }
            arrivals.accept(op.operation(), now);
        } else if (message instanceof Message.Ack ack) {
            acknowledged = ack.seq();
        } else if (message instanceof Message.Refusal refusal) {
            tally.fault(name + " was refused: " + refusal.message());
        }
    }

    @Override
    public void closed(int code, String reason) {
        if (!ended) {
            tally.fault(name + " was closed: " + code + " " + reason);
        }
    }

    @Override
    public void fault(String what) {
        tally.fault(name + ": " + what);
    }

    String site() {
        return document.site();
    }

    boolean isSynced() {
        return synced;
    }

    /** The highest seq that was acknowledged. */
    long acknowledged() {
        return acknowledged;
    }

    String text() {
        synchronized (document) {
            return document.text();
        }
    }

    /** Replaces what its text begins with: the operations are not sent yet. */
    List<Operation> edit(int delete, String insert) {
        synchronized (document) {
            return delete > 0 ? document.delete(0, delete) : document.insert(0, insert);
        }
    }

    void send(List<byte[]> frames) throws IOException {
        wire.send(frames);
    }

    /** Shows that it is still there, as who only reads must. */
    void show() throws IOException {
        wire.send(List.of(WireCodec.write(new Message.Presence(name, 0, "#2DD4BF"))));
    }

    /** Reads nothing from now on, or goes on. */
    void pause(boolean on) {
        paused = on;
    }

    void end() {
        ended = true;
        wire.abort();
    }
}
