package dev.concord.server.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpRequest;
import java.util.List;
import java.util.Map;

/**
 * One request and the means to answer it.
 *
 * @param request valid until the handler returns; retain it to keep it longer
 * @param path as requested, decoded
 * @param named the parts of the path that the route names
 * @param query the decoded query parameters
 * @param leaveHttp to be called before the channel becomes something else than HTTP
 */
record Exchange(
        ChannelHandlerContext context,
        FullHttpRequest request,
        Responses responses,
        String path,
        Map<String, String> named,
        Map<String, List<String>> query,
        Runnable leaveHttp) {

    Exchange with(Map<String, String> parts) {
        return new Exchange(context, request, responses, path, parts, query, leaveHttp);
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

    /** Runs on the channel's event loop, where answers are written. */
    void onLoop(Runnable task) {
        context.executor().execute(task);
    }
}
