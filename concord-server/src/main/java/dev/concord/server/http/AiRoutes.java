package dev.concord.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.concord.ai.Cancellation;
import dev.concord.server.ai.Decision;
import dev.concord.server.ai.Problem;
import dev.concord.server.ai.RunView;
import dev.concord.server.search.Search;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Proposals of models, decisions about them, and search. A client that goes has its call called off. */
final class AiRoutes {
    private final AiServices services;
    private final Origins origins;

    AiRoutes(AiServices services, Origins origins) {
        this.services = services;
        this.origins = origins;
    }

    void addTo(RouteTable table) {
        table.post("/rooms/{room}/copilot", fromHere(this::copilot));
        table.post("/rooms/{room}/ai", fromHere(this::plan));
        table.get("/rooms/{room}/ai", this::pending);
        table.get("/rooms/{room}/ai/{run}", this::run);
        table.post("/rooms/{room}/ai/{run}/apply", fromHere(this::apply));
        table.post("/rooms/{room}/ai/{run}/decline", fromHere(this::decline));
        table.get("/rooms/{room}/search", this::search);
        table.get("/rooms/{room}/backlinks", this::backlinks);
    }

    /** Refuses what pages of foreign origins send: a browser lets them post, and only hides the answer. */
    private RouteTable.Handler fromHere(RouteTable.Handler handler) {
        return exchange -> {
            HttpHeaders headers = exchange.request().headers();
            if (origins.allows(headers.get(HttpHeaderNames.ORIGIN), headers.get(HttpHeaderNames.HOST))) {
                handler.handle(exchange);
            } else {
                exchange.responses()
                        .problem(
                                HttpResponseStatus.FORBIDDEN,
                                "origin_not_allowed",
                                "pages of this origin may not do this; the operator allows them with CONCORD_ALLOWED_ORIGINS");
            }
        };
    }

    private void copilot(Exchange exchange) {
        JsonNode body = body(exchange);
        if (body == null) {
            return;
        }
        Cancellation cancellation = new Cancellation();
        answer(
                exchange,
                cancellation,
                services.copilot()
                        .suggest(
                                user(exchange),
                                exchange.room(),
                                text(body, "selection"),
                                text(body, "mode"),
                                cancellation),
                suggestion -> Responses.object().put("suggestion", suggestion));
    }

    private void plan(Exchange exchange) {
        JsonNode body = body(exchange);
        if (body == null) {
            return;
        }
        Cancellation cancellation = new Cancellation();
        answer(
                exchange,
                cancellation,
                services.runs()
                        .plan(
                                user(exchange),
                                exchange.room(),
                                text(body, "instruction"),
                                text(body, "author"),
                                cancellation),
                AiRoutes::json);
    }

    private void pending(Exchange exchange) {
        answer(exchange, services.runs().pending(user(exchange), exchange.room()), runs -> {
            ArrayNode all = Responses.array();
            runs.forEach(run -> all.add(json(run)));
            return all;
        });
    }

    private void run(Exchange exchange) {
        answer(exchange, services.runs().run(user(exchange), exchange.room(), exchange.part("run")), AiRoutes::json);
    }

    private void apply(Exchange exchange) {
        answer(exchange, services.runs().apply(user(exchange), exchange.room(), exchange.part("run")), AiRoutes::json);
    }

    private void decline(Exchange exchange) {
        answer(
                exchange,
                services.runs().decline(user(exchange), exchange.room(), exchange.part("run")),
                AiRoutes::json);
    }

    private void search(Exchange exchange) {
        Cancellation cancellation = new Cancellation();
        answer(
                exchange,
                cancellation,
                services.search()
                        .search(
                                user(exchange),
                                exchange.room(),
                                parameter(exchange, "q"),
                                results(exchange),
                                cancellation),
                AiRoutes::hits);
    }

    private void backlinks(Exchange exchange) {
        answer(
                exchange,
                services.search().backlinks(user(exchange), exchange.room(), results(exchange)),
                AiRoutes::hits);
    }

