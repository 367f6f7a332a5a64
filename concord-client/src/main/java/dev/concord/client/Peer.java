package dev.concord.client;

import dev.concord.crdt.Caret;
import org.jspecify.annotations.Nullable;

/**
 * Somebody else in the room.
 *
 * @param client names the session, so that one person in two windows is two peers
 * @param user display name; to be shown as text, never as markup
 * @param color a CSS hex colour
 * @param cursor the caret as an offset in UTF-16 units of the peer's own text; use {@link ConcordSession#caretOf} for its place in this one
 * @param caret the caret by element, null when it is not known
 * @param anchor the other end of the selection by element, null when it is not known
 */
public record Peer(
        String client,
        String user,
        String color,
        int cursor,
        @Nullable Caret caret,
        @Nullable Caret anchor) {}
