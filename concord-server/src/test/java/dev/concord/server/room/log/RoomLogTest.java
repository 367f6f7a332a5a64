package dev.concord.server.room.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.server.config.Limits;
import dev.concord.server.room.Close;
import dev.concord.server.room.RoomFixture;
import dev.concord.store.Append;
import dev.concord.store.BatchId;
import dev.concord.store.StoredRoom;
import dev.concord.testing.Faults;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** One room and its log, to which other instances append, too. */
class RoomLogTest extends RoomFixture {
    @Nested
    class Throwing {
        private void throwOnce(Error fault) {
            archive.fault = () -> {
                archive.fault = () -> {};
                throw fault;
            };
        }

        @Test
        void aReadThatThrowsIsTriedAgain() {
            another("zoe", 1, "Z");
            throwOnce(new LinkageError("planted"));
            roomLog().catchUp();
            assertFalse(archive.isReading());
            loop.pass(Duration.ofSeconds(2));
            readLog();
            assertEquals("Z", document().text());
        }

        @Test
        void aCompactionThatThrowsIsTriedAgain() {
            join(ann);
            typeMany(200);
            throwOnce(new LinkageError("planted"));
            commit();
            assertEquals(0, archive.writes);
            loop.pass(Duration.ofMinutes(1));
            assertEquals(1, archive.writes);
            archive.store();
            loop.run();
            assertEquals(List.of(200L), events.compacted);
            assertTrue(roomLog().isIdle());
        }
    }

