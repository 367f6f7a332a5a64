package dev.concord.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.concord.testing.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The classes of the packaged server, parsed and verified once for all of its starts (application class-data sharing). */
final class ClassArchive {
    private static final List<String> SHORT_LIFE = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    private static final String GREETING = "Concord is serving at ";

    private static List<String> options;

    private ClassArchive() {}

    /** JVM options with which a server starts quickly. Makes the archive when there is none for this jar and this Java yet. */
    static synchronized List<String> quickStart(Path jar) {
        if (options == null) {
            try {
                options = Stream.concat(SHORT_LIFE.stream(), Stream.of("-XX:SharedArchiveFile=" + archive(jar)))
                        .toList();
            } catch (IOException | IllegalStateException failure) {
                System.out.println("servers start without an archive of their classes: " + failure);
                options = SHORT_LIFE;
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new AssertionError(stop);
            }
        }
        return options;
    }

    private static Path archive(Path jar) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(Path.of("target").toAbsolutePath());
        Path archive =
                directory.resolve("server-" + Files.getLastModifiedTime(jar).toMillis() + "-"
                        + Runtime.version().toString().replaceAll("[^0-9.]", "_") + ".jsa");
        // Two JVMs of tests may want it at the same time.
        try (FileChannel file = FileChannel.open(
                        directory.resolve("server.jsa.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.lock()) {
            if (lock.isValid() && !Files.exists(archive)) {
                make(jar, archive);
            }
        }
        return archive;
    }

    private static void make(Path jar, Path archive) throws IOException, InterruptedException {
        Path home = Files.createTempDirectory("concord-archive");
        Path unfinished = home.resolve("unfinished.jsa");
        ProcessBuilder builder = new ProcessBuilder(Stream.of(
                        List.of(Path.of(System.getProperty("java.home"), "bin", "java")
                                .toString()),
                        SHORT_LIFE,
                        List.of("-XX:ArchiveClassesAtExit=" + unfinished, "-jar", jar.toString()))
                .flatMap(List::stream)
                .toList());
        builder.environment().keySet().removeIf(name -> name.startsWith("CONCORD_") || name.startsWith("GEMINI_"));
        builder.environment().remove("DATABASE_URL");
        builder.environment().remove("REDIS_URL");
        builder.environment().put("PORT", "0");
        builder.environment().put("CONCORD_DATA_DIR", home.resolve("data").toString());
        Process server = builder.redirectError(Redirect.DISCARD).start();
        try (BufferedReader out = server.inputReader(UTF_8)) {
            String line = out.readLine();
            while (line != null && !line.startsWith(GREETING)) {
                line = out.readLine();
            }
            if (line == null) {
                throw new IllegalStateException("the server did not start");
            }
            use(URI.create(line.substring(GREETING.length())));
            // Writing it is a part of the end.
            server.destroy();
            if (!server.waitFor(Await.DEADLINE.toSeconds(), TimeUnit.SECONDS) || !Files.exists(unfinished)) {
                throw new IllegalStateException("the JVM wrote none");
            }
            Files.move(unfinished, archive, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            server.destroyForcibly();
            delete(home);
        }
    }

    /** Loads what most tests need. */
    private static void use(URI address) throws IOException, InterruptedException {
        HttpClient http = HttpClient.newHttpClient();
        URI room = address.resolve("/rooms/archive");
        http.send(
                HttpRequest.newBuilder(room)
                        .PUT(BodyPublishers.ofString("text"))
                        .build(),
                BodyHandlers.discarding());
        http.send(HttpRequest.newBuilder(room).build(), BodyHandlers.discarding());
        http.send(HttpRequest.newBuilder(address.resolve("/readyz")).build(), BodyHandlers.discarding());
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
    }
}
