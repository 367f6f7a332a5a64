package dev.concord.server.room;

import java.util.List;

/** Turns JSON into what the transport writes, once for all members that get it. */
public interface Frames {
    /**
     * Encodes a frame.
     *
     * @param json UTF-8 of one message
     * @return the frame, to be released by the caller
     */
    Frame encode(byte[] json);

    /**
     * Encodes frames that are sent in a row, in one write.
     *
     * @param json UTF-8 of one message each; at least one
     * @return the frames, to be released by the caller
     */
    Row encode(List<byte[]> json);

    /** Frames in a row, which are sent like one. */
    interface Row extends Frame {
        /**
         * Some of the frames in a row, in the same memory.
         *
         * @param from index of the first
         * @param to index after the last, above {@code from}
         * @return these frames, to be released by the caller
         */
        Frame part(int from, int to);
    }

    /** An encoded frame; may be sent any number of times until it is released. */
    interface Frame {
        /** Gives back the memory; sends that are under way keep theirs. */
        void release();
    }
}
