package dev.concord.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RefusedUpgradesTest {
    private static final Logger LOG = (Logger) LoggerFactory.getLogger(RefusedUpgrades.class);

    private final List<String> counted = new ArrayList<>();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private long nowNanos = Long.MAX_VALUE;
    private final RefusedUpgrades refused = new RefusedUpgrades(counted::add, () -> nowNanos);

    @BeforeEach
    void listen() {
        LOG.setLevel(Level.WARN);
        log.start();
        LOG.addAppender(log);
    }

    @AfterEach
    void stop() {
        LOG.detachAppender(log);
        LOG.setLevel(null);
        channel.finishAndReleaseAll();
    }

    private static HttpRequest request(String path, String... headers) {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
        for (int i = 0; i < headers.length; i += 2) {
            request.headers().add(headers[i], headers[i + 1]);
        }
        return request;
    }

    private static Map<String, Object> fields(ILoggingEvent event) {
        return event.getKeyValuePairs().stream().collect(Collectors.toMap(pair -> pair.key, pair -> pair.value));
    }

    @Test
    void eachIsCountedAndOneAMinuteOfEachReasonIsLogged() {
        HttpRequest foreign =
                request("/rooms/r/ws?version=x", "Upgrade", "WebSocket", "Origin", "https://evil.example");
        for (int i = 0; i < 3; i++) {
            refused.answered(foreign, channel, Problem.badRequest("origin_not_allowed", "not from there"));
        }
        refused.answered(request("/rooms/r/ws"), channel, Problem.badRequest("upgrade_required", "WebSockets only"));
        assertEquals(
                List.of("origin_not_allowed", "origin_not_allowed", "origin_not_allowed", "upgrade_required"), counted);
        assertEquals(2, log.list.size());
        assertEquals("a WebSocket was refused: not from there", log.list.get(0).getFormattedMessage());
        Map<String, Object> first = fields(log.list.get(0));
        assertEquals("origin_not_allowed", first.get("reason"));
        assertEquals("https://evil.example", first.get("origin"));
        assertEquals("/rooms/r/ws", first.get("path"));
        assertEquals(0L, first.get("unlogged"));

        nowNanos += Duration.ofSeconds(60).toNanos();
        refused.answered(foreign, channel, Problem.badRequest("origin_not_allowed", "not from there"));
        assertEquals(3, log.list.size());
        assertEquals(2L, fields(log.list.get(2)).get("unlogged"));
    }

    @Test
    void otherRequestsAreNoUpgrades() {
        refused.answered(request("/rooms/r/wsx"), channel, Problem.badRequest("bad_room_id", "no"));
        assertEquals(List.of(), counted);
        assertEquals(List.of(), log.list);
    }

    @Test
    void whatAClientSentIsShortenedInTheLog() {
        refused.answered(
                request("/rooms/r/ws", "Origin", "x".repeat(5_000)),
                channel,
                Problem.badRequest("bad_handshake", "no"));
        assertEquals("x".repeat(200) + "…", fields(log.list.get(0)).get("origin"));
    }

    @Test
    void aConnectionTooManyIsCounted() {
        refused.tooManyConnections(channel);
        assertEquals(List.of("too_many_connections"), counted);
        assertEquals(1, log.list.size());
    }
}
