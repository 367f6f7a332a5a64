package dev.concord.server.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Gathers a request with its body, and refuses one that is too large as all other errors are told. */
final class BodyLimit extends HttpObjectAggregator {
    BodyLimit(int bytes) {
        super(bytes);
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage oversized) {
        // The rest of the body is on its way: a connection closed at once would be reset before the answer is read. It
        // is
        // skipped instead, and the deadline of the next request ends a client that goes on for too long.
        new Responses(context, false, true, () -> {})
                .problem(
                        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                        "too_large",
                        "a request body may have " + maxContentLength() + " bytes");
    }
}
