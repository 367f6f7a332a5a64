package dev.concord.server.room;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.server.cluster.Cluster;
import dev.concord.server.config.TestLimits;
import dev.concord.server.testing.FaultyStore;
import dev.concord.store.Append;
import dev.concord.store.BatchId;
import dev.concord.store.CorruptRoomException;
import dev.concord.store.ForwardingStore;
import dev.concord.store.OpLog;
import dev.concord.store.OpLogLimits;
import dev.concord.store.StoreException;
import dev.concord.store.StoreUnavailableException;
import dev.concord.store.StoredRoom;
import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.testing.Await;
import dev.concord.testing.Faults;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rooms on their way into memory and out of it; the I/O thread is the test, too. */
@Timeout(60)
class RoomDirectoryTest {
    /** A store whose reading methods fail with what the test says. */
    private static class Reads extends ForwardingStore {
        final FaultyStore store;
        int loads;
        RuntimeException onLoad;
        Error onLoadError;
        RuntimeException onSave;
        boolean forgetful;
        /** Runs once, when a room has been read. */
        Runnable beforeAnswer = () -> {};

        Reads(FaultyStore store) {
            super(store);
            this.store = store;
        }

        @Override
        public boolean create(String roomId, String epoch, byte[] initialState) {
            return !forgetful && store.create(roomId, epoch, initialState);
        }

        @Override
        public Optional<StoredRoom> load(String roomId) {
            loads++;
            if (onLoad != null) {
                throw onLoad;
            }
            if (onLoadError != null) {
                throw onLoadError;
            }
            Optional<StoredRoom> loaded = store.load(roomId);
            Runnable next = beforeAnswer;
            beforeAnswer = () -> {};
            next.run();
            return loaded;
        }

        @Override
        public boolean saveSnapshot(String roomId, String epoch, byte[] state, long opSeq) {
            if (onSave != null) {
                throw onSave;
            }
            return store.saveSnapshot(roomId, epoch, state, opSeq);
        }

        @Override
        public void ping() {}

        @Override
        public void close() {}
    }

    private static final class Guest implements RoomCallback {
        Room room;
        Absence absent;

        @Override
        public void enter(Room entered) {
            answerOnce();
            room = entered;
        }

        @Override
        public void absent(Absence reason) {
            answerOnce();
            absent = reason;
        }

        private void answerOnce() {
            assertFalse(answered(), "answered twice");
        }

        boolean answered() {
            return room != null || absent != null;
        }
    }

    private final MemoryRoomStore memory = new MemoryRoomStore();
    private final FaultyStore faulty = new FaultyStore(memory);
    private final Reads store = new Reads(faulty);
    private final HandCrankedLoop loop = new HandCrankedLoop();
    private final Queue<Runnable> io = new ArrayDeque<>();
    private final FakeFrames frames = new FakeFrames();
    private final RecordedEvents events = new RecordedEvents();
    private final TestLimits limits = new TestLimits();
    private OpLog log;
    private RoomDirectory rooms;
    private boolean ioIsFull;

    @BeforeEach
    void open() {
        log = OpLog.start(store, OpLogLimits.DEFAULT, failures -> 0);
        rooms = TestRooms.directory(store, log, this::io, id -> loop, frames, events, limits.build(), Cluster.solo());
    }

    @AfterEach
    void close() {
        log.close(Duration.ZERO);
    }

    private void io(Runnable task) {
        if (ioIsFull) {
            throw new RejectedExecutionException("planted");
        }
        synchronized (io) {
            io.add(task);
        }
    }

    private boolean runIo() {
        Runnable task;
        synchronized (io) {
            task = io.poll();
        }
        if (task == null) {
            return false;
        }
        task.run();
        return true;
    }

    /** Runs everything that can be run now. */
    private void settle() {
        do {
            loop.run();
        } while (runIo());
    }

    private void commit() {
        Await.result("the log is written", log.flush());
        settle();
    }

    private Guest visit(String id, boolean make) {
        Guest guest = new Guest();
        rooms.run(id, make, guest);
        return guest;
    }

    private Room enter(String id) {
        Guest guest = visit(id, true);
        settle();
        assertNotNull(guest.room);
        return guest.room;
    }

