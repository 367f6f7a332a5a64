package dev.concord.server.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;

/** What operators and their machines ask for, and the pages. */
final class OperatorRoutes {
    private final Services services;

    OperatorRoutes(Services services) {
        this.services = services;
    }

    void addTo(RouteTable table) {
        table.get("/healthz", exchange -> exchange.responses().text(HttpResponseStatus.OK, "ok\n"));
        table.get("/readyz", this::readiness);
        table.get("/metrics", this::metrics);
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
                .whenComplete((problem, failure) -> exchange.onLoop(() -> {
                    if (failure != null || !problem.isEmpty()) {
                        responses.problem(
                                HttpResponseStatus.SERVICE_UNAVAILABLE,
                                "not_ready",
                                failure != null ? "the check failed" : problem);
                    } else {
                        responses.text(HttpResponseStatus.OK, "ready\n");
                    }
                }));
    }

    /** Answers with the page or file of that path, if there is one. */
    void page(Exchange exchange) {
        HttpHeaders request = exchange.request().headers();
        services.io().execute(() -> {
            var page = services.pages().find(exchange.path());
            exchange.onLoop(() -> page.ifPresentOrElse(
                    found -> exchange.responses().page(found, request),
                    () -> exchange.responses()
                            .problem(HttpResponseStatus.NOT_FOUND, "no_such_page", "there is nothing here")));
        });
    }
}
