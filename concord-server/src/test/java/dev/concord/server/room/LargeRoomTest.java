package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A document that takes too long to be encoded in a turn of its room's loop. */
class LargeRoomTest extends RoomFixture {
    private static final int LENGTH = 2_000_000;
    /** Far less than one copy of the text, and far more than the tasks need. */
    private static final long MAX_ALLOCATED = LENGTH / 8;

    private final Queue<Runnable> background = new ArrayDeque<>();
    private boolean refuses;

    @BeforeEach
    void fill() {
        readers = task -> {
            if (refuses) {
                throw new RejectedExecutionException("planted");
            }
            background.add(task);
        };
        StringBuilder text = new StringBuilder();
        while (text.length() < LENGTH) {
            text.append("The quick brown fox ").append(text.length()).append(" jumps.\n");
        }
        hers.insert(0, text.toString());
        room = load(Document.load("room", hers.encode()));
    }

    private void readNow() {
        for (Runnable task = background.poll(); task != null; task = background.poll()) {
            task.run();
            loop.run();
        }
    }

    /** The bytes that a step allocates on this thread, which is the room's loop: whoever copies a document allocates its size. */
    private static long allocatedBy(Runnable step) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        step.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private void assertCheap(String what, Runnable step) {
        long allocated = allocatedBy(() -> {
            step.run();
            loop.run();
        });
        assertTrue(allocated < MAX_ALLOCATED, what + " allocated " + allocated + " bytes on the room's loop");
    }

    @Test
    void nothingThatGrowsWithTheDocumentIsDoneOnTheLoop() {
        assertTrue(allocatedBy(() -> document().encode()) > MAX_ALLOCATED, "an encoding would be noticed");
        assertCheap("joining", () -> room.join(ann, null));
        assertCheap("asking for the view", () -> room.view());
        assertCheap("asking for the state", () -> room.state());
        byte[] version = hers.version();
        assertCheap("joining with a version", () -> room.join(bob, version));
        assertCheap("an op", () -> send(ann, 1, type("x")));
        readNow();
        ann.frames.clear();
        ann.writable = false;
        assertCheap("an op that a slow reader misses", () -> send(bob, 1, insert("bob", 1, "y")));
        assertCheap("a slow reader's return", () -> {
            ann.writable = true;
            room.writable(ann);
        });
        byte[] before = hers.version();
        assertCheap("what a version is missing, for all", () -> peerHost.sendSince(before));
    }

    @Test
    void aMemberGetsWhatWasAppliedWhileItsStateWasMade() {
        room.join(ann, null);
        send(ann, 1, type("one"));
        loop.run();
        assertEquals(List.of(), ann.take(), "nothing before the sync");
        commit();
        assertEquals(List.of(), ann.take(), "no ack, either");

        Runnable first = background.remove();
        room.join(bob, null);
        Operation later = type("two");
        send(ann, 2, later);
        room.refuse(ann, ErrorCode.INVALID_OP, "planted", 3L);
        first.run();
        loop.run();

        List<Message> got = ann.take();
        Document copy = Document.load("copy", ((Message.Sync) got.get(0)).state());
        assertTrue(copy.length() < document().length());
        for (Message message : got.subList(1, got.size())) {
            if (message instanceof Message.Op op) {
                copy.apply(op.operation());
            }
        }
        assertEquals(document().text(), copy.text());
        assertTrue(got.stream().anyMatch(Message.Refusal.class::isInstance));
        assertTrue(got.get(got.size() - 1) instanceof Message.Ack ack && ack.seq() >= 1);

        readNow();
        Message.Sync sync = assertInstanceOf(Message.Sync.class, bob.take().get(0));
        assertEquals(document().text(), Document.load("copy", sync.state()).text());
        assertArrayEquals(document().version(), sync.version());
        send(ann, 4, type("three"));
        loop.run();
        assertEquals(1, bob.take().size(), "a member like any other");
    }

    @Test
    void allWhoWaitAreSentOneFrame() {
        room.join(ann, null);
        room.join(bob, null);
        room.join(cy, new byte[] {1, 2});
        readNow();

        assertTrue(bob.frames.get(0) == cy.frames.get(0), "encoded twice");
        FakeMember dan = new FakeMember("dan");
        room.join(dan, null);
        loop.run();
        assertTrue(bob.frames.get(0) == dan.frames.get(0), "known until something changes");
        assertTrue(background.isEmpty());
        assertInstanceOf(Message.Sync.class, cy.take().get(0));
    }

