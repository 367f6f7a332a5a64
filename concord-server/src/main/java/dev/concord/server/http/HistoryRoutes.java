package dev.concord.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.concord.crdt.Difference;
import dev.concord.crdt.TextChange;
import dev.concord.server.history.Author;
import dev.concord.server.history.History;
import dev.concord.server.history.Replayed;
import dev.concord.server.history.Restored;
import dev.concord.server.history.Version;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;

/** Versions of a room, what differs between them, and going back to one. */
final class HistoryRoutes {
    private static final int MAX_LABEL = 200;
    private static final int MAX_AUTHOR = 100;
    private static final int DEFAULT_PAGE = 50;
    private static final int MAX_PAGE = 200;

    private final History history;
    private final Requests requests;

    HistoryRoutes(History history, Requests requests) {
        this.history = history;
        this.requests = requests;
    }

    void addTo(RouteTable table) {
        table.post("/rooms/{room}/versions", Need.WRITE, this::capture);
        table.get("/rooms/{room}/versions", Need.READ, this::versions);
        table.get("/rooms/{room}/versions/{version}", Need.READ, this::text);
        table.patch("/rooms/{room}/versions/{version}", Need.WRITE, this::rename);
        table.delete("/rooms/{room}/versions/{version}", Need.ADMIN, this::delete);
        table.get("/rooms/{room}/diff", Need.READ, this::difference);
        table.post("/rooms/{room}/restore", Need.WRITE, this::restore);
        table.get("/rooms/{room}/replay", Need.READ, this::replay);
        table.get("/rooms/{room}/authors", Need.READ, this::authors);
    }

    private void capture(Exchange exchange) {
        JsonNode body = body(exchange);
        String label = Requests.line(body, "label", MAX_LABEL, null);
        String author = author(exchange, body);
        exchange.answer(
                HttpResponseStatus.CREATED,
                history.capture(exchange.room(), label, author),
                version -> Responses.object().put("id", version.id()).put("op_seq", version.opSeq()));
    }

    private void versions(Exchange exchange) {
        Long before = Requests.number(exchange, "before");
        Long limit = Requests.number(exchange, "limit");
        int max = limit == null ? DEFAULT_PAGE : (int) Math.min(limit, MAX_PAGE);
        if (max < 1) {
            throw Problem.badRequest("bad_limit", "limit must be 1 to " + MAX_PAGE);
        }
        String room = exchange.room();
        // One more than asked for tells whether there is another page.
        exchange.answer(
                HttpResponseStatus.OK,
                history.versions(room, before == null ? Long.MAX_VALUE : before, max + 1),
                versions -> {
                    List<Version> page = versions.subList(0, Math.min(max, versions.size()));
                    if (versions.size() > max) {
                        long next = page.get(page.size() - 1).id();
                        exchange.responses()
                                .header(
                                        "Link",
                                        "</rooms/" + room + "/versions?before=" + next + "&limit=" + max
                                                + ">; rel=\"next\"");
                    }
                    ArrayNode all = Responses.array();
                    page.forEach(version -> all.add(json(version)));
                    return all;
                });
    }

    private void text(Exchange exchange) {
        long id = Requests.number(exchange.part("version"), "version");
        exchange.answer(
                HttpResponseStatus.OK,
                history.text(exchange.room(), id),
                found -> json(found.version())
                        .put("length", found.text().length())
                        .put("text", found.text()));
    }

    private void rename(Exchange exchange) {
        String label = Requests.line(body(exchange), "label", MAX_LABEL, null);
        long id = Requests.number(exchange.part("version"), "version");
        exchange.answer(HttpResponseStatus.OK, history.rename(exchange.room(), id, label), version -> json(version));
    }

    private void delete(Exchange exchange) {
        requests.requireAllowedOrigin(exchange);
        long id = Requests.number(exchange.part("version"), "version");
        exchange.done(history.delete(exchange.room(), id));
    }

    private void difference(Exchange exchange) {
        long from = Requests.version(exchange, "from");
        Long to = Requests.versionOrCurrent(exchange, "to");
        exchange.answer(HttpResponseStatus.OK, history.difference(exchange.room(), from, to), difference -> {
            ObjectNode json = Responses.object();
            json.set("added", ranges(difference.added()));
            json.set("removed", ranges(difference.removed()));
            json.set("moved", ranges(difference.moved()));
            return json;
        });
    }

    private void restore(Exchange exchange) {
        JsonNode body = body(exchange);
        JsonNode id = body.path("version_id");
        if (!id.isIntegralNumber() || !id.canConvertToLong()) {
            throw Problem.badRequest("bad_version", "version_id must be the number of a version of this room");
        }
        String author = author(exchange, body);
        exchange.answer(
                HttpResponseStatus.OK, history.restore(exchange.room(), id.longValue(), author), HistoryRoutes::json);
    }

    private void replay(Exchange exchange) {
        long from = Requests.version(exchange, "from");
        Long to = Requests.versionOrCurrent(exchange, "to");
        exchange.answer(
                HttpResponseStatus.OK,
                history.replay(exchange.room(), from, to, Requests.number(exchange, "after")),
                HistoryRoutes::json);
    }

    private void authors(Exchange exchange) {
        exchange.answer(
                HttpResponseStatus.OK,
                history.authors(exchange.room(), Requests.number(exchange, "version")),
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
        if (restored.kept() != null) {
            json.put("version_id", restored.kept());
        }
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

    /** The name of the user; what the body claims counts only where nobody vouches for a name. */
    private static String author(Exchange exchange, JsonNode body) {
        String claimed = Requests.line(body, "author", MAX_AUTHOR, "anonymous");
        String name = exchange.caller().name(claimed);
        return name == null ? claimed : name;
    }

    /** The JSON object that was sent, by a page of this server or of an allowed origin, or by a program. */
    private JsonNode body(Exchange exchange) {
        requests.requireAllowedOrigin(exchange);
        return Requests.object(exchange);
    }
}
