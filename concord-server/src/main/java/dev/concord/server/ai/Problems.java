package dev.concord.server.ai;

/** Refusals that several requests share. */
final class Problems {
    private Problems() {}

    static Problem notConfigured() {
        return new Problem(
                503,
                "ai_not_configured",
                "this server has no language model: its operator can set GEMINI_API_KEY; everything else works");
    }

    static Problem noSuchRoom() {
        return new Problem(404, "no_such_room", "no such room; it is made by PUT or by opening it over a WebSocket");
    }

    static Problem noSuchRun() {
        return new Problem(404, "no_such_run", "there is no such run in this room; it may have been forgotten");
    }

    static void requireWrite(Access access, String user, String roomId) {
        if (!access.mayRead(user, roomId)) {
            throw noSuchRoom();
        }
        if (!access.mayWrite(user, roomId)) {
            throw new Problem(403, "read_only", "you may read this room, not change it");
        }
    }
}
