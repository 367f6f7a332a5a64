package dev.concord.server.ws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final long SECOND = 1_000_000_000L;

    private static int taken(TokenBucket rate, long now, int asked) {
        int taken = 0;
        for (int i = 0; i < asked; i++) {
            taken += rate.take(now) ? 1 : 0;
        }
        return taken;
    }

    @Test
    void aBurstOfOneSecondThenNothing() {
        TokenBucket rate = new TokenBucket(10, 0);
        assertEquals(10, taken(rate, 0, 100));
    }

    @Test
    void fillsUpEvenlyAndNotBeyondABurst() {
        TokenBucket rate = new TokenBucket(10, 0);
        taken(rate, 0, 10);
        assertEquals(5, taken(rate, SECOND / 2, 100));
        assertEquals(10, taken(rate, 100 * SECOND, 100));
    }

    @Test
    void smallStepsAddUp() {
        TokenBucket rate = new TokenBucket(1, 0);
        assertTrue(rate.take(0));
        int taken = 0;
        for (int i = 1; i <= 1_000; i++) {
            taken += rate.take(i * (SECOND / 100)) ? 1 : 0;
        }
        assertTrue(taken == 9 || taken == 10, "one a second for ten seconds");
    }

    @Test
    void theClockMayOverflow() {
        TokenBucket rate = new TokenBucket(2, Long.MAX_VALUE - SECOND / 2);
        assertEquals(2, taken(rate, Long.MAX_VALUE, 5));
        assertFalse(rate.take(Long.MIN_VALUE));
        assertEquals(2, taken(rate, Long.MIN_VALUE + SECOND, 5));
    }
}
