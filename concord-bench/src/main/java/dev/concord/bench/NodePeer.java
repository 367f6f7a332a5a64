package dev.concord.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A JavaScript library, run by node through {@code peers.mjs}. */
final class NodePeer implements Peer {
    private static final List<String> FILES = List.of("package.json", "package-lock.json", "peers.mjs", "yjs.mjs");
    private static final List<String> NAMES = List.of("yjs", "json-joy");
    private static final int OLDEST_NODE = 18;
    // A run of Yjs on a large history takes seconds: one to warm up, three measured.
    private static final List<String> EFFORT = List.of("3000", "1500");

    private final String name;
    private final String version;
    private final Path directory;
    private final List<String> effort;

    private NodePeer(String name, String version, Path directory, List<String> effort) {
        this.name = name;
        this.version = version;
        this.directory = directory;
        this.effort = effort;
    }

    /** The libraries, installed by npm at the versions of the lockfile; none, with a line that says why, when that does not work. */
    static List<Peer> installed(PrintStream err) throws IOException {
        try {
            Path directory = install(besideTheJar(), err);
            List<Peer> peers = new ArrayList<>();
            for (String name : NAMES) {
                peers.add(of(name, directory, EFFORT));
            }
            return peers;
        } catch (UnavailableException e) {
            err.println("Yjs and json-joy are skipped: " + e.getMessage());
            return List.of();
        }
    }

    /** Installs into a directory. */
    static Path install(Path directory, PrintStream err) throws IOException, UnavailableException {
        String node = output("node", "--version").strip();
        if (!node.startsWith("v") || Integer.parseInt(node.substring(1).split("\\.", 2)[0]) < OLDEST_NODE) {
            throw new UnavailableException("node is " + node + ", which is older than " + OLDEST_NODE);
        }
        Files.createDirectories(directory);
        boolean same = Files.isDirectory(directory.resolve("node_modules"));
        for (String file : FILES) {
            same &= copied(file, directory) || file.endsWith(".mjs");
        }
        if (!same) {
            err.println("installing Yjs and json-joy …");
            output("npm", "--prefix", directory.toString(), "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        }
        return directory;
    }

    /** True when the file was there already as it is. */
    private static boolean copied(String file, Path directory) throws IOException {
        Path target = directory.resolve(file);
        try (InputStream in = NodePeer.class.getResourceAsStream("/peers/" + file)) {
            if (in == null) {
                throw new IOException(file + " is missing from the jar");
            }
            byte[] bytes = in.readAllBytes();
            if (Files.exists(target) && Arrays.equals(bytes, Files.readAllBytes(target))) {
                return true;
            }
            Files.write(target, bytes);
            return false;
        }
    }

    /** A library that was installed; the effort is the least CPU milliseconds to warm up and to measure. */
    static Peer of(String name, Path directory, List<String> effort) throws IOException {
        JsonNode json = new ObjectMapper()
                .readTree(directory
                        .resolve("node_modules")
                        .resolve(name)
                        .resolve("package.json")
                        .toFile());
        return new NodePeer(name, json.get("version").asText(), directory, effort);
    }

    @Override
    public String title() {
        return (name.equals("yjs") ? "Yjs" : name) + " " + version;
    }

    @Override
    public double measure(PeerWork work, String trace, String file) throws IOException {
        Path history =
                file.isEmpty() ? Traces.copy(trace, directory) : Path.of(file).toAbsolutePath();
        List<String> command = new ArrayList<>(List.of(
                "node",
                "--expose-gc",
                directory.resolve("peers.mjs").toString(),
                name,
                work.name(),
                history.toString()));
        command.addAll(effort);
        String line = Fork.run(new ProcessBuilder(command), title() + " " + work.id() + " on " + trace);
        return new ObjectMapper().readTree(line).get("value").asDouble();
    }

    private static String output(String... command) throws UnavailableException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new UnavailableException(String.join(" ", command) + " failed: " + output.strip());
            }
            return output;
        } catch (IOException e) {
            throw new UnavailableException(command[0] + " is not installed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted");
        }
    }

    static Path besideTheJar() {
        try {
            Path code = Path.of(NodePeer.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return code.resolveSibling("peers");
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Why it cannot be installed here. */
    static final class UnavailableException extends Exception {
        private static final long serialVersionUID = 1;

        UnavailableException(String message) {
            super(message);
        }
    }
}
