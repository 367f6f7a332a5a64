package dev.concord.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.concord.ai.Cancellation;
import dev.concord.server.ai.Decision;
import dev.concord.server.ai.RunView;
import dev.concord.server.search.Search;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;

/** Proposals of models, decisions about them, and search. A client that goes has its call called off. */
final class AiRoutes {
    private final AiServices services;
    private final Requests requests;

    AiRoutes(AiServices services, Requests requests) {
        this.services = services;
        this.requests = requests;
    }

    void addTo(RouteTable table) {
        table.post("/rooms/{room}/copilot", Need.WRITE, fromHere(this::copilot));
        table.post("/rooms/{room}/ai", Need.WRITE, fromHere(this::plan));
        table.get("/rooms/{room}/ai", Need.READ, this::pending);
        table.get("/rooms/{room}/ai/{run}", Need.READ, this::run);
        table.post("/rooms/{room}/ai/{run}/apply", Need.WRITE, fromHere(this::apply));
        table.post("/rooms/{room}/ai/{run}/decline", Need.WRITE, fromHere(this::decline));
        table.get("/rooms/{room}/search", Need.READ, this::search);
        table.get("/rooms/{room}/backlinks", Need.READ, this::backlinks);
    }

    private RouteTable.Handler fromHere(RouteTable.Handler handler) {
        return exchange -> {
            requests.requireAllowedOrigin(exchange);
            handler.handle(exchange);
        };
    }

    private void copilot(Exchange exchange) {
        JsonNode body = Requests.object(exchange);
        Cancellation cancellation = new Cancellation();
        exchange.answer(
                HttpResponseStatus.OK,
                services.copilot()
                        .suggest(
                                exchange.caller(),
                                exchange.room(),
                                Requests.string(body, "selection"),
                                Requests.string(body, "mode"),
                                cancellation),
                suggestion -> Responses.object().put("suggestion", suggestion),
                cancellation::cancel);
    }

    private void plan(Exchange exchange) {
        JsonNode body = Requests.object(exchange);
        Cancellation cancellation = new Cancellation();
        exchange.answer(
                HttpResponseStatus.OK,
                services.runs()
                        .plan(
                                exchange.caller(),
                                exchange.room(),
                                Requests.string(body, "instruction"),
                                exchange.caller().name(Requests.string(body, "author")),
                                cancellation),
                AiRoutes::json,
                cancellation::cancel);
    }

    private void pending(Exchange exchange) {
        exchange.answer(HttpResponseStatus.OK, services.runs().pending(exchange.caller(), exchange.room()), runs -> {
            ArrayNode all = Responses.array();
            runs.forEach(run -> all.add(json(run)));
            return all;
        });
    }

    private void run(Exchange exchange) {
        exchange.answer(
                HttpResponseStatus.OK,
                services.runs().run(exchange.caller(), exchange.room(), exchange.part("run")),
                AiRoutes::json);
    }

    private void apply(Exchange exchange) {
        exchange.answer(
                HttpResponseStatus.OK,
                services.runs().apply(exchange.caller(), exchange.room(), exchange.part("run")),
                AiRoutes::json);
    }

    private void decline(Exchange exchange) {
        exchange.answer(
                HttpResponseStatus.OK,
                services.runs().decline(exchange.caller(), exchange.room(), exchange.part("run")),
                AiRoutes::json);
    }

    private void search(Exchange exchange) {
        Cancellation cancellation = new Cancellation();
        exchange.answer(
                HttpResponseStatus.OK,
                services.search()
                        .search(
                                exchange.caller(),
                                exchange.room(),
                                Requests.parameter(exchange, "q"),
                                results(exchange),
                                cancellation),
                AiRoutes::hits,
                cancellation::cancel);
    }

    private void backlinks(Exchange exchange) {
        exchange.answer(
                HttpResponseStatus.OK,
                services.search().backlinks(exchange.caller(), exchange.room(), results(exchange)),
                AiRoutes::hits);
    }

    /** The parameter k; 0, which is refused, when it is not a number. */
    private static int results(Exchange exchange) {
        String value = Requests.parameter(exchange, "k");
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
        hits.forEach(hit -> all.addObject()
                .put("room_id", hit.room())
                .put("similarity", hit.similarity())
                .put("title", hit.title())
                .put("created_at", hit.createdAt())
                .put("changed_at", hit.changedAt())
                .put("snippet", hit.snippet()));
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
        node.set("inserted", pieces(decision.inserted()));
        node.set("removed", pieces(decision.removed()));
        return node;
    }

    private static ArrayNode pieces(List<Decision.Piece> pieces) {
        ArrayNode all = Responses.array();
        for (Decision.Piece piece : pieces) {
            ObjectNode node = all.addObject();
            node.putObject("id")
                    .put("site", piece.first().site())
                    .put("counter", piece.first().counter());
            node.put("length", piece.length()).put("text", piece.text());
        }
        return all;
    }
}