    private FakeMember join(Room room) {
        FakeMember member = new FakeMember("m");
        room.join(member, null);
        settle();
        member.take();
        return member;
    }

    private static Operation insert(String site, long counter, Anchor anchor, String text) {
        return new Operation.Insert(new ElementId(site, counter), anchor, text);
    }

    private static Operation insert(String site, String text) {
        return insert(site, 1, Anchor.after(ElementId.HEAD), text);
    }

    private static Append append(String epoch, Operation op) {
        return new Append("r", epoch, WireCodec.writeOperation(op));
    }

    private void sweepAfterAWhile() {
        loop.pass(Duration.ofMinutes(1));
        settle();
        rooms.sweep();
        settle();
    }

    @Test
    void aRoomForWhichThereIsNoThreadIsLoadedForTheNextWhoComes() {
        memory.create("r", "e1", null);
        ioIsFull = true;
        Guest early = visit("r", false);
        settle();
        assertEquals(Absence.UNAVAILABLE, early.absent);

        ioIsFull = false;
        Guest next = visit("r", false);
        settle();
        assertNotNull(next.room);
    }

    @Test
    void aVisitThatDoesNotMakeRoomsMakesNone() {
        Guest guest = visit("r", false);
        settle();
        assertEquals(Absence.MISSING, guest.absent);
        assertTrue(memory.load("r").isEmpty());
        assertEquals(0, events.opened);
    }

    @Test
    void aVisitThatMakesRoomsMakesOneForAllWhoComeAtOnce() {
        Guest looker = visit("r", false);
        Guest first = visit("r", true);
        Guest second = visit("r", true);
        Guest late = visit("r", false);
        settle();
        assertNotNull(first.room);
        assertSame(first.room, second.room);
        assertTrue(looker.answered());
        assertTrue(late.answered());
        assertEquals(1, events.opened);
        assertSame(first.room, enter("r"));
    }

    @Test
    void aRoomIsItsSnapshotAndTheLaterOpsThoseThatWaitIncluded() {
        Document before = new Document("a");
        before.insert(0, "hello");
        memory.create("r", "e", null);
        memory.append(new BatchId("w", 1), List.of(append("e", insert("old", "covered"))));
        memory.saveSnapshot("r", "e", before.encode(), 1);
        ElementId far = new ElementId("far", 1);
        memory.append(
                new BatchId("w", 2),
                List.of(
                        append("e", insert("b", 1, Anchor.after(new ElementId("a", 5)), " world")),
                        append("e", insert("c", 1, Anchor.after(far), "!")),
                        append("e", new Operation.Delete(new ElementId("gone", 3), 2))));

        Room room = enter("r");

        assertEquals("hello world", room.view().join().text());
        assertEquals(4, room.view().join().opSeq());
        assertEquals("e", room.view().join().epoch());
        FakeMember member = join(room);
        room.receive(member, new Message.Op(1, insert("far", 1, Anchor.after(new ElementId("b", 6)), "?")));
        commit();
        assertEquals("hello world?!", room.view().join().text());
    }

    @Test
    void aDamagedRoomIsRefusedAndItsRowsAreLeftAlone() {
        memory.create("r", "e", "this is no state".getBytes(UTF_8));
        memory.append(new BatchId("w", 1), List.of(append("e", insert("a", "x"))));
        memory.create("junk", "e", null);
        memory.append(new BatchId("w", 2), List.of(new Append("junk", "e", "{".getBytes(UTF_8))));

        for (String id : List.of("r", "junk")) {
            for (boolean make : new boolean[] {false, true}) {
                Guest guest = visit(id, make);
                settle();
                assertEquals(Absence.UNAVAILABLE, guest.absent);
            }
        }
        sweepAfterAWhile();

        assertEquals(4, events.failed);
        assertEquals(
                "this is no state", new String(memory.load("r").orElseThrow().state(), UTF_8));
        assertEquals(1, memory.load("r").orElseThrow().ops().size());
        assertEquals(1, memory.load("junk").orElseThrow().ops().size());
        assertEquals("", enter("other").view().join().text());
    }

