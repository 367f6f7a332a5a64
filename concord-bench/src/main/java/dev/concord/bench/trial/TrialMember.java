package dev.concord.bench.trial;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.concord.client.Transport;
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
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One member of a room: a writer that follows its script, sends again after a restart what was not acknowledged, and holds every frame
 * that comes against the scripts of the others.
 */
final class TrialMember {
    private static final byte[] OP = "{\"t\":\"op\",".getBytes(UTF_8);
    private static final byte[] SEQ = "\"seq\":".getBytes(UTF_8);
    private static final byte[] DATA = "\"data\":".getBytes(UTF_8);
    private static final byte[] SITE = "{\"kind\":\"insert\",\"id\":{\"site\":\"w".getBytes(UTF_8);
    private static final byte[] COUNTER = "\",\"counter\":".getBytes(UTF_8);
    private static final byte[] ACK = "{\"t\":\"ack\",\"seq\":".getBytes(UTF_8);
    private static final int MAX_BATCH = 64;
    private static final int GOING_AWAY = 1001;
    private static final List<Integer> COME_AGAIN = List.of(Transport.BROKEN, GOING_AWAY, 1012, 1013);
    private static final long IDLE_NANOS = 200_000;

    private final String room;
    private final int number;
    private final List<Script> scripts;
    private final Script own;
    private final TrialServer server;
    private final Tally tally;
    private final @Nullable Transport jdk;
    private final Random random;
    private final int window;
    /** The ops of each writer that are here. */
    private final int[] have;

    private volatile int acknowledged;
    private volatile boolean ended;
    /** Rises with each connection; what a former one tells is not listened to. */
    private volatile int generation;

    private volatile boolean synced;
    private volatile boolean lost;
    private volatile int sent;
    private long presence;

    TrialMember(
            String room,
            int number,
            List<Script> scripts,
            TrialServer server,
            Tally tally,
            @Nullable Transport jdk,
            Random random) {
        this.room = room;
        this.number = number;
        this.scripts = scripts;
        this.own = scripts.get(number);
        this.server = server;
        this.tally = tally;
        this.jdk = jdk;
        this.random = random;
        this.window = 1 + random.nextInt(random.nextInt(4) == 0 ? 20 : 2000);
        this.have = new int[scripts.size()];
    }

    /** Everything of this member is acknowledged, and everything of the others is here. */
    boolean isDone() {
        if (acknowledged < own.size()) {
            return false;
        }
        synchronized (have) {
            for (int writer = 0; writer < have.length; writer++) {
                if (writer != number && have[writer] < scripts.get(writer).size()) {
                    return false;
                }
            }
        }
        return true;
    }

    int acknowledged() {
        return acknowledged;
    }

    void end() {
        ended = true;
    }

    /** What checks the frames of the present connection. */
    Wire.Receiver receiver() {
        return new Incoming(generation);
    }

    /** Connects, writes, and connects again, until the end. */
    void work() {
        while (!ended) {
            URI address = server.socket(room);
            if (address == null) {
                LockSupport.parkNanos(10 * IDLE_NANOS);
                continue;
            }
            try {
                connect(address);
            } catch (IOException e) {
                // No server there, or one that is just going: another one comes.
                LockSupport.parkNanos(10 * IDLE_NANOS);
            }
        }
    }

    private void connect(URI address) throws IOException {
        synced = false;
        lost = false;
        // One thread alone writes it.
        int next = generation + 1;
        generation = next;
        Wire.Receiver incoming = new Incoming(next);
        Wire wire;
        if (jdk != null) {
            wire = new JdkWire(jdk, address, incoming, tally);
        } else {
            RawWire raw = new RawWire(address, incoming, tally, random, random.nextInt(8) == 0);
            raw.start("reader " + room + " " + number);
            wire = raw;
        }
        tally.connections.increment();
        try {
            sent = acknowledged;
            while (!ended && !lost) {
                int free = Math.min(own.size(), acknowledged + window) - sent;
                if (!synced || free <= 0) {
                    LockSupport.parkNanos(IDLE_NANOS);
                    continue;
                }
                send(wire, 1 + random.nextInt(Math.min(free, random.nextBoolean() ? 4 : MAX_BATCH)));
            }
        } finally {
            wire.abort();
        }
    }

