package dev.concord.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.concord.server.auth.Caller;
import dev.concord.server.auth.Right;
import dev.concord.server.auth.admin.Administration;
import dev.concord.server.auth.admin.Lifetime;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Who may do what with a room, links to it, and tokens that do not count any more. */
final class AccessRoutes {
    private static final int MAX_USER = 128;
    private static final Duration DEFAULT_LINK = Duration.ofDays(30);
    private static final Duration MAX_LINK = Duration.ofDays(366);
    private static final Set<Right> GIVEN = Set.of(Right.NONE, Right.READ, Right.WRITE, Right.ADMIN);

    private final @Nullable Administration administration;
    private final Requests requests;

    AccessRoutes(@Nullable Administration administration, Requests requests) {
        this.administration = administration;
        this.requests = requests;
    }

    void addTo(RouteTable table) {
        table.get("/rooms/{room}/access", Need.ADMIN, this::rights);
        table.put("/rooms/{room}/access/{user}", Need.ADMIN, this::give);
        table.delete("/rooms/{room}/access/{user}", Need.ADMIN, this::takeBack);
        table.get("/rooms/{room}/links", Need.ADMIN, this::links);
        table.post("/rooms/{room}/links", Need.ADMIN, this::link);
        table.delete("/rooms/{room}/links/{link}", Need.ADMIN, this::endLink);
        table.post("/tokens/revoke", Need.OPERATOR, this::revoke);
    }

    private Administration asked(Exchange exchange) {
        requests.requireAllowedOrigin(exchange);
        Administration known = administration;
        if (known == null) {
            throw new Problem(
                    HttpResponseStatus.CONFLICT,
                    "no_access_lists",
                    "this server has no lists of who may do what: everybody may do everything, or an application decides");
        }
        return known;
    }

    private void rights(Exchange exchange) {
        Administration asked = asked(exchange);
        answer(
                exchange,
                HttpResponseStatus.OK,
                CompletableFuture.completedFuture(asked.rights(exchange.room())),
                all -> list(all, "user"));
    }

    private void give(Exchange exchange) {
        Administration asked = asked(exchange);
        Right right = right(Requests.object(exchange));
        String user = user(exchange.part("user"));
        answer(
                exchange,
                HttpResponseStatus.OK,
                asked.give(exchange.room(), user, right, exchange.caller().key(), Requests.address(exchange)),
                decision -> json(decision, "user"));
    }

    private void takeBack(Exchange exchange) {
        Administration asked = asked(exchange);
        done(
                exchange,
                asked.takeBack(
                        exchange.room(),
                        user(exchange.part("user")),
                        exchange.caller().key(),
                        Requests.address(exchange)));
    }

    private void links(Exchange exchange) {
        Administration asked = asked(exchange);
        answer(
                exchange,
                HttpResponseStatus.OK,
                CompletableFuture.completedFuture(asked.links(exchange.room())),
                all -> list(all, "id"));
    }

    private void link(Exchange exchange) {
        Administration asked = asked(exchange);
        JsonNode body = Requests.object(exchange);
        Right right = right(body);
        if (right == Right.NONE) {
            throw Problem.badRequest("bad_right", "right must be read, write or admin");
        }
        String room = exchange.room();
        answer(
                exchange,
                HttpResponseStatus.CREATED,
                asked.link(room, right, duration(body), exchange.caller().key(), Requests.address(exchange)),
                link -> Responses.object()
                        .put("id", link.id())
                        .put("link", "/editor/" + room + "#k=" + link.key())
                        .put("right", right.word())
                        .put("expires", link.expires().getEpochSecond()));
    }

    private void endLink(Exchange exchange) {
        Administration asked = asked(exchange);
        done(
                exchange,
                asked.endLink(
                        exchange.room(),
                        user(exchange.part("link")),
                        exchange.caller().key(),
                        Requests.address(exchange)));
    }

    private void revoke(Exchange exchange) {
        Administration asked = asked(exchange);
        JsonNode body = Requests.object(exchange);
        String id = Requests.string(body, "jti");
        String user = Requests.string(body, "sub");
        if ((id == null) == (user == null)) {
            throw Problem.badRequest("bad_token", "name a token by jti, or a user by sub");
        }
        Caller caller = exchange.caller();
        String address = Requests.address(exchange);
        done(
                exchange,
                id != null
                        ? asked.revokeToken(user(id), caller.key(), address)
                        : asked.revokeUser(user(String.valueOf(user)), caller.key(), address));
    }

    private static Right right(JsonNode body) {
        String word = Requests.string(body, "right");
        Right right = Right.of(String.valueOf(word));
        if (word == null || !right.word().equals(word) || !GIVEN.contains(right)) {
            throw Problem.badRequest("bad_right", "right must be none, read, write or admin");
        }
        return right;
    }

    private static String user(String name) {
        if (name.isEmpty() || name.length() > MAX_USER || name.chars().anyMatch(Character::isISOControl)) {
            throw Problem.badRequest("bad_user", "a user or token has 1 to " + MAX_USER + " characters");
        }
        return name;
    }

    /** How long a link lasts, such as {@code 30m}, {@code 8h} or {@code 7d}. */
    private static Duration duration(JsonNode body) {
        if (!body.hasNonNull("expires")) {
            return DEFAULT_LINK;
        }
        Duration duration = Lifetime.parse(String.valueOf(Requests.string(body, "expires")));
        if (duration == null || duration.compareTo(MAX_LINK) > 0) {
            throw Problem.badRequest("bad_expires", "expires must be a time like 30m, 8h or 7d, up to 366d");
        }
        return duration;
    }

    private static ArrayNode list(List<Administration.Decision> decisions, String subject) {
        ArrayNode all = Responses.array();
        decisions.forEach(decision -> all.add(json(decision, subject)));
        return all;
    }

    private static ObjectNode json(Administration.Decision decision, String subject) {
        ObjectNode json = Responses.object()
                .put(subject, decision.subject())
                .put("right", decision.right().word())
                .put("by", decision.by())
                .put("at", decision.at().toEpochMilli());
        if (decision.expires() != null) {
            json.put("expires", decision.expires().getEpochSecond());
        }
        return json;
    }

    private static void done(Exchange exchange, CompletableFuture<?> result) {
        exchange.done(guarded(result));
    }

    private static <T> void answer(
            Exchange exchange, HttpResponseStatus status, CompletableFuture<T> result, Function<T, JsonNode> json) {
        exchange.answer(status, guarded(result), json);
    }

    private static <T> CompletableFuture<T> guarded(CompletableFuture<T> result) {
        return result.exceptionally(failure -> {
            throw new CompletionException(new Problem(
                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                    "store_unavailable",
                    "the store accepts nothing at the moment; try again later"));
        });
    }
}
