package dev.concord.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Yjs in node, or yrs as a small program that cargo builds. One process measures all works on one file of updates. */
final class YjsPeer {
    private final String title;
    private final boolean isYrs;
    private final List<String> command;
    private final Map<Path, JsonNode> measured = new ConcurrentHashMap<>();

    private YjsPeer(String title, boolean isYrs, List<String> command) {
        this.title = title;
        this.isYrs = isYrs;
        this.command = command;
    }

    String title() {
        return title;
    }

    boolean isYrs() {
        return isYrs;
    }

    /** CPU milliseconds or kilobytes; nothing when the peer cannot tell. */
    Optional<Double> measure(YjsWork work, Path updates) throws IOException {
        JsonNode figures = measured.get(updates);
        if (figures == null) {
            List<String> whole = new ArrayList<>(command);
            whole.add(updates.toString());
            figures = new ObjectMapper().readTree(Fork.run(new ProcessBuilder(whole), title + " on " + updates));
            measured.put(updates, figures);
        }
        return Optional.ofNullable(figures.get(work.name())).map(JsonNode::asDouble);
    }

    /** Yjs, installed by npm; nothing, with a line that says why, when that does not work. */
    static Optional<YjsPeer> node(PrintStream err) throws IOException {
        try {
            Path directory = NodePeer.install(NodePeer.besideTheJar(), err);
            String version = new ObjectMapper()
                    .readTree(directory.resolve("node_modules/yjs/package.json").toFile())
                    .get("version")
                    .asText();
            String script = directory.resolve("yjs.mjs").toString();
            return Optional.of(new YjsPeer("Yjs " + version, false, List.of("node", "--expose-gc", script)));
        } catch (NodePeer.UnavailableException e) {
            err.println("Yjs is skipped: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** yrs, built by cargo; nothing, with a line that says why, when that does not work. */
    static Optional<YjsPeer> yrs(PrintStream err) throws IOException {
        Path directory = NodePeer.besideTheJar().resolveSibling("yrs");
        Files.createDirectories(directory.resolve("src"));
        for (String file : List.of("Cargo.toml", "src/main.rs")) {
            try (InputStream in = YjsPeer.class.getResourceAsStream("/yrs/" + file)) {
                if (in == null) {
                    throw new IOException(file + " is missing from the jar");
                }
                Files.write(directory.resolve(file), in.readAllBytes());
            }
        }
        try {
            err.println("building yrs …");
            Process cargo = new ProcessBuilder("cargo", "build", "--release", "--quiet")
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(cargo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (cargo.waitFor() != 0) {
                err.println("yrs is skipped, cargo could not build it: " + said.strip());
                return Optional.empty();
            }
        } catch (IOException e) {
            err.println("yrs is skipped: there is no cargo");
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        String program = directory.resolve("target/release/concord-bench-yrs").toString();
        return Optional.of(new YjsPeer("yrs 0.27", true, List.of(program)));
    }
}
