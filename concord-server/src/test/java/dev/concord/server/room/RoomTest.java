package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.server.cluster.Cluster;
import dev.concord.server.config.Limits;
import dev.concord.server.config.TestLimits;
import dev.concord.server.testing.FaultyStore;
import dev.concord.store.Append;
import dev.concord.store.BatchId;
import dev.concord.store.OpLog;
import dev.concord.store.OpLogLimits;
import dev.concord.store.StoreException;
import dev.concord.store.StoreUnavailableException;
import dev.concord.store.StoredOp;
import dev.concord.store.StoredRoom;
import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.testing.Faults;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One room, step by step: tasks, timers, commits and compactions happen when a test says. */
@Timeout(60)
class RoomTest {
    private static final String ID = "r";
    private static final String EPOCH = "e1";

    private final MemoryRoomStore memory = new MemoryRoomStore();
    private final FaultyStore store = new FaultyStore(memory);
    private final HandCrankedLoop loop = new HandCrankedLoop();
    private final FakeFrames frames = new FakeFrames();
    private final RecordedEvents events = new RecordedEvents();
    private final FakeArchive archive = new FakeArchive(store);
    private final TestLimits limits = new TestLimits();

    private final FakeMember ann = new FakeMember("ann");
    private final FakeMember bob = new FakeMember("bob");
    private final FakeMember cy = new FakeMember("cy");
    private final Document hers = new Document("ann");

    private OpLog log;
    private Room room;
    private long others;

    @BeforeEach
    void open() {
        store.create(ID, EPOCH, null);
        log = OpLog.start(store, OpLogLimits.DEFAULT, failures -> 0);
        room = load();
    }

    @AfterEach
    void close() {
        room.close(Close.RESTARTING);
        loop.run();
        assertEquals(0, frames.live(), "frames that were never released");
        log.close(Duration.ZERO);
    }

    /** The room from what is stored, as after a restart. */
    private Room load() {
        return load(documentOf(memory.load(ID).orElseThrow()));
    }

    private Room load(Document document) {
        StoredRoom stored = memory.load(ID).orElseThrow();
        return new Room(
                ID,
                stored.epoch(),
                document,
                stored.stateSeq(),
                stored.lastSeq(),
                log,
                archive,
                limits.build(),
                loop,
                frames,
                events,
                Cluster.solo());
    }

    private static Document documentOf(StoredRoom stored) {
        Document document = stored.state() == null ? new Document("loaded") : Document.load("loaded", stored.state());
        try {
            for (StoredOp op : stored.ops()) {
                document.apply(WireCodec.readOperation(op.op()));
            }
        } catch (WireException e) {
            throw new AssertionError(e);
        }
        return document;
    }

    private Document stored() {
        return documentOf(memory.load(ID).orElseThrow());
    }

    private void join(FakeMember... members) {
        for (FakeMember member : members) {
            room.join(member, null);
        }
        loop.run();
        for (FakeMember member : members) {
            member.take();
        }
    }

    private void send(FakeMember from, long seq, Operation op) {
        room.receive(from, new Message.Op(seq, op));
    }

    /** Ann's edits at the end of her text, one operation each. */
    private Operation type(String text) {
        return hers.insert(hers.length(), text).get(0);
    }

    private void commit() {
        log.flush().join();
        loop.run();
    }

    private static Operation.Insert insert(String site, long counter, String text) {
        return new Operation.Insert(new ElementId(site, counter), Anchor.after(ElementId.HEAD), text);
    }

    private static Message.Presence presence(String user, int cursor) {
        return new Message.Presence(user, cursor, "#123456", WireCodec.noExtras());
    }

    // Joining

    @Test
    void aMemberGetsASyncFirst() {
        join(ann);
        send(ann, 1, type("hello"));
        room.receive(ann, presence("Ann", 5));
        loop.run();

        room.join(bob, null);
        loop.run();

        List<Message> got = bob.take();
        Message.Sync sync = assertInstanceOf(Message.Sync.class, got.get(0));
        assertEquals("hello", Document.load("x", sync.state()).text());
        assertArrayEquals(Document.load("x", sync.state()).version(), sync.version());
        assertEquals(EPOCH, sync.epoch());
        assertEquals(List.of(presence("Ann", 5)), got.subList(1, got.size()));
    }

    @Test
    void allWhoJoinBetweenTwoEditsShareOneSync() {
        join(ann);
        send(ann, 1, type("hello"));
        loop.run();

        room.join(bob, null);
        room.join(cy, null);
        loop.run();

        assertTrue(bob.frames.get(0) == cy.frames.get(0), "encoded twice");
    }

    @Test
    void aMemberThatTellsItsVersionGetsTheDifference() {
        join(ann);
        send(ann, 1, type("hello"));
        Document his = new Document("bob");
        his.merge(hers.encode());
        send(ann, 2, type(" world"));

        room.join(bob, his.version());
        loop.run();

        Message.Sync sync = bob.takeOne(Message.Sync.class);
        assertEquals("", Document.load("x", sync.state()).text(), "the beginning is not sent again");
        his.merge(sync.state());
        assertEquals("hello world", his.text());
    }

