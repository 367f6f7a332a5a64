package dev.concord.server.http;

import dev.concord.server.auth.Access;
import dev.concord.server.auth.Caller;
import dev.concord.server.auth.Credentials;
import dev.concord.server.auth.NotAuthenticatedException;
import dev.concord.server.auth.Right;
import dev.concord.server.config.Secret;
import dev.concord.server.refusal.Refusal;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a request pass to its route if whoever sends it may do what the route does. A room that the sender may not see is answered for before anything
 * is looked up, and like one that does not exist.
 */
final class Gate {
    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

    private final Access access;
    private final Secret metricsToken;

    /**
     * A gate.
     *
     * @param access lets people in
     * @param metricsToken without which nobody gets the metrics; not set to give them to everybody
     */
    Gate(Access access, Secret metricsToken) {
        this.access = access;
        this.metricsToken = metricsToken;
    }

    /** Hands the request to its route, in this call unless the answer has to be waited for. Throws a {@link Problem} when it is refused. */
    void pass(Exchange exchange, Need need, RouteTable.Handler handler) {
        Right needed = need.right();
        if (need == Need.METRICS && metricsToken.isSet()) {
            checkMetricsToken(Requests.token(exchange));
        }
        if (needed == null && need != Need.SOMEBODY) {
            handler.handle(exchange);
            return;
        }
        CompletableFuture<Caller> entering = access.enter(
                        new Credentials(Requests.token(exchange), Requests.address(exchange)))
                .toCompletableFuture();
        if (entering.isDone()) {
            enter(exchange, need, needed, handler, entering);
            return;
        }
        FullHttpRequest request = exchange.request().retain();
        entering.whenComplete((caller, failure) -> exchange.context().executor().execute(() -> {
            try {
                enter(exchange, need, needed, handler, entering);
            } catch (RuntimeException refused) {
                exchange.responses().problem(Problem.of(refused));
            } finally {
                request.release();
            }
        }));
    }

    private void checkMetricsToken(@Nullable String presented) {
        if (presented == null) {
            throw refused(new NotAuthenticatedException(NotAuthenticatedException.Reason.MISSING, "a token is needed"));
        }
        // Of the same length of time whatever fits.
        if (!MessageDigest.isEqual(
                presented.getBytes(StandardCharsets.UTF_8), metricsToken.value().getBytes(StandardCharsets.UTF_8))) {
            throw refused(new NotAuthenticatedException(
                    NotAuthenticatedException.Reason.INVALID, "this is not the token for metrics"));
        }
    }

    private static void enter(
            Exchange exchange,
            Need need,
            @Nullable Right needed,
            RouteTable.Handler handler,
            CompletableFuture<Caller> entered) {
        Caller caller;
        try {
            caller = entered.join();
        } catch (CompletionException failed) {
            throw refused(failed.getCause());
        }
        if (need == Need.OPERATOR && !caller.isOperator()) {
            throw new Problem(
                    HttpResponseStatus.FORBIDDEN, "forbidden", "this needs the right \"admin\" to every room");
        }
        if (need == Need.OPERATOR || needed == null) {
            handler.handle(exchange.by(caller));
            return;
        }
        Right right = caller.right(exchange.room());
        if (!right.includes(Right.READ)) {
            throw Refusal.noSuchRoom();
        }
        if (!right.includes(needed)) {
            throw new Problem(
                    HttpResponseStatus.FORBIDDEN,
                    "forbidden",
                    "this needs the right \"" + needed.word() + "\" to the room; yours is \"" + right.word() + "\"");
        }
        handler.handle(exchange.by(caller));
    }

    private static Problem refused(@Nullable Throwable failure) {
        if (failure instanceof NotAuthenticatedException not) {
            boolean missing = not.reason() == NotAuthenticatedException.Reason.MISSING;
            return new Problem(
                    HttpResponseStatus.UNAUTHORIZED,
                    missing
                            ? "not_authenticated"
                            : "token_" + not.reason().name().toLowerCase(Locale.ROOT),
                    String.valueOf(not.getMessage()),
                    Map.of(
                            HttpHeaderNames.WWW_AUTHENTICATE.toString(),
                            missing ? "Bearer" : "Bearer error=\"invalid_token\""));
        }
        LOG.atLevel(Access.levelOf(failure)).log("a token could not be checked: {}", String.valueOf(failure));
        return new Problem(
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                "auth_unavailable",
                "tokens cannot be checked at the moment; try again later");
    }
}
