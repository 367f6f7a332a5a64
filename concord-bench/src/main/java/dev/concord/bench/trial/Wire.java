package dev.concord.bench.trial;

import java.io.IOException;
import java.util.List;

/** One WebSocket of the trial. */
interface Wire {
    /** Takes what comes, one call at a time. */
    interface Receiver {
        /** A whole text message, in this part of the array, which is the caller's again afterwards. */
        void text(byte[] bytes, int from, int to);

        /** The connection has ended; nothing comes after it. */
        void closed(int code, String reason);

        /** Something came that no server may send. */
        void fault(String what);
    }

    /** Sends whole text messages, in their order. */
    void send(List<byte[]> messages) throws IOException;

    /** Ends the connection without a word. */
    void abort();
}
