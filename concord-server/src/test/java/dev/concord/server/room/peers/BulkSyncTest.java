package dev.concord.server.room.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.crdt.Outcome;
import dev.concord.server.cluster.Channels;
import dev.concord.server.cluster.Cluster;
import dev.concord.server.room.Close;
import dev.concord.server.room.RoomContext;
import dev.concord.server.room.RoomFixture;
import dev.concord.server.room.RoomLoop;
import dev.concord.server.room.SimulatedBus;
import dev.concord.testing.Await;
import dev.concord.wire.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One room that gets from an instance with another store what is missing here, turn by turn. */
@Timeout(60)
class BulkSyncTest extends RoomFixture {
    private static final int TURN = 10;

    private final SimulatedBus bus = new SimulatedBus(new Random(1));
    private final SimulatedBus.Connection here = bus.connect("here");
    private final SimulatedBus.Connection there = bus.connect("there");
    private final Document far = new Document("far");
    private final List<Operation> farOps = new ArrayList<>();

    BulkSyncTest() {
        cluster = new Cluster(here, Cluster.solo().board(), Cluster.Reach.SEPARATE_STORES);
        limits.opsPerTurn = TURN;
    }

    @BeforeEach
    void openAndType() {
        openRoom();
        join(ann, bob);
        for (int i = 0; i < 35; i++) {
            farOps.addAll(far.insert(i / 2, "f"));
        }
    }

    /** The other instance sends all that it has; it waits for the room's loop. */
    private void sendAll() {
        Message.Sync all = new Message.Sync(far.encode(), far.version(), EPOCH);
        there.publish(Channels.of(ID), BusCodec.write(new BusMessage("there", "here", EPOCH, "", all)));
        deliver();
    }

    private void deliver() {
        while (here.deliver()) {
            // What the room said itself comes, too.
        }
    }

    private void runUntilApplied() {
        while (document().length() < far.length()) {
            assertTrue(loop.runOne(), "nothing left to do, and not everything applied");
        }
    }

    private Document flushed() {
        Await.result("the log is written", log.flush());
        return stored();
    }

    @Test
    void manyOpsReachTheMembersAsOneStateAndEveryOneOfThemTheLog() {
        sendAll();
        loop.run();
        hers.merge(ann.takeOne(Message.Sync.class).state());
        assertEquals(far.text(), hers.text());
        assertEquals(1, bob.take().size());
        assertEquals(
                new Document("nobody").unseen(far.encode(), Integer.MAX_VALUE).size(), events.repaired);
        while (!isDrained()) {
            Await.result("the log is written", log.flush());
            loop.run();
        }
        assertArrayEquals(far.digest(), flushed().digest());
        sendAll();
        loop.run();
        assertEquals(List.of(), ann.take(), "the same once more");
        assertEquals(farOps.size(), flushed().length());
    }

    @Test
    void aTurnThatTheLoopRefusedIsTakenLater() {
        AtomicBoolean refuses = new AtomicBoolean(true);
        RoomLoop refusing = new RoomLoop() {
            @Override
            public void execute(Runnable task) {
                if (refuses.getAndSet(false)) {
                    throw new OutOfMemoryError("planted");
                }
                loop.execute(task);
            }

            @Override
            public void schedule(Runnable task, Duration delay) {
                loop.schedule(task, delay);
            }

            @Override
            public long nanoTime() {
                return loop.nanoTime();
            }
        };
        RoomContext context = new RoomContext(ID, EPOCH, limits.build(), refusing, frames, events);
        BulkSync sync = new BulkSync(context, peerHost, () -> {});
        assertThrows(OutOfMemoryError.class, () -> sync.take(farOps));
        loop.run();
        assertTrue(sync.isBusy());

        // As at every tick.
        sync.stored();
        loop.run();
        assertFalse(sync.isBusy());
        assertEquals(far.text(), document().text());
    }

    @Test
    void aFewGoOneByOneAsTheyWouldHaveWithoutAFault() {
        Document few = new Document("few");
        Operation only = few.insert(0, "x").get(0);
        Message.Sync state = new Message.Sync(few.encode(), few.version(), EPOCH);
        there.publish(Channels.of(ID), BusCodec.write(new BusMessage("there", "here", EPOCH, "", state)));
        deliver();
        loop.run();
        assertEquals(only, ann.takeOne(Message.Op.class).operation());
    }

    @Test
    void thoseWhoTypeMeanwhileHaveTheirTurns() {
        sendAll();
        assertTrue(loop.runOne(), "the first turn");
        int applied = document().length();
        assertTrue(applied > 0 && applied < far.length(), "applied in one turn: " + applied);
        Operation typed = hers.insert(0, "typed").get(0);
        room.receive(ann, new Message.Op(1, typed));
        assertEquals(Outcome.DUPLICATE, document().check(typed));
        loop.run();
        List<Message> received = bob.take();
        assertEquals(2, received.size());
        assertEquals(typed, ((Message.Op) received.get(0)).operation(), "before the state");
        assertEquals(far.length() + 5, document().length());
        for (Message message : ann.take()) {
            if (message instanceof Message.Sync sync) {
                hers.merge(sync.state());
            }
        }
        assertEquals(document().text(), hers.text());
    }

    @Test
    void whatOnlyTheOtherStoreHasIsAcknowledgedHereOnlyOnceItIsStoredHere() {
        sendAll();
        runUntilApplied();
        Operation last = farOps.get(farOps.size() - 1);
        room.receive(ann, new Message.Op(7, last));
        assertFalse(ann.take().stream().anyMatch(Message.Ack.class::isInstance), "acknowledged and not stored");
        assertEquals(Outcome.DUPLICATE, flushed().check(last), "stored because it was sent again");
        loop.run();
        assertTrue(ann.take().contains(new Message.Ack(7)));
    }

    @Test
    void theRoomStaysUntilTheLogHasEverythingAndAShutdownWaitsForThat() {
        sendAll();
        runUntilApplied();
        room.leave(ann);
        room.leave(bob);
        dismiss(Close.RESTARTING);
        AtomicBoolean stored = new AtomicBoolean();
        peers().onceStored(() -> stored.set(true));
        assertFalse(stored.get());
        loop.run();
        while (!stored.get()) {
            Await.result("the log is written", log.flush());
            loop.run();
        }
        assertArrayEquals(far.digest(), flushed().digest());
    }

    @Test
    void aRoomThatIsClosedMeanwhileKeepsNobodyWaiting() {
        sendAll();
        runUntilApplied();
        AtomicBoolean stored = new AtomicBoolean();
        peers().onceStored(() -> stored.set(true));
        closeRoom(Close.RESTARTING);
        assertTrue(stored.get());
        loop.run();
        assertNull(Await.result("the log is written", log.flush()));
    }
}
