package dev.concord.desktop;

import dev.concord.client.Status;

/** The status of a session in a few words, the same as those of the pages. */
final class StatusText {
    private StatusText() {}

    static String of(Status status) {
        String connection = switch (status.connection()) {
            case LIVE -> "Live";
            case OFFLINE -> "Offline";
            case CONNECTING -> "Connecting\u2026";
            case RECONNECTING -> "Reconnecting\u2026";
            case STOPPED -> "Stopped";
        };
        if (status.readOnly()) {
            connection += " \u00b7 read only";
        } else if (status.saved()) {
            return connection + " \u00b7 saved";
        }
        StringBuilder text = new StringBuilder(connection);
        if (status.unsent() > 0) {
            text.append(" \u00b7 ").append(status.unsent()).append(" unsent");
        }
        if (status.refused() > 0) {
            text.append(" \u00b7 ").append(status.refused()).append(" refused");
        }
        if (status.orphaned() > 0) {
            text.append(" \u00b7 ").append(status.orphaned()).append(" kept on this computer");
        }
        return text.toString();
    }
}
