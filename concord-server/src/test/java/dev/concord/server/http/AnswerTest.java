package dev.concord.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.concord.server.config.Limits;
import dev.concord.server.config.Secret;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests whose answer fails on its way: each is answered all the same. */
@Timeout(60)
class AnswerTest {
    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    private final FullHttpRequest request =
            new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/page", Unpooled.EMPTY_BUFFER);

    private Exchange exchange(List<String> path) {
        var context = channel.pipeline().firstContext();
        Responses responses = new Responses(context, false, true, new LargeAnswers(0), () -> {});
        return new Exchange(context, request, responses, path, Map.of(), Map.of(), null, () -> {});
    }

    private void assertAnsweredAsAFault() {
        channel.runPendingTasks();
        FullHttpResponse response = channel.readOutbound();
        assertNotNull(response, "no answer");
        assertEquals(HttpResponseStatus.INTERNAL_SERVER_ERROR, response.status());
        response.release();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void aPageThatCannotBeReadIsAnsweredAsAFault() {
        for (Throwable fault : List.of(
                new UncheckedIOException(new IOException("the jar has changed")), new LinkageError("planted"))) {
            List<String> path = new AbstractList<>() {
                @Override
                public String get(int index) {
                    if (fault instanceof Error error) {
                        throw error;
                    }
                    throw (RuntimeException) fault;
                }

                @Override
                public int size() {
                    return 1;
                }
            };
            operator().page(exchange(path));
            assertAnsweredAsAFault();
        }
    }

    @Test
    void anAnswerThatCannotBeWrittenAsJsonIsAnsweredAsAFault() {
        for (Throwable fault : List.of(new IllegalStateException("planted"), new LinkageError("planted"))) {
            exchange(List.of()).answer(HttpResponseStatus.OK, CompletableFuture.completedFuture(""), value -> {
                if (fault instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) fault;
            });
            assertAnsweredAsAFault();
        }
    }

    /** Its I/O thread is the test, and survives what a task throws, as a pool does. */
    @SuppressWarnings("NullAway") // only pages are asked for
    private static OperatorRoutes operator() {
        return new OperatorRoutes(new Services(
                null,
                null,
                null,
                null,
                new Pages(),
                null,
                () -> "",
                Secret.NONE,
                () -> CompletableFuture.completedFuture(""),
                task -> CompletableFuture.runAsync(task, Runnable::run),
                Runnable::run,
                null,
                null,
                Limits.DEFAULT));
    }
}
