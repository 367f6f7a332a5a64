package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.store.Append;
import dev.concord.store.BatchId;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a room takes, by each of its doors. */
class AdmissionTest extends RoomFixture {
    private void assertTaken(long seq, Operation op) {
        send(ann, seq, op);
        commit();
        assertEquals(List.of(new Message.Ack(seq)), ann.take());
    }

    private void assertRefused(long seq, Operation op) {
        String before = document().text();
        send(ann, seq, op);
        loop.run();
        Message.Refusal refusal = ann.takeOne(Message.Refusal.class);
        assertEquals(ErrorCode.INVALID_OP, refusal.code());
        assertEquals(seq, refusal.seq());
        assertEquals(before, document().text());
    }

    @Nested
    class WhatATextMayHold {
        @ParameterizedTest
        @ValueSource(strings = {"a\r", "\r\n", "\u0000", "\u001B[31m", "\u007F", "\u0085", "\uFEFFa"})
        void nothingElseComesIn(String text) {
            join(ann);
            Operation op = insert("s", 1, text);

            assertRefused(1, op);
            assertFalse(peerHost.take(op, false), "from the bus");
            assertFalse(peerHost.take(op, true), "from the bus, to be stored");
            assertFalse(peerHost.takeQuietly(op), "from a state");
            assertEquals(
                    EditOutcome.INVALID_TEXT,
                    room.edit(List.of(insert("t", 1, "fine"), op), document -> true)
                            .join());
            commit();
            assertEquals("", document().text());
            assertEquals("", stored().text());
        }

        @Test
        void undoBringsAMarkInsideOfTheTextBack() {
            join(ann);
            send(ann, 1, type("a\uFEFFbc"));
            Operation mark = hers.delete(1, 1).get(0);
            send(ann, 2, mark);
            commit();
            ann.take();
            Operation again = new Operation.Insert(new ElementId("again", 1), Anchor.before(hers.idAt(1)), "\uFEFF");
            assertTaken(3, again);
            assertEquals("a\uFEFFbc", document().text());
        }

        @Test
        void noMarkGoesBeforeWhatTheTextBeginsWith() {
            join(ann);
            send(ann, 1, type("ab"));
            commit();
            ann.take();
            Operation first = new Operation.Insert(new ElementId("s", 1), Anchor.before(hers.idAt(0)), "\uFEFFx");
            assertRefused(2, first);
            assertEquals(
                    EditOutcome.INVALID_TEXT,
                    room.edit(List.of(first), document -> true).join());
        }

        @Test
        void aTextThatWasStoredBeforeIsLoadedFollowedAndSentAgain() {
            Operation old = insert("old", 1, "a\r\nb");
            memory.append(new BatchId("old", 1), List.of(new Append(ID, EPOCH, WireCodec.writeOperation(old))));
            room = load();
            join(ann);
            assertEquals("a\r\nb", document().text());

            Operation later = another("older", 1, "c\r");
            roomLog().catchUp();
            readLog();
            assertEquals("a\r\nbc\r", document().text(), "the log is the truth");
            loop.run();
            ann.take();

            assertTaken(1, old);
            assertTaken(2, later);
            assertTaken(3, new Operation.Insert(new ElementId("new", 1), Anchor.after(new ElementId("old", 4)), "d"));
            assertEquals("a\r\nbdc\r", document().text());
        }
    }

    @Nested
    class HowFarAnOpMayReach {
        @Test
        void aCounterMayBeAMillionAboveTheHighestOfItsSite() {
            join(ann);
            assertRefused(1, insert("s", 1_000_001, "x"));
            assertTaken(2, insert("s", 1_000_000, "x"));
            assertRefused(3, insert("s", 2_000_001, "x"));
            assertRefused(4, insert("s", ElementId.MAX_COUNTER, "x"));
            assertTaken(5, insert("s", 2_000_000, "x"));
            assertTaken(6, insert("s", 5, "x"));
            assertRefused(7, insert("other", 1_000_001, "x"));
        }

        @Test
        void deletedElementsCountAsKnown() {
            join(ann);
            assertTaken(1, insert("s", 900_000, "xy"));
            assertTaken(2, new Operation.Delete(new ElementId("s", 900_000), 2));
            assertTaken(3, insert("s", 1_900_001, "x"));
        }

