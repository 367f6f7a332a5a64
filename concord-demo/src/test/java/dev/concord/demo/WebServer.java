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
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Serves the page as the server does, at {@code /}; for tests also its modules at {@code /web/}, the test modules at {@code /js/}
 * and the sample frames of the wire at {@code /golden/}.
 */
final class WebServer implements AutoCloseable {
    /** The policy under which the page is served. */
    static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

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
            exchange.getResponseHeaders().set("Content-Security-Policy", CONTENT_SECURITY_POLICY);
            String path = exchange.getRequestURI().getPath();
            resource(exchange, "web" + (path.equals("/") ? "/index.html" : path));
        });
        server.createContext(
                "/web/",
                exchange ->
                        resource(exchange, exchange.getRequestURI().getPath().substring(1)));
        server.createContext(
                "/js/",
                exchange ->
                        resource(exchange, exchange.getRequestURI().getPath().substring(1)));
        server.createContext("/blank", exchange -> answer(exchange, "html", "<!doctype html><title>tests</title>"));
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

    private static void resource(HttpExchange exchange, String name) throws IOException {
        try (InputStream in = WebServer.class.getResourceAsStream(name)) {
            if (in == null) {
                exchange.sendResponseHeaders(404, -1);
                exchange.close();
            } else {
                answer(exchange, name, in.readAllBytes());
            }
        }
    }

    private static void golden(HttpExchange exchange) throws IOException {
        Path folder = Path.of(System.getProperty("concord.basedir", ".."), "concord-wire/src/test/resources/golden");
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
