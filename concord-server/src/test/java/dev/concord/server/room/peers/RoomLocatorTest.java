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