    /** What the caller's going away does not stop. */
    private static <T> void answer(Exchange exchange, CompletableFuture<T> result, Function<T, JsonNode> json) {
        answer(exchange, new Cancellation(), result, json);
    }

    private static <T> void answer(
            Exchange exchange, Cancellation cancellation, CompletableFuture<T> result, Function<T, JsonNode> json) {
        ChannelFutureListener gone = closed -> cancellation.cancel();
        exchange.context().channel().closeFuture().addListener(gone);
        result.whenComplete((value, failure) -> exchange.onLoop(() -> {
            exchange.context().channel().closeFuture().removeListener(gone);
            if (failure == null) {
                exchange.responses().json(HttpResponseStatus.OK, json.apply(value));
                return;
            }
            Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                    ? wrapped.getCause()
                    : failure;
            Problem problem = cause instanceof Problem known
                    ? known
                    : new Problem(500, "internal", "this should not have happened; the server's log says more");
            exchange.responses()
                    .problem(HttpResponseStatus.valueOf(problem.status()), problem.code(), problem.detail());
        }));
    }

    /** Until there is authentication, a user is an address. */
    private static String user(Exchange exchange) {
        SocketAddress address = exchange.context().channel().remoteAddress();
        return address instanceof InetSocketAddress internet && internet.getAddress() != null
                ? internet.getAddress().getHostAddress()
                : String.valueOf(address);
    }

    /** The request's JSON object; null after the client has been told that it is none. */
    private static @Nullable JsonNode body(Exchange exchange) {
        try {
            JsonNode body =
                    Responses.read(ByteBufUtil.getBytes(exchange.request().content()));
            if (body != null && body.isObject()) {
                return body;
            }
        } catch (IOException e) {
            // Told below.
        }
        exchange.responses().problem(HttpResponseStatus.BAD_REQUEST, "bad_json", "the body must be a JSON object");
        return null;
    }

    private static @Nullable String text(JsonNode body, String field) {
        JsonNode value = body.get(field);
        return value == null || !value.isTextual() ? null : value.textValue();
    }

    private static @Nullable String parameter(Exchange exchange, String name) {
        List<String> values = exchange.query().get(name);
        return values == null ? null : values.get(0);
    }

    /** The parameter k; 0, which is refused, when it is no number. */
    private static int results(Exchange exchange) {
        String value = parameter(exchange, "k");
        if (value == null) {
            return Search.DEFAULT_RESULTS;
        }
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static ArrayNode hits(List<Search.Hit> hits) {
        ArrayNode all = Responses.array();
        hits.forEach(hit -> all.addObject().put("room_id", hit.room()).put("similarity", hit.similarity()));
        return all;
    }

    private static ObjectNode json(RunView run) {
        ObjectNode node = Responses.object()
                .put("run_id", run.id())
                .put("state", run.state())
                .put("author", run.author())
                .put("instruction", run.instruction())
                .put("summary", run.summary())
                .put("stale", run.stale())
                .put("finished", run.finished())
                .put("created_at", run.createdAt())
                .put("expires_at", run.expiresAt());
        ArrayNode edits = node.putArray("edits");
        ArrayNode preview = node.putArray("preview");
        for (RunView.Edit edit : run.edits()) {
            if (edit.removed().isEmpty()) {
                edits.addObject()
                        .put("tool", "insert_at")
                        .put("index", edit.index())
                        .put("text", edit.text());
            } else {
                edits.addObject()
                        .put("tool", "replace_range")
                        .put("start", edit.index())
                        .put("end", edit.index() + edit.removed().length())
                        .put("text", edit.text());
            }
            preview.addObject()
                    .put("at", edit.at())
                    .put("before", edit.before())
                    .put("removed", edit.removed())
                    .put("added", edit.text())
                    .put("after", edit.after());
        }
        return node;
    }

    private static ObjectNode json(Decision decision) {
        ObjectNode node = Responses.object().put("state", decision.state()).put("operations", decision.operations());
        if (decision.version() != null) {
            node.put("version_id", decision.version());
        }
        return node;
    }
}