    @Test
    void aVersionThatIsNoneGetsEverything() {
        join(ann);
        send(ann, 1, type("hello"));

        room.join(bob, new byte[] {1, 2, 3});
        room.join(cy, new byte[0]);
        loop.run();

        assertEquals(
                "hello",
                Document.load("x", bob.takeOne(Message.Sync.class).state()).text());
        assertEquals(
                "hello",
                Document.load("x", cy.takeOne(Message.Sync.class).state()).text());
    }

    // Ops

    @Test
    void anOpGoesToAllButItsSenderInTheSameBytes() {
        join(ann, bob, cy);
        Operation op = type("hello");

        send(ann, 41, op);
        loop.run();

        assertTrue(ann.take().stream().noneMatch(Message.Op.class::isInstance));
        assertTrue(bob.frames.get(0) == cy.frames.get(0), "encoded twice");
        assertArrayEquals(WireCodec.write(new Message.Op(41, op)), bob.frames.get(0));
        assertEquals(2, events.delivered);
    }

    @Test
    void oneFlushForAllThatHappensInOneTurn() {
        join(ann, bob);
        int before = bob.flushes;

        send(ann, 1, type("a"));
        send(ann, 2, type("b"));
        room.refuse(bob, ErrorCode.MALFORMED, "no", null);
        loop.run();

        assertEquals(before + 1, bob.flushes);
        assertEquals(3, bob.take().size());
    }

    @Test
    void theAckComesAfterTheCommitAndOnceForMany() throws InterruptedException {
        join(ann, bob);
        Faults.Gate gate = store.holdNext();

        send(ann, 1, type("a"));
        gate.awaitReached();
        send(ann, 2, type("b"));
        send(ann, 3, type("c"));
        loop.run();
        assertEquals(List.of(), ann.take(), "acknowledged before the commit");
        assertEquals(3, bob.take().size(), "fan-out does not wait for the commit");
        assertEquals(0, room.view().opSeq());

        gate.open();
        log.flush().join();
        loop.run();

        assertEquals(List.of(new Message.Ack(3)), ann.take());
        assertEquals(3, room.view().opSeq());
        assertEquals(3, events.acknowledged);
    }

    @Test
    void eachMemberIsToldOfItsOwnOps() {
        join(ann, bob);
        send(ann, 7, type("a"));
        send(bob, 1, insert("bob", 1, "b"));
        commit();

        assertEquals(
                new Message.Ack(7),
                ann.take().stream()
                        .filter(Message.Ack.class::isInstance)
                        .findFirst()
                        .orElseThrow());
        assertEquals(
                new Message.Ack(1),
                bob.take().stream()
                        .filter(Message.Ack.class::isInstance)
                        .findFirst()
                        .orElseThrow());
    }

    @Test
    void aDuplicateIsAcknowledgedOnlyWhenDurableAndNeitherSentNorStoredAgain() throws InterruptedException {
        join(ann, bob, cy);
        Faults.Gate gate = store.holdNext();
        Operation op = type("a");
        send(ann, 1, op);
        gate.awaitReached();
        loop.run();
        bob.take();
        cy.take();

        send(bob, 9, op);
        loop.run();
        assertEquals(List.of(), bob.take(), "acknowledged before the commit");
        assertEquals(List.of(), cy.take(), "sent twice");

        gate.open();
        commit();
        assertEquals(List.of(new Message.Ack(9)), bob.take());
        send(bob, 10, op);
        loop.run();
        assertEquals(List.of(new Message.Ack(10)), bob.take(), "durable already");
        assertEquals(List.of(), cy.take());
        assertEquals(1, memory.load(ID).orElseThrow().ops().size());
    }

    @Test
    void aConflictIsRefusedAndLeavesNoTrace() {
        join(ann, bob);
        send(ann, 1, insert("x", 1, "a"));
        commit();
        ann.take();
        bob.take();
        byte[] before = room.encode();

        send(bob, 5, insert("x", 1, "b"));
        commit();

        Message.Refusal refusal = bob.takeOne(Message.Refusal.class);
        assertEquals(ErrorCode.CONFLICT, refusal.code());
        assertEquals(5, refusal.seq());
        assertEquals(List.of(), ann.take());
        assertArrayEquals(before, room.encode());
        assertEquals(1, memory.load(ID).orElseThrow().ops().size());
        assertNull(bob.closed);
    }

