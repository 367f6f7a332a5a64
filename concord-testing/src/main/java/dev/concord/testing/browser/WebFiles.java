package dev.concord.testing.browser;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A web server of files for tests, on a free port of this machine. Not for files that change: nothing may be cached. */
public final class WebFiles implements AutoCloseable {
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "json", "application/json",
            "svg", "image/svg+xml");

    private final HttpServer server;

    /** Where files come from. */
    public interface Source {
        /**
         * Opens a file.
         *
         * @param name its path in this source, without a slash at its start
         * @return its content, null when there is none of that name
         * @throws IOException when it cannot be read
         */
        @Nullable
        InputStream open(String name) throws IOException;
    }

    /** Serves nothing yet. */
    public WebFiles() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.start();
    }

    /**
     * Files of the class path.
     *
     * @param root where they lie, like {@code /dev/concord/js/}
     * @return the source
     */
    public static Source classPath(String root) {
        return name -> WebFiles.class.getResourceAsStream(root + name);
    }

    /**
     * Files of a folder.
     *
     * @param root the folder
     * @return the source
     */
    public static Source folder(Path root) {
        return name -> {
            Path file = root.resolve(name).normalize();
            return file.startsWith(root.normalize()) && Files.isRegularFile(file) ? Files.newInputStream(file) : null;
        };
    }

    /**
     * The folder of the whole project.
     *
     * @return as Maven gives it, the folder above without
     */
    public static Path project() {
        return Path.of(System.getProperty("concord.basedir", ".."));
    }

    /**
     * Serves files.
     *
     * @param prefix that of their addresses, like {@code /src/}
     * @param sources are asked in their order
     * @return this
     */
    public WebFiles serve(String prefix, Source... sources) {
        return serve(prefix, "", sources);
    }

    /**
     * Serves files under a content security policy.
     *
     * @param prefix that of their addresses, like {@code /src/}
     * @param policy the policy, empty for none
     * @param sources are asked in their order
     * @return this
     */
    public WebFiles serve(String prefix, String policy, Source... sources) {
        server.createContext(prefix, exchange -> {
            if (!policy.isEmpty()) {
                exchange.getResponseHeaders().set("Content-Security-Policy", policy);
            }
            String name = exchange.getRequestURI().getPath().substring(prefix.length());
            for (Source source : sources) {
                try (InputStream content = source.open(name)) {
                    if (content != null) {
                        answer(exchange, name.isEmpty() ? ".html" : name, content.readAllBytes());
                        return;
                    }
                }
            }
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        return this;
    }

    /**
     * Serves a page.
     *
     * @param path its address
     * @param html what it is
     * @return this
     */
    public WebFiles page(String path, String html) {
        server.createContext(path, exchange -> answer(exchange, ".html", html.getBytes(StandardCharsets.UTF_8)));
        return this;
    }

    /**
     * Serves the JSON files of a folder, and at the prefix itself a list of their names.
     *
     * @param prefix that of their addresses
     * @param folder where they lie
     * @return this
     */
    public WebFiles fixtures(String prefix, Path folder) {
        Source files = folder(folder);
        return serve(prefix, files, name -> name.isEmpty() ? new ByteArrayInputStream(names(folder)) : null);
    }

    /**
     * Where this is.
     *
     * @return {@code http://localhost:port}
     */
    public String address() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private static byte[] names(Path folder) {
        String[] names = folder.toFile().list((parent, name) -> name.endsWith(".json"));
        return Stream.of(names == null ? new String[0] : names)
                .sorted()
                .map(name -> '"' + name + '"')
                .collect(Collectors.joining(",", "[", "]"))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static void answer(HttpExchange exchange, String name, byte[] body) throws IOException {
        String extension = name.substring(name.lastIndexOf('.') + 1);
        exchange.getResponseHeaders().set("Content-Type", TYPES.getOrDefault(extension, "application/octet-stream"));
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
