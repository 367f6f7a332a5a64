package dev.concord.bench.trial;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The packaged server as a process, with data that outlives it. Started and ended by one thread, looked at by any. */
final class TrialServer {
    private static final String GREETING = "Concord is serving at ";
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    /** What the log of a server that is well never says. */
    private static final List<String> BAD_SIGNS =
            List.of("LEAK:", "IllegalReferenceCount", "unexpected fault", "OutOfMemory", "AssertionError");

    private final Path jar;
    private final Path home;
    private final Tally tally;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private volatile @Nullable URI address;
    private @Nullable Process process;
    private int lives;

    TrialServer(Path jar, Path home, Tally tally) {
        this.jar = jar;
        this.home = home;
        this.tally = tally;
    }

    void start(List<String> options) throws IOException {
        start(options, Map.of());
    }

    void start(List<String> options, Map<String, String> settings) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Djava.io.tmpdir=" + Files.createDirectories(home.resolve("tmp")));
        command.addAll(options);
        command.addAll(List.of("-jar", jar.toString()));
        lives++;
        Path log = home.resolve("server-" + lives + ".log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        Map<String, String> environment = builder.environment();
        environment
                .keySet()
                .removeIf(name -> name.startsWith("CONCORD_")
                        || name.startsWith("GEMINI_")
                        || List.of("DATABASE_URL", "REDIS_URL", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")
                                .contains(name));
        environment.put("PORT", "0");
        environment.put("CONCORD_DATA_DIR", home.resolve("data").toString());
        environment.put("CONCORD_MAX_OPS_PER_SECOND", "10000000");
        environment.put("CONCORD_VERSION_SECONDS", "0");
        environment.put("CONCORD_UNLOAD_SECONDS", "5");
        environment.putAll(settings);
        Process started = builder.start();
        process = started;
        CompletableFuture<URI> greeted = new CompletableFuture<>();
        Thread reader = new Thread(() -> read(started, greeted), "server-output");
        reader.setDaemon(true);
        reader.start();
        try {
            address = greeted.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            started.destroyForcibly();
            throw new IOException("the server did not start, see " + log, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static void read(Process from, CompletableFuture<URI> greeted) {
        try (BufferedReader reader = from.inputReader(UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith(GREETING)) {
                    greeted.complete(URI.create(line.substring(GREETING.length())));
                }
            }
        } catch (IOException e) {
            greeted.completeExceptionally(e);
        }
        greeted.completeExceptionally(new IOException("it ended without a greeting"));
    }

    /** Ends the process, asking it or not, and looks through what it wrote. */
    void end(boolean asked) throws IOException {
        Process ending = process;
        if (ending == null) {
            return;
        }
        address = null;
        if (asked) {
            ending.destroy();
        } else {
            ending.destroyForcibly();
        }
        try {
            if (!ending.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                ending.destroyForcibly();
                tally.fault("the server did not end when it was asked to");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ending.destroyForcibly();
        }
        process = null;
        Path log = home.resolve("server-" + lives + ".log");
        for (String line : Files.readAllLines(log)) {
            if (BAD_SIGNS.stream().anyMatch(line::contains)) {
                tally.fault("server " + lives + " wrote: " + line);
            }
        }
        Files.delete(log);
    }

    /** What is in use of the server's heap after a collection. */
    long liveHeapBytes() throws IOException {
        Process running = process;
        if (running == null) {
            throw new IOException("there is no server");
        }
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process histogram = new ProcessBuilder(jcmd, Long.toString(running.pid()), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        try (BufferedReader lines = histogram.inputReader(UTF_8)) {
            return lines.lines()
                    .map(String::strip)
                    .filter(line -> line.startsWith("Total"))
                    .mapToLong(line -> Long.parseLong(line.split("\\s+", -1)[2]))
                    .findFirst()
                    .orElseThrow(() -> new IOException("jcmd did not tell the size of the heap"));
        }
    }

    /** Where the room is, or null while there is no server. */
    @Nullable
    URI socket(String room) {
        URI now = address;
        return now == null ? null : URI.create("ws://127.0.0.1:" + now.getPort() + "/rooms/" + room + "/ws");
    }

    /** The room as the server tells it over HTTP; null when there is no server. */
    @Nullable
    String room(String room) {
        URI now = address;
        if (now == null) {
            return null;
        }
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(now.resolve("/rooms/" + room))
                            .timeout(PATIENCE)
                            .build(),
                    BodyHandlers.ofString());
            return answer.statusCode() == 200 ? answer.body() : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** Where the room is.
     *
     * @throws IOException when there is no server
     */
    URI address(String room) throws IOException {
        URI address = socket(room);
        if (address == null) {
            throw new IOException("the server has ended");
        }
        return address;
    }

    /** The text of a room, as the server gives it over HTTP; empty when it does not. */
    String text(String room) {
        try {
            String view = room(room);
            return view == null
                    ? ""
                    : new JsonMapper().readTree(view).path("text").asText();
        } catch (IOException e) {
            return "";
        }
    }

    /** The sum of a metric over its labels; 0 when there is none. */
    double metric(String name) throws IOException {
        URI now = address;
        if (now == null) {
            throw new IOException("the server has ended");
        }
        try {
            HttpResponse<Stream<String>> answer = http.send(
                    HttpRequest.newBuilder(now.resolve("/metrics"))
                            .timeout(PATIENCE)
                            .build(),
                    BodyHandlers.ofLines());
            return answer.body()
                    .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Processor time that the process has used so far. */
    Duration cpu() throws IOException {
        Process running = process;
        if (running == null) {
            throw new IOException("there is no server");
        }
        return running.info()
                .totalCpuDuration()
                .orElseThrow(() -> new IOException("this system does not say what processor time a process has used"));
    }

    /** What the process has of the machine's memory; 0 where the system does not say. */
    long residentBytes() throws IOException {
        Process running = process;
        Path status = Path.of("/proc", Long.toString(running == null ? 0 : running.pid()), "status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .sum();
    }

    /** Removes the folder of a server that has ended. */
    static void removeHome(Path home) throws IOException {
        try (Stream<Path> all = Files.walk(home)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
