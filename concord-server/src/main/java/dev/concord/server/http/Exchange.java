package dev.concord.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.concord.server.auth.Caller;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One request and the means to answer it.
 *
 * @param request valid until the handler returns; retain it to keep it longer
 * @param path the parts of the path, decoded
 * @param named the parts of the path that the route names
 * @param query the decoded query parameters
 * @param admitted who asks; null until they were let in
 * @param leaveHttp to be called before the channel becomes something else than HTTP
 */
record Exchange(
        ChannelHandlerContext context,
        FullHttpRequest request,
        Responses responses,
        List<String> path,
        Map<String, String> named,
        Map<String, List<String>> query,
        @Nullable Caller admitted,
        Runnable leaveHttp) {

    Exchange with(Map<String, String> parts) {
        return new Exchange(context, request, responses, path, parts, query, admitted, leaveHttp);
    }

    Exchange by(Caller caller) {
        return new Exchange(context, request, responses, path, named, query, caller, leaveHttp);
    }

    /** Who asks, on routes that need a right. */
    Caller caller() {
        Caller known = admitted;
        if (known == null) {
            throw new IllegalStateException("this route asks nobody who they are");
        }
        return known;
    }

    /** A part of the path that the route names. */
    String part(String name) {
        String value = named.get(name);
        if (value == null) {
            throw new IllegalStateException("this route has no part named " + name);
        }
        return value;
    }

    /** The room that the path names; its form has been checked. */
    String room() {
        return part(RouteTable.ROOM);
    }

    /**
     * Answers with what comes of it, or with the {@link Problem} that its failure is. The answer is written by the thread that completes the
     * result: an event loop must not do that for what may be long.
     */
    <T> void answer(HttpResponseStatus status, CompletableFuture<T> result, Function<? super T, JsonNode> json) {
        answer(status, result, json, () -> {});
    }

    /**
     * The same for work that is in vain once the client has gone.
     *
     * @param gone is called on the event loop when the client goes before it was answered
     */
    <T> void answer(
            HttpResponseStatus status, CompletableFuture<T> result, Function<? super T, JsonNode> json, Runnable gone) {
        ChannelFutureListener whenClosed = closed -> gone.run();
        context.channel().closeFuture().addListener(whenClosed);
        answer(status, result.thenApply(value -> Responses.bytes(json.apply(value))), () -> {
            context.channel().closeFuture().removeListener(whenClosed);
        });
    }

    /**
     * Answers with JSON that is written already.
     *
     * @param json not to be changed; answers may share it
     */
    void answer(HttpResponseStatus status, CompletableFuture<byte[]> json) {
        answer(status, json, () -> {});
    }

    /** Answers that it is done, with nothing to say about it, or with the {@link Problem} that its failure is. */
    void done(CompletableFuture<?> result) {
        result.whenComplete((done, failure) -> context.executor().execute(() -> {
            if (failure != null) {
                responses.problem(Problem.of(failure));
            } else {
                responses.empty();
            }
        }));
    }

    private void answer(HttpResponseStatus status, CompletableFuture<byte[]> json, Runnable first) {
        json.whenComplete((body, failure) -> context.executor().execute(() -> {
            first.run();
            if (failure != null) {
                responses.problem(Problem.of(failure));
            } else {
                responses.json(status, body);
            }
        }));
    }
}
