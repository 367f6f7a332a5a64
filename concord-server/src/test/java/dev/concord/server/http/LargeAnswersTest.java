package dev.concord.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LargeAnswersTest {
    @Test
    void answersThatShareTheirBytesCountOnce() {
        LargeAnswers answers = new LargeAnswers(100);
        byte[] first = new byte[60];
        assertTrue(answers.hold(first));
        assertTrue(answers.hold(first));
        assertEquals(60, answers.bytes());
        assertFalse(answers.hold(new byte[60]));
        answers.release(first);
        assertEquals(60, answers.bytes());
        answers.release(first);
        assertEquals(0, answers.bytes());
    }

    @Test
    void oneAloneIsAlwaysHeld() {
        LargeAnswers answers = new LargeAnswers(100);
        assertTrue(answers.hold(new byte[200]));
        assertFalse(answers.hold(new byte[1]));
    }
}
