package dev.concord.server.http;

import dev.concord.wire.RoomId;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which path is answered by what. A path is written as {@code /rooms/{room}/presence}: a part in braces takes any one part of a
 * request's path and names it. The part named {@code room} is checked before any handler sees it. Filled once, then read by all
 * event loops.
 */
final class RouteTable {
    /** The name of the path's part that is a room id. */
    static final String ROOM = "room";

    /** Bytes of a JSON body: room for the largest selection that may be sent, escaped. */
    private static final int MAX_JSON = 256 << 10;

    /** Answers a request, now or later, exactly once. Called on the channel's event loop, so it must not block. */
    interface Handler {
        /** Throws a {@link Problem} to have the request refused with it. */
        void handle(Exchange exchange);
    }

    private record Route(HttpMethod method, List<String> parts, int maxBody, Need need, Handler handler) {
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
    private final Gate gate;
    private final int maxBody;

    /**
     * An empty table.
     *
     * @param otherwise answers GET of every path that the table does not have
     * @param gate lets requests pass to their routes
     * @param maxBody bytes that a document in a request may have
     */
    RouteTable(Handler otherwise, Gate gate, int maxBody) {
        this.otherwise = otherwise;
        this.gate = gate;
        this.maxBody = maxBody;
    }

    /** Method and path of every route, as they were added. */
    List<String> list() {
        return routes.stream()
                .map(route -> route.method() + " " + String.join("/", route.parts()))
                .toList();
    }

    /** What each route needs, by method and path. */
    Map<String, Need> needs() {
        Map<String, Need> needs = new LinkedHashMap<>();
        routes.forEach(route -> needs.put(route.method() + " " + String.join("/", route.parts()), route.need()));
        return needs;
    }

    /** Adds a route that reads; it answers HEAD as well, and takes no body. */
    RouteTable get(String path, Need need, Handler handler) {
        return add(HttpMethod.GET, path, 0, need, handler);
    }

    /** Adds a route that takes JSON. */
    RouteTable post(String path, Need need, Handler handler) {
        return add(HttpMethod.POST, path, Math.min(MAX_JSON, maxBody), need, handler);
    }

    /** Adds a route that takes a document. */
    RouteTable put(String path, Need need, Handler handler) {
        return add(HttpMethod.PUT, path, maxBody, need, handler);
    }

    /** Adds a route that changes something, and takes JSON. */
    RouteTable patch(String path, Need need, Handler handler) {
        return add(HttpMethod.PATCH, path, Math.min(MAX_JSON, maxBody), need, handler);
    }

    /** Adds a route that removes something; it takes no body. */
    RouteTable delete(String path, Need need, Handler handler) {
        return add(HttpMethod.DELETE, path, 0, need, handler);
    }

    private RouteTable add(HttpMethod method, String path, int maxBytes, Need need, Handler handler) {
        routes.add(new Route(method, List.of(path.split("/", -1)), maxBytes, need, handler));
        return this;
    }

    /** How many bytes the body of a request may have: 0 where no route takes one. Only the request's head is looked at. */
    int maxBody(HttpRequest head) {
        List<String> path;
        try {
            path = parts(new QueryStringDecoder(head.uri()).rawPath());
        } catch (IllegalArgumentException malformed) {
            return 0;
        }
        for (Route route : routes) {
            if (route.method().equals(head.method()) && route.match(path) != null) {
                return route.maxBody();
            }
        }
        return 0;
    }

    /** Has a request answered by its route. Throws a {@link Problem}, or what a route throws, when it is refused. */
    void handle(Exchange exchange) {
        HttpMethod method = exchange.request().method();
        HttpMethod effective = method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method;
        List<String> path = exchange.path();
        Set<String> allowed = new LinkedHashSet<>();
        for (Route route : routes) {
            Map<String, String> named = route.match(path);
            if (named == null) {
                continue;
            }
            String room = named.get(ROOM);
            if (room != null && !RoomId.isValid(room)) {
                throw Problem.badRequest(
                        "bad_room_id",
                        "a room id has 1 to 128 characters of A-Z, a-z, 0-9, dot, underscore, tilde and hyphen, and is not . or ..");
            }
            if (route.method().equals(effective)) {
                gate.pass(exchange.with(named), route.need(), route.handler());
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
        throw new Problem(
                HttpResponseStatus.METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "this path takes " + methods + " only",
                Map.of(HttpHeaderNames.ALLOW.toString(), methods));
    }

    private static void allow(HttpMethod method, Set<String> allowed) {
        allowed.add(method.name());
        if (method.equals(HttpMethod.GET)) {
            allowed.add(HttpMethod.HEAD.name());
        }
    }

    /**
     * The parts of a path, decoded. An encoded slash is part of a name, and does not separate two.
     *
     * @throws IllegalArgumentException when the path is malformed
     */
    static List<String> parts(String rawPath) {
        return Stream.of(rawPath.split("/", -1))
                // A plus sign is a space in queries only.
                .map(part -> QueryStringDecoder.decodeComponent(part.replace("+", "%2B")))
                .toList();
    }
}
