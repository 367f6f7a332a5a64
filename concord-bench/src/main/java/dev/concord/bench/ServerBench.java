package dev.concord.bench;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one op costs a whole server: a server process with its embedded store, one room, one member that types and others that read. What is
 * measured is the processor time of the server's process for each op, from before the first op of 200,000 until the last one is acknowledged
 * and all who read have it. Several jars take turns, so that a noisy machine is noisy for all of them.
 */
final class ServerBench {
    private static final int OPS = 200_000;
    private static final int WARM_UP = 300_000;
    /** Ops that are sent and not acknowledged, at most. */
    private static final int ON_THE_WAY = 1_000;

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final String SECRET = "a secret of at least thirty-two bytes, for a benchmark";

    /** A server to be measured, and whether it asks for tokens. */
    private record Subject(Path jar, boolean tokens) {
        @Override
        public String toString() {
            return jar + (tokens ? ", with tokens" : "");
        }
    }

    private final List<Subject> subjects = new ArrayList<>();
    private final int rounds;
    private final int readers;
    private final PrintStream progress;

    ServerBench(Options options, PrintStream progress) {
        if (options.files().isEmpty()) {
            throw new BadUsageException("server needs the jar of a server, or several to compare");
        }
        for (String file : options.files()) {
            Path jar = Path.of(file);
            if (!Files.isRegularFile(jar)) {
                throw new BadUsageException("there is no file " + file);
            }
            subjects.add(new Subject(jar, false));
            if (options.has("--tokens")) {
                subjects.add(new Subject(jar, true));
            }
        }
        this.rounds = options.count("--rounds", 3);
        this.readers = options.count("--readers", 3);
        this.progress = progress;
    }

