package dev.concord.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.concord.crdt.Difference;
import dev.concord.crdt.TextChange;
import dev.concord.server.history.Author;
import dev.concord.server.history.History;
import dev.concord.server.history.HistoryProblem;
import dev.concord.server.history.Replayed;
import dev.concord.server.history.Restored;
import dev.concord.server.history.Version;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Versions of a room, what differs between them, and going back to one. */
final class HistoryRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryRoutes.class);
    private static final int MAX_LABEL = 200;
    private static final int MAX_AUTHOR = 100;
    private static final int DEFAULT_PAGE = 50;
    private static final int MAX_PAGE = 200;

    private final History history;
    private final Origins origins;

    HistoryRoutes(History history, Origins origins) {
        this.history = history;
        this.origins = origins;
    }

    void addTo(RouteTable table) {
        table.post("/rooms/{room}/versions", checked(this::capture));
        table.get("/rooms/{room}/versions", checked(this::versions));
        table.get("/rooms/{room}/versions/{version}", checked(this::text));
        table.get("/rooms/{room}/diff", checked(this::difference));
        table.post("/rooms/{room}/restore", checked(this::restore));
        table.get("/rooms/{room}/replay", checked(this::replay));
        table.get("/rooms/{room}/authors", checked(this::authors));
    }

    /** A request that is refused before any work. */
    private static final class BadRequest extends Exception {
        private static final long serialVersionUID = 1L;
        final HttpResponseStatus status;
        final String code;

        BadRequest(HttpResponseStatus status, String code, String detail) {
            super(detail, null, false, false);
            this.status = status;
            this.code = code;
        }

        BadRequest(String code, String detail) {
            this(HttpResponseStatus.BAD_REQUEST, code, detail);
        }
    }

    private interface Checked {
        void handle(Exchange exchange) throws BadRequest;
    }

    private RouteTable.Handler checked(Checked handler) {
        return exchange -> {
            try {
                handler.handle(exchange);
            } catch (BadRequest e) {
                exchange.responses().problem(e.status, e.code, String.valueOf(e.getMessage()));
            }
        };
    }

    private void capture(Exchange exchange) throws BadRequest {
        JsonNode body = body(exchange);
        String label = text(body, "label", MAX_LABEL, null);
        String author = text(body, "author", MAX_AUTHOR, "anonymous");
        answer(
                exchange,
                HttpResponseStatus.CREATED,
                history.capture(exchange.room(), label, author),
                version -> Responses.object().put("id", version.id()).put("op_seq", version.opSeq()));
    }

    private void versions(Exchange exchange) throws BadRequest {
        Long before = number(exchange, "before");
        Long limit = number(exchange, "limit");
        int most = limit == null ? DEFAULT_PAGE : (int) Math.min(limit, MAX_PAGE);
        if (most < 1) {
            throw new BadRequest("bad_limit", "limit must be 1 to " + MAX_PAGE);
        }
        String room = exchange.room();
        // One more than asked for tells whether there is another page.
        answer(
                exchange,
                HttpResponseStatus.OK,
                history.versions(room, before == null ? Long.MAX_VALUE : before, most + 1),
                versions -> {
                    List<Version> page = versions.subList(0, Math.min(most, versions.size()));
                    if (versions.size() > most) {
                        long next = page.get(page.size() - 1).id();
                        exchange.responses()
                                .header(
                                        "Link",
                                        "</rooms/" + room + "/versions?before=" + next + "&limit=" + most
                                                + ">; rel=\"next\"");
                    }
                    ArrayNode all = Responses.array();
                    page.forEach(version -> all.add(json(version)));
                    return all;
                });
    }

    private void text(Exchange exchange) throws BadRequest {
        long id = id(exchange.part("version"), "version");
        answer(
                exchange,
                HttpResponseStatus.OK,
                history.text(exchange.room(), id),
                found -> json(found.version())
                        .put("length", found.text().length())
                        .put("text", found.text()));
    }

    private void difference(Exchange exchange) throws BadRequest {
        long from = required(exchange, "from");
        Long to = "current".equals(parameter(exchange, "to")) ? null : Long.valueOf(required(exchange, "to"));
        answer(exchange, HttpResponseStatus.OK, history.difference(exchange.room(), from, to), difference -> {
            ObjectNode json = Responses.object();
            json.set("added", ranges(difference.added()));
            json.set("removed", ranges(difference.removed()));
            json.set("moved", ranges(difference.moved()));
            return json;
        });
    }

    private void restore(Exchange exchange) throws BadRequest {
        JsonNode id = body(exchange).path("version_id");
        if (!id.isIntegralNumber() || !id.canConvertToLong()) {
            throw new BadRequest("bad_version", "version_id must be the number of a version of this room");
        }
        answer(exchange, HttpResponseStatus.OK, history.restore(exchange.room(), id.longValue()), HistoryRoutes::json);
    }

    private void replay(Exchange exchange) throws BadRequest {
        long from = required(exchange, "from");
        Long to = "current".equals(parameter(exchange, "to")) ? null : Long.valueOf(required(exchange, "to"));
        answer(
                exchange,
                HttpResponseStatus.OK,
                history.replay(exchange.room(), from, to, number(exchange, "after")),
                HistoryRoutes::json);
    }

    private void authors(Exchange exchange) throws BadRequest {
        answer(
                exchange,
                HttpResponseStatus.OK,
                history.authors(exchange.room(), number(exchange, "version")),
                authors -> {
                    ArrayNode all = Responses.array();
                    for (Author author : authors) {
                        all.addObject()
                                .put("offset", author.offset())
                                .put("length", author.length())
                                .put("site", author.site());
                    }
                    return all;
                });
    }

    private static <T> void answer(
            Exchange exchange, HttpResponseStatus status, CompletableFuture<T> result, Function<T, JsonNode> json) {
        String room = exchange.room();
        result.thenApply(value -> (Runnable) () -> exchange.responses().json(status, json.apply(value)))
                .exceptionally(failure -> () -> fail(room, exchange.responses(), failure))
                .thenAccept(exchange::onLoop);
    }

    private static void fail(String room, Responses responses, Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
        if (cause instanceof HistoryProblem problem) {
            responses.problem(HttpResponseStatus.valueOf(problem.status()), problem.code(), problem.detail());
            return;
        }
        LOG.atWarn().addKeyValue("room", room).log("a request about its history failed: {}", cause.toString());
        responses.problem(
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                "store_unavailable",
                "the history cannot be read or written just now; the server's log says why");
    }

    private static ObjectNode json(Version version) {
        return Responses.object()
                .put("id", version.id())
                .put("op_seq", version.opSeq())
                .put("label", version.label())
                .put("author", version.author())
                .put("automatic", version.automatic())
                .put("created_at", version.createdAt());
    }

    private static JsonNode json(Restored restored) {
        ObjectNode json = Responses.object().put("applied", true);
        json.set("inserted", ranges(restored.inserted()));
        json.set("removed", ranges(restored.removed()));
        return json;
    }

    private static JsonNode json(Replayed replayed) {
        ObjectNode json = Responses.object()
                .put("from_seq", replayed.fromSeq())
                .put("to_seq", replayed.toSeq())
                .put("text", replayed.text());
        ArrayNode steps = json.putArray("steps");
        for (Replayed.Step step : replayed.steps()) {
            ArrayNode changes = steps.addObject()
                    .put("seq", step.seq())
                    .put("site", step.site())
                    .putArray("changes");
            for (TextChange change : step.changes()) {
                changes.addObject()
                        .put("offset", change.offset())
                        .put("removed", change.removed())
                        .put("inserted", change.inserted());
            }
        }
        return json;
    }

    private static ArrayNode ranges(List<Difference.Range> ranges) {
        ArrayNode all = Responses.array();
        for (Difference.Range range : ranges) {
            ObjectNode json = all.addObject();
            json.putObject("id")
                    .put("site", range.id().site())
                    .put("counter", range.id().counter());
            json.put("length", range.length())
                    .put("text", range.text())
                    .put("from", range.from())
                    .put("to", range.to())
                    .put("author", range.id().site());
        }
        return all;
    }

    /** The JSON object that was sent, by a page of this server or of an allowed origin, or by a program. */
    private JsonNode body(Exchange exchange) throws BadRequest {
        HttpHeaders headers = exchange.request().headers();
        // A browser lets any page post, and only hides the answer from it.
        if (!origins.allows(headers.get(HttpHeaderNames.ORIGIN), headers.get(HttpHeaderNames.HOST))) {
            throw new BadRequest(
                    HttpResponseStatus.FORBIDDEN,
                    "origin_not_allowed",
                    "pages of this origin may not do this; the operator allows them with CONCORD_ALLOWED_ORIGINS");
        }
        JsonNode body = null;
        try {
            body = Responses.read(ByteBufUtil.getBytes(exchange.request().content()));
        } catch (IOException e) {
            // Said below.
        }
        if (body == null || !body.isObject()) {
            throw new BadRequest("bad_json", "the body must be a JSON object");
        }
        return body;
    }

    private static String text(JsonNode body, String name, int most, @Nullable String otherwise) throws BadRequest {
        JsonNode value = body.path(name);
        if ((value.isMissingNode() || value.isNull()) && otherwise != null) {
            return otherwise;
        }
        String text = value.isTextual() ? value.textValue().strip() : "";
        if (text.isEmpty() || text.length() > most) {
            throw new BadRequest("bad_" + name, name + " must be a string of 1 to " + most + " characters");
        }
        if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f)
                || text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw new BadRequest("bad_" + name, name + " must have no control characters and no lone surrogates");
        }
        return text;
    }

    private static long required(Exchange exchange, String name) throws BadRequest {
        Long value = number(exchange, name);
        if (value == null) {
            throw new BadRequest("bad_" + name, name + " is required: the number of a version");
        }
        return value;
    }

    private static @Nullable Long number(Exchange exchange, String name) throws BadRequest {
        String value = parameter(exchange, name);
        return value == null ? null : Long.valueOf(id(value, name));
    }

    private static long id(String value, String name) throws BadRequest {
        if (value.matches("[0-9]{1,18}")) {
            return Long.parseLong(value);
        }
        throw new BadRequest("bad_" + name, name + " must be a number");
    }

    private static @Nullable String parameter(Exchange exchange, String name) {
        List<String> values = exchange.query().get(name);
        return values == null || values.isEmpty() ? null : values.get(0);
    }
}
