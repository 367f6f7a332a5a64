package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

/** Frames that are the JSON itself, and know whether they were given back. */
public final class FakeFrames implements Frames {
    private int live;

    @Override
    public Frame encode(byte[] json) {
        return encode(List.of(json));
    }

    @Override
    public Row encode(List<byte[]> json) {
        live++;
        return new FakeFrame(json);
    }

    /** Frames that nobody has released. */
    public int live() {
        return live;
    }

    final class FakeFrame implements Row {
        private final List<byte[]> json;
        private boolean released;

        private FakeFrame(List<byte[]> json) {
            this.json = json;
        }

        List<byte[]> json() {
            assertTrue(!released, "sent after its release");
            return json;
        }

        @Override
        public Frame part(int from, int to) {
            return encode(json.subList(from, to));
        }

        @Override
        public void release() {
            assertEquals(false, released, "released twice");
            released = true;
            live--;
        }
    }
}
