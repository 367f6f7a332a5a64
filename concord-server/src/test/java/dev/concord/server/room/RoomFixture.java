package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.server.cluster.Cluster;
import dev.concord.server.config.TestLimits;
import dev.concord.server.room.log.FakeArchive;
import dev.concord.server.room.peers.RoomLocator;
import dev.concord.server.room.peers.RoomPeers;
import dev.concord.server.room.presence.PresenceRounds;
import dev.concord.server.testing.FaultyStore;
import dev.concord.store.Append;
import dev.concord.store.BatchId;
import dev.concord.store.OpLog;
import dev.concord.store.OpLogLimits;
import dev.concord.store.StoredOp;
import dev.concord.store.StoredRoom;
import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.testing.Await;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** One room, step by step: tasks, timers, commits and compactions happen when a test says. */
@Timeout(60)
public abstract class RoomFixture {
    protected static final String ID = "r";
    protected static final String EPOCH = "e1";

    protected final MemoryRoomStore memory = new MemoryRoomStore();
    protected final FaultyStore store = new FaultyStore(memory);
    protected final HandCrankedLoop loop = new HandCrankedLoop();
    protected final FakeFrames frames = new FakeFrames();
    protected final RecordedEvents events = new RecordedEvents();
    protected final FakeArchive archive = new FakeArchive(store);
    protected final TestLimits limits = new TestLimits();

    protected final FakeMember ann = new FakeMember("ann");
    protected final FakeMember bob = new FakeMember("bob");
    protected final FakeMember cy = new FakeMember("cy");
    protected final Document hers = new Document("ann");

    /** Reads large documents. */
    protected Executor readers = Runnable::run;

    protected Cluster cluster = Cluster.solo();
    protected OpLog log;
    protected Room room;
    /** What the other instances do to the room. */
    protected Peers.Host peerHost;

    /** What the log does to the room. */
    protected RoomLog.Host logHost;

    protected long others;
    /** What the room says of large deletions. */
    protected Deletions deletions = Deletions.IGNORED;

    @BeforeEach
    protected void open() {
        store.create(ID, EPOCH, null);
        log = OpLog.start(store, OpLogLimits.DEFAULT, failures -> 0);
        room = load();
    }

    @AfterEach
    protected void close() {
        room.close(Close.RESTARTING);
        loop.run();
        assertEquals(0, frames.live(), "frames that were never released");
        log.close(Duration.ZERO);
    }

    /** The room from what is stored, as after a restart. */
    protected Room load() {
        return load(documentOf(memory.load(ID).orElseThrow()));
    }

    protected Room load(Document document) {
        StoredRoom stored = memory.load(ID).orElseThrow();
        RoomContext context = new RoomContext(ID, stored.epoch(), limits.build(), loop, frames, events);
        return new Room(
                context,
                document,
                stored,
                log,
                new Wings(logs(), PresenceRounds::new, this::peers, new RoomLocator(cluster), deletions, readers));
    }

    private RoomLogs logs() {
        RoomLogs logs = archive.logs();
        return new RoomLogs() {
            @Override
            public Document load(String roomId, StoredRoom rows) {
                return logs.load(roomId, rows);
            }

            @Override
            public RoomLog follow(RoomContext context, RoomLog.Host host, OwnCommits own, StoredRoom rows) {
                logHost = host;
                return logs.follow(context, host, own, rows);
            }

            @Override
            public void onSnapshot(Consumer<String> listener) {
                logs.onSnapshot(listener);
            }
        };
    }

    private Peers peers(RoomContext context, Peers.Host host) {
        peerHost = host;
        return new RoomPeers(cluster, context, around(host));
    }

    /** What the peers are given instead of the room. */
    protected Peers.Host around(Peers.Host host) {
        return host;
    }

    protected static Document documentOf(StoredRoom stored) {
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

    protected Document stored() {
        return documentOf(memory.load(ID).orElseThrow());
    }

    protected void join(FakeMember... members) {
        for (FakeMember member : members) {
            room.join(member, null);
        }
        loop.run();
        for (FakeMember member : members) {
            member.take();
        }
    }

    protected void send(FakeMember from, long seq, Operation op) {
        room.receive(from, new Message.Op(seq, op));
    }

    /** Ann's edits at the end of her text, one operation each. */
    protected Operation type(String text) {
        return hers.insert(hers.length(), text).get(0);
    }

    protected void commit() {
        Await.result("the log is written", log.flush());
        loop.run();
    }

    protected static Operation.Insert insert(String site, long counter, String text) {
        return new Operation.Insert(new ElementId(site, counter), Anchor.after(ElementId.HEAD), text);
    }

    protected static Message.Presence presence(String user, int cursor) {
        return new Message.Presence(user, cursor, "#123456");
    }

    protected void typeMany(int count) {
        for (int i = 0; i < count; i++) {
            send(ann, i + 1, type("x"));
        }
    }

    /** Another instance's edit reaches the log. */
    protected Operation another(String site, long counter, String text) {
        Operation op = insert(site, counter, text);
        others++;
        memory.append(new BatchId("another", others), List.of(new Append(ID, EPOCH, WireCodec.writeOperation(op))));
        return op;
    }

    protected void readLog() {
        while (archive.isReading()) {
            archive.read();
            loop.run();
        }
    }

    // What only the room's own package may ask of it.

    protected void openRoom() {
        room.open();
    }

    protected RoomLog roomLog() {
        return room.log();
    }

    protected Peers peers() {
        return room.peers();
    }

    protected Document document() {
        return room.document();
    }

    protected boolean isIdle() {
        return room.isIdle();
    }

    protected boolean isDrained() {
        return room.isDrained();
    }

    protected void dismiss(Close why) {
        room.dismiss(why);
    }

    protected void closeRoom(Close why) {
        room.close(why);
    }

    /** A directory on the same store, whose rooms share this loop. */
    protected RoomDirectory directory(Executor io) {
        return TestRooms.directory(store, log, io, id -> loop, frames, events, limits.build(), cluster);
    }

    /** Another instance sends an op that it stores itself. */
    protected void receiveFromBus(Operation operation) {
        assertTrue(peerHost.take(operation, false));
    }
}
