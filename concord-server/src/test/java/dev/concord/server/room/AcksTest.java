package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AcksTest {
    private final Acks acks = new Acks();
    private final RecordedEvents events = new RecordedEvents();

    private long reached(long durable) {
        return acks.reached(durable, 0, events);
    }

    @Test
    void nothingIsOwedToWhoWaitsForNothing() {
        assertTrue(acks.isEmpty());
        assertEquals(-1, reached(100));
    }

    @Test
    void theLastOfMany() {
        acks.expect(1, 10, 0);
        acks.expect(3, 11, 0);
        acks.expect(4, 12, 0);
        assertEquals(-1, reached(0));
        assertEquals(11, reached(3));
        acks.sent();
        assertEquals(-1, reached(3));
        assertEquals(12, reached(4));
        assertEquals(3, events.acknowledged);
    }

    @Test
    void staysOwedUntilSent() {
        acks.expect(1, 10, 0);
        assertEquals(10, reached(1));
        assertFalse(acks.isEmpty());
        acks.expect(2, 11, 0);
        assertEquals(10, reached(1));
        assertEquals(11, reached(2));
        acks.sent();
        assertTrue(acks.isEmpty());
        assertEquals(-1, reached(2));
    }

    @Test
    void aSeqThatGoesBackDoesNotTakeAnAckBack() {
        acks.expect(1, 10, 0);
        acks.expect(2, 4, 0);
        assertEquals(10, reached(2));
    }

    @Test
    void repeatsOfOneOpAreOneEntry() {
        for (int seq = 0; seq < 1_000_000; seq++) {
            acks.expect(7, seq, 0);
        }
        assertEquals(-1, reached(6));
        assertEquals(999_999, reached(7));
        assertEquals(1, events.acknowledged);
    }

    @Test
    void anOpThatIsDurableAlreadyIsOwedAtOnce() {
        acks.expect(0, 3, 0);
        assertEquals(3, reached(0));
    }
}