    @Nested
    class Compacting {
        @Test
        void aChangedRoomIsCompactedAfterTwoHundredOps() {
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
        void aChangedRoomIsCompactedAfterFiveSeconds() {
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
        void neverTwoCompactionsAtOnce() {
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
            assertEquals(
                    1, archive.writes, "the next one comes when the time that this one took has passed many times");
            loop.pass(Duration.ofMinutes(10));
            assertEquals(2, archive.writes, "what gathered meanwhile");
        }

        @Test
        void aCompactionCoversOnlyWhatIsDurableAndTheRestFollows() throws InterruptedException {
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
        void beyondTheBacklogCompactionsFollowEachOther() {
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
        void whatIsDamagedInTheStoreIsReplacedFromMemory() {
            join(ann);
            typeMany(3);
            commit();
            loop.pass(Limits.DEFAULT.compaction().interval());
            archive.findDamage("op 2");
            loop.run();
            assertEquals(1, archive.replaced);
            assertEquals(3, memory.load(ID).orElseThrow().stateSeq());
            assertEquals("xxx", stored().text());
            assertTrue(roomLog().isIdle());
        }

        @Test
        void aCompactionThatFailsIsTriedAgainLaterAndLosesNothing() {
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
        void theLastCompactionWaitsForTheOneBeforeIt() {
            join(ann);
            typeMany(200);
            commit();
            boolean[] done = {false};
            roomLog().finish(() -> done[0] = true);
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
        void theLastCompactionOfARoomThatWasDroppedIsOver() {
            join(ann);
            typeMany(200);
            commit();
            typeMany(1);
            boolean[] done = {false};
            roomLog().finish(() -> done[0] = true);
            closeRoom(Close.RESTARTING);
            archive.store();
            loop.run();
            assertTrue(done[0]);
        }

        @Test
        void theLastCompactionGivesUpAfterOneFailure() {
            join(ann);
            typeMany(1);
            commit();
            boolean[] done = {false};
            roomLog().finish(() -> done[0] = true);
            archive.fail();
            loop.run();
            assertTrue(done[0]);
            assertEquals(1, stored().length());
        }
    }

    @Nested
    class Following {
        @Test
        void whatAnotherInstanceAppendedIsReadAppliedAndSentOnAndNotAppendedAgain() {
            join(ann, bob);
            Operation op = another("zoe", 1, "Z");
            roomLog().catchUp(memory.heads(List.of(ID)).get(ID).lastSeq());
            readLog();
            assertEquals(List.of(new Message.Op(0, op)), ann.take(), "with its place in the log");
            assertEquals(List.of(new Message.Op(0, op)), bob.take(), "with its place in the log");
            assertEquals("Z", room.view().join().text());
            assertEquals(1, room.view().join().opSeq());
            assertEquals(1, memory.load(ID).orElseThrow().lastSeq());
            assertEquals(1, events.caughtUp);
            roomLog().catchUp(1);
            assertFalse(archive.isReading(), "caught up");
        }

        @Test
        void aGapBetweenOnesOwnCommitsIsFilledFromTheLog() {
            join(ann, bob);
            another("zoe", 1, "Z");
            send(ann, 1, insert("ann", 1, "A"));
            commit();
            assertEquals(List.of(new Message.Ack(1)), ann.take(), "durable is durable");
            assertEquals(0, room.view().join().opSeq(), "not everything up to 2 is here");
            readLog();
            assertEquals(2, room.view().join().opSeq());
            assertEquals(2, room.view().join().length());
            loop.pass(Duration.ofSeconds(1));
            readLog();
            another("zoe", 2, "Z");
            send(ann, 2, insert("ann", 2, "A"));
            send(ann, 3, insert("ann", 3, "A"));
            commit();
            readLog();
            assertEquals(5, room.view().join().opSeq());
            assertEquals(stored().text(), room.view().join().text());
        }

        @Test
        void aSnapshotNeverPassesOverWhatAnotherInstanceAppended() {
            join(ann);
            another("zoe", 1, "Z");
            typeMany(1);
            commit();
            loop.pass(Limits.DEFAULT.compaction().interval());
            readLog();
            loop.pass(Limits.DEFAULT.compaction().interval());
            archive.store();
            loop.run();
            StoredRoom compacted = memory.load(ID).orElseThrow();
            assertEquals(2, compacted.stateSeq());
            assertEquals(0, compacted.ops().size());
            assertEquals(2, stored().length());
        }

        @Test
        void opsThatWereCompactedAwayByAnotherInstanceComeWithTheSnapshot() {
            join(ann);
            another("zoe", 1, "Z");
            another("zoe", 2, "Y");
            memory.saveSnapshot(ID, EPOCH, stored().encode(), 2);
            memory.prune(ID);
            another("zoe", 3, "X");
            roomLog().catchUp(3);
            readLog();
            assertEquals(3, room.view().join().opSeq());
            assertEquals(stored().text(), room.view().join().text());
            List<Message> seen = ann.take();
            assertInstanceOf(Message.Sync.class, seen.get(0));
            assertEquals(2, seen.size());
        }

        @Test
        void aRoomThatAnotherInstanceDeletedSendsItsMembersAway() {
            join(ann);
            memory.delete(ID);
            roomLog().catchUp();
            readLog();
            assertEquals(Close.NO_SUCH_ROOM, ann.closed);
            assertTrue(peerHost.isClosed());
        }

        @Test
        void aRoomThatWasMadeAnewElsewhereIsLoadedAnew() {
            join(ann);
            memory.delete(ID);
            memory.create(ID, "another epoch", null);
            roomLog().catchUp();
            readLog();
            assertEquals(Close.RESTARTING, ann.closed);
        }

        @Test
        void twoEditsOfOneIdAreDecidedByTheLog() {
            join(ann);
            another("ann", 1, "Z");
            send(ann, 1, insert("ann", 1, "A"));
            commit();
            readLog();
            assertEquals(Close.RESTARTING, ann.closed, "memory has the one that came second");
            StoredRoom stored = memory.load(ID).orElseThrow();
            assertEquals("Z", Replay.of(ID, stored, "x").text());
            room = load(Replay.of(ID, stored, "x"));
            assertEquals("Z", room.view().join().text());
        }

        @Test
        void whatTheBusBroughtIsNotAcknowledgedBeforeItIsStoredHere() {
            join(ann);
            Operation sent = insert("ann", 1, "A");
            receiveFromBus(sent);
            loop.run();
            assertEquals(List.of(new Message.Op(0, sent)), ann.take());
            assertEquals(0, memory.load(ID).orElseThrow().lastSeq(), "not appended here");

            // Its sender has come over from an instance that was killed before its commit.
            Faults.Gate gate = store.holdNext();
            send(ann, 1, sent);
            loop.run();
            assertEquals(List.of(), ann.take());
            gate.open();
            commit();
            assertEquals(List.of(new Message.Ack(1)), ann.take());
            assertEquals("A", stored().text());
            assertEquals("A", room.view().join().text());
        }

        @Test
        void whatTheBusBroughtAndNobodyStoredIsStoredHereInTheEnd() {
            join(ann);
            receiveFromBus(insert("zoe", 1, "Z"));
            roomLog().catchUp(0);
            loop.pass(Duration.ofSeconds(1));
            roomLog().catchUp(0);
            commit();
            assertEquals(0, memory.load(ID).orElseThrow().lastSeq());
            loop.pass(Duration.ofSeconds(1));
            roomLog().catchUp(0);
            commit();
            assertEquals("Z", stored().text());
            assertEquals(1, room.view().join().opSeq());
            roomLog().catchUp(0);
            commit();
            assertEquals(1, memory.load(ID).orElseThrow().lastSeq(), "once");
        }

        @Test
        void whatTheBusBroughtAndTheLogHasIsStoredOnce() {
            join(ann);
            Operation op = insert("zoe", 1, "Z");
            receiveFromBus(op);
            memory.append(new BatchId("another", 1), List.of(new Append(ID, EPOCH, WireCodec.writeOperation(op))));
            roomLog().catchUp(1);
            readLog();
            loop.pass(Duration.ofMinutes(1));
            roomLog().catchUp(1);
            commit();
            assertEquals(1, memory.load(ID).orElseThrow().lastSeq());
            loop.run();
            assertEquals(1, ann.take().size(), "sent on once");
        }
    }
}
