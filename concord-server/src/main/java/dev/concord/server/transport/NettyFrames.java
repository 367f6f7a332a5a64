package dev.concord.server.transport;

import dev.concord.server.room.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Lays JSON out as a whole unmasked WebSocket text frame (RFC 6455, section 5.2), so that all members share one buffer. */
final class NettyFrames implements Frames {
    private static final int FINAL_TEXT = 0x81;
    private static final int SHORT_LENGTH = 125;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    /** The buffer of a frame; members write retained duplicates of it. */
    record NettyFrame(ByteBuf bytes) implements Frame {
        @Override
        public void release() {
            bytes.release();
        }
    }

    private final ByteBufAllocator allocator;

    NettyFrames(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    @Override
    public Frame encode(byte[] json) {
        ByteBuf bytes = allocator.directBuffer(json.length + 10);
        bytes.writeByte(FINAL_TEXT);
        if (json.length <= SHORT_LENGTH) {
            bytes.writeByte(json.length);
        } else if (json.length <= 0xffff) {
            bytes.writeByte(LENGTH_16).writeShort(json.length);
        } else {
            bytes.writeByte(LENGTH_64).writeLong(json.length);
        }
        bytes.writeBytes(json);
        return new NettyFrame(bytes);
    }
}
