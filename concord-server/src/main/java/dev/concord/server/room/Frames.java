package dev.concord.server.room;

/** Turns JSON into what the transport writes, once for all members that get it. */
public interface Frames {
    /**
     * Encodes a frame.
     *
     * @param json UTF-8 of one message
     * @return the frame, to be released by the caller
     */
    Frame encode(byte[] json);

    /** An encoded frame; may be sent any number of times until it is released. */
    interface Frame {
        /** Gives back the memory; sends that are under way keep theirs. */
        void release();
    }
}
