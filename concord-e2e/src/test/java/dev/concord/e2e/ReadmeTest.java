package dev.concord.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.testing.Await;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The README's commands for the packaged server, as printed. */
@Timeout(900)
class ReadmeTest {
    private static final String GREETING = "Concord is serving at ";

    @TempDir
    Path home;

    private ProcessBuilder shell(Path directory, String command) {
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", command)
                .directory(directory.toFile())
                .redirectError(home.resolve("stderr.log").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("CONCORD_") || name.startsWith("GEMINI_"));
        builder.environment().remove("DATABASE_URL");
        builder.environment().remove("REDIS_URL");
        builder.environment().put("PORT", "0");
        builder.environment().put("CONCORD_DATA_DIR", home.resolve("data").toString());
        builder.environment()
                .compute(
                        "PATH",
                        (name, path) -> Path.of(System.getProperty("java.home"), "bin") + File.pathSeparator + path);
        return builder;
    }

    private String log() {
        try {
            return Files.readString(home.resolve("stderr.log"));
        } catch (IOException e) {
            return "(no log: " + e + ")";
        }
    }

    private static String readme() throws IOException {
        return Files.readString(ServerProcess.root().resolve("README.md"));
    }

    @Test
    void the_server_with_its_model_on_the_class_path() throws Exception {
        Matcher command =
                Pattern.compile("```\\n(java -cp (?:.*\\\\\\n)*.*)\\n```").matcher(readme());
        assertTrue(command.find(), "README prints how to start the server with the model on its class path");
        Process server = shell(ServerProcess.root(), "exec " + command.group(1)).start();
        try (BufferedReader out = server.inputReader(UTF_8)) {
            String line = out.readLine();
            while (line != null && !line.startsWith(GREETING)) {
                line = out.readLine();
            }
            assertTrue(line != null, this::log);
            URI address = URI.create(line.substring(GREETING.length()));
            assertEquals(200, status(address.resolve("/readyz")));
            assertEquals(200, status(address.resolve("/rooms/any/search?q=words")), "the model is found");
        } finally {
            server.destroyForcibly();
        }
    }

    private static int status(URI uri) throws IOException, InterruptedException {
        return ServerProcess.HTTP
                .send(HttpRequest.newBuilder(uri).timeout(Await.DEADLINE).build(), BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void the_commands_that_look_after_rooms() throws Exception {
        try (ServerProcess server = new ServerProcess(home).start()) {
            assertEquals(201, server.put("/rooms/notes", "Buy bread.").statusCode());
            assertEquals(0, server.stop());
        }
        List<String> commands = readme().lines()
                .filter(line ->
                        line.matches("\\./concord (rooms|export|import|export-user|purge|verify|compact|delete)( .*)?"))
                .toList();
        assertEquals(8, commands.size(), commands::toString);
        String java = "java -jar '" + ServerProcess.jar() + "'";
        for (String command : commands) {
            run(command.replaceFirst("^\\./concord", Matcher.quoteReplacement(java)));
        }
        String rooms = run(java + " rooms --json");
        assertTrue(!rooms.contains("\"notes\"") && rooms.contains("\"copy\""), rooms);
        assertTrue(run(java + " export copy").contains("Buy bread."));
    }

    private String run(String command) throws IOException, InterruptedException {
        Process process = shell(home, command).start();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertTrue(process.waitFor(Await.DEADLINE.toSeconds(), TimeUnit.SECONDS), command);
        assertEquals(0, process.exitValue(), () -> command + ": " + log());
        return out;
    }
}
