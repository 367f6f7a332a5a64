package dev.concord.wire;

/** The names of rooms. */
public final class RoomId {
    /** The longest name, in characters. */
    public static final int MAX_LENGTH = 128;

    private RoomId() {}

    /**
     * Whether a room may have this name: 1 to {@link #MAX_LENGTH} characters of {@code [A-Za-z0-9._~-]}, which need no encoding in a URL, but
     * not {@code .} and {@code ..}, which have a meaning of their own in a path. O(length), without a regular expression.
     *
     * @param name any text
     * @return false for what is not a room's name
     */
    public static boolean isValid(String name) {
        if (name.isEmpty() || name.length() > MAX_LENGTH || name.equals(".") || name.equals("..")) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (!isValid(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isValid(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "._~-".indexOf(c) >= 0;
    }
}
