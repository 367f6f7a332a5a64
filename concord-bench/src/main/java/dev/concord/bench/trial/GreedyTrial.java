package dev.concord.bench.trial;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Connections that begin something large and never end it: frames of 1 MiB and bodies of 8 MiB, all but the last byte. They come in rounds,
 * spread over some seconds; two people write meanwhile and between the rounds.
 */
final class GreedyTrial {
    private static final int TIMEOUT_MILLIS = 60_000;
    private static final int FRAME = 1 << 20;
    private static final int BODY = 8 << 20;
    private static final long WINDOW_NANOS = 10_000_000_000L;
    private static final String LATE = "HTTP/1.1 408";
    private static final int PIECE = 64 << 10;
    private static final long MAX_GROWTH = 16L << 20;

    /** What is asked for. */
    record Plan(int frames, int bodies, int rounds, int maxRise, Path jar) {}

    private final Plan plan;
    private final PrintStream out;
    private final Tally tally = new Tally();
    private final Map<String, LongAdder> ends = new ConcurrentHashMap<>();

    GreedyTrial(Plan plan, PrintStream out) {
        this.plan = plan;
        this.out = out;
    }

    /** Runs to the end; the tally has the faults that were found. */
    Tally run() throws IOException {
        Path home = Files.createTempDirectory("concord-trial");
        TrialServer server = new TrialServer(plan.jar(), home, tally);
        try {
            server.start(List.of("-Xmx256m"));
            attack(server);
        } finally {
            server.end(tally.faults().isEmpty());
            TrialServer.removeHome(home);
        }
        return tally;
    }

    private void attack(TrialServer server) throws IOException {
        HonestPair pair = new HonestPair("the pair", server.address("honest"), tally, 1, "h");
        Comparison comparison = new Comparison(List.of(pair), plan.maxRise(), tally);
        comparison.warmUp();
        long before = server.liveHeapBytes();
        long residentBefore = server.residentBytes();
        for (int round = 0; round < plan.rounds(); round++) {
            comparison.measure(false, WINDOW_NANOS);
            List<Greedy> all = new ArrayList<>();
            Thread opener = new Thread(() -> open(server, all), "greedy");
            opener.start();
            comparison.measure(true, WINDOW_NANOS);
            end(opener, all);
        }
        comparison.await("agreement", () -> pair.agrees(server.text("honest")));
        pair.end();
        double shed = server.metric("concord_input_shed_total");
        long after = server.liveHeapBytes();
        out.println("how they ended: " + new TreeMap<>(ends));
        out.printf(
                Locale.ROOT,
                "counted by the server: %.0f; heap in use: %,d KB before, %,d KB after; resident: %,d KB before, %,d KB after%n",
                shed,
                before >> 10,
                after >> 10,
                residentBefore >> 10,
                server.residentBytes() >> 10);
        comparison.report(out);
        long ended = ends.entrySet().stream()
                .filter(end -> end.getKey().equals("a body") || end.getKey().equals("a frame"))
                .mapToLong(end -> end.getValue().sum())
                .sum();
        if (ended != Math.round(shed)) {
            tally.fault("the server has ended " + ended + " connections and counted " + shed);
        }
        if (ended == 0) {
            tally.fault("the server has ended none: more --frames or --bodies are needed");
        }
        if (after - before > MAX_GROWTH) {
            tally.fault("the heap has grown from " + before + " to " + after + " bytes");
        }
    }

    /** Opens all of them, spread over two thirds of the window. */
    private void open(TrialServer server, List<Greedy> all) {
        int count = plan.frames() + plan.bodies();
        long interval = WINDOW_NANOS * 2 / 3 / count;
        long next = System.nanoTime();
        for (int i = 0; i < count; i++) {
            boolean body = (long) i * plan.bodies() / count != (long) (i + 1) * plan.bodies() / count;
            try {
                Greedy one = new Greedy(server.address("greedy"), body);
                synchronized (all) {
                    all.add(one);
                }
            } catch (IOException e) {
                tally.fault("a greedy connection was refused: " + e);
            }
            next += interval;
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    private void end(Thread opener, List<Greedy> all) throws IOException {
        try {
            opener.join();
            synchronized (all) {
                for (Greedy one : all) {
                    one.end();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** One connection that never ends what it begins. */
    private final class Greedy {
        private final Socket socket = new Socket();
        private final Thread reader;
        private volatile boolean over;

        Greedy(URI address, boolean body) throws IOException {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), TIMEOUT_MILLIS);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream to = socket.getOutputStream();
            int length = body ? BODY : FRAME;
            byte[] head;
            if (body) {
                head = ("PUT /rooms/greedy HTTP/1.1\r\nHost: " + address.getAuthority()
                                + "\r\nContent-Type: text/plain\r\nContent-Length: " + length + "\r\n\r\n")
                        .getBytes(ISO_8859_1);
            } else {
                RawWire.shakeHands(address, in, to);
                // A text frame, with a mask of zeros.
                head = new byte[] {(byte) 0x81, (byte) 0xff, 0, 0, 0, 0, 0, (byte) (length >> 16), 0, 0, 0, 0, 0, 0};
            }
            reader = new Thread(() -> read(in, body), "greedy-reader");
            reader.setDaemon(true);
            reader.start();
            Thread writer = new Thread(() -> write(to, head, length - 1), "greedy-writer");
            writer.setDaemon(true);
            writer.start();
        }

        private void write(OutputStream to, byte[] head, int length) {
            try {
                to.write(head);
                byte[] piece = new byte[PIECE];
                for (int left = length; left > 0; left -= PIECE) {
                    to.write(piece, 0, Math.min(left, PIECE));
                }
            } catch (IOException e) {
                // The server has ended it, which the reader sees, too.
            }
        }

        private void read(InputStream in, boolean body) {
            String end = body ? "a body" : "a frame";
            StringBuilder answer = new StringBuilder();
            try {
                // What a room sends to its members does not matter here, only how the answer to a body begins.
                for (int read = in.read(); read >= 0; read = in.read()) {
                    if (answer.length() < LATE.length()) {
                        answer.append((char) read);
                    }
                }
            } catch (IOException e) {
                // Reset: the server did not read what was on its way.
            }
            if (answer.toString().equals(LATE)) {
                end = "a body that took too long";
            }
            if (over) {
                end = "by the trial";
            }
            ends.computeIfAbsent(end, e -> new LongAdder()).increment();
        }

        void end() throws IOException, InterruptedException {
            over = true;
            socket.close();
            reader.join();
        }
    }
}
