package dev.concord.client;

/** What may go into a document: line ends are LF, and surrogates come in pairs. */
final class CleanText {
    private CleanText() {}

    /** CRLF and CR become LF; half of a pair, which no operation may carry, becomes U+FFFD. */
    static String of(String text) {
        int at = 0;
        while (at < text.length() && isClean(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            return text;
        }
        StringBuilder clean = new StringBuilder(text.length()).append(text, 0, at);
        for (int i = at; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean paired = i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
            if (paired) {
                clean.append(c).append(text.charAt(i + 1));
                i++;
            } else if (Character.isSurrogate(c)) {
                clean.append('\uFFFD');
            } else if (c == '\r') {
                clean.append('\n');
                i += i + 1 < text.length() && text.charAt(i + 1) == '\n' ? 1 : 0;
            } else {
                clean.append(c);
            }
        }
        return clean.toString();
    }

    private static boolean isClean(char c) {
        return c != '\r' && !Character.isSurrogate(c);
    }
}
