package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.server.auth.Right;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.util.ArrayList;
import java.util.List;

/** A connection whose other side is the test. */
public class FakeMember implements Member {
    private final String id;
    private final List<byte[]> queued = new ArrayList<>();
    /** What has been flushed, as bytes. */
    public final List<byte[]> frames = new ArrayList<>();

    public Right right = Right.WRITE;
    public boolean writable = true;
    /** What is sent makes the member unwritable when the queue has at least so many bytes. */
    public int queueBytes = Integer.MAX_VALUE;

    public int flushes;
    public Runnable onFlush = () -> {};
    public Close closed;

    public FakeMember(String id) {
        this.id = id;
    }

    /** The flushed messages since the last call. */
    public List<Message> take() {
        List<Message> messages = new ArrayList<>();
        for (byte[] frame : frames) {
            try {
                messages.addAll(WireCodec.read(frame));
            } catch (WireException e) {
                throw new AssertionError(e);
            }
        }
        frames.clear();
        return messages;
    }

    /** The only message flushed since the last call. */
    public <T extends Message> T takeOne(Class<T> type) {
        List<Message> messages = take();
        assertTrue(messages.size() == 1, () -> "expected one message, but got " + messages);
        return type.cast(messages.get(0));
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Object origin() {
        return id;
    }

    @Override
    public Right right() {
        return right;
    }

    @Override
    public String user() {
        return "";
    }

    @Override
    public boolean isWritable() {
        return writable && queued.stream().mapToInt(frame -> frame.length).sum() < queueBytes;
    }

    @Override
    public void send(Frames.Frame frame) {
        assertNull(closed, "sent after the close");
        queued.addAll(((FakeFrames.FakeFrame) frame).json());
    }

    @Override
    public void flush() {
        flushes++;
        frames.addAll(queued);
        queued.clear();
        onFlush.run();
    }

    @Override
    public void close(Close close) {
        assertNull(closed, "closed twice");
        closed = close;
    }

    @Override
    public String toString() {
        return id;
    }
}
