package dev.concord.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Serves the pages as the server does, at {@code /}, {@code /watch} and {@code /editor/}; for tests also their modules and those of the
 * browser client at {@code /src/}, the test modules of both at {@code /test/} and the sample frames of the wire at {@code /golden/}.
 */
final class WebServer implements AutoCloseable {
    /** The policy under which pages are served; an import map is allowed by its hash. */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'%s; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final Pattern IMPORT_MAP =
            Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL);

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "json", "application/json",
            "svg", "image/svg+xml");

    private final HttpServer server;

    WebServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", exchange -> {
            String file = fileAt(exchange.getRequestURI().getPath());
            String policy =
                    CONTENT_SECURITY_POLICY.formatted(file.equals("/editor.html") ? " " + hash(importMap()) : "");
            exchange.getResponseHeaders().set("Content-Security-Policy", policy);
            file(exchange, open("/dev/concord/demo/web" + file, "/dev/concord/js" + file), file);
        });
        server.createContext("/src/", exchange -> {
            String file = exchange.getRequestURI().getPath().substring("/src".length());
            file(exchange, open("/dev/concord/demo/web" + file, "/dev/concord/js" + file), file);
        });
        server.createContext("/test/", exchange -> {
            String file = exchange.getRequestURI().getPath().substring("/test".length());
            InputStream own = open("/dev/concord/demo/js" + file);
            file(exchange, own != null ? own : open(root().resolve("concord-js/test" + file)), file);
        });
        server.createContext(
                "/blank",
                exchange -> answer(
                        exchange,
                        "html",
                        "<!doctype html><title>tests</title><script type=\"importmap\">" + importMap() + "</script>"));
        server.createContext("/golden/", WebServer::golden);
        server.start();
    }

    String address() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private static String fileAt(String path) {
        return switch (path) {
            case "/" -> "/index.html";
            case "/watch" -> "/watch.html";
            default -> path.startsWith("/editor/") ? "/editor.html" : path;
        };
    }

    /** That of the editor's page: tests of modules load the same files. */
    static String importMap() {
        try (InputStream in = WebServer.class.getResourceAsStream("web/editor.html")) {
            Matcher map = IMPORT_MAP.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            if (!map.find()) {
                throw new IllegalStateException("editor.html has no import map");
            }
            return map.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path root() {
        return Path.of(System.getProperty("concord.basedir", ".."));
    }

    /** The first that is on the class path; null when none is. */
    private static InputStream open(String... resources) {
        return Stream.of(resources)
                .map(WebServer.class::getResourceAsStream)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static InputStream open(Path file) throws IOException {
        return Files.isRegularFile(file) ? Files.newInputStream(file) : null;
    }

    private static void file(HttpExchange exchange, InputStream content, String name) throws IOException {
        try (content) {
            if (content == null) {
                exchange.sendResponseHeaders(404, -1);
                exchange.close();
            } else {
                answer(exchange, name, content.readAllBytes());
            }
        }
    }

    private static void golden(HttpExchange exchange) throws IOException {
        Path folder = root().resolve("concord-wire/src/test/resources/golden");
        String name = exchange.getRequestURI().getPath().substring("/golden/".length());
        if (!name.isEmpty()) {
            answer(exchange, name, Files.readAllBytes(folder.resolve(name)));
            return;
        }
        if (!Files.isDirectory(folder)) {
            answer(exchange, "json", "[]");
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            answer(
                    exchange,
                    "json",
                    files.map(file -> '"' + file.getFileName().toString() + '"')
                            .filter(file -> file.endsWith(".json\""))
                            .sorted()
                            .collect(Collectors.joining(",", "[", "]")));
        }
    }

    private static void answer(HttpExchange exchange, String name, String body) throws IOException {
        answer(exchange, name, body.getBytes(StandardCharsets.UTF_8));
    }

    private static void answer(HttpExchange exchange, String name, byte[] body) throws IOException {
        String type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
