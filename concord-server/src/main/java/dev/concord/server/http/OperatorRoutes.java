package dev.concord.server.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What operators and their machines ask for, and the pages. */
final class OperatorRoutes {
    private final Services services;
    private final byte[] openApi;

    OperatorRoutes(Services services) {
        this.services = services;
        this.openApi = openApi();
    }

    private static byte[] openApi() {
        try (InputStream in = OperatorRoutes.class.getResourceAsStream("openapi.json")) {
            if (in == null) {
                throw new IllegalStateException("the jar has no openapi.json");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("openapi.json cannot be read from the class path", e);
        }
    }

    void addTo(RouteTable table) {
        table.get("/healthz", Need.NOTHING, exchange -> exchange.responses().text(HttpResponseStatus.OK, "ok\n"));
        table.get("/readyz", Need.NOTHING, this::readiness);
        table.get("/metrics", Need.METRICS, this::metrics);
        table.get(
                "/openapi.json",
                Need.NOTHING,
                exchange -> exchange.responses().send(HttpResponseStatus.OK, Responses.JSON, openApi));
    }

    private void metrics(Exchange exchange) {
        exchange.responses()
                .send(
                        HttpResponseStatus.OK,
                        "text/plain; version=0.0.4; charset=utf-8",
                        services.metrics().get().getBytes(StandardCharsets.UTF_8));
    }

    private void readiness(Exchange exchange) {
        Responses responses = exchange.responses();
        services.readiness()
                .get()
                .whenComplete((problem, failure) -> exchange.context()
                        .executor()
                        .execute(() -> {
                            if (failure != null || !problem.isEmpty()) {
                                responses.problem(new Problem(
                                        HttpResponseStatus.SERVICE_UNAVAILABLE,
                                        "not_ready",
                                        failure != null ? "the check failed" : problem));
                            } else {
                                responses.text(HttpResponseStatus.OK, "ready\n");
                            }
                        }));
    }

    /** Answers with the page or file of that path, if there is one. */
    void page(Exchange exchange) {
        HttpHeaders request = exchange.request().headers();
        services.io().execute(() -> {
            Optional<Pages.Page> page;
            try {
                page = exchange.path().stream().anyMatch(part -> part.contains("/"))
                        ? Optional.empty()
                        : services.pages().find(String.join("/", exchange.path()));
            } catch (RuntimeException | Error fault) {
                exchange.context().executor().execute(() -> exchange.responses().problem(Problem.of(fault)));
                return;
            }
            exchange.context()
                    .executor()
                    .execute(() -> page.ifPresentOrElse(
                            found -> exchange.responses().page(found, request),
                            () -> exchange.responses()
                                    .problem(new Problem(
                                            HttpResponseStatus.NOT_FOUND,
                                            "no_such_page",
                                            "nothing is served at this path"))));
        });
    }
}
