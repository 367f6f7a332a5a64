package dev.concord.server.ws;

import dev.concord.server.room.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;

/**
 * Lays JSON out as a whole unmasked WebSocket text frame (RFC 6455, section 5.2), so that all members share one buffer. Thread-safe as its
 * allocator is.
 */
public final class NettyFrames implements Frames {
    private static final int FINAL_TEXT = 0x81;
    private static final int SHORT_LENGTH = 125;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int MAX_HEADER = 10;

    /** A buffer of one frame or more; members write retained duplicates of it. */
    static class NettyFrame implements Frame {
        final ByteBuf bytes;

        NettyFrame(ByteBuf bytes) {
            this.bytes = bytes;
        }

        @Override
        public void release() {
            bytes.release();
        }
    }

    private static final class NettyRow extends NettyFrame implements Row {
        /** Where each frame ends. */
        private final int[] ends;

        NettyRow(ByteBuf bytes, int[] ends) {
            super(bytes);
            this.ends = ends;
        }

        @Override
        public Frame part(int from, int to) {
            int start = from == 0 ? 0 : ends[from - 1];
            return new NettyFrame(bytes.retainedSlice(start, ends[to - 1] - start));
        }
    }

    private final ByteBufAllocator allocator;

    /**
     * Frames in buffers of an allocator.
     *
     * @param allocator makes direct buffers
     */
    public NettyFrames(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    @Override
    public Frame encode(byte[] json) {
        ByteBuf bytes = allocator.directBuffer(json.length + MAX_HEADER);
        write(json, bytes);
        return new NettyFrame(bytes);
    }

    @Override
    public Row encode(List<byte[]> json) {
        ByteBuf bytes = allocator.directBuffer(
                json.stream().mapToInt(message -> message.length + MAX_HEADER).sum());
        int[] ends = new int[json.size()];
        for (int i = 0; i < ends.length; i++) {
            write(json.get(i), bytes);
            ends[i] = bytes.writerIndex();
        }
        return new NettyRow(bytes, ends);
    }

    private static void write(byte[] json, ByteBuf bytes) {
        bytes.writeByte(FINAL_TEXT);
        if (json.length <= SHORT_LENGTH) {
            bytes.writeByte(json.length);
        } else if (json.length <= 0xffff) {
            bytes.writeByte(LENGTH_16).writeShort(json.length);
        } else {
            bytes.writeByte(LENGTH_64).writeLong(json.length);
        }
        bytes.writeBytes(json);
    }
}
