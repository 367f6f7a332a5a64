package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.server.cluster.Channels;
import dev.concord.server.cluster.Cluster;
import dev.concord.server.config.TestLimits;
import dev.concord.store.OpLog;
import dev.concord.store.OpLogLimits;
import dev.concord.store.StoredOp;
import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.wire.BusCodec;
import dev.concord.wire.BusMessage;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One room that gets from an instance with another store what it lacks, turn by turn. */
@Timeout(60)
class BulkSyncTest {
    private static final String ID = "r";
    private static final String EPOCH = "e1";
    private static final int TURN = 10;

    private final MemoryRoomStore store = new MemoryRoomStore();
    private final HandCrankedLoop loop = new HandCrankedLoop();
    private final FakeFrames frames = new FakeFrames();
    private final RecordedEvents events = new RecordedEvents();
    private final SimulatedBus bus = new SimulatedBus(new Random(1));
    private final SimulatedBus.Connection here = bus.connect("here");
    private final SimulatedBus.Connection there = bus.connect("there");
    private final FakeMember ann = new FakeMember("ann");
    private final FakeMember bob = new FakeMember("bob");
    private final Document hers = new Document("ann");
    private final Document far = new Document("far");
    private final List<Operation> farOps = new ArrayList<>();

    private OpLog log;
    private Room room;

    @BeforeEach
    void open() {
        store.create(ID, EPOCH, null);
        log = OpLog.start(store, OpLogLimits.DEFAULT, failures -> 0);
        TestLimits limits = new TestLimits();
        limits.opsPerTurn = TURN;
        room = new Room(
                ID,
                EPOCH,
                new Document("room"),
                0,
                0,
                log,
                new FakeArchive(store),
                limits.build(),
                loop,
                frames,
                events,
                new Cluster(here, Cluster.solo().board(), Cluster.Reach.SEPARATE_STORES));
        room.open(List.of());
        room.join(ann, null);
        room.join(bob, null);
        loop.run();
        ann.take();
        bob.take();
        for (int i = 0; i < 35; i++) {
            farOps.addAll(far.insert(i / 2, "f"));
        }
    }

    @AfterEach
    void close() {
        room.close(Close.RESTARTING);
        loop.run();
        assertEquals(0, frames.live(), "frames that were never released");
        log.close(Duration.ZERO);
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
        while (room.document().length() < far.length()) {
            assertTrue(loop.runOne(), "nothing left to do, and not everything applied");
        }
    }

    private Document stored() throws WireException {
        log.flush().join();
        Document document = new Document("stored");
        for (StoredOp op : store.load(ID).orElseThrow().ops()) {
            document.apply(WireCodec.readOperation(op.op()));
        }
        return document;
    }

    @Test
    void manyOpsReachTheMembersAsOneStateAndEveryOneOfThemTheLog() throws WireException {
        sendAll();
        loop.run();
        hers.merge(ann.takeOne(Message.Sync.class).state());
        assertEquals(far.text(), hers.text());
        assertEquals(1, bob.take().size());
        assertEquals(
                new Document("nobody").unseen(far.encode(), Integer.MAX_VALUE).size(), events.healed);
        while (!room.isDrained()) {
            log.flush().join();
            loop.run();
        }
        assertArrayEquals(far.digest(), stored().digest());
        sendAll();
        loop.run();
        assertEquals(List.of(), ann.take(), "the same once more");
        assertEquals(farOps.size(), stored().length());
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
        int applied = room.document().length();
        assertTrue(applied > 0 && applied < far.length(), "applied in one turn: " + applied);
        Operation typed = hers.insert(0, "typed").get(0);
        room.receive(ann, new Message.Op(1, typed));
        assertTrue(room.document().isKnown(typed));
        loop.run();
        List<Message> heard = bob.take();
        assertEquals(2, heard.size());
        assertEquals(typed, ((Message.Op) heard.get(0)).operation(), "before the state");
        assertEquals(far.length() + 5, room.document().length());
        for (Message message : ann.take()) {
            if (message instanceof Message.Sync sync) {
                hers.merge(sync.state());
            }
        }
        assertEquals(room.document().text(), hers.text());
    }

    @Test
    void whatOnlyTheOtherStoreHasIsAcknowledgedHereOnlyOnceItIsStoredHere() throws WireException {
        sendAll();
        runUntilApplied();
        Operation last = farOps.get(farOps.size() - 1);
        room.receive(ann, new Message.Op(7, last));
        assertFalse(ann.take().stream().anyMatch(Message.Ack.class::isInstance), "acknowledged and not stored");
        assertTrue(stored().isKnown(last), "stored because it was sent again");
        loop.run();
        assertTrue(ann.take().contains(new Message.Ack(7)));
    }

    @Test
    void theRoomStaysUntilTheLogHasEverythingAndAShutdownWaitsForThat() throws WireException {
        sendAll();
        runUntilApplied();
        room.leave(ann);
        room.leave(bob);
        room.dismiss(Close.RESTARTING);
        AtomicBoolean healed = new AtomicBoolean();
        room.onceSynced(() -> healed.set(true));
        assertFalse(healed.get());
        loop.run();
        while (!healed.get()) {
            log.flush().join();
            loop.run();
        }
        assertArrayEquals(far.digest(), stored().digest());
    }

    @Test
    void aRoomThatIsClosedMeanwhileKeepsNobodyWaiting() {
        sendAll();
        runUntilApplied();
        AtomicBoolean healed = new AtomicBoolean();
        room.onceSynced(() -> healed.set(true));
        room.close(Close.RESTARTING);
        assertTrue(healed.get());
        loop.run();
        assertNull(log.flush().join());
    }
}