    @Test
    void theViewIsThatOfTheDocumentAndKeptUntilSomethingChanges() {
        CompletableFuture<RoomView> view = room.view();
        assertFalse(view.isDone());
        readNow();

        assertEquals(document().text(), view.join().text());
        assertEquals(HexFormat.of().formatHex(document().digest()), view.join().digest());
        assertSame(view, room.view());
        join(ann);
        send(ann, 1, type("x"));
        CompletableFuture<RoomView> second = room.view();
        assertNotSame(view, second);
        readNow();
        assertEquals(document().length(), second.join().length());
        commit();
        assertEquals(1, read(room.view()).opSeq(), "durable now");
    }

    private <T> T read(CompletableFuture<T> future) {
        readNow();
        return future.join();
    }

    @Test
    void aMemberThatGoesWhileItsStateIsMadeIsSentNothing() {
        room.join(ann, null);
        room.leave(ann);
        room.join(bob, null);
        closeRoom(Close.RESTARTING);
        readNow();

        assertTrue(ann.frames.isEmpty() && bob.frames.isEmpty());
        assertEquals(Close.RESTARTING, bob.closed);
        assertEquals(0, frames.live());
    }

    @Test
    void whoeverCannotBeServedComesBack() {
        refuses = true;
        room.join(ann, null);
        loop.run();

        assertEquals(Close.RESTARTING, ann.closed);
        refuses = false;
        room.join(bob, null);
        readNow();
        assertInstanceOf(Message.Sync.class, bob.take().get(0));
    }

    @Test
    void aStateThatIsMergedMeanwhileIsSentToo() {
        room.join(ann, null);
        Runnable first = background.remove();
        Document other = new Document("other");
        other.insert(0, "merged");
        logHost.takeState(other.encode());
        first.run();
        loop.run();
        readNow();

        List<Message> got = ann.take();
        Message.Sync sync = assertInstanceOf(Message.Sync.class, got.get(0));
        assertEquals(document().text(), Document.load("copy", sync.state()).text());
        assertTrue(document().text().contains("merged"));
    }

    @Test
    void aStateNeverLagsBehindTheJoinThatItAnswers() {
        room.join(ann, null);
        readNow();
        for (int i = 0; i < 5; i++) {
            send(ann, 1 + i, type("x"));
            room.join(bob, null);
            readNow();
            Message.Sync sync = assertInstanceOf(Message.Sync.class, bob.take().get(0));
            assertArrayEquals(document().version(), sync.version());
            assertEquals(document().text(), Document.load("copy", sync.state()).text());
            room.leave(bob);
        }
    }

    @Test
    void manySitesAreNotEncodedOnTheLoop() {
        limits.elementsPerTurn = 1_000;
        room = load(new Document("room"));
        join(ann);
        for (int i = 0; i < 60; i++) {
            send(ann, i + 1, insert("site" + i, 1, "x"));
        }
        room.join(bob, null);
        assertFalse(background.isEmpty(), "60 sites weigh more than 1,000 elements");
        readNow();
    }

    @Test
    void muchThatWaitsIsNotEncodedOnTheLoop() {
        limits.elementsPerTurn = 1_000;
        room = load(new Document("room"));
        join(ann);
        for (int i = 0; i < 30; i++) {
            Anchor unknown = Anchor.after(new ElementId("nobody" + i, 1));
            send(ann, i + 1, new Operation.Insert(new ElementId("ann", 1 + i), unknown, "w"));
        }
        room.join(bob, null);
        assertFalse(background.isEmpty(), "30 sites and 30 runs that wait weigh more than 1,000 elements");
        readNow();
    }

    @Test
    void aDocumentBecomesLargeWhileItIsEdited() {
        limits.elementsPerTurn = 100;
        room = load(new Document("room"));
        join(ann);
        Document his = new Document("his");
        for (int i = 0; i < 300; i++) {
            send(ann, i + 1, his.insert(his.length() / 2, "ab").get(0));
        }
        CompletableFuture<RoomView> view = room.view();
        assertFalse(view.isDone());
        readNow();
        assertEquals(his.text(), view.join().text());
        assertEquals(HexFormat.of().formatHex(his.digest()), view.join().digest());
    }
}
