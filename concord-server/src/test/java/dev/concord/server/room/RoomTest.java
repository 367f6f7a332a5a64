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
import dev.concord.server.config.Limits;
import dev.concord.store.OpLog;
import dev.concord.store.OpLogLimits;
import dev.concord.store.StoreException;
import dev.concord.store.StoreUnavailableException;
import dev.concord.testing.Await;
import dev.concord.testing.Faults;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** One room and its members. */
class RoomTest extends RoomFixture {
    @Nested
    class Joining {
        @Test
        void aMemberGetsASyncFirst() {
            join(ann);
            send(ann, 1, type("hello"));
            room.receive(ann, presence("Ann", 5), 0);
            loop.run();

            room.join(bob, null);
            loop.run();

            List<Message> got = bob.take();
            Message.Sync sync = assertInstanceOf(Message.Sync.class, got.get(0));
            assertEquals("hello", Document.load("x", sync.state()).text());
            assertArrayEquals(Document.load("x", sync.state()).version(), sync.version());
            assertEquals(EPOCH, sync.epoch());
            assertEquals(new Message.Limits(1 << 20, 10_000_000, 100_000), sync.limits());
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
        void aMemberThatSendsItsVersionGetsTheDifference() {
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
    }

    @Nested
    class Ops {
        @Test
        void anOpGoesToAllButItsSenderInTheSameBytes() {
            join(ann, bob, cy);
            Operation op = type("hello");

            send(ann, 41, op);
            loop.run();

            assertTrue(ann.take().stream().noneMatch(Message.Op.class::isInstance));
            assertTrue(bob.frames.get(0) == cy.frames.get(0), "encoded twice");
            assertArrayEquals(WireCodec.write(new Message.Op(0, op)), bob.frames.get(0), "with the sender's seq");
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
            assertEquals(0, room.view().join().opSeq());

            gate.open();
            Await.result("the log is written", log.flush());
            loop.run();

            assertEquals(List.of(new Message.Ack(3)), ann.take());
            assertEquals(3, room.view().join().opSeq());
            assertEquals(3, events.acknowledged);
        }

        @Test
        void eachMemberIsNotifiedOfItsOwnOps() {
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
            byte[] before = room.state().join();

            send(bob, 5, insert("x", 1, "b"));
            commit();

            Message.Refusal refusal = bob.takeOne(Message.Refusal.class);
            assertEquals(ErrorCode.CONFLICT, refusal.code());
            assertEquals(5, refusal.seq());
            assertEquals(List.of(), ann.take());
            assertArrayEquals(before, room.state().join());
            assertEquals(1, memory.load(ID).orElseThrow().ops().size());
            assertNull(bob.closed);
        }

        @Test
        void opsThatHangOnNothingAreTakenUpToTheLimit() {
            limits.pendingPerRoom = 4;
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
            assertEquals("rxxeady", room.view().join().text());
            assertEquals("rxxeady", stored().text());
        }

        @Test
        void whatHangsOnNothingIsBoundedInSizeToo() {
            limits.roomChars = 2_000;
            room = load();
            join(ann);
            ElementId nobody = new ElementId("nobody", 1);
            send(ann, 1, new Operation.Insert(new ElementId("a", 1), Anchor.after(nobody), "x".repeat(600)));
            send(ann, 2, new Operation.Insert(new ElementId("b", 1), Anchor.after(nobody), "x".repeat(600)));
            send(ann, 3, new Operation.Delete(new ElementId("c", 1), Document.MAX_ELEMENTS));
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
                    new Operation.Insert(
                            new ElementId("c", 391), Anchor.after(new ElementId("c", 390)), "c".repeat(9)));
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
            assertEquals("12345", room.view().join().text());

            ann.take();
            send(ann, 2, hers.delete(0, 1).get(0));
            send(bob, 2, insert("bob", 1, "6"));
            commit();
            assertEquals(5, room.view().join().length());
            assertEquals(room.view().join().text(), stored().text());
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
            byte[] before = room.state().join();
            Operation late = type("b");

            send(ann, 2, late);
            loop.run();
            Message.Refusal refusal = ann.takeOne(Message.Refusal.class);
            assertEquals(ErrorCode.UNAVAILABLE, refusal.code());
            assertEquals(2, refusal.seq());
            assertEquals(List.of(), bob.take());
            assertArrayEquals(before, room.state().join());

            gate.open();
            commit();
            assertEquals(List.of(new Message.Ack(1)), ann.take());
            send(ann, 2, late);
            commit();
            assertEquals(List.of(new Message.Ack(2)), ann.take());
            assertEquals("ab", stored().text());
        }
    }

    @Nested
    class SlowReaders {
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
        void aSlowReaderReceivesItsRefusedOpsBeforeAnAckPassesOverThem() {
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
            room.receive(cy, presence("Cy", 0), 0);
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
    }

    @Nested
    class Leaving {
        @Test
        void anIdleRoomMayLeaveMemoryAndComesBackEqual() {
            join(ann);
            typeMany(3);
            send(ann, 9, new Operation.Insert(new ElementId("late", 1), Anchor.after(new ElementId("nobody", 7)), "?"));
            commit();
            RoomView before = room.view().join();
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
            assertEquals(before, room.view().join());
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
        void aRoomThatWasDeletedNotifiesItsMembers() {
            join(ann);
            memory.delete(ID);
            send(ann, 1, type("a"));
            commit();
            assertEquals(Close.NO_SUCH_ROOM, ann.closed);
            memory.create(ID, EPOCH, null);
        }

        @Test
        void anOpThatFailedIsNotAcknowledgedByTheOnesAfterIt() throws InterruptedException {
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

            assertEquals(List.of(new Message.Ack(1)), ann.take(), "2 was not stored, though one after it was");
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
            room.receive(ann, presence("Ann", 1), 0);
            room.refuse(ann, ErrorCode.MALFORMED, "no", null);
            room.writable(ann);
            room.leave(ann);
            commit();
            assertEquals(List.of(), ann.take());
            assertEquals("", room.view().join().text());
            assertEquals(2, events.left);
        }
    }
}
