package dev.concord.yjs;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of lib0 ("any"). Documents keep and copy them as bytes; here they are checked, put into the form in which a browser
 * writes them, and turned into Java objects and back. Nothing recurses.
 *
 * <p>As objects: {@link Undefined}, null, Boolean, Long (whole numbers), Double, BigInteger, String, {@code byte[]}, List, and Map with
 * its keys in the order of JavaScript.
 */
final class Values {
    static final int UNDEFINED = 127;
    static final int NULL = 126;
    static final int INTEGER = 125;
    static final int FLOAT = 124;
    static final int DOUBLE = 123;
    static final int BIG = 122;
    static final int FALSE = 121;
    static final int TRUE = 120;
    static final int STRING = 119;
    static final int OBJECT = 118;
    static final int ARRAY = 117;
    static final int BYTES = 116;

    private static final long MAX_INTEGER = Integer.MAX_VALUE;
    private static final BigInteger MIN_BIG = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MAX_BIG = BigInteger.valueOf(Long.MAX_VALUE);
    static final byte[] NULL_VALUE = {NULL};

    private Values() {}

    /**
     * Skips one value.
     *
     * @return false when a browser might write it again in another form
     */
    static boolean skip(ByteIn in, int maxDepth) {
        boolean canonical = true;
        long[] left = new long[0];
        boolean[] isObject = new boolean[0];
        int depth = 0;
        while (true) {
            if (depth > 0 && isObject[depth - 1]) {
                int size = in.size();
                // Keys that are indexes come first in JavaScript, whatever the order in which they were made.
                canonical &= size == 0 || in.bytes[in.at] < '0' || in.bytes[in.at] > '9';
                Utf8.units(in.bytes, in.at, in.at + size);
                in.at += size;
            }
            int start = in.at;
            int tag = in.raw();
            long count = 0;
            switch (tag) {
                case UNDEFINED, NULL, FALSE, TRUE -> {}
                case INTEGER -> canonical &= skipInteger(in);
                case FLOAT -> {
                    in.skip(4);
                    canonical &= isFloat(Float.intBitsToFloat((int) big(in, 4)));
                }
                case DOUBLE -> {
                    in.skip(8);
                    canonical &= isDouble(big(in, 8));
                }
                case BIG -> in.skip(8);
                case STRING -> in.skipString();
                case OBJECT, ARRAY -> {
                    count = in.varUint();
                    if (count > in.end - in.at) {
                        throw new MalformedUpdateException(start, count + " values are announced");
                    }
                }
                case BYTES -> in.skip(in.size());
                default -> throw new MalformedUpdateException(start, "no kind of value: " + tag);
            }
            if (count > 0) {
                if (depth == maxDepth) {
                    throw new BoundExceededException("maxDepth", depth + 1L, maxDepth);
                }
                if (depth == left.length) {
                    left = Arrays.copyOf(left, depth + 8);
                    isObject = Arrays.copyOf(isObject, depth + 8);
                }
                left[depth] = count;
                isObject[depth++] = tag == OBJECT;
                continue;
            }
            while (depth > 0 && --left[depth - 1] == 0) {
                depth--;
            }
            if (depth == 0) {
                return canonical;
            }
        }
    }

    private static boolean skipInteger(ByteIn in) {
        int from = in.at;
        long value = in.varInt();
        long magnitude = Math.abs(value);
        int size = 1;
        for (long rest = magnitude >>> 6; rest > 0; rest >>>= 7) {
            size++;
        }
        return size == in.at - from && magnitude <= MAX_INTEGER;
    }

    private static boolean isFloat(float value) {
        return !Float.isNaN(value) && !isInteger(value);
    }

    private static boolean isDouble(long bits) {
        double value = Double.longBitsToDouble(bits);
        return Double.isNaN(value)
                ? bits == Double.doubleToLongBits(Double.NaN)
                : !isInteger(value) && (float) value != value;
    }