    /** Markdown. */
    String run() throws IOException {
        double[][] cost = new double[subjects.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < subjects.size(); i++) {
                cost[i][round] = measure(subjects.get(i));
                progress.printf(
                        Locale.ROOT, "round %d, %s: %.2f µs an op%n", round + 1, subjects.get(i), cost[i][round]);
            }
        }
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "JDK %s, %d processors; %,d ops of one writer, %d readers%n%n| server | CPU time an op, median | each round |%n|---|---|---|%n",
                System.getProperty("java.version"),
                Runtime.getRuntime().availableProcessors(),
                OPS,
                readers));
        for (int i = 0; i < subjects.size(); i++) {
            double[] sorted = cost[i].clone();
            Arrays.sort(sorted);
            table.append(String.format(Locale.ROOT, "| %s | %.2f µs |", subjects.get(i), sorted[rounds / 2]));
            for (double each : cost[i]) {
                table.append(String.format(Locale.ROOT, " %.2f", each));
            }
            table.append(" |\n");
        }
        return table.toString();
    }

    /** Microseconds of processor time for each op. */
    private double measure(Subject subject) throws IOException {
        Path data = Files.createTempDirectory("concord-bench");
        Process server = null;
        try {
            int port = freePort();
            server = start(subject, port, data);
            String token = subject.tokens() ? token(subject.jar(), data) : "";
            HttpClient http = HttpClient.newHttpClient();
            awaitAnswer(http, server, port);
            Member writer = Member.join(http, port, token);
            List<Member> others = new ArrayList<>();
            for (int i = 0; i < readers; i++) {
                others.add(Member.join(http, port, token));
            }
            type(writer, others, 1, WARM_UP);
            Duration before = cpu(server);
            type(writer, others, WARM_UP + 1, WARM_UP + OPS);
            return cpu(server).minus(before).toNanos() / 1e3 / OPS;
        } finally {
            if (server != null) {
                server.destroy();
                server.onExit().join();
            }
            remove(data);
        }
    }

    private static ProcessBuilder command(Path jar, Path data, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmn256m",
                "-Xmx1g",
                "-jar",
                jar.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("CONCORD_") || name.endsWith("_URL"));
        builder.environment().put("CONCORD_DATA_DIR", data.toString());
        return builder;
    }

    /** A token that may write the room, as the server's own command makes it. */
    private static String token(Path jar, Path data) throws IOException {
        ProcessBuilder builder =
                command(jar, data, List.of("token", "--sub", "bench", "--room", "bench=write", "--expires", "8h"));
        builder.environment().put("CONCORD_AUTH_SECRET", SECRET);
        return new String(builder.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    private static Process start(Subject subject, int port, Path data) throws IOException {
        ProcessBuilder builder = command(subject.jar(), data, List.of());
        builder.environment().put("PORT", Integer.toString(port));
        if (subject.tokens()) {
            builder.environment().put("CONCORD_AUTH", "jwt");
            builder.environment().put("CONCORD_AUTH_SECRET", SECRET);
        }
        File log = data.resolve("log").toFile();
        return builder.redirectErrorStream(true).redirectOutput(log).start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void awaitAnswer(HttpClient http, Process server, int port) throws IOException {
        HttpRequest health = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/healthz"))
                .timeout(Duration.ofSeconds(5))
                .build();
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (server.isAlive() && System.nanoTime() < end) {
            try {
                if (http.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                Thread.onSpinWait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        throw new IOException("the server does not answer");
    }

    private static Duration cpu(Process server) throws IOException {
        return server.info()
                .totalCpuDuration()
                .orElseThrow(() -> new IOException("this system does not say what processor time a process has used"));
    }

    private static void type(Member writer, List<Member> readers, int from, int to) throws IOException {
        for (int counter = from; counter <= to; counter++) {
            writer.awaitAck(counter - ON_THE_WAY);
            writer.type(counter);
        }
        writer.awaitAck(to);
        for (Member reader : readers) {
            reader.awaitOps(to);
        }
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** One connection: counts what comes, by the beginnings of the messages alone. */
    private static final class Member implements WebSocket.Listener {
        private static final String ACK = "{\"t\":\"ack\",\"seq\":";

        private final CountDownLatch synced = new CountDownLatch(1);
        private final StringBuilder partial = new StringBuilder();
        private @Nullable WebSocket socket;
        private long acknowledged;
        private long ops;
        private String fault = "";

        static Member join(HttpClient http, int port, String token) throws IOException {
            Member member = new Member();
            WebSocket.Builder socket = http.newWebSocketBuilder();
            if (!token.isEmpty()) {
                socket.header("Authorization", "Bearer " + token);
            }
            member.socket = socket.buildAsync(URI.create("ws://127.0.0.1:" + port + "/rooms/bench/ws"), member)
                    .join();
            try {
                if (!member.synced.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    throw new IOException("no sync came");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            return member;
        }

        /** Sends one character, after the one before it. */
        void type(int counter) {
            String anchor = counter == 1
                    ? "{\"site\":\"\",\"counter\":0}"
                    : "{\"site\":\"w\",\"counter\":" + (counter - 1) + "}";
            Objects.requireNonNull(socket)
                    .sendText(
                            "{\"t\":\"op\",\"seq\":" + counter
                                    + ",\"data\":{\"kind\":\"insert\",\"id\":{\"site\":\"w\",\"counter\":" + counter
                                    + "},\"after\":" + anchor + ",\"value\":\"" + (char) ('a' + counter % 26) + "\"}}",
                            true)
                    .join();
        }

        synchronized void awaitAck(long seq) throws IOException {
            await("an ack of " + seq, () -> acknowledged >= seq);
        }

        synchronized void awaitOps(long count) throws IOException {
            await("op " + count, () -> ops >= count);
        }

        private synchronized void await(String what, BooleanSupplier here) throws IOException {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!here.getAsBoolean()) {
                long left = end - System.nanoTime();
                if (!fault.isEmpty() || left <= 0) {
                    throw new IOException(
                            "waiting for " + what + ": " + (fault.isEmpty() ? "it does not come" : fault));
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted", e);
                }
            }
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            from.request(1);
            if (!last || !partial.isEmpty()) {
                partial.append(data);
            }
            if (last) {
                take(partial.isEmpty() ? data.toString() : partial.toString());
                partial.setLength(0);
            }
            return null;
        }

        private synchronized void take(String message) {
            if (message.startsWith("{\"t\":\"op\"")) {
                ops++;
            } else if (message.startsWith(ACK)) {
                acknowledged = Long.parseLong(message.substring(ACK.length(), message.length() - 1));
            } else if (message.startsWith("{\"t\":\"sync\"")) {
                if (synced.getCount() == 0) {
                    fault = "a member read too slowly, the figures would not be comparable";
                }
                synced.countDown();
            } else {
                fault = message;
            }
            notifyAll();
        }

        @Override
        public synchronized @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            fault = "closed with " + code + " " + reason;
            notifyAll();
            return null;
        }

        @Override
        public synchronized void onError(WebSocket from, Throwable error) {
            fault = error.toString();
            notifyAll();
        }
    }
}
