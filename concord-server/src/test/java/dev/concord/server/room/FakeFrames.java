package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Frames that are the JSON itself, and know whether they were given back. */
final class FakeFrames implements Frames {
    private int live;

    @Override
    public Frame encode(byte[] json) {
        live++;
        return new FakeFrame(json);
    }

    /** Frames that nobody has released. */
    int live() {
        return live;
    }

    final class FakeFrame implements Frame {
        private final byte[] json;
        private boolean released;

        private FakeFrame(byte[] json) {
            this.json = json;
        }

        byte[] json() {
            assertTrue(!released, "sent after its release");
            return json;
        }

        @Override
        public void release() {
            assertEquals(false, released, "released twice");
            released = true;
            live--;
        }
    }
}