    private void send(Wire wire, int ops) throws IOException {
        List<byte[]> batch = new ArrayList<>(ops + 1);
        int first = sent;
        sent = first + ops;
        for (int i = first; i < first + ops; i++) {
            byte[] op = own.op(i);
            byte[] head = ("{\"t\":\"op\",\"seq\":" + (i + 1) + ",\"data\":").getBytes(UTF_8);
            byte[] frame = Arrays.copyOf(head, head.length + op.length + 1);
            System.arraycopy(op, 0, frame, head.length, op.length);
            frame[frame.length - 1] = '}';
            batch.add(frame);
        }
        if (random.nextInt(20) == 0) {
            presence++;
            String user = Sealed.seal(Script.site(number), presence, "\u65e5\ud83d\ude00" + random.nextLong());
            batch.add(WireCodec.write(new Message.Presence(user, 0, "#2DD4BF")));
        }
        wire.send(batch);
    }

    private final class Incoming implements Wire.Receiver {
        private final int mine;
        private final int acknowledgedBefore = acknowledged;

        Incoming(int generation) {
            this.mine = generation;
        }

        @Override
        public void text(byte[] bytes, int from, int to) {
            if (mine != generation) {
                return;
            }
            if (starts(bytes, from, to, OP)) {
                op(bytes, from, to);
            } else if (starts(bytes, from, to, ACK)) {
                ack(bytes, from, to);
            } else {
                other(bytes, from, to);
            }
        }

        private void op(byte[] bytes, int from, int to) {
            int data = data(bytes, from + OP.length, to);
            long[] parsed = data < 0 ? null : writerAndCounter(bytes, data, to);
            if (parsed == null) {
                bad("an op that nobody sent", bytes, from, to);
                return;
            }
            int writer = (int) parsed[0];
            Script script = scripts.get(writer);
            int index = script.indexOf(parsed[1], have[writer]);
            if (index < 0 || !same(script, index, bytes, data, to - 1) || bytes[to - 1] != '}') {
                bad("an op of writer " + writer + " that it did not send", bytes, from, to);
                return;
            }
            synchronized (have) {
                if (index > have[writer]) {
                    bad("op " + index + " of writer " + writer + " after " + have[writer], bytes, from, to);
                } else if (index < have[writer]) {
                    tally.again.increment();
                }
                have[writer] = Math.max(have[writer], index + 1);
            }
            tally.ops.increment();
        }

        /** Byte for byte, or, should the server write it in another way, by its meaning. */
        private boolean same(Script script, int index, byte[] bytes, int from, int to) {
            if (script.holds(index, bytes, from, to)) {
                return true;
            }
            try {
                Operation came = WireCodec.readOperation(Arrays.copyOfRange(bytes, from, to));
                return came.equals(WireCodec.readOperation(script.op(index)));
            } catch (WireException e) {
                return false;
            }
        }

        private long @Nullable [] writerAndCounter(byte[] bytes, int at, int to) {
            if (!starts(bytes, at, to, SITE)) {
                return null;
            }
            long[] writer = number(bytes, at + SITE.length, to);
            if (writer[0] < 0 || writer[0] >= scripts.size() || !starts(bytes, (int) writer[1], to, COUNTER)) {
                return null;
            }
            return new long[] {writer[0], number(bytes, (int) writer[1] + COUNTER.length, to)[0]};
        }