    @Test
    void aDamagedRoomIsNotReadAtEveryJoin() {
        memory.create("r", "e", null);
        store.onLoad = new CorruptRoomException("r", "op 1", "its checksum does not match", null);
        visit("r", true);
        settle();
        assertEquals(1, events.quarantined);
        int loads = store.loads;
        for (int i = 0; i < 10; i++) {
            Guest guest = visit("r", true);
            settle();
            assertEquals(Absence.UNAVAILABLE, guest.absent);
        }
        assertEquals(loads, store.loads);
        loop.pass(RoomLoader.QUARANTINE);
        store.onLoad = null;
        assertEquals("", enter("r").view().join().text());
        assertEquals(0, events.quarantined);
    }

    @Test
    void roomsCatchUpWithTheirLogs() {
        Room r = enter("r");
        Room s = enter("s");
        memory.append(
                new BatchId("another", 1),
                List.of(new Append("r", r.epoch(), WireCodec.writeOperation(insert("z", "Z")))));
        int loads = store.loads;
        rooms.catchUpAll();
        settle();
        assertEquals("Z", r.view().join().text());
        assertEquals("", s.view().join().text());
        memory.append(
                new BatchId("another", 2),
                List.of(new Append("s", s.epoch(), WireCodec.writeOperation(insert("z", "Y")))));
        rooms.catchUp("s");
        rooms.catchUp("nowhere");
        settle();
        assertEquals("Y", s.view().join().text());
        memory.delete("r");
        rooms.catchUpAll();
        loop.pass(Duration.ofSeconds(1));
        settle();
        assertTrue(r.isClosed());
        assertEquals(loads, store.loads);
    }

    @Test
    void aRoomThatIsDeletedSendsItsMembersAwayAndIsMadeAgainWithAnotherHistory() {
        Room room = enter("r");
        FakeMember member = join(room);
        room.receive(member, new Message.Op(1, insert("a", "secret")));
        CompletableFuture<Boolean> deleted = rooms.delete("r");
        assertFalse(deleted.isDone());
        settle();
        assertTrue(deleted.join());
        assertEquals(Close.NO_SUCH_ROOM, member.closed);
        assertTrue(room.isClosed());
        commit();
        assertEquals(Optional.empty(), memory.load("r"));

        CompletableFuture<Boolean> again = rooms.delete("r");
        CompletableFuture<Boolean> ended = rooms.hasEnded("r", room.epoch());
        settle();
        assertFalse(again.join());
        assertTrue(ended.join());

        Room next = enter("r");
        assertNotEquals(room.epoch(), next.epoch());
        assertEquals("", next.view().join().text());
        CompletableFuture<Boolean> alive = rooms.hasEnded("r", next.epoch());
        settle();
        assertFalse(alive.join());
    }

    @Test
    void aRoomThatIsDeletedWhileItIsReadIsNotEntered() {
        memory.create("r", "e1", null);
        Guest looker = visit("r", false);
        loop.run();
        Runnable reading = io.remove();
        // What was read before the deletion comes to the loop after it.
        reading.run();
        CompletableFuture<Boolean> deleted = rooms.delete("r");
        io.remove().run();
        settle();
        assertTrue(deleted.join());
        // The loop runs its tasks in order, so the room was entered first.
        assertNotNull(looker.room);
        assertTrue(looker.room.isClosed());

        memory.create("s", "e1", null);
        Guest second = visit("s", false);
        loop.run();
        Runnable late = io.remove();
        store.beforeAnswer = () -> {
            CompletableFuture<Boolean> meanwhile = rooms.delete("s");
            io.remove().run();
            loop.run();
            assertTrue(meanwhile.join());
        };
        late.run();
        settle();
        assertEquals(Absence.MISSING, second.absent);
        assertEquals(Optional.empty(), memory.load("s"));
    }

    @Test
    void aDamagedRoomThatIsDeletedCanBeMadeAgainAtOnce() {
        memory.create("r", "e", null);
        store.onLoad = new CorruptRoomException("r", "op 1", "its checksum does not match", null);
        assertEquals(Absence.UNAVAILABLE, absent("r"));
        CompletableFuture<Boolean> deleted = rooms.delete("r");
        settle();
        assertTrue(deleted.join());
        store.onLoad = null;
        assertEquals("", enter("r").view().join().text());
        assertEquals(0, events.quarantined);
    }

    private Absence absent(String id) {
        Guest guest = visit(id, true);
        settle();
        return guest.absent;
    }