    @Test
    void opsThatHangOnNothingAreTakenUpToTheLimit() {
        limits.pendingPerRoom = 2;
        room = load();
        join(ann, bob);
        Anchor nowhere = Anchor.after(new ElementId("nobody", 1));
        for (int i = 1; i <= 3; i++) {
            send(ann, i, new Operation.Insert(new ElementId("a" + i, 1), nowhere, "x"));
        }
        commit();

        List<Message> answers = ann.take();
        Message.Refusal refusal = assertInstanceOf(Message.Refusal.class, answers.get(0));
        assertEquals(ErrorCode.PENDING_FULL, refusal.code());
        assertEquals(3, refusal.seq());
        assertEquals(new Message.Ack(2), answers.get(1));
        assertEquals(2, bob.take().size(), "waiting ops go to the others, the refused one does not");

        send(ann, 4, insert("nobody", 1, "ready"));
        commit();
        assertEquals(new Message.Ack(4), ann.takeOne(Message.Ack.class), "what is ready is taken all the same");
        assertEquals("rxxeady", room.view().text());
        assertEquals("rxxeady", stored().text());
    }

    @Test
    void whatHangsOnNothingIsBoundedInSizeToo() {
        limits.roomChars = 1_000;
        room = load();
        join(ann);
        ElementId nobody = new ElementId("nobody", 1);
        send(ann, 1, new Operation.Insert(new ElementId("a", 1), Anchor.after(nobody), "x".repeat(600)));
        send(ann, 2, new Operation.Insert(new ElementId("b", 1), Anchor.after(nobody), "x".repeat(600)));
        send(ann, 3, new Operation.Delete(new ElementId("c", 1), Integer.MAX_VALUE));
        send(ann, 4, new Operation.Delete(new ElementId("c", 1), 400));
        send(ann, 5, new Operation.Delete(new ElementId("c", 401), 1));
        commit();

        List<Message> answers = ann.take();
        assertEquals(
                List.of(2L, 3L, 5L),
                answers.stream()
                        .filter(Message.Refusal.class::isInstance)
                        .map(answer -> ((Message.Refusal) answer).seq())
                        .toList());
        assertEquals(new Message.Ack(4), answers.get(answers.size() - 1));
        assertEquals(ErrorCode.PENDING_FULL, events.refused.get(0));

        // All that waits has come, so there is room again.
        send(ann, 6, insert("nobody", 1, "n"));
        send(ann, 7, new Operation.Insert(new ElementId("c", 1), Anchor.after(nobody), "c".repeat(390)));
        send(
                ann,
                8,
                new Operation.Insert(new ElementId("c", 391), Anchor.after(new ElementId("c", 390)), "c".repeat(9)));
        send(ann, 9, new Operation.Insert(new ElementId("c", 400), Anchor.after(new ElementId("c", 399)), "c"));
        send(ann, 10, new Operation.Delete(new ElementId("d", 1), 1_000));
        commit();
        assertEquals(List.of(new Message.Ack(10)), ann.take());
        assertEquals("n" + "x".repeat(600), stored().text());
    }

    @Test
    void aDocumentDoesNotPassItsLargestSize() {
        limits.roomChars = 5;
        room = load();
        join(ann, bob);

        send(ann, 1, type("12345"));
        send(bob, 1, insert("bob", 1, "6"));
        commit();
        Message.Refusal refusal = (Message.Refusal) bob.take().get(1);
        assertEquals(ErrorCode.ROOM_FULL, refusal.code());
        assertEquals("12345", room.view().text());

        ann.take();
        send(ann, 2, hers.delete(0, 1).get(0));
        send(bob, 2, insert("bob", 1, "6"));
        commit();
        assertEquals(5, room.view().length());
        assertEquals(room.view().text(), stored().text());
    }

    @Test
    void whenTheLogIsFullOpsAreRefusedAndNeitherAppliedNorSent() throws InterruptedException {
        log.close();
        log = OpLog.start(store, new OpLogLimits(1, 1 << 20, 1, 1 << 20), failures -> 0);
        room = load();
        join(ann, bob);
        Faults.Gate gate = store.holdNext();
        send(ann, 1, type("a"));
        gate.awaitReached();
        loop.run();
        bob.take();
        byte[] before = room.encode();
        Operation late = type("b");

        send(ann, 2, late);
        loop.run();
        Message.Refusal refusal = ann.takeOne(Message.Refusal.class);
        assertEquals(ErrorCode.UNAVAILABLE, refusal.code());
        assertEquals(2, refusal.seq());
        assertEquals(List.of(), bob.take());
        assertArrayEquals(before, room.encode());

        gate.open();
        commit();
        assertEquals(List.of(new Message.Ack(1)), ann.take());
        send(ann, 2, late);
        commit();
        assertEquals(List.of(new Message.Ack(2)), ann.take());
        assertEquals("ab", stored().text());
    }

    // Slow readers

    @Test
    void aSlowReaderGetsOneSyncWhenItCanBeWrittenAgain() {
        join(ann, bob);
        bob.writable = false;
        send(ann, 1, type("a"));
        send(ann, 2, type("b"));
        commit();
        assertEquals(List.of(), bob.take());
        assertEquals(List.of(new Message.Ack(2)), ann.take());

        bob.writable = true;
        room.writable(bob);
        loop.run();

        Message.Sync sync = bob.takeOne(Message.Sync.class);
        assertEquals("ab", Document.load("x", sync.state()).text());
        assertEquals(1, events.resynchronised);
        room.writable(bob);
        loop.run();
        assertEquals(List.of(), bob.take());
        send(ann, 3, type("c"));
        loop.run();
        bob.takeOne(Message.Op.class);
    }

