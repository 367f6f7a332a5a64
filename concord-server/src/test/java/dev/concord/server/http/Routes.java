package dev.concord.server.http;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What the port answers, for tests of other packages. */
public final class Routes {
    private Routes() {}

    /** Method and path of every route. */
    @SuppressWarnings("NullAway") // no request is answered
    public static List<String> all() {
        Services nothing = new Services(
                null,
                null,
                null,
                new Pages(),
                null,
                () -> "",
                () -> CompletableFuture.completedFuture(""),
                Runnable::run,
                Runnable::run,
                null,
                null,
                dev.concord.server.config.Limits.DEFAULT);
        return HttpServer.routes(nothing, null, null, null).list();
    }
}