    @Test
    void aStoreThatIsAwayIsUnavailableAndLaterFine() {
        for (RuntimeException fault : List.of(
                new StoreUnavailableException("away", null), new CorruptRoomException("r", "op 1", "no", null))) {
            store.onLoad = fault;
            Guest looker = visit("r", false);
            Guest maker = visit("r", true);
            settle();
            assertEquals(Absence.UNAVAILABLE, looker.absent);
            assertEquals(Absence.UNAVAILABLE, maker.absent);
        }
        store.onLoad = null;
        loop.pass(RoomLoader.QUARANTINE);
        assertEquals("", enter("r").view().join().text());
    }

    @Test
    void aLoadThatEndsInAnErrorIsAnsweredToo() {
        store.onLoadError = new StackOverflowError("from the test");
        Guest guest = visit("r", true);
        loop.run();
        try {
            settle();
        } catch (StackOverflowError expected) {
            assertSame(store.onLoadError, expected);
        }
        settle();
        assertEquals(Absence.UNAVAILABLE, guest.absent);
        store.onLoadError = null;
        enter("r");
    }

    @Test
    void aRoomThatIsMadeAndGoneAtOnceIsUnavailable() {
        store.forgetful = true;
        Guest guest = visit("r", true);
        settle();
        assertEquals(Absence.UNAVAILABLE, guest.absent);
    }

    @Test
    void aCallbackThatFailsDoesNotKeepTheOthersOut() {
        rooms.run("r", true, new RoomCallback() {
            @Override
            public void enter(Room room) {
                throw new IllegalStateException("from the test");
            }

            @Override
            public void absent(Absence reason) {}
        });
        Guest guest = visit("r", true);
        settle();
        assertNotNull(guest.room);
    }

    @Test
    void aCallThatFailsIsAnswered() {
        enter("r");
        for (Throwable fault : List.of(new IllegalStateException("planted"), new LinkageError("planted"))) {
            CompletableFuture<String> answer = rooms.call("r", room -> {
                if (fault instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) fault;
            });
            settle();
            assertSame(fault, answer.handle((value, failure) -> failure).getNow(null));
        }
    }

    @Test
    void anIdleRoomLeavesMemoryAndComesBackEqual() {
        Room room = enter("r");
        FakeMember member = join(room);
        room.receive(member, new Message.Op(1, insert("a", "text")));
        commit();
        RoomView before = room.view().join();
        room.leave(member);
        sweepAfterAWhile();

        assertTrue(room.isClosed());
        assertEquals(1, events.closed);
        assertEquals(0, memory.load("r").orElseThrow().ops().size());
        assertEquals(0, frames.live());
        Room again = enter("r");
        assertNotSame(room, again);
        assertEquals(before, again.view().join());
    }

    @Test
    void whoComesWhileARoomLeavesGetsIt() {
        Room room = enter("r");
        loop.pass(Duration.ofMinutes(1));
        rooms.sweep();
        Guest during = visit("r", true);
        rooms.sweep();
        Guest after = visit("r", false);
        settle();
        assertTrue(room.isClosed());
        assertNotNull(during.room);
        assertSame(during.room, after.room);
        assertFalse(during.room.isClosed());
    }

    @Test
    void aRoomThatSomebodyIsInStays() {
        Room room = enter("r");
        join(room);
        sweepAfterAWhile();
        assertFalse(room.isClosed());
        assertSame(room, enter("r"));
    }

    @Test
    void manyRoomsThatComeAndGoLeaveNothing() {
        for (int i = 0; i < 500; i++) {
            visit("r" + i, i % 2 == 0);
        }
        settle();
        sweepAfterAWhile();
        assertEquals(250, events.opened);
        assertEquals(250, events.closed);
        assertEquals(0, frames.live());
    }

    @Test
    void creatingNotifiesOnceThatItWasMade() {
        CompletableFuture<Boolean> first = rooms.create("r", "line\n", "");
        CompletableFuture<Boolean> second = rooms.create("r", "other", "");
        Guest guest = visit("r", true);
        settle();
        assertTrue(first.join());
        assertFalse(second.join());
        assertEquals("line\n", guest.room.view().join().text());
        assertEquals(0, guest.room.view().join().opSeq());
    }

