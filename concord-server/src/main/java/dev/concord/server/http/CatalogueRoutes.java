package dev.concord.server.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.concord.server.auth.Caller;
import dev.concord.server.auth.User;
import dev.concord.server.refusal.Refusal;
import dev.concord.store.RoomCatalogue;
import dev.concord.store.RoomCatalogue.Entry;
import dev.concord.store.RoomCatalogue.Position;
import dev.concord.store.StoreException;
import dev.concord.wire.RoomId;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Lists of rooms, what is known of one besides its text, and what is removed of it. */
final class CatalogueRoutes {
    private static final int MAX_TITLE = 200;
    private static final int MAX_TEXT = 200;
    private static final int DEFAULT_PAGE = 50;
    private static final int MAX_PAGE = 200;

    private final Services services;
    private final RoomKeeping keeping;

    CatalogueRoutes(Services services, RoomKeeping keeping) {
        this.services = services;
        this.keeping = keeping;
    }

    void addTo(RouteTable table) {
        table.get("/rooms", Need.SOMEBODY, this::list);
        table.get("/rooms/{room}/about", Need.READ, this::about);
        table.patch("/rooms/{room}", Need.WRITE, this::change);
        table.post("/rooms/{room}/purge", Need.ADMIN, this::purge);
    }

    private void list(Exchange exchange) {
        String prefix = parameter(exchange, "prefix");
        String text = parameter(exchange, "q");
        String after = parameter(exchange, "after");
        Long limit = Requests.number(exchange, "limit");
        int max = limit == null ? DEFAULT_PAGE : (int) Math.min(limit, MAX_PAGE);
        if (max < 1) {
            throw Problem.badRequest("bad_limit", "limit must be 1 to " + MAX_PAGE);
        }
        // One more than asked for tells whether there is another page.
        RoomCatalogue.Query query = new RoomCatalogue.Query(prefix, text, position(after), max + 1);
        Caller caller = exchange.caller();
        exchange.answer(HttpResponseStatus.OK, ask(() -> keeping.catalogue().list(query, caller::mayRead)), entries -> {
            List<Entry> page = entries.subList(0, Math.min(max, entries.size()));
            if (entries.size() > max) {
                exchange.responses().header("Link", next(prefix, text, page, max));
            }
            ArrayNode all = Responses.array();
            page.forEach(entry -> all.add(json(entry)));
            return all;
        });
    }

    private static String next(String prefix, String text, List<Entry> page, int max) {
        Entry last = page.get(page.size() - 1);
        StringBuilder link =
                new StringBuilder("</rooms?after=" + last.changedAt() + "." + last.roomId() + "&limit=" + max);
        if (!prefix.isEmpty()) {
            link.append("&prefix=").append(URLEncoder.encode(prefix, StandardCharsets.UTF_8));
        }
        if (!text.isEmpty()) {
            link.append("&q=").append(URLEncoder.encode(text, StandardCharsets.UTF_8));
        }
        return link.append(">; rel=\"next\"").toString();
    }

    private static String parameter(Exchange exchange, String name) {
        String value = Requests.parameter(exchange, name);
        if (value == null) {
            return "";
        }
        if (value.length() > MAX_TEXT) {
            throw Problem.badRequest("bad_" + name, name + " may have " + MAX_TEXT + " characters");
        }
        return value;
    }

    /** Where a page ends: the time, a dot and the room. */
    private static Position position(String after) {
        if (after.isEmpty()) {
            return Position.START;
        }
        int dot = after.indexOf('.');
        if (dot > 0 && RoomId.isValid(after.substring(dot + 1))) {
            try {
                return new Position(Long.parseLong(after.substring(0, dot)), after.substring(dot + 1));
            } catch (NumberFormatException e) {
                // Refused below.
            }
        }
        throw Problem.badRequest("bad_after", "after must be what the Link header of the page before says");
    }

    private void about(Exchange exchange) {
        String roomId = exchange.room();
        exchange.answer(
                HttpResponseStatus.OK,
                ask(() -> keeping.catalogue().find(roomId).orElseThrow(Refusal::noSuchRoom)),
                CatalogueRoutes::json);
    }

    private void change(Exchange exchange) {
        services.requests().requireAllowedOrigin(exchange);
        String title = Requests.lineOrEmpty(Requests.object(exchange), "title", MAX_TITLE);
        String roomId = exchange.room();
        String by = by(exchange.caller());
        exchange.answer(
                HttpResponseStatus.OK,
                ask(() -> keeping.catalogue().setTitle(roomId, title, by).orElseThrow(Refusal::noSuchRoom)),
                CatalogueRoutes::json);
    }

    private void purge(Exchange exchange) {
        services.requests().requireAllowedOrigin(exchange);
        exchange.done(keeping.purge().purge(exchange.room()));
    }

    /** Names the caller in what is kept; empty where the server knows nobody. */
    static String by(Caller caller) {
        User user = caller.user();
        return user == null ? "" : user.id();
    }

    private <T> CompletableFuture<T> ask(Supplier<T> question) {
        return CompletableFuture.supplyAsync(question, services.io()).exceptionallyCompose(failure -> {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            return CompletableFuture.failedFuture(
                    cause instanceof StoreException
                            ? new Problem(
                                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                                    "store_unavailable",
                                    "the store does not answer at the moment; try again later")
                            : cause);
        });
    }

    private static ObjectNode json(Entry entry) {
        ObjectNode json = Responses.object()
                .put("room", entry.roomId())
                .put("title", entry.title())
                .put("created_at", entry.createdAt())
                .put("created_by", entry.createdBy())
                .put("changed_at", entry.changedAt())
                .put("changed_by", entry.changedBy())
                .put("bytes", entry.bytes());
        if (entry.chars() != null) {
            json.put("length", entry.chars());
        }
        return json;
    }
}