        private void ack(byte[] bytes, int from, int to) {
            long[] seq = number(bytes, from + ACK.length, to);
            if (seq[0] < acknowledged || seq[0] > sent || seq[1] != to - 1 || bytes[to - 1] != '}') {
                bad("an ack after " + acknowledged + ", with " + sent + " sent", bytes, from, to);
                return;
            }
            tally.acknowledged.add(seq[0] - acknowledged);
            acknowledged = (int) seq[0];
        }

        private void other(byte[] bytes, int from, int to) {
            List<Message> messages;
            try {
                messages = WireCodec.read(Arrays.copyOfRange(bytes, from, to));
            } catch (WireException e) {
                bad("what cannot be read, " + e.getMessage(), bytes, from, to);
                return;
            }
            for (Message message : messages) {
                if (message instanceof Message.Sync sync) {
                    sync(sync);
                } else if (message instanceof Message.Presence shown) {
                    String fault = Sealed.faultOf(shown.user());
                    if (fault.isEmpty()) {
                        tally.presences.increment();
                    } else {
                        bad("a presence, " + fault, bytes, from, to);
                    }
                } else if (!(message instanceof Message.Pulse)) {
                    bad("what was not expected", bytes, from, to);
                }
            }
        }

        private void sync(Message.Sync sync) {
            Map<String, Integer> counts;
            try {
                Document document = new Document("checker");
                document.merge(sync.state());
                counts = Sealed.count(document.text());
            } catch (RuntimeException e) {
                fault("a sync of " + sync.state().length + " bytes: " + e);
                return;
            }
            if (counts.getOrDefault(Script.site(number), 0) < acknowledgedBefore) {
                fault("a sync has " + counts.get(Script.site(number)) + " ops of this member, acknowledged were "
                        + acknowledgedBefore);
            }
            synchronized (have) {
                for (int writer = 0; writer < have.length; writer++) {
                    have[writer] = Math.max(have[writer], counts.getOrDefault(Script.site(writer), 0));
                }
            }
            tally.syncs.increment();
            synced = true;
        }

        @Override
        public void closed(int code, String reason) {
            if (mine != generation) {
                return;
            }
            lost = true;
            if (!COME_AGAIN.contains(code) && !ended) {
                fault("closed with " + code + ": " + reason);
            }
        }

        @Override
        public void fault(String what) {
            if (mine == generation) {
                tally.fault(room + ", member " + number + (jdk == null ? "" : " (JDK)") + ": " + what);
            }
        }

        private void bad(String what, byte[] bytes, int from, int to) {
            String text = new String(bytes, from, Math.min(to - from, 400), UTF_8);
            StringBuilder hex = new StringBuilder();
            for (int i = from; i < Math.min(to, from + 64); i++) {
                hex.append(String.format("%02x", bytes[i]));
            }
            fault(what + ", " + (to - from) + " bytes: " + text + " | " + hex);
        }
    }

    private static boolean starts(byte[] bytes, int from, int to, byte[] prefix) {
        return to - from >= prefix.length && Arrays.equals(bytes, from, from + prefix.length, prefix, 0, prefix.length);
    }

    /** Where the data of an op begins, which may have a place of its own before it; -1 when there is none. */
    private static int data(byte[] bytes, int from, int to) {
        int at = from;
        if (starts(bytes, at, to, SEQ)) {
            long[] seq = number(bytes, at + SEQ.length, to);
            at = (int) seq[1] + 1;
            if (seq[0] < 0 || at > to || bytes[at - 1] != ',') {
                return -1;
            }
        }
        return starts(bytes, at, to, DATA) ? at + DATA.length : -1;
    }

    /** A number and where it ends; -1 when there is none. */
    private static long[] number(byte[] bytes, int from, int to) {
        long number = 0;
        int at = from;
        while (at < to && at < from + 15 && bytes[at] >= '0' && bytes[at] <= '9') {
            number = 10 * number + bytes[at] - '0';
            at++;
        }
        return new long[] {at == from ? -1 : number, at};
    }
}
