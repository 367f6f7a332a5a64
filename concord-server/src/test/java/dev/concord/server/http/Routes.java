package dev.concord.server.http;

import dev.concord.server.config.Limits;
import dev.concord.server.config.Secret;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What the port answers, for tests of other packages. */
public final class Routes {
    private Routes() {}

    /** Method and path of every route. */
    public static List<String> all() {
        return table().list();
    }

    /** What every route needs, in the words of the server's table, by method and path. */
    public static Map<String, String> words() {
        Map<String, String> words = new LinkedHashMap<>();
        needs().forEach((route, need) -> words.put(route, need.name()));
        return words;
    }

    /** What every route needs, by method and path. */
    static Map<String, Need> needs() {
        return table().needs();
    }

    @SuppressWarnings("NullAway") // no request is answered
    private static RouteTable table() {
        Services nothing = new Services(
                null,
                null,
                null,
                null,
                new Pages(),
                null,
                () -> "",
                Secret.NONE,
                () -> CompletableFuture.completedFuture(""),
                Runnable::run,
                Runnable::run,
                null,
                null,
                Limits.DEFAULT);
        return HttpServer.routes(nothing, null, null, null);
    }
}
