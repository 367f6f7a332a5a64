package dev.concord.bench.trial;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Frames that nobody who means well sends: valid messages, states and control frames, most of them changed. A seed makes the same ones again. */
final class HostileFrames {
    private static final int FINAL = 0x80;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final long MAX_COUNTER = (1L << 53) - 1;

    /**
     * One frame.
     *
     * @param kind what was done to it
     * @param first the first byte on the wire
     * @param payload unmasked
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(String kind, int first, byte[] payload) {}

    private static final String[] VALUES = {
        "1e999",
        "-1",
        "0",
        "9007199254740992",
        "1.5",
        "null",
        "true",
        "\"\"",
        "{}",
        "[]",
        "\"\\ud800\"",
        "\"\\u0000\"",
        "\"\\r\\n\"",
        "\"\\uFEFF\"",
        "1".repeat(400),
        "\"" + "x".repeat(3_000) + "\""
    };

    private final Random random;
    private final String site;
    private final String victim;
    private final byte[] state;
    private long counter;
    private long seq;

    /**
     * The frames of one attacker, which has a site of its own.
     *
     * @param victim the site of somebody else
     */
    HostileFrames(long seed, int attacker, String victim) {
        this.random = new Random(seed);
        this.victim = victim;
        this.site = "hostile" + attacker + "-" + Long.toHexString(seed & 0xffff);
        Document document = new Document("state");
        document.insert(0, "a state that no server takes from a client");
        document.delete(2, 5);
        this.state = document.encode();
    }

    Frame next() {
        switch (random.nextInt(20)) {
            case 0:
                return text("valid insert", insert(site, counter + 1, 1));
            case 1:
                return text("jump of a counter", insert(site, MAX_COUNTER - random.nextInt(3), 1));
            case 2:
                return text("insert after what nobody has", waiting());
            case 3:
                return text("delete of what nobody has", delete(1 + random.nextInt(1 << 30)));
            case 4:
                return text("someone else's site", insert(victim, MAX_COUNTER - random.nextInt(3), 1));
            case 5:
                return text("a state", changed(stateMessage(), 0));
            case 6:
                return text("a changed state", changed(stateMessage(), 1 + random.nextInt(8)));
            case 7:
                return text("text that no text may hold", forbidden());
            case 8:
                return text("presence under another name", presence());
            case 9:
                return text("an unknown type", utf8("{\"t\":\"x" + random.nextInt(1000) + "\"}"));
            case 10:
                return text("an array of many", array());
            case 11:
                return text("deep nesting", utf8("[".repeat(1 + random.nextInt(5_000))));
            case 12:
                return text("bytes that are not UTF-8", new byte[] {'"', (byte) 0xc0, (byte) 0xaf, '"'});
            case 13:
                return new Frame("a binary frame", FINAL | BINARY, bytes(random.nextInt(200)));
            case 14:
                return new Frame("a ping", FINAL | PING, bytes(random.nextInt(126)));
            case 15:
                return random.nextInt(50) == 0
                        ? new Frame("a close", FINAL | CLOSE, new byte[] {
                            (byte) random.nextInt(256), (byte) random.nextInt(256)
                        })
                        : text("a cut message", cut(insert(site, counter + 1, 1)));
            case 16:
                return random.nextInt(50) == 0
                        ? new Frame("reserved bits and opcodes", random.nextInt(256), bytes(random.nextInt(100)))
                        : text("changed bytes", changed(insert(site, counter + 1, 3), 1 + random.nextInt(4)));
            case 17:
                return text("changed bytes of a presence", changed(presence(), 1 + random.nextInt(4)));
            case 18:
                return text("a field of another kind", otherValue());
            default:
                return text("random bytes", utf8(new String(bytes(random.nextInt(300)), ISO_8859_1)));
        }
    }

    private static Frame text(String kind, byte[] json) {
        return new Frame(kind, FINAL | TEXT, json);
    }

    private byte[] insert(String of, long at, int length) {
        if (of.equals(site) && at == counter + 1) {
            counter += length;
        }
        return op(
                new Operation.Insert(new ElementId(of, at), Anchor.after(ElementId.HEAD), "abc".substring(0, length)));
    }

    private byte[] waiting() {
        counter++;
        Anchor anchor = Anchor.after(new ElementId("nobody" + random.nextInt(1 << 20), 1 + random.nextInt(1 << 20)));
        return op(new Operation.Insert(new ElementId(site, counter), anchor, "w"));
    }

    private byte[] delete(int length) {
        return op(new Operation.Delete(
                new ElementId("nobody" + random.nextInt(1 << 10), 1 + random.nextInt(1 << 20)), length));
    }

    private byte[] op(Operation operation) {
        return WireCodec.write(new Message.Op(++seq, operation));
    }

    private byte[] presence() {
        return WireCodec.write(new Message.Presence("user " + random.nextInt(1 << 20), random.nextInt(), "#2DD4BF"));
    }

    private byte[] stateMessage() {
        return WireCodec.write(new Message.Sync(state, new byte[0], "epoch", new Message.Limits(1, 1, 1)));
    }

    private byte[] forbidden() {
        String[] texts = {"\\r", "\\u0000", "\\u001b[31m", "\\ufeff", "\\ud800", "\\u0085"};
        counter++;
        return utf8("{\"t\":\"op\",\"seq\":" + ++seq + ",\"data\":{\"kind\":\"insert\",\"id\":{\"site\":\"" + site
                + "\",\"counter\":" + counter + "},\"after\":{\"site\":\"\",\"counter\":0},\"value\":\""
                + texts[random.nextInt(texts.length)] + "\"}}");
    }

    private byte[] array() {
        byte[] one = random.nextBoolean() ? presence() : utf8("{\"t\":\"y\"}");
        String all = String.join(",", Collections.nCopies(1 + random.nextInt(500), new String(one, UTF_8)));
        return utf8("[" + all + "]");
    }

    private byte[] cut(byte[] message) {
        return Arrays.copyOf(message, random.nextInt(message.length));
    }

    /** Some bytes become others; mostly still UTF-8, so that more than the first check sees it. */
    private byte[] changed(byte[] message, int changes) {
        byte[] copy = message.clone();
        for (int i = 0; i < changes; i++) {
            copy[random.nextInt(copy.length)] =
                    (byte) (random.nextInt(16) == 0 ? random.nextInt(256) : random.nextInt(128));
        }
        return copy;
    }

    private byte[] otherValue() {
        String message = new String(random.nextBoolean() ? insert(site, counter + 1, 1) : presence(), UTF_8);
        List<String> fields =
                List.of("\"seq\":", "\"counter\":", "\"site\":", "\"value\":", "\"cursor\":", "\"user\":", "\"id\":");
        String field = fields.get(random.nextInt(fields.size()));
        int at = message.indexOf(field);
        String value = VALUES[random.nextInt(VALUES.length)];
        if (at < 0) {
            return utf8(message);
        }
        int end = at + field.length();
        while (end < message.length() && ",}".indexOf(message.charAt(end)) < 0) {
            end++;
        }
        return utf8(message.substring(0, at) + field + value + message.substring(end));
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }
}
