package dev.concord.bench;

import java.io.IOException;
import java.util.Locale;

/** A text library that does the works of {@link PeerWork}; each measurement in a process of its own. */
interface Peer {
    /** Name and version, as a column is headed. */
    String title();

    /**
     * Measures.
     *
     * @param work what
     * @param trace name of the history
     * @param file its file; empty for one of the jar
     * @return CPU milliseconds with collection, bytes an edit, or kilobytes
     * @throws IOException when it cannot be measured
     */
    double measure(PeerWork work, String trace, String file) throws IOException;

    /** Whether it has this work at all. */
    default boolean does(PeerWork work) {
        return true;
    }

    /** What all peers are asked for; the names are those that the scripts and forks take. */
    enum PeerWork {
        LOCAL("local replay", "ms"),
        ENCODED("local replay, ops encoded", "ms"),
        MERGE("merging them one by one", "ms"),
        OPS_SIZE("encoded ops", "bytes an edit"),
        STATE_SIZE("whole state", "KB"),
        STATE_DEFLATED("whole state, deflated", "KB"),
        LOAD("load and text", "ms"),
        HEAP("memory of the loaded document", "KB"),
        SESSION("session, every replica live", "ms");

        final String title;
        final String unit;

        PeerWork(String title, String unit) {
            this.title = title;
            this.unit = unit;
        }

        String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