    @Test
    void aSlowReaderGetsTheAckOfItsOwnOps() {
        join(ann, bob);
        bob.writable = false;
        send(ann, 1, type("a"));
        send(bob, 4, insert("bob", 1, "b"));
        commit();
        assertEquals(List.of(), bob.take());

        bob.writable = true;
        room.writable(bob);
        loop.run();
        List<Message> got = bob.take();
        assertInstanceOf(Message.Sync.class, got.get(0));
        assertEquals(List.of(new Message.Ack(4)), got.subList(1, got.size()));
    }

    @Test
    void anAckThatFindsNoRoomComesLaterAndCostsNoSync() {
        join(bob);
        send(bob, 4, insert("bob", 1, "b"));
        bob.writable = false;
        commit();
        assertEquals(List.of(), bob.take());

        bob.writable = true;
        room.writable(bob);
        loop.run();
        assertEquals(List.of(new Message.Ack(4)), bob.take());
        room.writable(bob);
        loop.run();
        assertEquals(List.of(), bob.take());
    }

    @Test
    void aSlowReaderHearsOfItsRefusedOpsBeforeAnAckPassesOverThem() {
        join(ann, bob);
        send(ann, 1, insert("x", 1, "a"));
        commit();
        bob.take();
        bob.writable = false;
        send(bob, 1, insert("x", 1, "conflict"));
        send(bob, 2, insert("bob", 1, "fine"));
        commit();

        bob.writable = true;
        room.writable(bob);
        loop.run();
        List<Message> got = bob.take();
        assertInstanceOf(Message.Sync.class, got.get(0));
        Message.Refusal refusal = assertInstanceOf(Message.Refusal.class, got.get(1));
        assertEquals(1, refusal.seq());
        assertEquals(new Message.Ack(2), got.get(2));
    }

    @Test
    void aSlowReaderWithTooManyRefusedOpsIsSentAway() {
        join(ann, bob);
        send(ann, 1, insert("x", 1, "a"));
        loop.run();
        bob.writable = false;
        for (int i = 0; i < 2_000; i++) {
            send(bob, i, insert("x", 1, "conflict"));
        }
        commit();

        assertEquals(Close.OVERLOADED, bob.closed);
        assertEquals(1, events.left);
        assertEquals(List.of(new Message.Ack(1)), ann.take());
    }

    @Test
    void aSyncThatIsLargerThanTheQueueDoesNotBringAnother() {
        join(ann, cy);
        send(ann, 1, type("x".repeat(500)));
        room.receive(cy, presence("Cy", 0));
        loop.pass(Duration.ofSeconds(1));
        bob.queueBytes = 100;
        bob.onFlush = () -> room.writable(bob);

        room.join(bob, null);
        room.receive(bob, new Message.Op(8, insert("bob", 1, "b")));
        commit();
        bob.writable = false;
        send(ann, 2, type("y"));
        bob.writable = true;
        room.writable(bob);
        commit();
        loop.pass(Duration.ofSeconds(1));

        List<Message> got = bob.take();
        long syncs = got.stream().filter(Message.Sync.class::isInstance).count();
        assertEquals(2, syncs, () -> "one at the beginning, one for the op that was dropped: " + got);
        assertTrue(got.contains(new Message.Ack(8)));
        assertTrue(got.contains(presence("Cy", 0)));
    }

    @Test
    void whatAFlushSetsFreeIsFlushedToo() {
        join(ann, bob);
        send(ann, 1, type("a"));
        bob.writable = false;
        send(ann, 2, type("b"));
        bob.onFlush = () -> {
            bob.writable = true;
            room.writable(bob);
        };
        loop.run();

        List<Message> got = bob.take();
        assertInstanceOf(Message.Op.class, got.get(0));
        assertInstanceOf(Message.Sync.class, got.get(1), "written inside a flush, and forgotten");
    }

    @Test
    void repeatsOfAMemberWhileTheStoreIsAwayCostNothing() {
        join(ann);
        store.goAway();
        Operation op = type("a");
        for (int seq = 1; seq <= 1_000; seq++) {
            send(ann, seq, op);
        }
        store.comeBack();
        commit();

        assertEquals(List.of(new Message.Ack(1_000)), ann.take());
        assertEquals(1, events.acknowledged);
    }

    // Presence

    @Test
    void newcomersSeeAllThatAreHere() {
        join(ann, bob);
        room.receive(ann, presence("Ann", 1));
        room.receive(bob, presence("Bob", 2));
        join(cy);
        room.leave(cy);

        FakeMember dee = new FakeMember("dee");
        room.join(dee, null);
        loop.run();
        List<Message> got = dee.take();
        assertEquals(List.of(presence("Ann", 1), presence("Bob", 2)), got.subList(1, got.size()));
        assertEquals(List.of(presence("Ann", 1), presence("Bob", 2)), room.present());
    }

