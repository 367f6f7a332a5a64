package dev.concord.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.InvalidOperationException;
import dev.concord.crdt.Operation;
import dev.concord.crdt.Side;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads an op in the form that nearly all have: fields in the order in which {@link WireCodec} writes them, no white space, text of ASCII
 * without escapes. That takes a tenth of the time that a tree of JSON nodes takes. Whatever else comes, faults included, is not read here but
 * left to the general way, which gives the same for what is read here. Used once, by one thread.
 */
final class PlainOp {
    private static final byte[] HEAD = bytes("{\"t\":\"op\",");
    private static final byte[] SEQ = bytes("\"seq\":");
    private static final byte[] COMMA = bytes(",");
    private static final byte[] DATA = bytes("\"data\":");
    private static final byte[] INSERT = bytes("{\"kind\":\"insert\",\"id\":");
    private static final byte[] DELETE = bytes("{\"kind\":\"delete\",\"id\":");
    private static final byte[] AFTER = bytes(",\"after\":");
    private static final byte[] BEFORE = bytes(",\"before\":");
    private static final byte[] VALUE = bytes(",\"value\":\"");
    private static final byte[] LENGTH = bytes(",\"length\":");
    private static final byte[] SITE = bytes("{\"site\":\"");
    private static final byte[] COUNTER = bytes("\",\"counter\":");
    private static final byte[] END = bytes("}");
    private static final byte[] END_OF_TEXT = bytes("\"}");

    /** Below 2^53, whatever the digits. */
    private static final int MAX_DIGITS = 15;

    private static final int OTHER = -1;

    private final byte[] json;
    private int at;
    /** The site that was read last, and where: of an insert it mostly comes twice. */
    private String site = "";

    private int siteFrom;
    private int siteTo;

    private PlainOp(byte[] json) {
        this.json = json;
    }

    /** The message of a frame; null when it has another form. */
    static Message.@Nullable Op message(byte[] frame) {
        try {
            return new PlainOp(frame).message();
        } catch (InvalidOperationException e) {
            return null;
        }
    }

    /** An operation alone; null when it has another form. */
    static @Nullable Operation operation(byte[] json) {
        try {
            PlainOp plain = new PlainOp(json);
            Operation operation = plain.operation();
            return plain.at == json.length ? operation : null;
        } catch (InvalidOperationException e) {
            return null;
        }
    }

    private Message.@Nullable Op message() {
        if (!skip(HEAD)) {
            return null;
        }
        long seq = 0;
        if (skip(SEQ)) {
            seq = number();
            if (seq == OTHER || !skip(COMMA)) {
                return null;
            }
        }
        Operation operation = skip(DATA) ? operation() : null;
        return operation != null && skip(END) && at == json.length ? new Message.Op(seq, operation) : null;
    }

    private @Nullable Operation operation() {
        if (skip(INSERT)) {
            ElementId id = id();
            Side side = id == null ? null : side();
            ElementId anchor = side == null ? null : id();
            String value = anchor != null && skip(VALUE) ? text() : null;
            return id != null && side != null && anchor != null && value != null && skip(END_OF_TEXT)
                    ? new Operation.Insert(id, new Anchor(anchor, side), value)
                    : null;
        }
        ElementId id = skip(DELETE) ? id() : null;
        if (id == null) {
            return null;
        }
        long length = skip(LENGTH) ? number() : 1;
        return length >= 1 && length <= Integer.MAX_VALUE && skip(END) ? new Operation.Delete(id, (int) length) : null;
    }

    private @Nullable Side side() {
        return skip(AFTER) ? Side.AFTER : skip(BEFORE) ? Side.BEFORE : null;
    }

    private @Nullable ElementId id() {
        String name = skip(SITE) ? site() : null;
        long counter = name != null && skip(COUNTER) ? number() : OTHER;
        return name == null || counter == OTHER || !skip(END) ? null : new ElementId(name, counter);
    }

    private @Nullable String site() {
        int from = at;
        if (!skipText()) {
            return null;
        }
        if (!Arrays.equals(json, siteFrom, siteTo, json, from, at)) {
            site = string(from);
            siteFrom = from;
            siteTo = at;
        }
        return site;
    }

    private @Nullable String text() {
        int from = at;
        return skipText() ? string(from) : null;
    }

    private String string(int from) {
        return new String(json, from, at - from, ISO_8859_1);
    }

    /** Goes on to the next quotation mark; false when something other than plain characters stands before it. */
    private boolean skipText() {
        while (at < json.length && json[at] >= ' ' && json[at] != '"' && json[at] != '\\') {
            at++;
        }
        return at < json.length && json[at] == '"';
    }

    private long number() {
        int from = at;
        long number = 0;
        while (at < json.length && json[at] >= '0' && json[at] <= '9' && at - from <= MAX_DIGITS) {
            number = number * 10 + (json[at] - '0');
            at++;
        }
        int digits = at - from;
        boolean isPlain = digits > 0 && digits <= MAX_DIGITS && (digits == 1 || json[from] != '0');
        return isPlain ? number : OTHER;
    }

    private boolean skip(byte[] expected) {
        int end = at + expected.length;
        if (end > json.length || !Arrays.equals(json, at, end, expected, 0, expected.length)) {
            return false;
        }
        at = end;
        return true;
    }

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(ISO_8859_1);
    }
}
