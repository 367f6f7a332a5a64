package dev.concord.bench.trial;

import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** Two members of a room, one of which types and the other looks how long each edit takes to arrive. */
final class HonestPair {
    private final String name;
    private final Tally tally;
    private final Person writer;
    private final Person reader;
    private final Map<Long, Long> sentNanos = new ConcurrentHashMap<>();
    private final List<Long> latencies = new ArrayList<>();
    private long seq;

    /** One of the two, with a copy of the document. */
    private final class Person implements Wire.Receiver {
        private final Document document;
        private final RawWire wire;
        private volatile boolean synced;
        private volatile long acknowledged;
        private volatile boolean ended;

        Person(URI address, String site) throws IOException {
            this.document = new Document(site);
            this.wire = new RawWire(address, this, tally, new Random(1), false);
        }

        @Override
        public void text(byte[] bytes, int from, int to) {
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
                noteArrival(op.operation(), now);
            } else if (message instanceof Message.Ack ack) {
                acknowledged = ack.seq();
            } else if (message instanceof Message.Refusal refusal) {
                tally.fault(name + " was refused: " + refusal.message());
            }
        }

        private void noteArrival(Operation operation, long now) {
            Long sent = this == reader && operation.id().site().equals(writer.document.site())
                    ? sentNanos.remove(operation.id().counter())
                    : null;
            if (sent != null) {
                synchronized (latencies) {
                    latencies.add(now - sent);
                }
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

        String text() {
            synchronized (document) {
                return document.text();
            }
        }
    }

    HonestPair(String name, URI address, Tally tally, long seed) throws IOException {
        this.name = name;
        this.tally = tally;
        this.writer = new Person(address, writerSite(seed));
        this.reader = new Person(address, "honest-r" + Long.toHexString(seed));
        writer.wire.start(name + " writer");
        reader.wire.start(name + " reader");
    }

    /** The site under which the writer of a pair with this seed writes. */
    static String writerSite(long seed) {
        return "honest-w" + Long.toHexString(seed);
    }

    boolean isSynced() {
        return writer.synced && reader.synced;
    }

    /** Types one character at the end of its own text. */
    void type() throws IOException {
        List<Operation> operations;
        synchronized (writer.document) {
            operations = writer.document.insert(0, "h");
        }
        List<byte[]> frames = new ArrayList<>();
        for (Operation operation : operations) {
            seq++;
            sentNanos.put(operation.id().counter(), System.nanoTime());
            frames.add(WireCodec.write(new Message.Op(seq, operation)));
        }
        writer.wire.send(frames);
    }

    /** Shows that the one who only reads is still there. */
    void show() throws IOException {
        reader.wire.send(List.of(WireCodec.write(new Message.Presence(name, 0, "#2DD4BF"))));
    }

    boolean isSettled() {
        return writer.acknowledged == seq && sentNanos.isEmpty();
    }

    /** Whether both show one text, and the server this one. */
    boolean agrees(String served) {
        return writer.text().equals(reader.text()) && writer.text().equals(served);
    }

    /** The 99th percentile of what was measured since the last call, in nanoseconds; 0 for none. */
    long p99() {
        synchronized (latencies) {
            List<Long> sorted = latencies.stream().sorted().toList();
            latencies.clear();
            return sorted.isEmpty() ? 0 : sorted.get((int) Math.min(sorted.size() - 1L, sorted.size() * 99L / 100));
        }
    }

    void end() {
        writer.ended = true;
        reader.ended = true;
        writer.wire.abort();
        reader.wire.abort();
    }
}
