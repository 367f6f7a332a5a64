package dev.concord.yjs;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON exactly as {@code JSON.parse} and {@code JSON.stringify} have it, without recursion. Values are those of {@link Values}. */
final class JsJson {
    private final ByteIn in;
    private final int maxDepth;

    private JsJson(ByteIn in, int maxDepth) {
        this.in = in;
        this.maxDepth = maxDepth;
    }

    /** Reads JSON that takes all of the bytes, which are valid UTF-8. */
    static @Nullable Object parse(ByteIn in, int maxDepth) {
        JsJson json = new JsJson(in, maxDepth);
        Object value = json.value();
        json.blank();
        in.expectEnd("JSON");
        return value;
    }

    private @Nullable Object value() {
        ArrayDeque<Values.Builder> open = new ArrayDeque<>();
        while (true) {
            blank();
            Values.Builder inner = open.peek();
            if (inner != null && inner.map != null) {
                expect('"');
                inner.key = string();
                blank();
                expect(':');
                blank();
            }
            int c = in.raw();
            Object value;
            if (c == '{' || c == '[') {
                if (open.size() == maxDepth) {
                    throw new BoundExceededException("maxDepth", maxDepth + 1L, maxDepth);
                }
                Values.Builder builder = new Values.Builder(c == '{', 0);
                blank();
                if (!takes(c == '{' ? '}' : ']')) {
                    open.push(builder);
                    continue;
                }
                value = builder.value();
            } else {
                value = scalar(c);
            }
            while (true) {
                Values.Builder builder = open.peek();
                if (builder == null) {
                    return value;
                }
                builder.add(value);
                blank();
                if (takes(',')) {
                    break;
                }
                expect(builder.map != null ? '}' : ']');
                value = builder.value();
                open.pop();
            }
        }
    }

    private @Nullable Object scalar(int c) {
        return switch (c) {
            case '"' -> string();
            case 't' -> word("rue", true);
            case 'f' -> word("alse", false);
            case 'n' -> word("ull", null);
            default -> number(in.at - 1);
        };
    }

    private @Nullable Object word(String rest, @Nullable Object value) {
        for (int i = 0; i < rest.length(); i++) {
            expect(rest.charAt(i));
        }
        return value;
    }

    private Object number(int from) {
        in.at = from;
        takes('-');
        if (!takes('0')) {
            digits();
        }
        boolean whole = true;
        if (takes('.')) {
            whole = false;
            digits();
        }
        if (takes('e') || takes('E')) {
            whole = false;
            if (!takes('+')) {
                takes('-');
            }
            digits();
        }
        String text = new String(in.bytes, from, in.at - from, java.nio.charset.StandardCharsets.US_ASCII);
        double value = Double.parseDouble(text);
        return whole && Math.abs(value) <= ByteIn.MAX && !(value == 0 && text.charAt(0) == '-')
                ? (Object) (long) value
                : (Object) value;
    }

    private void digits() {
        int from = in.at;
        while (in.at < in.end && in.bytes[in.at] >= '0' && in.bytes[in.at] <= '9') {
            in.at++;
        }
        if (in.at == from) {
            throw in.fault("no JSON");
        }
    }

    private String string() {
        StringBuilder text = new StringBuilder();
        while (true) {
            int c = in.raw();
            if (c == '"') {
                return text.toString();
            }
            if (c == '\\') {
                text.append(escaped());
            } else if (c < 0x20) {
                throw new MalformedUpdateException(in.at - 1, "a control character in JSON");
            } else {
                text.appendCodePoint(Utf8.codePoint(in.bytes, in.at - 1));
                in.skip(Utf8.length(c) - 1);
            }
        }
    }

    private char escaped() {
        int c = in.raw();
        switch (c) {
            case '"', '\\', '/':
                return (char) c;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u':
                int unit = 0;
                for (int i = 0; i < 4; i++) {
                    int digit = Character.digit(in.raw(), 16);
                    if (digit < 0) {
                        throw new MalformedUpdateException(in.at - 1, "no JSON");
                    }
                    unit = unit << 4 | digit;
                }
                return (char) unit;
            default:
                throw new MalformedUpdateException(in.at - 1, "no JSON");
        }
    }