    private static boolean isInteger(double value) {
        return Math.rint(value) == value && Math.abs(value) <= MAX_INTEGER;
    }

    /** The number in the bytes that were just skipped. */
    private static long big(ByteIn in, int size) {
        long bits = 0;
        for (int i = in.at - size; i < in.at; i++) {
            bits = (bits << 8) | (in.bytes[i] & 0xff);
        }
        return bits;
    }

    static @Nullable Object read(byte[] value) {
        return read(new ByteIn(value));
    }

    /** Reads a value that was checked. */
    static @Nullable Object read(ByteIn in) {
        ArrayDeque<Builder> open = new ArrayDeque<>();
        while (true) {
            Builder inner = open.peek();
            if (inner != null && inner.map != null) {
                inner.key = in.string();
            }
            int tag = in.raw();
            Object value;
            if (tag == OBJECT || tag == ARRAY) {
                int count = (int) in.varUint();
                Builder builder = new Builder(tag == OBJECT, count);
                if (count > 0) {
                    open.push(builder);
                    continue;
                }
                value = builder.value();
            } else {
                value = scalar(tag, in);
            }
            while (true) {
                Builder builder = open.peek();
                if (builder == null) {
                    return value;
                }
                builder.add(value);
                if (builder.left > 0) {
                    break;
                }
                value = builder.value();
                open.pop();
            }
        }
    }

    private static @Nullable Object scalar(int tag, ByteIn in) {
        return switch (tag) {
            case UNDEFINED -> Undefined.UNDEFINED;
            case NULL -> null;
            case FALSE -> false;
            case TRUE -> true;
            case INTEGER -> {
                long value = in.varInt();
                yield value == 0 && in.negative ? (Object) (-0.0) : (Object) value;
            }
            case FLOAT -> {
                in.skip(4);
                yield (double) Float.intBitsToFloat((int) big(in, 4));
            }
            case DOUBLE -> {
                in.skip(8);
                yield Double.longBitsToDouble(big(in, 8));
            }
            case BIG -> {
                in.skip(8);
                yield BigInteger.valueOf(big(in, 8));
            }
            case STRING -> in.string();
            case BYTES -> {
                int size = in.size();
                in.skip(size);
                yield Arrays.copyOfRange(in.bytes, in.at - size, in.at);
            }
            default -> throw in.fault("no kind of value: " + tag);
        };
    }

    /** An array or object that is being read. */
    static final class Builder {
        final @Nullable Map<String, @Nullable Object> map;
        private final List<@Nullable Object> list;
        int left;
        String key = "";
        private boolean hasIndexes;

        Builder(boolean isObject, int count) {
            map = isObject ? new LinkedHashMap<>() : null;
            list = isObject ? List.of() : new ArrayList<>();
            left = count;
        }

        void add(@Nullable Object value) {
            if (map != null) {
                hasIndexes |= index(key) >= 0;
                map.put(key, value);
            } else {
                list.add(value);
            }
            left--;
        }

        @Nullable
        Object value() {
            return map == null ? list : hasIndexes ? indexesFirst(map) : map;
        }
    }

    /** The order in which JavaScript lists keys: indexes ascending, then the others as they were made. */
    static Map<String, @Nullable Object> indexesFirst(Map<String, @Nullable Object> map) {
        List<String> indexes = new ArrayList<>();
        for (String key : map.keySet()) {
            if (index(key) >= 0) {
                indexes.add(key);
            }
        }
        indexes.sort((a, b) -> Long.compare(index(a), index(b)));
        Map<String, @Nullable Object> ordered = new LinkedHashMap<>();
        for (String key : indexes) {
            ordered.put(key, map.get(key));
        }
        map.forEach(ordered::putIfAbsent);
        return ordered;
    }

