package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.concord.store.OpLog;
import dev.concord.store.StoreException;
import dev.concord.testing.UnloggableError;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A room that fails is closed completely: no member stays in one that takes no edits. */
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

    @Test
    void aMemberThatCannotBeSentAwayKeepsNobodyInARoomThatHasEnded() {
        FakeMember stuck = new FakeMember("stuck") {
            @Override
            public void close(Close close) {
                throw new UnloggableError();
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
    void anEditThatTheLogMayHaveIsNotSaidToBeUndone() {
        OpLog real = log;
        log = null;
        room = load();
        log = real;
        join(ann);

        EditOutcome outcome =
                room.edit(List.of(insert("t", 1, "x")), document -> true).join();

        assertEquals(EditOutcome.UNKNOWN, outcome);
        assertTrue(room.isClosed());
        assertEquals(Close.RESTARTING, ann.closed);
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