    private void blank() {
        while (in.at < in.end) {
            int c = in.bytes[in.at];
            if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
                return;
            }
            in.at++;
        }
    }

    private boolean takes(int c) {
        if (in.at < in.end && in.bytes[in.at] == c) {
            in.at++;
            return true;
        }
        return false;
    }

    private void expect(int c) {
        if (!takes(c)) {
            throw in.fault("no JSON: expected " + (char) c);
        }
    }

    /** What stands around and between the parts of an array or object that is being written. */
    private static final class Level {
        final Iterator<?> rest;
        final char close;
        boolean isFirst = true;

        Level(Iterator<?> rest, char close) {
            this.rest = rest;
            this.close = close;
        }
    }

    /** The text of a value. Undefined is left out of objects and null elsewhere. */
    static String stringify(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        ArrayDeque<Level> open = new ArrayDeque<>();
        Object next = value;
        while (true) {
            if (next instanceof Map<?, ?> map) {
                out.append('{');
                open.push(new Level(map.entrySet().iterator(), '}'));
            } else if (next instanceof List<?> list) {
                out.append('[');
                open.push(new Level(list.iterator(), ']'));
            } else {
                scalar(next, out);
            }
            while (true) {
                Level level = open.peek();
                if (level == null) {
                    return out.toString();
                }
                if (!level.rest.hasNext()) {
                    out.append(level.close);
                    open.pop();
                    continue;
                }
                next = level.rest.next();
                if (next instanceof Map.Entry<?, ?> entry) {
                    next = entry.getValue();
                    if (next == Undefined.UNDEFINED) {
                        continue;
                    }
                    separate(level, out);
                    quote((String) entry.getKey(), out);
                    out.append(':');
                } else {
                    separate(level, out);
                }
                break;
            }
        }
    }

    private static void separate(Level level, StringBuilder out) {
        if (!level.isFirst) {
            out.append(',');
        }
        level.isFirst = false;
    }

    private static void scalar(@Nullable Object value, StringBuilder out) {
        if (value instanceof String text) {
            quote(text, out);
        } else if (value instanceof Double number) {
            out.append(Double.isFinite(number) ? number(number) : "null");
        } else if (value instanceof byte[] bytes) {
            out.append('{');
            for (int i = 0; i < bytes.length; i++) {
                out.append(i == 0 ? "\"" : ",\"").append(i).append("\":").append(bytes[i] & 0xff);
            }
            out.append('}');
        } else if (value instanceof Long || value instanceof Boolean || value instanceof BigInteger) {
            out.append(value);
        } else if (value instanceof Number number) {
            out.append(number(number.doubleValue()));
        } else {
            out.append("null");
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    boolean pair = Character.isHighSurrogate(c)
                            && i + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(i + 1));
                    if (pair) {
                        out.append(c).append(text.charAt(++i));
                    } else if (c < 0x20 || Character.isSurrogate(c)) {
                        out.append("\\u")
                                .append(Character.forDigit(c >> 12, 16))
                                .append(Character.forDigit(c >> 8 & 15, 16))
                                .append(Character.forDigit(c >> 4 & 15, 16))
                                .append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /** A number as JavaScript prints it: the shortest digits that read back as the same. */
    static String number(double value) {
        if (value == 0) {
            return "0";
        }
        if (value == (long) value && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        BigDecimal exact = new BigDecimal(Math.abs(value));
        BigDecimal shortest = exact;
        for (int precision = 1; precision <= 17; precision++) {
            shortest = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
            if (shortest.doubleValue() == Math.abs(value)) {
                break;
            }
        }
        String digits = shortest.unscaledValue().toString().replaceAll("0+$", "");
        // The value is 0.digits times ten to this.
        int point = shortest.precision() - shortest.scale();
        StringBuilder out = new StringBuilder(value < 0 ? "-" : "");
        int count = digits.length();
        if (count <= point && point <= 21) {
            out.append(digits).append("0".repeat(point - count));
        } else if (0 < point && point <= 21) {
            out.append(digits, 0, point).append('.').append(digits, point, count);
        } else if (-6 < point && point <= 0) {
            out.append("0.").append("0".repeat(-point)).append(digits);
        } else {
            out.append(digits.charAt(0));
            if (count > 1) {
                out.append('.').append(digits, 1, count);
            }
            out.append('e').append(point > 0 ? "+" : "-").append(Math.abs(point - 1));
        }
        return out.toString();
    }
}