        @Test
        void aDeleteMayNameAHundredThousandUnknownElements() {
            join(ann);
            assertTaken(1, insert("s", 1, "xyz"));
            assertRefused(2, new Operation.Delete(new ElementId("s", 4), 100_001));
            assertRefused(3, new Operation.Delete(new ElementId("s", 1), 100_004));
            assertRefused(4, new Operation.Delete(new ElementId("nobody", 1), Document.MAX_ELEMENTS));
            assertTaken(5, new Operation.Delete(new ElementId("s", 1), 100_003));
            assertEquals("", document().text());
        }

        /** Three million characters of a site, with holes, and a server that has lost all of it. */
        @Test
        void aClientBringsBackWhatTheServerLost() {
            join(ann);
            Document client = new Document("client");
            String half = "0123456789".repeat(150_000);
            client.insert(0, half);
            client.insert(700_000, half);
            client.delete(100, 50);
            client.delete(2_000_000, 90_000);
            client.delete(5, 3);
            Document late = new Document("other");
            late.merge(client.encode());
            long seq = 0;
            for (Operation op : late.missingFrom(new Document("empty").version())) {
                seq++;
                send(ann, seq, op);
                loop.run();
                for (Message message : ann.take()) {
                    assertFalse(message instanceof Message.Refusal, () -> "refused: " + message);
                }
            }
            assertEquals(client.text(), document().text());
        }
    }

    @Nested
    class WhatWaits {
        /** Sends ops as long as they are taken; returns how many were. */
        private int fill(FakeMember from, IntFunction<Operation> ops) {
            for (int i = 1; ; i++) {
                send(from, i, ops.apply(i));
                loop.run();
                if (from.take().stream()
                        .anyMatch(message -> message instanceof Message.Refusal refusal
                                && refusal.code() == ErrorCode.PENDING_FULL)) {
                    return i - 1;
                }
            }
        }

        @Test
        void deletesOfUnknownElementsFillHalfOfTheSpaceOnly() {
            join(ann, bob, cy);

            int taken = fill(
                    ann,
                    i -> new Operation.Delete(new ElementId("victim", 1 + (i - 1) * OperationBounds.MAX_UNKNOWN), (int)
                            OperationBounds.MAX_UNKNOWN));

            assertEquals(limits.roomChars / 2 / OperationBounds.MAX_UNKNOWN, taken);
            assertEquals(0, fillAgain(ann));
            ElementId late = new ElementId("late", 1);
            send(bob, 1, new Operation.Insert(new ElementId("bob", 1), Anchor.after(late), "his"));
            send(bob, 2, new Operation.Delete(late, 1));
            send(cy, 1, insert("late", 1, "x"));
            commit();
            assertEquals("his", document().text());
            assertTrue(bob.take().contains(new Message.Ack(2)));
        }

        private int fillAgain(FakeMember from) {
            return fill(from, i -> new Operation.Delete(new ElementId("again", 2L * i), 1));
        }

        @Test
        void insertsThatHangOnEachOtherFillHalfOfTheSpaceOnly() {
            limits.pendingPerRoom = 1_000;
            room = load();
            join(ann, bob, cy);

            int taken = fill(ann, i -> {
                String own = (i % 2 == 0 ? "y" : "x") + (i + 1) / 2;
                String other = (i % 2 == 0 ? "x" : "y") + (i + 1) / 2;
                return new Operation.Insert(new ElementId(own, 1), Anchor.after(new ElementId(other, 1)), "a");
            });

            assertEquals(500, taken);
            assertEquals(250, fillAgain(bob), "half of what is left");
            assertEquals(125, fill(cy, i -> new Operation.Delete(new ElementId("more", 2L * i), 1)), "and so on");
        }

        @Test
        void spaceIsFreeAgainOnceWhatWasMissingHasCome() {
            limits.pendingPerRoom = 100;
            room = load();
            join(ann);
            assertEquals(
                    50,
                    fill(
                            ann,
                            i -> new Operation.Insert(
                                    new ElementId("a" + i, 1), Anchor.after(new ElementId("late", 1)), "x")));
            send(ann, 60, insert("late", 1, "l"));
            assertEquals(50, fillAgain(ann));
        }
    }
}
