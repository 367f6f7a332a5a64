package dev.concord.client;

import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Packs messages into as few frames as the limit allows, each one message or an array of them. */
final class Frames {
    /** A fourth of what a server takes by default, and more than the longest piece. */
    static final int MAX_BYTES = 256 * 1024;
    /** A server that takes less cannot be used: ids alone may have some hundred bytes. */
    static final int MIN_BYTES = 4_096;

    private Frames() {}

    static List<String> of(List<Message.Op> messages, int maxBytes) {
        List<String> frames = new ArrayList<>();
        StringBuilder frame = new StringBuilder();
        int count = 0;
        int bytes = 0;
        for (Message.Op message : messages) {
            byte[] json = WireCodec.write(message);
            // Beside the brackets, a comma for each message.
            if (count > 0 && bytes + json.length + 2 > maxBytes) {
                frames.add(finished(frame, count));
                frame.setLength(0);
                count = 0;
                bytes = 0;
            }
            frame.append(count == 0 ? '[' : ',').append(new String(json, StandardCharsets.UTF_8));
            count++;
            bytes += json.length + 1;
        }
        if (count > 0) {
            frames.add(finished(frame, count));
        }
        return frames;
    }

    private static String finished(StringBuilder frame, int count) {
        return count == 1 ? frame.substring(1) : frame.append(']').toString();
    }
}
