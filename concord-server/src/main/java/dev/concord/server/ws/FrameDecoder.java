package dev.concord.server.ws;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.List;

/** Decodes frames, and keeps account of those of which only a part has come. */
final class FrameDecoder extends WebSocket13FrameDecoder {
    private final Unfinished unfinished;

    FrameDecoder(WebSocketDecoderConfig config, Unfinished unfinished) {
        super(config);
        this.unfinished = unfinished;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object input) throws Exception {
        super.channelRead(context, input);
        unfinished.read(actualReadableBytes(), context.executor().ticker().nanoTime());
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        int before = out.size();
        super.decode(context, in, out);
        for (int i = before; i < out.size(); i++) {
            boolean data = out.get(i) instanceof TextWebSocketFrame
                    || out.get(i) instanceof BinaryWebSocketFrame
                    || out.get(i) instanceof ContinuationWebSocketFrame;
            if (data && out.get(i) instanceof WebSocketFrame frame) {
                if (frame.isFinalFragment()) {
                    unfinished.whole();
                } else {
                    unfinished.fragment(frame.content().readableBytes());
                }
            }
        }
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) throws Exception {
        unfinished.close();
        super.handlerRemoved0(context);
    }
}
