package dev.concord.ai.gemini;

/**
 * Cuts texts to what the embedding model takes, 2,048 tokens. A token is some four letters of English and about one character where letters
 * take three bytes, so a bound in bytes of UTF-8 fits both.
 */
final class GeminiTrim {
    static final int MAX_BYTES = 6_000;

    private GeminiTrim() {}

    /** The beginning of a text, at most {@link #MAX_BYTES} long in UTF-8. */
    static String trim(String text) {
        int bytes = 0;
        int at = 0;
        while (at < text.length()) {
            int point = text.codePointAt(at);
            bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
            if (bytes > MAX_BYTES) {
                return text.substring(0, at);
            }
            at += Character.charCount(point);
        }
        return text;
    }
}
