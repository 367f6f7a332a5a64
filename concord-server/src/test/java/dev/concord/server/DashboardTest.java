package dev.concord.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.server.config.AiConfig;
import dev.concord.server.config.AuthConfig;
import dev.concord.server.config.Config;
import dev.concord.server.config.RedisAddress;
import dev.concord.server.config.Secret;
import dev.concord.server.config.TestLimits;
import dev.concord.store.memory.MemoryRoomStore;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the dashboard asks for is exported, and a server whose Redis is away says so and serves. */
class DashboardTest {
    private static final Pattern METRIC = Pattern.compile("concord_[a-z_]+");

    @Test
    void everyMetricOfTheDashboardIsExported() throws Exception {
        Path dashboard = Path.of(System.getProperty("concord.basedir", ".."), "deploy/grafana/dashboards/concord.json");
        Set<String> asked = new TreeSet<>();
        Matcher found = METRIC.matcher(Files.readString(dashboard));
        while (found.find()) {
            asked.add(found.group());
        }
        assertTrue(asked.size() > 15, asked::toString);

        RedisAddress away = new RedisAddress(URI.create("redis://127.0.0.1:1"), false);
        Config config = new Config(
                0,
                "127.0.0.1",
                Secret.NONE,
                Path.of("unused"),
                Set.of(),
                Set.of(),
                AuthConfig.NONE,
                AiConfig.NONE,
                "WARN",
                Optional.of(away),
                new TestLimits().build());
        try (ConcordServer server = ConcordServer.start(config, MemoryRoomStore::new)) {
            Set<String> exported = get(server, "/metrics")
                    .body()
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.replaceFirst("[{ ].*", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
            asked.removeAll(exported);
            assertEquals(Set.of(), asked, () -> "not among " + exported);

            HttpResponse<String> ready = get(server, "/readyz");
            assertEquals(503, ready.statusCode());
            assertTrue(ready.body().contains("Redis does not answer"), ready::body);
            assertEquals(404, get(server, "/rooms/none").statusCode(), "it serves all the same");
        }
    }

    private static HttpResponse<String> get(ConcordServer server, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}
