package dev.concord.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.concord.testing.Await;
import dev.concord.testing.network.FreePort;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The packaged server as a process of its own, with a data directory that outlives it. It is started by {@link #start}, any number
 * of times, each time on a free port. Used by one thread at a time; the HTTP calls by any.
 */
final class ServerProcess implements AutoCloseable {
    static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Await.DEADLINE).build();
    static final JsonMapper JSON = new JsonMapper();

    private static final String GREETING = "Concord is serving at ";
    /** More than the server gives itself for a graceful stop. */
    private static final Duration STOP = Duration.ofSeconds(60);

    /** How a process ended that was run to its end. */
    record Outcome(int status, String out, String err) {}

    private final Path home;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<String> jvm = new ArrayList<>();
    private final List<Path> logs = new ArrayList<>();
    private Class<?> main;
    private List<String> mainOptions = List.of();
    private List<String> prefix = List.of();
    private boolean searching;
    private boolean shipped = Boolean.getBoolean("concord.shipped");
    private Process process;
    private URI address;

    /**
     * A server that is not started yet.
     *
     * @param home an empty directory: the data, the temporary files and the logs go there
     */
    ServerProcess(Path home) {
        this.home = home;
        environment.put("PORT", "0");
        environment.put("CONCORD_DATA_DIR", home.resolve("data").toString());
        ServerLogs.watch(this);
    }

    ServerProcess with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    ServerProcess jvm(String... options) {
        jvm.addAll(List.of(options));
        return this;
    }

    /**
     * Runs it as its users do. Otherwise it is made for a short life: without the optimising compiler, with a simple collector, and with its classes from an
     * archive, which saves two thirds of the CPU time of a start. {@code -Dconcord.shipped=true} does so for all, to measure something.
     */
    ServerProcess asShipped() {
        shipped = true;
        return this;
    }

    /**
     * Takes a port that it keeps when it is started again, and on which no outgoing connection of this machine can sit meanwhile.
     */
    ServerProcess onOnePort() {
        return with("PORT", String.valueOf(FreePort.next()));
    }

    /** From now on starts a class of the tests, which runs the packaged server in its own way, with these JVM options. */
    ServerProcess main(Class<?> type, String... options) {
        main = type;
        mainOptions = List.of(options);
        return this;
    }

    /** From now on starts the packaged server as it is. */
    ServerProcess plainMain() {
        main = null;
        mainOptions = List.of();
        return this;
    }

    /** Waits for a process that ends by itself, which under load may take its time. */
    int awaitEnd() {
        return exit(process, Duration.ofMinutes(5));
    }

    /** Its files are on this disk, which is mounted in its home. */
    ServerProcess onDisk(SmallDisk disk) {
        prefix = disk.prefix();
        return this;
    }

    /** Puts the in-process embedding model on the class path. */
    ServerProcess searching() {
        searching = true;
        return this;
    }

    ServerProcess start() {
        Process started = launch();
        process = started;
        CompletableFuture<URI> greeted = new CompletableFuture<>();
        Path log = logs.get(logs.size() - 1);
        Thread reader = new Thread(() -> readOutput(started, greeted, log), "server-stdout");
        reader.setDaemon(true);
        reader.start();
        try {
            address = greeted.get(Await.DEADLINE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            started.destroyForcibly();
            throw new AssertionError("the server did not start: " + tail(logs.get(logs.size() - 1)), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        return this;
    }

    /** Runs the program to its end, for what never serves. */
    Outcome run(String... arguments) throws IOException {
        Process ran = launch(arguments);
        try (BufferedReader reader = ran.inputReader(UTF_8)) {
            StringBuilder out = new StringBuilder();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                out.append(line).append('\n');
                if (line.startsWith(GREETING)) {
                    ran.destroyForcibly();
                    throw new AssertionError("it serves, but should have refused to start");
                }
            }
            int status = exit(ran);
            return new Outcome(status, out.toString(), Files.readString(logs.get(logs.size() - 1)));
        }
    }

    /** SIGKILL: the process gets no chance to do anything. */
    void kill9() {
        process.destroyForcibly();
        exit(process);
    }

    /** Deletes everything that it has stored; it must not be running. */
    void loseData() {
        try (Stream<Path> files = Files.walk(home.resolve("data"))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * SIGTERM, and waits for the end.
     *
     * @return the exit status
     */
    int stop() {
        process.destroy();
        return exit(process);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The heap that is in use right after everything else was collected. */
    long heapKilobytes() {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try {
            Process asked = new ProcessBuilder(
                            jcmd.toString(), String.valueOf(process.pid()), "GC.class_histogram", "-parallel=1")
                    .redirectErrorStream(true)
                    .start();
            try (Stream<String> lines = asked.inputReader(UTF_8).lines()) {
                return lines.filter(line -> line.startsWith("Total"))
                        .mapToLong(line -> Long.parseLong(line.trim().replaceFirst(".* ", "")) / 1024)
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("jcmd said nothing of the heap"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** CPU time that the process has used so far. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    int port() {
        return address.getPort();
    }

    URI socket(String room) {
        return URI.create("ws://127.0.0.1:" + port() + "/rooms/" + room + "/ws");
    }

    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(address.resolve(path)).GET());
    }

    HttpResponse<String> put(String path, String text) {
        return send(HttpRequest.newBuilder(address.resolve(path))
                .header("Content-Type", "text/plain")
                .PUT(BodyPublishers.ofString(text)));
    }

    HttpResponse<String> post(String path, String json) {
        return send(HttpRequest.newBuilder(address.resolve(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json)));
    }

    /** What {@code GET /rooms/{id}} answers. */
    JsonNode room(String room) {
        HttpResponse<String> response = get("/rooms/" + room);
        assertEquals(200, response.statusCode(), response::body);
        return json(response.body());
    }

    String text(String room) {
        return room(room).get("text").textValue();
    }

    String digest(String room) {
        return room(room).get("digest").textValue();
    }

    /** The value of a metric that has no labels. */
    double metric(String name) {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + name));
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + text, e);
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
            exit(process);
        }
    }

    /** What this server and those before it on the same data wrote to stderr. */
    String log() {
        StringBuilder all = new StringBuilder();
        for (Path log : logs) {
            if (!Files.exists(log)) {
                continue; // of a test that is over
            }
            all.append("--- ").append(log.getFileName()).append('\n').append(tail(log));
        }
        return all.toString();
    }

    private Process launch(String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // A killed process leaves its unpacked native libraries behind: with the rest, they go when the test ends.
        Path temporary = home.resolve("tmp");
        command.add("-Djava.io.tmpdir=" + temporary);
        if (!shipped) {
            command.addAll(ClassArchive.quickStart(jar()));
        }
        command.addAll(jvm);
        command.addAll(mainOptions);
        if (main != null) {
            Path classes =
                    jar().resolve("../../../concord-e2e/target/test-classes").normalize();
            command.addAll(List.of("-cp", jar() + File.pathSeparator + classes, main.getName()));
        } else if (searching) {
            // As ./concord starts it.
            command.add("-cp");
            command.add(jar() + File.pathSeparator + module("concord-ai-minilm", "concord-ai-minilm.jar")
                    + File.pathSeparator + module("concord-ai-minilm", "lib") + File.separator + "*");
            command.add("dev.concord.server.Main");
        } else {
            command.add("-jar");
            command.add(jar().toString());
        }
        command.addAll(List.of(arguments));
        Path log = home.resolve("stderr-" + (logs.size() + 1) + ".log");
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
        Map<String, String> inherited = builder.environment();
        inherited
                .keySet()
                .removeIf(name -> name.startsWith("CONCORD_")
                        || name.equals("PORT")
                        || name.equals("DATABASE_URL")
                        || name.startsWith("GEMINI_")
                        || name.equals("REDIS_URL")
                        || name.equals("JAVA_TOOL_OPTIONS")
                        || name.equals("JDK_JAVA_OPTIONS"));
        inherited.putAll(environment);
        try {
            Files.createDirectories(temporary);
            logs.add(log);
            return builder.redirectError(Redirect.appendTo(log.toFile())).start();
        } catch (IOException e) {
            throw new UncheckedIOException("java cannot be started", e);
        }
    }

    private static void readOutput(Process from, CompletableFuture<URI> greeted, Path log) {
        try (BufferedReader reader = from.inputReader(UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith(GREETING)) {
                    greeted.complete(URI.create(line.substring(GREETING.length())));
                } else {
                    Files.writeString(log, "stdout: " + line + "\n", StandardOpenOption.APPEND);
                }
            }
        } catch (IOException e) {
            greeted.completeExceptionally(e);
        }
        greeted.completeExceptionally(new IllegalStateException("it ended without the line \"" + GREETING + "…\""));
    }

    private static int exit(Process of) {
        return exit(of, STOP);
    }

    private static int exit(Process of, Duration deadline) {
        try {
            if (!of.waitFor(deadline.toSeconds(), TimeUnit.SECONDS)) {
                of.destroyForcibly();
                throw new AssertionError("the server had not ended after " + deadline.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        return of.exitValue();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.timeout(Await.DEADLINE).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Where the project is. */
    static Path root() {
        String named = System.getProperty("concord.basedir");
        return named == null ? Path.of("").toAbsolutePath().getParent() : Path.of(named);
    }

    /** The packaged server. */
    static Path jar() {
        return module("concord-server", "concord-server.jar");
    }

    static Path module(String module, String file) {
        Path jar = root().resolve(Path.of(module, "target", file));
        assertTrue(
                Files.exists(jar),
                () -> jar + " is missing: these tests run the packaged server, which ./mvnw verify makes");
        return jar;
    }

    private static String tail(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size())) + "\n";
        } catch (IOException e) {
            return "(no log: " + e + ")\n";
        }
    }
}
