package dev.concord.server.auth.jwt;

import dev.concord.server.auth.Right;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rights by patterns. A pattern is the id of a room, or the beginning of ids with {@code *} at its end; the longest that matches counts, and no
 * match is no right. Immutable; a question costs a look-up and at most as many comparisons as there are patterns with a star.
 */
final class RoomRights {
    private record Prefix(String beginning, Right right) {}

    private final Map<String, Right> rooms = new HashMap<>();
    private final List<Prefix> prefixes = new ArrayList<>();

    RoomRights(Map<String, Right> patterns) {
        patterns.forEach((pattern, right) -> {
            if (pattern.endsWith("*")) {
                prefixes.add(new Prefix(pattern.substring(0, pattern.length() - 1), right));
            } else {
                rooms.put(pattern, right);
            }
        });
        prefixes.sort(
                Comparator.comparingInt((Prefix prefix) -> prefix.beginning().length())
                        .reversed());
    }

    Right of(String room) {
        Right exact = rooms.get(room);
        if (exact != null) {
            // As long as the id itself; a pattern with a star that matches is longer only as "id*".
            return exact;
        }
        for (Prefix prefix : prefixes) {
            if (room.startsWith(prefix.beginning())) {
                return prefix.right();
            }
        }
        return Right.NONE;
    }
}
