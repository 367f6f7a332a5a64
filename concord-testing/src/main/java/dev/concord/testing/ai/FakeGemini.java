package dev.concord.testing.ai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Gemini on a local port: answers {@code :generateContent} from a script and {@code :batchEmbedContents} from a function, and keeps every
 * request. What the real service would refuse, a missing key or an unknown path or method, is refused here too.
 */
public final class FakeGemini implements AutoCloseable {
    /** The key that callers must send. */
    public static final String KEY = "test-key-7f3a";

    private static final JsonMapper MAPPER = new JsonMapper();

    /**
     * A request that came.
     *
     * @param model from its path
     * @param method after the colon in its path
     * @param headers first values, names in lower case
     */
    public record Request(String model, String method, Map<String, String> headers, JsonNode body) {}

    /** An answer. */
    public record Reply(int status, String body) {
        /** Words, and nothing to be called. */
        public static Reply text(String text) {
            return ok(parts(part -> part.put("text", text)));
        }

        /** One call. */
        public static Reply call(String id, String name, Map<String, Object> arguments) {
            return calls(Map.entry(id, Map.entry(name, arguments)));
        }

        /** Several calls in one turn: id, then name and arguments. */
        @SafeVarargs
        public static Reply calls(Map.Entry<String, Map.Entry<String, Map<String, Object>>>... calls) {
            ArrayNode parts = MAPPER.createArrayNode();
            for (var call : calls) {
                ObjectNode part = parts.addObject();
                ObjectNode function = part.putObject("functionCall");
                function.put("id", call.getKey()).put("name", call.getValue().getKey());
                function.set("args", MAPPER.valueToTree(call.getValue().getValue()));
                part.put("thoughtSignature", "c2lnbmF0dXJl");
            }
            return ok(parts);
        }

        /** What Google answers when something is wrong. */
        public static Reply error(int status, String name) {
            return new Reply(
                    status,
                    MAPPER.createObjectNode()
                            .set(
                                    "error",
                                    MAPPER.createObjectNode()
                                            .put("code", status)
                                            .put("message", "it is so")
                                            .put("status", name))
                            .toString());
        }

        private static ArrayNode parts(java.util.function.Consumer<ObjectNode> part) {
            ArrayNode parts = MAPPER.createArrayNode();
            part.accept(parts.addObject());
            return parts;
        }

        private static Reply ok(ArrayNode parts) {
            ObjectNode root = MAPPER.createObjectNode();
            ObjectNode candidate = root.putArray("candidates").addObject();
            candidate.putObject("content").put("role", "model").set("parts", parts);
            candidate.put("finishReason", "STOP").put("index", 0);
            root.putObject("usageMetadata")
                    .put("promptTokenCount", 11)
                    .put("candidatesTokenCount", 5)
                    .put("thoughtsTokenCount", 2)
                    .put("totalTokenCount", 18);
            return new Reply(200, root.toString());
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Function<Request, Reply> script = request -> Reply.text("nothing was scripted");
    private volatile Function<String, float[]> embedding = FakeGemini::words;
    private volatile boolean embeddingsDown;
    private volatile Duration embeddingsTake = Duration.ZERO;
    private volatile boolean holding;
    private final CompletableFuture<Void> abandoned = new CompletableFuture<>();

    private FakeGemini(HttpServer server) {
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    /** A server on a free port of the loopback address. */
    public static FakeGemini start() {
        try {
            return new FakeGemini(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Answers from now on. */
    public void script(Function<Request, Reply> answers) {
        script = answers;
    }

    /** Answers in this order; the last one again and again. */
    public void script(Reply... answers) {
        var left = new java.util.ArrayDeque<>(List.of(answers));
        script = request -> {
            synchronized (left) {
                return left.size() > 1 ? left.poll() : left.peek();
            }
        };
    }

    /** Whether embeddings are answered with 503. */
    public void embeddingsDown(boolean down) {
        embeddingsDown = down;
    }

    /** How long embeddings take from now on; zero in the beginning. */
    public void embeddingsTake(Duration time) {
        embeddingsTake = time;
    }

    /** Gives embeddings from now on. */
    public void embedding(Function<String, float[]> function) {
        embedding = function;
    }

    /** While true, no answer is ever finished; blanks are sent, so that a caller that goes is noticed. */
    public void hold(boolean hold) {
        holding = hold;
    }

    /** Completes when a caller has gone while its answer was held. */
    public CompletableFuture<Void> abandoned() {
        return abandoned;
    }

    /** All requests that came, oldest first. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body = exchange.getRequestBody().readAllBytes();
            String prefix = "/v1beta/models/";
            int colon = path.lastIndexOf(':');
            if (!exchange.getRequestMethod().equals("POST") || !path.startsWith(prefix) || colon < 0) {
                send(exchange, Reply.error(404, "NOT_FOUND"));
                return;
            }
            if (!KEY.equals(exchange.getRequestHeaders().getFirst("x-goog-api-key"))) {
                send(exchange, Reply.error(403, "PERMISSION_DENIED"));
                return;
            }
            Map<String, String> headers = new java.util.TreeMap<>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
            Request request = new Request(
                    path.substring(prefix.length(), colon), path.substring(colon + 1), headers, MAPPER.readTree(body));
            requests.add(request);
            if (holding) {
                holdUntilGone(exchange);
                return;
            }
            switch (request.method()) {
                case "generateContent" -> send(exchange, script.apply(request));
                case "batchEmbedContents" -> {
                    takeTime();
                    send(exchange, embeddings(request.body()));
                }
                default -> send(exchange, Reply.error(404, "NOT_FOUND"));
            }
        }
    }

    private void takeTime() {
        try {
            closed.await(embeddingsTake.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Reply embeddings(JsonNode body) {
        if (embeddingsDown) {
            return Reply.error(503, "UNAVAILABLE");
        }
        ArrayNode all = MAPPER.createArrayNode();
        for (JsonNode request : body.path("requests")) {
            float[] vector = embedding.apply(
                    request.path("content").path("parts").path(0).path("text").asText());
            ArrayNode values = all.addObject().putArray("values");
            for (float value : vector) {
                values.add(value);
            }
        }
        return new Reply(200, MAPPER.createObjectNode().set("embeddings", all).toString());
    }

    /** A vector that is near for texts with the same words; not normalised, like Gemini's short ones. */
    private static float[] words(String text) {
        float[] vector = new float[768];
        for (String word : text.toLowerCase(Locale.ROOT).split("\\W+", -1)) {
            vector[Math.floorMod(word.hashCode(), 768)] += 3;
        }
        return vector;
    }

    private void holdUntilGone(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("content-type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            while (holding && !closed.await(10, TimeUnit.MILLISECONDS)) {
                out.write(' ');
                out.flush();
            }
        } catch (IOException gone) {
            abandoned.complete(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("content-type", "application/json; charset=UTF-8");
        exchange.sendResponseHeaders(reply.status(), bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
