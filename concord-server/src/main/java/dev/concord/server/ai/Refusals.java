package dev.concord.server.ai;

import dev.concord.server.refusal.Refusal;
import dev.concord.server.refusal.Refusal.Kind;

/** Refusals that several requests share. */
final class Refusals {
    private Refusals() {}

    static Refusal notConfigured() {
        return new Refusal(
                Kind.UNAVAILABLE,
                "ai_not_configured",
                "this server has no language model: its operator can set GEMINI_API_KEY; everything else works");
    }

    static Refusal noSuchRun() {
        return new Refusal(Kind.NOT_FOUND, "no_such_run", "this room has no such run; it may have expired");
    }

    static void requireWrite(Access access, String user, String roomId) {
        if (!access.mayRead(user, roomId)) {
            throw Refusal.noSuchRoom();
        }
        if (!access.mayWrite(user, roomId)) {
            throw new Refusal(Kind.FORBIDDEN, "read_only", "you may read this room, not change it");
        }
    }
}
