package dev.concord.yjs;

import org.junit.jupiter.api.Test;

/** Recorded sessions of Yjs: every update, state, vector, merge and position must have the same bytes. */
class SessionsTest {
    @Test
    void editsMadeHereAreThoseThatYjsMakes() throws Exception {
        for (String line : Fixtures.lines("sessions.jsonl")) {
            new RecordedSession(line).replay();
        }
    }

    @Test
    void updatesInAnyOrderGiveTheStateOfYjs() throws Exception {
        for (String line : Fixtures.lines("sessions.jsonl")) {
            new RecordedSession(line).judge(UpdateFormat.V1);
            new RecordedSession(line).judge(UpdateFormat.V2);
        }
    }

    @Test
    void whatWaitsIsTakenInWhenYjsTakesIt() throws Exception {
        for (String line : Fixtures.lines("waits.jsonl")) {
            new RecordedSession(line).judge(UpdateFormat.V1);
            new RecordedSession(line).judge(UpdateFormat.V2);
        }
    }

    @Test
    void mergesDifferencesAndConversionsAreThoseOfYjs() throws Exception {
        for (String line : Fixtures.lines("sessions.jsonl")) {
            new RecordedSession(line).merge();
        }
    }
}
