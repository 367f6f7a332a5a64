package dev.concord.server.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.concord.server.auth.Caller;
import dev.concord.server.auth.User;
import dev.concord.server.history.Catalogue.About;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

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
        Caller caller = exchange.caller();
        // One more than asked for tells whether there is another page.
        exchange.answer(
                HttpResponseStatus.OK,
                keeping.catalogue().list(prefix, text, after, max + 1, caller::mayRead),
                entries -> {
                    List<About> page = entries.subList(0, Math.min(max, entries.size()));
                    if (entries.size() > max) {
                        exchange.responses().header("Link", next(prefix, text, page, max));
                    }
                    ArrayNode all = Responses.array();
                    page.forEach(about -> all.add(json(about)));
                    return all;
                });
    }

    private static String next(String prefix, String text, List<About> page, int max) {
        About last = page.get(page.size() - 1);
        StringBuilder link = new StringBuilder("</rooms?after=" + last.position() + "&limit=" + max);
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

    private void about(Exchange exchange) {
        exchange.answer(HttpResponseStatus.OK, keeping.catalogue().find(exchange.room()), CatalogueRoutes::json);
    }

    private void change(Exchange exchange) {
        services.requests().requireAllowedOrigin(exchange);
        String title = Requests.lineOrEmpty(Requests.object(exchange), "title", MAX_TITLE);
        exchange.answer(
                HttpResponseStatus.OK,
                keeping.catalogue().setTitle(exchange.room(), title, by(exchange.caller())),
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

    private static ObjectNode json(About about) {
        ObjectNode json = Responses.object()
                .put("room", about.room())
                .put("title", about.title())
                .put("created_at", about.createdAt())
                .put("created_by", about.createdBy())
                .put("changed_at", about.changedAt())
                .put("changed_by", about.changedBy())
                .put("bytes", about.bytes());
        if (about.length() != null) {
            json.put("length", about.length());
        }
        return json;
    }
}
