package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.server.room.peers.RoomLocator;
import dev.concord.server.room.peers.RoomPeers;
import dev.concord.server.room.presence.PresenceRounds;
import dev.concord.store.StoreException;
import dev.concord.store.StoredRoom;
import dev.concord.testing.Faults;
import dev.concord.wire.Message;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A loop that refuses one task: the next occasion hands it over again. */
class LoopFaultTest extends RoomFixture {
    private volatile boolean refuses;

    private final class Refusing implements RoomLoop {
        @Override
        public void execute(Runnable task) {
            refuseOnce();
            loop.execute(task);
        }

        @Override
        public void schedule(Runnable task, Duration delay) {
            refuseOnce();
            loop.schedule(task, delay);
        }

        @Override
        public long nanoTime() {
            return loop.nanoTime();
        }

        private void refuseOnce() {
            if (refuses) {
                refuses = false;
                throw new OutOfMemoryError("planted");
            }
        }
    }

    @BeforeEach
    void openOnRefusingLoop() {
        StoredRoom stored = memory.load(ID).orElseThrow();
        RoomContext context = new RoomContext(ID, stored.epoch(), limits.build(), new Refusing(), frames, events);
        room = new Room(
                context,
                documentOf(stored),
                stored,
                log,
                new Wings(
                        archive.logs(),
                        PresenceRounds::new,
                        (of, host) -> new RoomPeers(cluster, of, host),
                        new RoomLocator(cluster),
                        deletions,
                        readers));
    }

    @Test
    void aFlushThatCouldNotBeHandedOverMutesNobodyElse() throws InterruptedException {
        join(ann, bob);
        // Or its end might be what is refused.
        Faults.Gate first = store.holdNext();
        refuses = true;
        send(ann, 1, type("a"));
        first.awaitReached();
        loop.run();
        assertEquals(Close.RESTARTING, bob.closed, "was not sent the edit");

        room.join(cy, null);
        loop.run();
        cy.takeOne(Message.Sync.class);
        first.open();
    }

    /** An edit that is stored while the loop refuses to be handed the ack. */
    private void sendWithoutAnAck() throws InterruptedException {
        join(ann);
        Faults.Gate first = store.holdNext();
        send(ann, 1, type("a"));
        loop.run();
        first.awaitReached();
        refuses = true;
        first.open();
        commit();
        assertEquals(List.of(), ann.take());
    }

    @Test
    void anAckThatCouldNotBeHandedOverComesWithTheNext() throws InterruptedException {
        sendWithoutAnAck();

        send(ann, 2, type("b"));
        commit();
        assertEquals(List.of(new Message.Ack(2)), ann.take());
    }

    @Test
    void anAckThatCouldNotBeHandedOverAndHasNoNextComesWithTheWatch() throws InterruptedException {
        sendWithoutAnAck();

        room.watch();
        loop.run();
        assertEquals(List.of(new Message.Ack(1)), ann.take());
    }

    @Test
    void aFailureThatCouldNotBeHandedOverComesWithTheWatch() {
        join(ann);
        loop.run();
        store.failNext(new StoreException("planted"));
        refuses = true;
        send(ann, 1, type("a"));
        commit();
        assertNull(ann.closed);

        room.watch();
        loop.run();
        assertEquals(Close.RESTARTING, ann.closed);
    }

    @Test
    void aMemberThatCannotBeWrittenIsSentAwayWithTheWatch() {
        join(ann);
        FakeMember broken = new FakeMember("broken");
        broken.onFlush = () -> {
            refuses = true;
            throw new IllegalStateException("planted");
        };
        room.join(broken, null);
        loop.run();
        assertNull(broken.closed);

        room.watch();
        loop.run();
        assertEquals(Close.RESTARTING, broken.closed);
    }

    @Test
    void theEndOfALookAtTheLogThatCouldNotBeHandedOverComesWithTheWatch() {
        join(ann);
        another("elsewhere", 1, "x");
        room.log().catchUp();
        refuses = true;
        archive.read();
        loop.run();
        assertEquals("", document().text());

        room.watch();
        loop.run();
        assertEquals("x", document().text());
    }

    @Test
    void theEndOfACompactionThatCouldNotBeHandedOverComesWithTheWatch() {
        join(ann);
        send(ann, 1, type("a"));
        commit();
        loop.pass(Duration.ofMinutes(1));
        refuses = true;
        archive.store();
        loop.run();
        room.leave(ann);
        loop.pass(Duration.ofMinutes(10));
        room.watch();
        assertTrue(isIdle(), "the room never leaves memory");
    }

    @Test
    void aRoundOfPresenceThatCouldNotBeHandedOverKeepsNoLaterOneBack() {
        join(ann, bob);
        refuses = true;
        try {
            room.receive(ann, presence("Ann", 0), 0);
        } catch (OutOfMemoryError planted) {
            // On a server, this ends the connection of the sender.
        }
        room.receive(ann, presence("Ann", 0), 0);
        loop.pass(Duration.ofSeconds(1));
        bob.takeOne(Message.Presence.class);
    }
}