    /** The index that a key of JavaScript is, or -1. */
    private static long index(String key) {
        int length = key.length();
        if (length == 0 || length > 10 || (length > 1 && key.charAt(0) == '0')) {
            return -1;
        }
        long index = 0;
        for (int i = 0; i < length; i++) {
            int digit = key.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            index = index * 10 + digit;
        }
        return index < 0xFFFFFFFFL ? index : -1;
    }

    /** The same map, in the order of JavaScript. */
    static Map<String, @Nullable Object> ordered(Map<String, @Nullable Object> map) {
        for (String key : map.keySet()) {
            if (index(key) >= 0) {
                return indexesFirst(map);
            }
        }
        return map;
    }

    static byte[] bytes(@Nullable Object value) {
        ByteOut out = new ByteOut(16);
        write(value, out);
        return out.toBytes();
    }

    /** Writes a value as a browser would. */
    static void write(@Nullable Object value, ByteOut out) {
        ArrayDeque<Iterator<?>> open = new ArrayDeque<>();
        open.push(Collections.singletonList(value).iterator());
        while (true) {
            Iterator<?> rest = open.peek();
            if (rest == null) {
                return;
            }
            if (!rest.hasNext()) {
                open.pop();
                continue;
            }
            Object next = rest.next();
            if (next instanceof Map.Entry<?, ?> entry) {
                out.string((String) entry.getKey());
                next = entry.getValue();
            }
            if (next instanceof Map<?, ?> map) {
                out.raw(OBJECT);
                out.varUint(map.size());
                open.push(ordered(checked(map)).entrySet().iterator());
            } else if (next instanceof List<?> list) {
                out.raw(ARRAY);
                out.varUint(list.size());
                open.push(list.iterator());
            } else {
                writeScalar(next, out);
            }
        }
    }

    private static Map<String, @Nullable Object> checked(Map<?, ?> map) {
        Map<String, @Nullable Object> checked = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            if (!(key instanceof String name)) {
                throw new IllegalArgumentException("keys of objects are strings, not " + key);
            }
            checked.put(name, value);
        });
        return checked;
    }

    private static void writeScalar(@Nullable Object value, ByteOut out) {
        if (value == null) {
            out.raw(NULL);
        } else if (value == Undefined.UNDEFINED) {
            out.raw(UNDEFINED);
        } else if (value instanceof Boolean truth) {
            out.raw(truth ? TRUE : FALSE);
        } else if (value instanceof String text) {
            out.raw(STRING);
            out.string(text);
        } else if (value instanceof byte[] bytes) {
            out.raw(BYTES);
            out.sized(bytes, 0, bytes.length);
        } else if (value instanceof BigInteger big) {
            if (big.compareTo(MIN_BIG) < 0 || big.compareTo(MAX_BIG) > 0) {
                throw new IllegalArgumentException("integers have at most 64 bits, and " + big + " has more");
            }
            out.raw(BIG);
            bits(big.longValue(), 8, out);
        } else if (value instanceof Number number) {
            writeNumber(number.doubleValue(), out);
        } else {
            throw new IllegalArgumentException("no value of a document: " + value.getClass());
        }
    }

    private static void writeNumber(double value, ByteOut out) {
        if (isInteger(value)) {
            out.raw(INTEGER);
            out.varInt((long) Math.abs(value), value < 0 || (value == 0 && 1 / value < 0));
        } else if ((float) value == value) {
            out.raw(FLOAT);
            bits(Float.floatToIntBits((float) value), 4, out);
        } else {
            out.raw(DOUBLE);
            bits(Double.doubleToLongBits(value), 8, out);
        }
    }

    private static void bits(long bits, int size, ByteOut out) {
        for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
            out.raw((int) (bits >>> shift));
        }
    }

    /** Whether JavaScript's === holds between two values of formats: objects are equal to nothing else. */
    static boolean isSame(byte[] value, byte[] other) {
        return value == other || (value[0] > OBJECT && Arrays.equals(value, other));
    }
}