    @Test
    void presenceGoesOutOnceATickAndTheNewestWins() {
        join(ann, bob);
        room.receive(ann, presence("Ann", 1));
        room.receive(ann, presence("Ann", 2));
        loop.run();
        assertEquals(List.of(), bob.take());

        loop.pass(Limits.DEFAULT.presence().tick());
        assertEquals(List.of(presence("Ann", 2)), bob.take());
        assertEquals(List.of(), ann.take());
        loop.pass(Duration.ofSeconds(1));
        assertEquals(List.of(), bob.take());
    }

    @Test
    void aRoundIsOneWriteWithoutWhatOneShowsOneself() {
        join(ann, bob, cy);
        room.receive(ann, presence("Ann", 1));
        room.receive(bob, presence("Bob", 2));
        room.receive(cy, presence("Cy", 3));
        int flushes = ann.flushes;
        loop.pass(Limits.DEFAULT.presence().tick());

        assertEquals(List.of(presence("Bob", 2), presence("Cy", 3)), ann.take());
        assertEquals(List.of(presence("Ann", 1), presence("Cy", 3)), bob.take());
        assertEquals(List.of(presence("Ann", 1), presence("Bob", 2)), cy.take());
        assertEquals(flushes + 1, ann.flushes);
    }

    @Test
    void aCrowdHasFewerRounds() {
        join(ann, bob);
        for (int i = 0; i < 498; i++) {
            room.join(new FakeMember("m" + i), null);
        }
        loop.run();
        bob.take();
        room.receive(ann, presence("Ann", 1));
        loop.pass(Limits.DEFAULT.presence().tick());
        assertEquals(List.of(), bob.take());
        loop.pass(Duration.ofMillis(250));
        assertEquals(List.of(presence("Ann", 1)), bob.take());
    }

    @Test
    void aMemberThatLeavesTakesItsLeaveAtOnce() {
        join(ann, bob, cy);
        Message.Presence here = presence("Ann", 1);
        here.extras().put("client", "c1").put("caret", 5);
        room.receive(ann, here);
        loop.pass(Limits.DEFAULT.presence().tick());
        bob.take();

        room.leave(ann);
        room.leave(cy);
        loop.run();

        Message.Presence farewell = bob.takeOne(Message.Presence.class);
        assertEquals("Ann", farewell.user());
        assertTrue(farewell.extras().get("left").asBoolean());
        assertEquals("c1", farewell.extras().get("client").asText());
        assertEquals(List.of(), room.present());
        loop.pass(Duration.ofSeconds(1));
        assertEquals(List.of(), bob.take(), "who never showed itself takes no leave");
    }

    @Test
    void aFarewellThatIsFollowedByTheEndOfTheConnectionIsHeard() {
        join(ann, bob);
        room.receive(ann, presence("Ann", 1));
        loop.pass(Limits.DEFAULT.presence().tick());
        bob.take();
        Message.Presence bye = presence("Ann", 1);
        bye.extras().put("left", true);

        room.receive(ann, bye);
        room.leave(ann);
        loop.pass(Duration.ofSeconds(1));

        assertTrue(bob.takeOne(Message.Presence.class).extras().get("left").asBoolean());
        assertEquals(List.of(), room.present());
    }

    @Test
    void aResynchronisedMemberDoesNotSeeItself() {
        join(ann, bob);
        room.receive(bob, presence("Bob", 1));
        room.receive(ann, presence("Ann", 1));
        loop.pass(Limits.DEFAULT.presence().tick());
        bob.take();
        bob.writable = false;
        send(ann, 1, type("a"));
        bob.writable = true;
        room.writable(bob);
        loop.run();

        List<Message> got = bob.take();
        assertEquals(List.of(presence("Ann", 1)), got.subList(1, got.size()));
    }

    // Folding

    private void typeMany(int count) {
        for (int i = 0; i < count; i++) {
            send(ann, i + 1, type("x"));
        }
    }

    @Test
    void aChangedRoomIsFoldedAfterTwoHundredOps() {
        join(ann);
        typeMany(199);
        commit();
        assertEquals(0, archive.writes);

        typeMany(1);
        assertEquals(0, archive.writes, "not durable yet");
        commit();
        assertEquals(1, archive.writes);
        archive.store();
        loop.run();

        assertEquals(List.of(200L), events.compacted);
        assertEquals(0, memory.load(ID).orElseThrow().ops().size());
        assertEquals(200, stored().length());
    }

    @Test
    void aChangedRoomIsFoldedAfterFiveSeconds() {
        join(ann);
        typeMany(1);
        commit();
        loop.pass(Limits.DEFAULT.compaction().interval().minusMillis(1));
        assertEquals(0, archive.writes);
        loop.pass(Duration.ofMillis(1));
        assertEquals(1, archive.writes);
        archive.store();
        loop.pass(Duration.ofMinutes(1));
        assertEquals(1, archive.writes, "an unchanged room is left alone");
        assertEquals(0, loop.timers());
        assertEquals(0, memory.load(ID).orElseThrow().ops().size());
    }

