package dev.concord.server.room.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.server.cluster.Channels;
import dev.concord.server.cluster.Cluster;
import dev.concord.server.room.RoomFixture;
import dev.concord.server.room.SimulatedBus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How instances with separate stores find one another's rooms. */
class RoomLocatorTest extends RoomFixture {
    private final SimulatedBus bus = new SimulatedBus(new Random(1));
    private final SimulatedBus.Connection here = bus.connect("here");
    private final SimulatedBus.Connection there = bus.connect("there");
    private final List<LocatorMessage> answers = new ArrayList<>();

    RoomLocatorTest() {
        cluster = new Cluster(here, Cluster.solo().board(), Cluster.Reach.SEPARATE_STORES);
    }

    private void ask(String roomId) throws Exception {
        there.publish(
                Channels.LOCATOR,
                new LocatorMessage(LocatorMessage.Kind.WANTED, roomId, "there", "", "", new byte[0]).write());
        deliver();
        loop.run();
        while (there.deliver()) {
            // Goes to the list.
        }
    }

    private void deliver() {
        while (here.deliver()) {
            // What it sent itself comes, too.
        }
    }

    @Test
    void anInstanceAnswersForItsStoreUntilItShutsDown() throws Exception {
        var rooms = directory(Runnable::run);
        there.subscribe(Channels.LOCATOR, json -> {
            try {
                LocatorMessage message = LocatorMessage.read(json);
                if (message.source().equals("here") && message.target().equals("there")) {
                    answers.add(message);
                }
            } catch (LocatorMessage.MalformedMessageException e) {
                throw new AssertionError(e);
            }
        });
        ask(ID);
        ask("nowhere");
        assertEquals(
                List.of(LocatorMessage.Kind.HAVE, LocatorMessage.Kind.NONE),
                answers.stream().map(LocatorMessage::kind).toList());
        assertEquals(EPOCH, answers.get(0).epoch());
        answers.clear();

        CompletableFuture<Void> stopped = rooms.shutDown(Duration.ofSeconds(30));
        ask(ID);
        assertEquals(List.of(), answers, "it is stopping");
        while (!stopped.isDone()) {
            loop.run();
            Thread.onSpinWait();
        }
        stopped.join();
    }

    @Test
    void aDeletionIsAnnounced() {
        var rooms = directory(Runnable::run);
        List<String> ended = new ArrayList<>();
        there.subscribe(Channels.LOCATOR, json -> {
            LocatorMessage message = read(json);
            ended.add(message.kind() + " " + message.room() + " " + message.epoch());
        });
        CompletableFuture<Boolean> deleted = rooms.delete(ID);
        loop.run();
        assertTrue(deleted.join());
        while (there.deliver()) {
            // Goes to the list.
        }
        assertEquals(List.of("ENDED " + ID + " " + EPOCH), ended);
    }

    @Test
    void whoeverOpensADeletedRoomThatItStillHasIsNotified() {
        var rooms = directory(Runnable::run);
        memory.end("other", "e7");
        List<String> ended = new ArrayList<>();
        there.subscribe(Channels.LOCATOR, json -> {
            LocatorMessage message = read(json);
            if (message.kind() == LocatorMessage.Kind.ENDED) {
                ended.add(message.room() + " " + message.epoch());
            }
        });
        for (String epoch : List.of("e8", "e7")) {
            there.publish(
                    Channels.LOCATOR,
                    new LocatorMessage(LocatorMessage.Kind.WOKEN, "other", "there", "", epoch, new byte[0]).write());
        }
        deliver();
        loop.run();
        while (there.deliver()) {
            // Goes to the list.
        }
        assertEquals(List.of("other e7"), ended);
        assertTrue(rooms.hasEnded("other", "e7").join());
    }

    @Test
    void whatAnotherInstanceHasDeletedIsDeletedHere() {
        var rooms = directory(Runnable::run);
        there.publish(
                Channels.LOCATOR,
                new LocatorMessage(LocatorMessage.Kind.ENDED, ID, "there", "", "e0", new byte[0]).write());
        deliver();
        assertTrue(memory.load(ID).isPresent(), "of another epoch");
        there.publish(
                Channels.LOCATOR,
                new LocatorMessage(LocatorMessage.Kind.ENDED, ID, "there", "", EPOCH, new byte[0]).write());
        deliver();
        assertEquals(Optional.empty(), memory.load(ID));
        assertTrue(rooms.hasEnded(ID, EPOCH).join());
    }

    private static LocatorMessage read(byte[] json) {
        try {
            return LocatorMessage.read(json);
        } catch (LocatorMessage.MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aMessageComesBackAsItWasWritten() throws Exception {
        byte[] state = {1, 2, 3};
        LocatorMessage message = new LocatorMessage(LocatorMessage.Kind.HAVE, "a.b", "x", "y", "e", state);
        assertEquals(
                "{\"t\":\"have\",\"room\":\"a.b\",\"src\":\"x\",\"dst\":\"y\",\"epoch\":\"e\",\"state\":\"AQID\"}",
                new String(message.write(), StandardCharsets.UTF_8));
        LocatorMessage read = LocatorMessage.read(message.write());
        assertEquals(message.kind(), read.kind());
        assertEquals(message.room(), read.room());
        assertArrayEquals(state, read.state());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "{\"t\":\"wanted\"}",
                "{\"t\":\"wanted\",\"room\":\"a b\",\"src\":\"x\",\"dst\":\"\",\"epoch\":\"\",\"state\":\"\"}",
                "{\"t\":\"hug\",\"room\":\"a\",\"src\":\"x\",\"dst\":\"\",\"epoch\":\"\",\"state\":\"\"}",
                "{\"t\":\"have\",\"room\":\"a\",\"src\":\"x\",\"dst\":\"\",\"epoch\":\"\",\"state\":\"%\"}",
            })
    void whatIsNoMessageIsRefused(String json) {
        var fault = assertThrows(
                LocatorMessage.MalformedMessageException.class,
                () -> LocatorMessage.read(json.getBytes(StandardCharsets.UTF_8)));
        assertTrue(fault.getMessage().length() > 0);
    }
}