    @Test
    void creatingBetweenTheLookAndTheMakingOfAVisitDoesNotSplitTheRoom() {
        Guest guest = visit("r", false);
        loop.run();
        runIo();
        CompletableFuture<Boolean> made = rooms.create("r", "text", "");
        Guest maker = visit("r", true);
        settle();
        assertTrue(made.join());
        assertEquals(Absence.MISSING, guest.absent);
        assertEquals("text", maker.room.view().join().text());

        Guest other = visit("s", true);
        settle();
        CompletableFuture<Boolean> late = rooms.create("s", "late", "");
        settle();
        assertFalse(late.join());
        assertEquals("", other.room.view().join().text());
    }

    @Test
    void creatingWithAStoreThatIsAwayFails() {
        rooms = TestRooms.directory(
                new Reads(faulty) {
                    @Override
                    public boolean create(String roomId, String epoch, byte[] initialState) {
                        throw new StoreUnavailableException("away", null);
                    }
                },
                log,
                this::io,
                id -> loop,
                frames,
                events,
                limits.build(),
                Cluster.solo());
        CompletableFuture<Boolean> made = rooms.create("r", "text", "");
        settle();
        assertTrue(made.isCompletedExceptionally());
    }

    @Test
    void aRoomDroppedAfterAFaultIsLoadedAnewOnlyWhenItsOtherOpsAreStored() throws InterruptedException {
        log.close();
        log = OpLog.start(store, new OpLogLimits(100, 1 << 20, 1, 1 << 20), failures -> 0);
        rooms = TestRooms.directory(store, log, this::io, id -> loop, frames, events, limits.build(), Cluster.solo());
        Room room = enter("r");
        FakeMember member = join(room);
        Faults.Gate failing = faulty.holdNext();
        Faults.Gate later = faulty.holdNext();
        // The first op fails at its gate, the second waits at its own.
        room.receive(member, new Message.Op(1, insert("a", "1")));
        failing.awaitReached();
        room.receive(member, new Message.Op(2, insert("b", "2")));
        memory.delete("r");
        failing.open();
        later.awaitReached();
        memory.create("r", room.epoch(), null);
        settle();
        assertEquals(Close.NO_SUCH_ROOM, member.closed);

        Guest early = visit("r", true);
        settle();
        rooms.sweep();
        settle();
        Guest second = visit("r", true);
        settle();
        assertFalse(
                early.answered(), "read before the op after it was stored: it would be missing here and pruned later");
        assertFalse(second.answered());

        later.open();
        commit();
        assertEquals("2", early.room.view().join().text());
        assertSame(early.room, second.room);
    }

    @Test
    void aCompactionThatEndsInAnyExceptionIsTriedAgain() {
        Room room = enter("r");
        FakeMember member = join(room);
        room.receive(member, new Message.Op(1, insert("a", "1")));
        commit();
        for (RuntimeException fault :
                List.of(new StoreException("full"), new IllegalArgumentException("beyond the last op"))) {
            store.onSave = fault;
            loop.pass(Duration.ofSeconds(5));
            settle();
        }
        assertEquals(2, events.compactionFailures);
        store.onSave = null;
        loop.pass(Duration.ofSeconds(5));
        settle();
        assertEquals(List.of(1L), events.compacted);
        assertEquals(0, memory.load("r").orElseThrow().ops().size());
    }

    @Test
    void shuttingDownSendsAllAwayAndStoresEverything() {
        Room room = enter("r");
        FakeMember member = join(room);
        enter("empty");
        visit("loading", true);
        room.receive(member, new Message.Op(1, insert("a", "1")));

        CompletableFuture<Void> down = rooms.shutDown(Duration.ofSeconds(30));
        settle();
        assertEquals(Close.RESTARTING, member.closed);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        down.whenComplete((done, thrown) -> failure.set(thrown));
        Await.result("the log is written", log.flush());
        while (!down.isDone()) {
            settle();
            Thread.onSpinWait();
        }
        assertEquals(null, failure.get());
        assertTrue(room.isClosed());
        StoredRoom stored = memory.load("r").orElseThrow();
        assertEquals(0, stored.ops().size());
        assertEquals("1", Document.load("x", stored.state()).text());
        assertEquals(0, frames.live());
    }
}