    @Test
    void neverTwoFoldsAtOnce() {
        join(ann);
        typeMany(450);
        commit();
        loop.pass(Duration.ofSeconds(30));
        assertEquals(1, archive.writes);
        typeMany(250);
        Faults.Gate gate = store.holdNext();
        typeMany(1);
        archive.store();
        loop.run();
        gate.open();
        commit();
        assertEquals(1, archive.writes, "the next one comes when the time that this one took has passed many times");
        loop.pass(Duration.ofMinutes(10));
        assertEquals(2, archive.writes, "what gathered meanwhile");
    }

    @Test
    void aFoldCoversOnlyWhatIsDurableAndTheRestFollows() throws InterruptedException {
        join(ann);
        typeMany(200);
        commit();
        Faults.Gate gate = store.holdNext();
        typeMany(50);
        gate.awaitReached();
        archive.store();
        loop.run();
        StoredRoom compacted = memory.load(ID).orElseThrow();
        assertEquals(200, compacted.stateSeq());
        assertEquals(200, Document.load("x", compacted.state()).length());
        gate.open();
        commit();
        assertEquals(50, memory.load(ID).orElseThrow().ops().size());

        loop.pass(Limits.DEFAULT.compaction().interval());
        archive.store();
        loop.run();
        assertEquals(250, memory.load(ID).orElseThrow().stateSeq());
        assertEquals(0, memory.load(ID).orElseThrow().ops().size());
        assertEquals(250, stored().length());
    }

    @Test
    void beyondTheBacklogFoldsFollowEachOther() {
        join(ann);
        typeMany(200);
        commit();
        loop.pass(Duration.ofSeconds(10));
        archive.store();
        loop.run();
        typeMany(Compactor.BACKLOG - 1);
        commit();
        assertEquals(1, archive.writes, "paced");
        typeMany(1);
        commit();
        assertEquals(2, archive.writes);
    }

    @Test
    void whatIsDamagedInTheStoreIsMendedFromMemory() {
        join(ann);
        typeMany(3);
        commit();
        loop.pass(Limits.DEFAULT.compaction().interval());
        archive.findDamage("op 2");
        loop.run();
        assertEquals(1, archive.replaced);
        assertEquals(3, memory.load(ID).orElseThrow().stateSeq());
        assertEquals("xxx", stored().text());
        assertFalse(room.compactor().isBusy());
    }

    // Other instances on the same log

    /** Another instance's edit reaches the log. */
    private Operation another(String site, long counter, String text) {
        Operation op = insert(site, counter, text);
        others++;
        memory.append(new BatchId("another", others), List.of(new Append(ID, EPOCH, WireCodec.writeOperation(op))));
        return op;
    }

    private void level() {
        while (archive.isReading()) {
            archive.read();
            loop.run();
        }
    }

    @Test
    void whatAnotherInstanceAppendedIsReadAppliedAndSentOnAndNotAppendedAgain() {
        join(ann, bob);
        Operation op = another("zoe", 1, "Z");
        room.catchUp(memory.heads(List.of(ID)).get(ID).lastSeq());
        level();
        assertEquals(List.of(new Message.Op(1, op)), ann.take());
        assertEquals(List.of(new Message.Op(1, op)), bob.take());
        assertEquals("Z", room.view().text());
        assertEquals(1, room.view().opSeq());
        assertEquals(1, memory.load(ID).orElseThrow().lastSeq());
        assertEquals(1, events.caughtUp);
        room.catchUp(1);
        assertFalse(archive.isReading(), "level");
    }

    @Test
    void aGapBetweenOnesOwnCommitsIsFilledFromTheLog() {
        join(ann, bob);
        another("zoe", 1, "Z");
        send(ann, 1, insert("ann", 1, "A"));
        commit();
        assertEquals(List.of(new Message.Ack(1)), ann.take(), "durable is durable");
        assertEquals(0, room.view().opSeq(), "not everything up to 2 is here");
        level();
        assertEquals(2, room.view().opSeq());
        assertEquals(2, room.view().length());
        loop.pass(Duration.ofSeconds(1));
        level();
        another("zoe", 2, "Z");
        send(ann, 2, insert("ann", 2, "A"));
        send(ann, 3, insert("ann", 3, "A"));
        commit();
        level();
        assertEquals(5, room.view().opSeq());
        assertEquals(stored().text(), room.view().text());
    }

    @Test
    void aSnapshotNeverPassesOverWhatAnotherInstanceAppended() {
        join(ann);
        another("zoe", 1, "Z");
        typeMany(1);
        commit();
        loop.pass(Limits.DEFAULT.compaction().interval());
        level();
        loop.pass(Limits.DEFAULT.compaction().interval());
        archive.store();
        loop.run();
        StoredRoom compacted = memory.load(ID).orElseThrow();
        assertEquals(2, compacted.stateSeq());
        assertEquals(0, compacted.ops().size());
        assertEquals(2, stored().length());
    }

