package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.concord.store.StoreException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A room that fails ends whole: nobody stays in one that takes no edits. */
class LifetimeTest extends RoomFixture {
    private static final Logger LOG = (Logger) LoggerFactory.getLogger(Attempts.class);

    @BeforeEach
    void log() {
        LOG.setLevel(Level.ERROR);
        LOG.setAdditive(false);
    }

    @AfterEach
    void logNoMore() {
        LOG.setLevel(null);
        LOG.setAdditive(true);
    }

    /** Not even a log line can be made of it. */
    private static final class UnspeakableError extends Error {
        @Override
        public String getMessage() {
            throw new LinkageError("planted");
        }
    }

    @Test
    void aMemberThatCannotBeSentAwayKeepsNobodyInARoomThatHasEnded() {
        FakeMember stuck = new FakeMember("stuck") {
            @Override
            public void close(Close close) {
                throw new UnspeakableError();
            }
        };
        join(stuck, ann, bob);
        store.failNext(new StoreException("planted"));
        send(ann, 1, type("a"));
        commit();

        assertTrue(room.isClosed());
        assertEquals(Close.RESTARTING, ann.closed);
        assertEquals(Close.RESTARTING, bob.closed);
        assertEquals(3, events.left);
        assertEquals(1, events.closed);
    }

    @Test
    void whoSendsToARoomThatHasEndedIsSentAway() {
        join(ann);
        closeRoom(Close.RESTARTING);
        send(bob, 1, type("a"));
        assertEquals(Close.RESTARTING, bob.closed);
        assertEquals(List.of(), bob.take());
    }
}
