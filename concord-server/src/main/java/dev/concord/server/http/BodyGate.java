package dev.concord.server.http;

import dev.concord.server.input.InputBudget;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

/**
 * Refuses bodies that their route does not take, or that are too large, before they are held, and keeps account of what has come of the
 * others. Stands before the aggregator.
 */
final class BodyGate extends ChannelInboundHandlerAdapter {
    /** What keeping a piece of a body costs besides its bytes. */
    private static final int PIECE_OVERHEAD = 256;

    private final RouteTable routes;
    private final InputBudget.Account account;
    private long allowed;
    private long received;
    private long held;
    /** The body that is coming has been refused, and the rest of it is dropped. */
    private boolean refused;
    /** The aggregator has the beginning of a body that was refused. */
    private boolean spoiled;

    BodyGate(RouteTable routes, InputBudget.Account account) {
        this.routes = routes;
        this.account = account;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object part) {
        if (part instanceof HttpRequest request) {
            begin(context, request);
        }
        if (part instanceof HttpContent content && !refused) {
            receive(context, content);
        }
        if (refused) {
            boolean last = part instanceof LastHttpContent;
            ReferenceCountUtil.release(part);
            if (last && spoiled) {
                context.close();
            }
            return;
        }
        context.fireChannelRead(part);
        if (part instanceof LastHttpContent) {
            // The route has read it.
            held = 0;
            account.hold(0);
        }
    }

    private void begin(ChannelHandlerContext context, HttpRequest request) {
        allowed = routes.maxBody(request);
        received = 0;
        held = 0;
        refused = false;
        boolean sized = HttpUtil.isContentLengthSet(request);
        if (request.decoderResult().isSuccess()
                && ((sized && HttpUtil.getContentLength(request, 0L) > allowed)
                        || (allowed == 0 && HttpUtil.isTransferEncodingChunked(request)))) {
            refuse(context);
        }
    }

    private void receive(ChannelHandlerContext context, HttpContent content) {
        int bytes = content.content().readableBytes();
        received += bytes;
        if (received > allowed) {
            spoiled = true;
            refuse(context);
        } else if (bytes > 0) {
            held += bytes + PIECE_OVERHEAD;
            account.hold(held);
        }
    }

    private void refuse(ChannelHandlerContext context) {
        refused = true;
        // The rest of the body is on its way: a connection closed at once would be reset before the answer is read. It
        // is dropped instead, and the deadline of the next request ends a client that goes on for too long.
        new Responses(context, false, true, new LargeAnswers(0), () -> {})
                .problem(new Problem(
                        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                        "too_large",
                        allowed == 0
                                ? "this path takes no request body"
                                : "a request body may have " + allowed + " bytes here"));
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        account.close();
    }
}
