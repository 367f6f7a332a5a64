package dev.concord.server.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which path is answered by what. A path is written as {@code /rooms/{room}/presence}: a part in braces takes any one part of a
 * request's path and names it. The part named {@code room} is checked before any handler sees it. Filled once, then read by all
 * event loops.
 */
final class RouteTable {
    /** The name of the path's part that is a room id. */
    static final String ROOM = "room";

    private static final Pattern ROOM_ID = Pattern.compile("[A-Za-z0-9._~-]{1,128}");

    /** Answers a request, now or later, exactly once. Called on the channel's event loop, so it must not block. */
    interface Handler {
        void handle(Exchange exchange);
    }

    private record Route(HttpMethod method, List<String> parts, Handler handler) {
        @Nullable
        Map<String, String> match(List<String> path) {
            if (path.size() != parts.size()) {
                return null;
            }
            Map<String, String> named = new HashMap<>();
            for (int i = 0; i < parts.size(); i++) {
                String part = parts.get(i);
                if (part.startsWith("{")) {
                    named.put(part.substring(1, part.length() - 1), path.get(i));
                } else if (!part.equals(path.get(i))) {
                    return null;
                }
            }
            return named;
        }
    }

    private final List<Route> routes = new ArrayList<>();
    private final Handler otherwise;

    /**
     * An empty table.
     *
     * @param otherwise answers GET of every path that the table does not have
     */
    RouteTable(Handler otherwise) {
        this.otherwise = otherwise;
    }

    /** Adds a route that reads; it answers HEAD as well. */
    RouteTable get(String path, Handler handler) {
        return add(HttpMethod.GET, path, handler);
    }

    RouteTable post(String path, Handler handler) {
        return add(HttpMethod.POST, path, handler);
    }

    RouteTable put(String path, Handler handler) {
        return add(HttpMethod.PUT, path, handler);
    }

    private RouteTable add(HttpMethod method, String path, Handler handler) {
        routes.add(new Route(method, parts(path), handler));
        return this;
    }

    /** Has a request answered by its route, or says what is wrong with it. */
    void handle(Exchange exchange) {
        HttpMethod method = exchange.request().method();
        HttpMethod effective = method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method;
        List<String> path = parts(exchange.path());
        Set<String> allowed = new LinkedHashSet<>();
        for (Route route : routes) {
            Map<String, String> named = route.match(path);
            if (named == null) {
                continue;
            }
            String room = named.get(ROOM);
            if (room != null && !ROOM_ID.matcher(room).matches()) {
                exchange.responses()
                        .problem(
                                HttpResponseStatus.BAD_REQUEST,
                                "bad_room_id",
                                "a room id has 1 to 128 characters of A-Z, a-z, 0-9, dot, underscore, tilde and hyphen");
                return;
            }
            if (route.method().equals(effective)) {
                route.handler().handle(exchange.with(named));
                return;
            }
            allow(route.method(), allowed);
        }
        if (allowed.isEmpty() && effective.equals(HttpMethod.GET)) {
            otherwise.handle(exchange);
            return;
        }
        if (allowed.isEmpty()) {
            allow(HttpMethod.GET, allowed);
        }
        String methods = String.join(", ", allowed);
        exchange.responses().header(HttpHeaderNames.ALLOW, methods);
        exchange.responses()
                .problem(
                        HttpResponseStatus.METHOD_NOT_ALLOWED,
                        "method_not_allowed",
                        "this path takes " + methods + " only");
    }

    private static void allow(HttpMethod method, Set<String> allowed) {
        allowed.add(method.name());
        if (method.equals(HttpMethod.GET)) {
            allowed.add(HttpMethod.HEAD.name());
        }
    }

    private static List<String> parts(String path) {
        return List.of(path.split("/", -1));
    }
}
