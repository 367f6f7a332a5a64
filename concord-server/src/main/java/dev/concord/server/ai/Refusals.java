package dev.concord.server.ai;

import dev.concord.server.auth.Caller;
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

    static void requireWrite(Caller caller, String roomId) {
        if (!caller.mayRead(roomId)) {
            throw Refusal.noSuchRoom();
        }
        if (!caller.mayWrite(roomId)) {
            throw new Refusal(Kind.FORBIDDEN, "forbidden", "you may read this room, not change it");
        }
    }
}