    @Test
    void opsThatWereFoldedAwayByAnotherInstanceComeWithTheSnapshot() {
        join(ann);
        another("zoe", 1, "Z");
        another("zoe", 2, "Y");
        memory.saveSnapshot(ID, EPOCH, stored().encode(), 2);
        memory.prune(ID);
        another("zoe", 3, "X");
        room.catchUp(3);
        level();
        assertEquals(3, room.view().opSeq());
        assertEquals(stored().text(), room.view().text());
        List<Message> seen = ann.take();
        assertInstanceOf(Message.Sync.class, seen.get(0));
        assertEquals(2, seen.size());
    }

    @Test
    void aRoomThatAnotherInstanceDeletedSendsItsMembersAway() {
        join(ann);
        memory.delete(ID);
        room.catchUp();
        level();
        assertEquals(Close.NO_SUCH_ROOM, ann.closed);
        assertTrue(room.isClosed());
    }

    @Test
    void aRoomThatWasMadeAnewElsewhereIsLoadedAnew() {
        join(ann);
        memory.delete(ID);
        memory.create(ID, "another epoch", null);
        room.catchUp();
        level();
        assertEquals(Close.RESTARTING, ann.closed);
    }

    @Test
    void twoEditsOfOneIdAreDecidedByTheLog() {
        join(ann);
        another("ann", 1, "Z");
        send(ann, 1, insert("ann", 1, "A"));
        commit();
        level();
        assertEquals(Close.RESTARTING, ann.closed, "memory has the one that came second");
        StoredRoom stored = memory.load(ID).orElseThrow();
        assertEquals("Z", Replay.of(ID, stored, "x").text());
        room = load(Replay.of(ID, stored, "x"));
        assertEquals("Z", room.view().text());
    }

    @Test
    void whatTheBusToldIsNotAcknowledgedBeforeItIsStoredHere() {
        join(ann);
        Operation told = insert("ann", 1, "A");
        room.takeRemote(new Message.Op(0, told), false);
        loop.run();
        assertEquals(List.of(new Message.Op(0, told)), ann.take());
        assertEquals(0, memory.load(ID).orElseThrow().lastSeq(), "not appended here");

        // Its sender has come over from an instance that was killed before its commit.
        Faults.Gate gate = store.holdNext();
        send(ann, 1, told);
        loop.run();
        assertEquals(List.of(), ann.take());
        gate.open();
        commit();
        assertEquals(List.of(new Message.Ack(1)), ann.take());
        assertEquals("A", stored().text());
        assertEquals("A", room.view().text());
    }

    @Test
    void whatTheBusToldAndNobodyStoredIsStoredHereInTheEnd() {
        join(ann);
        room.takeRemote(new Message.Op(0, insert("zoe", 1, "Z")), false);
        room.catchUp(0);
        loop.pass(Duration.ofSeconds(1));
        room.catchUp(0);
        commit();
        assertEquals(0, memory.load(ID).orElseThrow().lastSeq());
        loop.pass(Duration.ofSeconds(1));
        room.catchUp(0);
        commit();
        assertEquals("Z", stored().text());
        assertEquals(1, room.view().opSeq());
        room.catchUp(0);
        commit();
        assertEquals(1, memory.load(ID).orElseThrow().lastSeq(), "once");
    }

    @Test
    void whatTheBusToldAndTheLogHasIsStoredOnce() {
        join(ann);
        Operation op = insert("zoe", 1, "Z");
        room.takeRemote(new Message.Op(0, op), false);
        memory.append(new BatchId("another", 1), List.of(new Append(ID, EPOCH, WireCodec.writeOperation(op))));
        room.catchUp(1);
        level();
        loop.pass(Duration.ofMinutes(1));
        room.catchUp(1);
        commit();
        assertEquals(1, memory.load(ID).orElseThrow().lastSeq());
        loop.run();
        assertEquals(1, ann.take().size(), "sent on once");
    }

    @Test
    void aFoldThatFailsIsTriedAgainLaterAndLosesNothing() {
        join(ann);
        typeMany(200);
        commit();
        archive.fail();
        loop.run();
        assertEquals(1, events.compactionFailures);
        assertEquals(200, stored().length());

        typeMany(50);
        commit();
        assertEquals(1, archive.writes, "a store in trouble is not asked at every op");
        loop.pass(Limits.DEFAULT.compaction().interval());
        assertEquals(2, archive.writes);
        archive.store();
        loop.run();
        assertEquals(0, memory.load(ID).orElseThrow().ops().size());
        assertEquals(250, stored().length());
    }

    @Test
    void theLastFoldWaitsForTheOneBeforeIt() {
        join(ann);
        typeMany(200);
        commit();
        boolean[] done = {false};
        room.compactor().finish(() -> done[0] = true);
        assertEquals(1, archive.writes);

        archive.fail();
        loop.run();
        assertFalse(done[0]);
        assertEquals(2, archive.writes);
        archive.store();
        loop.run();
        assertTrue(done[0]);
        assertEquals(0, memory.load(ID).orElseThrow().ops().size());
    }

