package dev.concord.yjs.protocol;

/** Says whether a text is JSON as {@code JSON.parse} takes it, without keeping values and without recursion. */
final class JsonSyntax {
    /** What stands in a text. */
    enum Kind {
        /** An object or an array. */
        CONTAINER,
        NULL,
        /** A string, a number, true or false. */
        OTHER,
        /** No JSON. */
        NONE
    }

    private final String text;
    private final int maxDepth;
    private int at;

    private JsonSyntax(String text, int maxDepth) {
        this.text = text;
        this.maxDepth = maxDepth;
    }

    /**
     * What the whole of a text is. Linear in its length.
     *
     * @throws LimitExceededException when it is nested more deeply
     */
    static Kind of(String text, int maxDepth) {
        JsonSyntax json = new JsonSyntax(text, maxDepth);
        json.blank();
        int start = json.at;
        if (!json.value()) {
            return Kind.NONE;
        }
        json.blank();
        if (json.at != text.length()) {
            return Kind.NONE;
        }
        return switch (text.charAt(start)) {
            case '{', '[' -> Kind.CONTAINER;
            case 'n' -> Kind.NULL;
            default -> Kind.OTHER;
        };
    }

    private boolean value() {
        // Whether the container at each depth is an object.
        boolean[] objects = new boolean[maxDepth];
        int depth = 0;
        while (true) {
            blank();
            if (depth > 0 && objects[depth - 1] && !key()) {
                return false;
            }
            int c = peek();
            if (c == '{' || c == '[') {
                LimitExceededException.check("maxDepth", depth + 1L, maxDepth);
                at++;
                blank();
                if (!takes(c == '{' ? '}' : ']')) {
                    objects[depth++] = c == '{';
                    continue;
                }
            } else if (!scalar(c)) {
                return false;
            }
            while (true) {
                if (depth == 0) {
                    return true;
                }
                blank();
                if (takes(',')) {
                    break;
                }
                if (!takes(objects[--depth] ? '}' : ']')) {
                    return false;
                }
            }
        }
    }

    private boolean key() {
        if (!string()) {
            return false;
        }
        blank();
        if (!takes(':')) {
            return false;
        }
        blank();
        return true;
    }

    private boolean scalar(int c) {
        return switch (c) {
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        };
    }

    private boolean string() {
        if (!takes('"')) {
            return false;
        }
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return true;
            }
            if (c < 0x20 || (c == '\\' && !escape())) {
                return false;
            }
        }
        return false;
    }

    private boolean escape() {
        if (!takes('u')) {
            return "\"\\/bfnrt".indexOf(peek()) >= 0 && at++ < text.length();
        }
        for (int i = 0; i < 4; i++, at++) {
            int c = peek();
            if (Character.digit(c, 16) < 0 || c > 'f') {
                return false;
            }
        }
        return true;
    }

    private boolean number() {
        takes('-');
        if (!takes('0') && !digits()) {
            return false;
        }
        if (takes('.') && !digits()) {
            return false;
        }
        if (takes('e') || takes('E')) {
            if (!takes('+')) {
                takes('-');
            }
            return digits();
        }
        return true;
    }

    private boolean digits() {
        int start = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        return at > start;
    }

    private boolean word(String word) {
        boolean found = text.startsWith(word, at);
        at += found ? word.length() : 0;
        return found;
    }

    private void blank() {
        while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') {
            at++;
        }
    }

    private boolean takes(char c) {
        boolean found = peek() == c;
        at += found ? 1 : 0;
        return found;
    }

    /** The next character, or -1 at the end. */
    private int peek() {
        return at < text.length() ? text.charAt(at) : -1;
    }
}
