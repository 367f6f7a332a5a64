package dev.concord.yjs;

import java.util.Arrays;

/**
 * The text that one client wrote, in the order of its clocks, so that parts whose clocks follow each other stand side by side: cutting
 * and joining them moves nothing. One byte a unit until a character needs two.
 *
 * <p>Text that was deleted stays until {@link Store} compacts.
 */
final class TextStore {
    private byte[] narrow = new byte[0];
    private char[] wide = new char[0];
    private boolean isWide;
    /** Whether all units are below 0x80, so that they are UTF-8 already. Never comes back. */
    private boolean isPlain = true;

    private int size;

    int size() {
        return size;
    }

    boolean isPlain() {
        return isPlain;
    }

    char charAt(int at) {
        return isWide ? wide[at] : (char) (narrow[at] & 0xff);
    }

    void set(int at, char unit) {
        widen(unit);
        if (isWide) {
            wide[at] = unit;
        } else {
            narrow[at] = (byte) unit;
        }
    }

    /** Another store with all that this one has, which is empty now. */
    TextStore takeAll() {
        TextStore taken = new TextStore();
        taken.narrow = narrow;
        taken.wide = wide;
        taken.isWide = isWide;
        taken.isPlain = isPlain;
        taken.size = size;
        narrow = new byte[0];
        wide = new char[0];
        isWide = false;
        isPlain = true;
        size = 0;
        return taken;
    }

    /** Forgets what comes from here on. */
    void truncate(int to) {
        size = to;
    }

    /** Adds UTF-8 that has so many units, and tells where it begins. */
    int append(byte[] utf8, int from, int to, int units) {
        int start = size;
        reserve(units);
        if (units == to - from) {
            if (isWide) {
                for (int i = from; i < to; i++) {
                    wide[size++] = (char) utf8[i];
                }
            } else if (units == 1) {
                narrow[size++] = utf8[from];
            } else {
                System.arraycopy(utf8, from, narrow, size, units);
                size += units;
            }
            return start;
        }
        for (int at = from; at < to; ) {
            int lead = utf8[at] & 0xff;
            int point = Utf8.codePoint(utf8, at);
            at += Utf8.length(lead);
            if (point >= 0x10000) {
                add(Character.highSurrogate(point));
                add(Character.lowSurrogate(point));
            } else {
                add((char) point);
            }
        }
        return start;
    }

    int append(CharSequence text) {
        int start = size;
        reserve(text.length());
        for (int i = 0; i < text.length(); i++) {
            add(text.charAt(i));
        }
        return start;
    }

    /** Adds a part of another store, for compaction. */
    int append(TextStore from, int start, int end) {
        int begin = size;
        reserve(end - start);
        for (int i = start; i < end; i++) {
            add(from.charAt(i));
        }
        return begin;
    }

    private void add(char unit) {
        if (isWide) {
            isPlain &= unit < 0x80;
            wide[size++] = unit;
        } else if (unit < 0x100) {
            isPlain &= unit < 0x80;
            narrow[size++] = (byte) unit;
        } else {
            widen(unit);
            wide[size++] = unit;
        }
    }

    private void widen(char unit) {
        isPlain &= unit < 0x80;
        if (!isWide && unit >= 0x100) {
            wide = new char[narrow.length];
            for (int i = 0; i < size; i++) {
                wide[i] = (char) (narrow[i] & 0xff);
            }
            narrow = new byte[0];
            isWide = true;
        }
    }

    private void reserve(int more) {
        int needed = Math.addExact(size, more);
        if (isWide) {
            if (needed > wide.length) {
                wide = Arrays.copyOf(wide, Math.max(needed, size + (size >> 1)));
            }
        } else if (needed > narrow.length) {
            narrow = Arrays.copyOf(narrow, Math.max(needed, size + (size >> 1)));
        }
    }

    String text(int from, int to) {
        return isWide
                ? new String(wide, from, to - from)
                : new String(narrow, from, to - from, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    void appendTo(StringBuilder text, int from, int to) {
        if (isWide) {
            text.append(wide, from, to - from);
        } else {
            text.append(text(from, to));
        }
    }

    /** Writes UTF-8. */
    void write(int from, int to, ByteOut out) {
        if (isPlain && !isWide) {
            out.raw(narrow, from, to);
        } else {
            out.utf8(text(from, to));
        }
    }

    /** Writes UTF-8 with its length first. */
    void writeSized(int from, int to, ByteOut out) {
        if (isPlain && !isWide) {
            out.sized(narrow, from, to);
        } else if (!isWide || !out.sizedPlain(wide, from, to)) {
            out.string(text(from, to));
        }
    }

    /** Copies Latin-1 text; only for stores that have nothing else. */
    void copy(int from, int to, byte[] into, int at) {
        System.arraycopy(narrow, from, into, at, to - from);
    }

    boolean isWide() {
        return isWide;
    }
}