    @Test
    void theLastFoldOfARoomThatWasDroppedIsOver() {
        join(ann);
        typeMany(200);
        commit();
        typeMany(1);
        boolean[] done = {false};
        room.compactor().finish(() -> done[0] = true);
        room.close(Close.RESTARTING);
        archive.store();
        loop.run();
        assertTrue(done[0]);
    }

    @Test
    void theLastFoldGivesUpAfterOneFailure() {
        join(ann);
        typeMany(1);
        commit();
        boolean[] done = {false};
        room.compactor().finish(() -> done[0] = true);
        archive.fail();
        loop.run();
        assertTrue(done[0]);
        assertEquals(1, stored().length());
    }

    // Leaving memory

    @Test
    void anIdleRoomMayLeaveMemoryAndComesBackEqual() {
        join(ann);
        typeMany(3);
        send(ann, 9, new Operation.Insert(new ElementId("late", 1), Anchor.after(new ElementId("nobody", 7)), "?"));
        commit();
        RoomView before = room.view();
        loop.pass(Duration.ofMinutes(1));
        assertFalse(room.isIdle(), "somebody is here");
        room.leave(ann);
        assertFalse(room.isIdle(), "just left");
        loop.pass(Limits.DEFAULT.rooms().unloadAfter());
        assertFalse(room.isIdle(), "its compaction is not stored yet");
        archive.store();
        loop.run();
        assertTrue(room.isIdle());

        room.close(Close.RESTARTING);
        room = load();
        assertEquals(before, room.view());
    }

    @Test
    void aRoomWhoseOpsAreNotDurableIsNotIdle() throws InterruptedException {
        join(ann);
        Faults.Gate gate = store.holdNext();
        typeMany(1);
        gate.awaitReached();
        room.leave(ann);
        loop.pass(Duration.ofMinutes(1));
        assertFalse(room.isIdle());
        gate.open();
        commit();
        loop.pass(Duration.ofMinutes(1));
        while (archive.isCompacting()) {
            archive.store();
            loop.run();
        }
        assertTrue(room.isIdle());
        assertEquals(1, stored().length());
    }

    @Test
    void aFailedAppendDropsTheRoom() {
        join(ann, bob);
        store.failNext(new StoreException("no"));
        send(ann, 1, type("a"));
        commit();

        assertEquals(Close.RESTARTING, ann.closed);
        assertEquals(1012, bob.closed.code());
        assertTrue(room.isClosed());
        assertTrue(ann.take().stream().noneMatch(Message.Ack.class::isInstance));
        assertEquals(1, events.closed);
        assertEquals(2, events.left);
    }

    @Test
    void aRoomThatWasDeletedTellsItsMembersSo() {
        join(ann);
        memory.delete(ID);
        send(ann, 1, type("a"));
        commit();
        assertEquals(Close.NO_SUCH_ROOM, ann.closed);
        memory.create(ID, EPOCH, null);
    }

    @Test
    void anOpThatFailedIsNotAcknowledgedByTheOnesBehindIt() throws InterruptedException {
        log.close();
        log = OpLog.start(store, new OpLogLimits(100, 1 << 20, 1, 1 << 20), failures -> 0);
        room = load();
        join(ann, bob);
        Faults.Gate first = store.holdNext();
        store.failNext(new StoreException("no"));
        send(ann, 1, type("a"));
        first.awaitReached();
        send(ann, 2, type("b"));
        send(bob, 1, insert("bob", 1, "c"));
        loop.run();
        ann.take();
        first.open();

        commit();

        assertEquals(List.of(new Message.Ack(1)), ann.take(), "2 was not stored, though one behind it was");
        assertTrue(room.isClosed());
        assertTrue(stored().text().matches("ac|ca"), "ann's second op is the only one missing");
        assertTrue(room.isDrained());
    }

    @Test
    void aStoreThatIsAwayDelaysAcksAndNothingElse() {
        join(ann, bob);
        store.failNext(new StoreUnavailableException("away", null));
        store.loseNextAnswer();
        send(ann, 1, type("a"));
        loop.run();
        bob.takeOne(Message.Op.class);
        commit();
        assertEquals(List.of(new Message.Ack(1)), ann.take());
        assertEquals(1, memory.load(ID).orElseThrow().ops().size());
    }

    @Test
    void whoIsSentAwaySendsIntoTheVoid() {
        join(ann, bob);
        room.dismiss(Close.RESTARTING);
        assertEquals(Close.RESTARTING, ann.closed);
        send(ann, 1, type("a"));
        room.receive(ann, presence("Ann", 1));
        room.refuse(ann, ErrorCode.MALFORMED, "no", null);
        room.writable(ann);
        room.leave(ann);
        commit();
        assertEquals(List.of(), ann.take());
        assertEquals("", room.view().text());
        assertEquals(2, events.left);
    }
}
