package dev.concord.server.room.peers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.concord.crdt.Operation;
import dev.concord.server.cluster.Channels;
import dev.concord.server.cluster.Cluster;
import dev.concord.server.room.EditOutcome;
import dev.concord.server.room.RoomFixture;
import dev.concord.server.room.SimulatedBus;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one room sends the same room on another instance, and takes from it. */
class RoomPeersTest extends RoomFixture {
    /** Knows how often it was written. */
    private static final class CountedExtras extends AbstractMap<String, Object> {
        private final Map<String, Object> extras = Map.of("client", "c1");
        int written;

        @Override
        public Set<Map.Entry<String, Object>> entrySet() {
            written++;
            return extras.entrySet();
        }

        @Override
        public Object get(Object key) {
            return extras.get(key);
        }

        @Override
        public boolean containsKey(Object key) {
            return extras.containsKey(key);
        }
    }

    private final SimulatedBus bus = new SimulatedBus(new Random(1));
    private final SimulatedBus.Connection here = bus.connect("here");
    private final SimulatedBus.Connection there = bus.connect("there");
    private final List<String> sent = new ArrayList<>();

    RoomPeersTest() {
        cluster = new Cluster(here, Cluster.solo().board(), Cluster.Reach.SHARED_STORE);
    }

    @BeforeEach
    void openAndListen() {
        openRoom();
        there.subscribe(Channels.of(ID), json -> sent.add(new String(json, UTF_8)));
        join(ann, bob);
    }

    private List<String> sent() {
        while (there.deliver()) {
            // Goes to the list.
        }
        List<String> all = List.copyOf(sent);
        sent.clear();
        return all;
    }

    private static String onTheBus(Operation op) {
        String frame = new String(WireCodec.write(new Message.Op(0, op)), UTF_8);
        return frame.substring(0, frame.length() - 1) + ",\"src\":\"here\",\"room_epoch\":\"" + EPOCH + "\"}";
    }

    @Test
    void theSeqOfASenderStaysBetweenItAndItsServer() {
        Operation op = type("hello");
        send(ann, 41, op);
        loop.run();
        assertEquals(List.of(new Message.Op(0, op)), bob.take());
        assertEquals(List.of(onTheBus(op)), sent());
    }

    @Test
    void anEditOfTheServersOwnHasNoSeq() {
        Operation op = insert("server", 1, "S");
        CompletableFuture<EditOutcome> outcome = room.edit(List.of(op), document -> true);
        commit();
        assertEquals(EditOutcome.STORED, outcome.join());
        assertEquals(List.of(new Message.Op(0, op)), bob.take());
        assertEquals(List.of(onTheBus(op)), sent());
    }

    @Test
    void aSeqThatAnOlderInstanceSendsAlongIsNotPassedOn() {
        Operation op = insert("zoe", 1, "Z");
        there.publish(
                Channels.of(ID), BusCodec.write(new BusMessage("there", null, EPOCH, "", new Message.Op(17, op))));
        assertEquals(true, here.deliver());
        loop.run();
        assertEquals(List.of(new Message.Op(0, op)), bob.take());
    }

    @Test
    void whatAMemberShowsIsWrittenOnceForMembersAndInstances() {
        CountedExtras extras = new CountedExtras();
        Message.Presence presence = new Message.Presence("Ann", 1, "#123456", extras);
        room.receive(ann, presence, 100);
        assertEquals(0, extras.written, "when it comes");
        loop.pass(limits.build().presence().tick());
        assertEquals(1, extras.written, "in its round");
        assertEquals(1, bob.take().size());
        assertEquals(1, sent().size());
    }

    @Test
    void aPresenceThatIsTooLargeIsRefusedHoweverManyMessagesItsFrameHas() {
        Message.Presence small = presence("Ann", 1);
        Message.Presence large = presence("A".repeat(3_000), 1);
        room.receive(ann, small, 1_000_000);
        room.receive(ann, large, WireCodec.write(large).length);
        room.receive(ann, new Message.Presence("Ann", 1, "red"), 50);
        loop.run();
        assertEquals(
                List.of("TOO_LARGE", "MALFORMED"),
                events.refused.stream().map(Enum::name).toList());
        loop.pass(limits.build().presence().tick());
        assertEquals(List.of(small), bob.take());
    }

    @Test
    void nobodySpeaksForAnotherInstanceThroughTheFieldsOfAPresence() {
        Message.Presence forged = new Message.Presence("Ann", 1, "", Map.of("src", "there", "member", "m", "x", 1));
        room.receive(ann, forged, 100);
        loop.pass(limits.build().presence().tick());
        String message = sent().get(0);
        assertFalse(message.contains("there"), message);
        assertEquals(1, message.split("\"src\"", -1).length - 1, message);
    }
}
