package dev.concord.yjs;

/** UTF-8 as browsers write it: valid when read, lone surrogates become U+FFFD when written. */
final class Utf8 {
    private Utf8() {}

    /** How many UTF-16 units valid UTF-8 has. Fails at the first byte that is wrong. */
    static int units(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] >= 0) {
            at++;
        }
        int units = at - from;
        while (at < to) {
            int length = sequence(bytes, at, to);
            at += length;
            units += length == 4 ? 2 : 1;
        }
        return units;
    }

    /** The length in bytes of the valid sequence that begins here. */
    private static int sequence(byte[] bytes, int at, int to) {
        int lead = bytes[at] & 0xff;
        if (lead < 0x80) {
            return 1;
        }
        int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
        boolean valid = lead >= 0xc2 && lead <= 0xf4 && at + length <= to;
        for (int i = 1; valid && i < length; i++) {
            valid = (bytes[at + i] & 0xc0) == 0x80;
        }
        if (valid && length > 2) {
            int second = bytes[at + 1] & 0xff;
            // Shorter forms, surrogates, and what is above U+10FFFF.
            valid = !(lead == 0xe0 && second < 0xa0)
                    && !(lead == 0xed && second > 0x9f)
                    && !(lead == 0xf0 && second < 0x90)
                    && !(lead == 0xf4 && second > 0x8f);
        }
        if (!valid) {
            throw new MalformedUpdateException(at, "not UTF-8");
        }
        return length;
    }

    /** Where the given number of UTF-16 units of valid UTF-8 ends; after the pair when that is inside of one. */
    static int skip(byte[] bytes, int from, int units) {
        int at = from;
        int left = units;
        while (left > 0) {
            int lead = bytes[at] & 0xff;
            at += length(lead);
            left -= lead >= 0xf0 ? 2 : 1;
        }
        return at;
    }

    /** The length in bytes of a sequence by its first byte. */
    static int length(int lead) {
        return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    }

    /** The code point of the valid sequence that begins here. */
    static int codePoint(byte[] bytes, int at) {
        int lead = bytes[at] & 0xff;
        if (lead < 0x80) {
            return lead;
        }
        int length = length(lead);
        int point = lead & (0x7f >> length);
        for (int i = 1; i < length; i++) {
            point = (point << 6) | (bytes[at + i] & 0x3f);
        }
        return point;
    }

    /** The text, surrogates that stand alone included. */
    static String decode(byte[] bytes, int from, int to) {
        StringBuilder text = new StringBuilder(to - from);
        for (int at = from; at < to; at += length(bytes[at] & 0xff)) {
            text.appendCodePoint(codePoint(bytes, at));
        }
        return text.toString();
    }

    /** How many UTF-16 units there are, unchecked. */
    static int count(byte[] bytes, int from, int to) {
        int units = 0;
        for (int at = from; at < to; ) {
            int lead = bytes[at] & 0xff;
            units += lead >= 0xf0 ? 2 : 1;
            at += length(lead);
        }
        return units;
    }
}
