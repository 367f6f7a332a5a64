package dev.concord.client;

/** Reasons to show when the server has closed for good and gave none, or cannot be reached. */
final class StopReasons {
    private StopReasons() {}

    /** Attempt after attempt fails; {@code why} is what the transport says, perhaps nothing. */
    static String unreachable(String why) {
        return "The server cannot be reached, or does not let this client in"
                + (why.isEmpty() ? "" : " (" + why + ")")
                + ". What you type is kept and sent when it answers; if this lasts, ask who runs it.";
    }

    /** The application has no token to give. */
    static String cannotSignIn() {
        return "Signing in does not work at the moment. What you type is kept, and sent as soon as it works again.";
    }

    /** What the server sends is in a format that this program does not know. */
    static String tooOld() {
        return "This program cannot read what the server sends: it is probably older than the server. Update it. What you"
                + " type is kept until then.";
    }

    static String of(int code) {
        return switch (code) {
            case 4400 -> "The server could not read what this client sent.";
            case 4401 -> "You have to sign in.";
            case 4403 -> "You may not open this document.";
            case 4404 -> "Somebody has deleted this document: the server does not have it any more.";
            case 4409 ->
                "The server has another text under this name now: it has lost its data, or somebody has deleted this text"
                        + " or restored an older copy of it.";
            case 4413 -> "Something was too large for the server.";
            default -> "The server closed the connection for good (" + code + ").";
        };
    }
}
