package dev.concord.server.room.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.server.cluster.Channels;
import dev.concord.server.cluster.Cluster;
import dev.concord.server.room.Peers;
import dev.concord.server.room.RoomFixture;
import dev.concord.server.room.SimulatedBus;
import dev.concord.wire.Message;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever one message of another instance does here, those after it are taken. */
class PeersFaultTest extends RoomFixture {
    private final SimulatedBus bus = new SimulatedBus(new Random(1));
    private final SimulatedBus.Connection here = bus.connect("here");
    private final SimulatedBus.Connection there = bus.connect("there");

    /** The method that throws, and what. */
    private String failing = "";

    private boolean error;
    private int faults;

    PeersFaultTest() {
        cluster = new Cluster(here, Cluster.solo().board(), Cluster.Reach.SEPARATE_STORES);
    }

    @Override
    protected Peers.Host around(Peers.Host host) {
        return (Peers.Host) Proxy.newProxyInstance(
                Peers.Host.class.getClassLoader(), new Class<?>[] {Peers.Host.class}, (proxy, method, given) -> {
                    if (method.getName().equals(failing)) {
                        failing = "";
                        faults++;
                        if (error) {
                            throw new LinkageError("planted");
                        }
                        throw new IllegalStateException("planted");
                    }
                    try {
                        return method.invoke(host, given);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @BeforeEach
    void openAndListen() {
        openRoom();
        there.subscribe(Channels.of(ID), json -> {});
        join(ann);
    }

    private void fromThere(Message message) {
        there.publish(Channels.of(ID), BusCodec.write(new BusMessage("there", null, EPOCH, "", message)));
        while (here.deliver()) {
            // Into the room's queue.
        }
    }

    private static Message op(String site) {
        return new Message.Op(0, insert(site, 1, site));
    }

    @ParameterizedTest
    @CsvSource({"take,false", "take,true", "document,false", "document,true"})
    void anOpThatThrowsCostsItselfOnly(String method, boolean asError) {
        failing = method;
        error = asError;
        fromThere(op("a"));
        fromThere(op("b"));
        loop.run();
        fromThere(op("c"));
        loop.run();
        assertEquals(1, faults);
        assertEquals("bc", document().text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"document", "takeQuietly", "sendSince", "store"})
    void aStateThatThrowsComesAgain(String method) {
        Document theirs = new Document("them");
        for (int i = 0; i < 1_000; i++) {
            theirs.insert(i, "x");
            theirs.delete(i, 1);
            theirs.insert(i, "y");
        }
        Message.Sync state = new Message.Sync(theirs.encode(), theirs.version(), EPOCH);
        failing = method;
        fromThere(state);
        loop.pass(Duration.ofSeconds(1));
        fromThere(state);
        loop.pass(Duration.ofSeconds(5));
        assertEquals(1, faults);
        assertEquals(theirs.text(), document().text());
        commit();
        loop.pass(Duration.ofSeconds(5));
        commit();
        assertEquals(theirs.text(), stored().text());
    }

    @Test
    void aTickThatThrowsIsNotTheLastOne() {
        failing = "shown";
        loop.pass(Duration.ofSeconds(3));
        assertEquals(1, faults);
        int timers = loop.timers();
        loop.pass(Duration.ofSeconds(10));
        assertTrue(timers > 0 && loop.timers() > 0, "nothing is planned any more");
    }

    @Test
    void anOpThatReachesTooFarIsNotTaken() {
        fromThere(new Message.Op(0, insert("s", 1_000_001, "x")));
        fromThere(new Message.Op(0, new Operation.Delete(insert("s", 1, "x").id(), 100_001)));
        fromThere(new Message.Op(0, insert("s", 1_000_000, "y")));
        loop.run();
        assertEquals("y", document().text());
        assertEquals(0, document().pendingCount());
    }
}
