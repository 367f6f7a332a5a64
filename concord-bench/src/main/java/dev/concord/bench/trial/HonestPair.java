package dev.concord.bench.trial;

import dev.concord.crdt.Operation;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Two members of a room, one of which types and the other looks how long each edit takes to arrive. */
final class HonestPair {
    private final String name;
    private final String typed;
    private final HonestMember writer;
    private final HonestMember reader;
    private final Map<Long, Long> sentNanos = new ConcurrentHashMap<>();
    private final List<Long> latencies = new ArrayList<>();
    private long seq;
    private boolean full;

    /**
     * Connects both.
     *
     * @param typed what an edit inserts; more than one character is removed again by the next edit
     */
    HonestPair(String name, URI address, Tally tally, long seed, String typed) throws IOException {
        this.name = name;
        this.typed = typed;
        this.writer = new HonestMember(name + " writer", address, writerSite(seed), tally, (op, now) -> {}, false);
        this.reader = new HonestMember(
                name + " reader", address, "honest-r" + Long.toHexString(seed), tally, this::noteArrival, false);
        writer.start();
        reader.start();
    }

    private void noteArrival(Operation operation, long now) {
        Long sent = operation.id().site().equals(writer.site())
                ? sentNanos.remove(operation.id().counter())
                : null;
        if (sent != null) {
            synchronized (latencies) {
                latencies.add(now - sent);
            }
        }
    }

    String name() {
        return name;
    }

    /** The site under which the writer of a pair with this seed writes. */
    static String writerSite(long seed) {
        return "honest-w" + Long.toHexString(seed);
    }

    boolean isSynced() {
        return writer.isSynced() && reader.isSynced();
    }

    /** Makes one edit at the beginning of the text. */
    void type() throws IOException {
        List<Operation> operations = writer.edit(full ? typed.length() : 0, typed);
        full = !full && typed.length() > 1;
        List<byte[]> frames = new ArrayList<>();
        for (Operation operation : operations) {
            seq++;
            sentNanos.put(operation.id().counter(), System.nanoTime());
            frames.add(WireCodec.write(new Message.Op(seq, operation)));
        }
        writer.send(frames);
    }

    /** Shows that the one who only reads is still there. */
    void show() throws IOException {
        reader.show();
    }

    boolean isSettled() {
        return writer.acknowledged() == seq && sentNanos.isEmpty();
    }

    /** Whether both show one text, and the server this one. */
    boolean agrees(String served) {
        return writer.text().equals(reader.text()) && writer.text().equals(served);
    }

    /** How long each edit took that has arrived since the last call, in nanoseconds. */
    List<Long> takeLatencies() {
        synchronized (latencies) {
            List<Long> taken = List.copyOf(latencies);
            latencies.clear();
            return taken;
        }
    }

    void end() {
        writer.end();
        reader.end();
    }
}
