package dev.concord.server.room;

import dev.concord.wire.Message;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What holds for every presence, whichever way it comes. */
public final class PresenceRules {
    private static final int MIN_DIGITS = 3;
    private static final int MAX_DIGITS = 8;
    private static final String LEFT = "left";
    private static final String CLIENT = "client";

    private PresenceRules() {}

    /**
     * Whether a colour may be passed on: it ends up in styles of many kinds.
     *
     * @param color from a message
     * @return true for {@code #} and 3 to 8 hex digits, and for none
     */
    public static boolean isColor(String color) {
        if (color.isEmpty()) {
            return true;
        }
        int digits = color.length() - 1;
        if (color.charAt(0) != '#' || digits < MIN_DIGITS || digits > MAX_DIGITS) {
            return false;
        }
        for (int i = 1; i <= digits; i++) {
            char c = color.charAt(i);
            boolean hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            if (!hex) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether a presence says that its member has left.
     *
     * @param presence any
     * @return true for a farewell
     */
    public static boolean isFarewell(Message.Presence presence) {
        Object left = presence.extras().get(LEFT);
        return Boolean.TRUE.equals(left)
                || "true".equals(left)
                || (left instanceof Integer number && number.intValue() != 0);
    }

    /**
     * What a member shows when it goes.
     *
     * @param last what it showed last
     * @return the same member, as one that has left
     */
    public static Message.Presence farewell(Message.Presence last) {
        Map<String, @Nullable Object> extras = new LinkedHashMap<>();
        if (last.extras().containsKey(CLIENT)) {
            extras.put(CLIENT, last.extras().get(CLIENT));
        }
        extras.put(LEFT, true);
        return new Message.Presence(last.user(), last.cursor(), last.color(), extras);
    }
}
