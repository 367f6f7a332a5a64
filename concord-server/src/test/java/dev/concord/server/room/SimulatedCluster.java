package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.server.cluster.Bus;
import dev.concord.server.cluster.Cluster;
import dev.concord.server.config.Limits;
import dev.concord.server.config.TestLimits;
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
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Two or three instances and four clients, driven step by step from a seed: the bus loses, doubles and reorders, instances are cut off from
 * the bus or the store, killed and started again, clients move from one to another, and whatever is planned at the {@link Seams} fails. Five
 * seconds of simulated time after the last fault all documents are equal and all that was acknowledged at any moment is stored.
 */
final class SimulatedCluster implements AutoCloseable {
    private static final String ID = "r";
    private static final Duration BOUND = Duration.ofSeconds(5);
    private static final Duration STEP = Duration.ofMillis(100);

    /** A loop that may refuse a task, logs what tasks throw, and goes on. */
    private record Surviving(HandCrankedLoop loop, Seams seams) implements RoomLoop {
        @Override
        public void execute(Runnable task) {
            seams.refusal("RoomLoop.execute", () -> loop.execute(() -> Seams.asThread(task)));
        }

        @Override
        public void schedule(Runnable task, Duration delay) {
            seams.refusal("RoomLoop.schedule", () -> loop.schedule(() -> Seams.asThread(task), delay));
        }

        @Override
        public long nanoTime() {
            return loop.nanoTime();
        }
    }

    /** A connection that may fail. */
    private static final class Connection extends FakeMember {
        private final Seams seams;

        Connection(String id, Seams seams) {
            super(id);
            this.seams = seams;
        }

        @Override
        public void send(Frames.Frame frame) {
            seams.at("Member.send", () -> {
                super.send(frame);
                return frame.getClass();
            });
        }

        @Override
        public void flush() {
            seams.at("Member.flush", () -> {
                super.flush();
                return flushes;
            });
        }

        @Override
        public boolean isWritable() {
            return seams.at("Member.isWritable", super::isWritable);
        }
    }

    /** One server; a new one after each kill, on what the old one had stored. */
    private static final class Instance {
        final SimulatedStore store;
        final SimulatedBus.Connection bus;
        final HandCrankedLoop loop = new HandCrankedLoop();
        final Queue<Runnable> io = new ConcurrentLinkedQueue<>();
        final RecordedEvents events = new RecordedEvents();
        final OpLog log;
        final RoomDirectory rooms;

        Instance(
                String name,
                SimulatedStore store,
                SimulatedBus bus,
                Cluster.Reach reach,
                TestLimits limits,
                int opsPerBatch,
                Seams seams) {
            this.store = store;
            this.bus = bus.connect(name);
            this.log = OpLog.start(store, new OpLogLimits(100_000, 64 << 20, opsPerBatch, 64 << 20), failures -> 0);
            this.rooms = TestRooms.directory(
                    store,
                    log,
                    task -> io.add(() -> Seams.asThread(task)),
                    task -> io.add(() -> Seams.asThread(task)),
                    id -> new Surviving(loop, seams),
                    seams.seam(Frames.class, new FakeFrames()),
                    seams.seam(RoomEvents.class, events),
                    limits.build(),
                    new Cluster(
                            seams.seam(Bus.class, this.bus, "instance", "isConnected", "onConnected"),
                            Cluster.solo().board(),
                            reach));
            rooms.onStored(id -> seams.at("index", () -> id));
        }

        void runIo() {
            for (Runnable task = io.poll(); task != null; task = io.poll()) {
                task.run();
            }
        }

        /** Stores what waits, unless the store is away. */
        void commit() {
            if (!store.isAway()) {
                store.letCommit();
                Await.result("the log is written", log.flush());
                store.holdCommits();
            }
        }

        void kill() {
            bus.end();
            store.die();
            log.close(Duration.ZERO);
        }
    }

    /** One editing session, over as many connections as it takes. */
    private static final class Client extends SimulatedClient {
        private final Seams seams;
        Instance instance;

        Client(String name, List<Operation> acknowledged, Seams seams) {
            super(name, acknowledged);
            this.seams = seams;
        }

        @Override
        void disconnect(boolean orderly) {
            Seams.asThread(() -> super.disconnect(orderly));
            super.disconnect(false);
            asked = false;
        }

        @Override
        void deliver(Message.Op op) {
            asNetty(() -> super.deliver(op));
        }

        /** What a handler throws ends its connection, without a close frame. */
        private void asNetty(Runnable work) {
            FakeMember mine = member;
            Room here = room;
            boolean[] done = new boolean[1];
            Seams.asThread(() -> {
                work.run();
                done[0] = true;
            });
            if (!done[0] && mine.closed == null) {
                mine.closed = Close.OVERLOADED;
                Seams.asThread(() -> here.leave(mine));
            }
        }

        void connect(Instance to) {
            if (asked || isConnected()) {
                return;
            }
            disconnect(true);
            instance = to;
            asked = true;
            boolean[] asking = new boolean[1];
            Seams.asThread(() -> {
                ask(to);
                asking[0] = true;
            });
            asked = asking[0];
        }

        private void ask(Instance to) {
            to.rooms.run(ID, true, new RoomCallback() {
                @Override
                public void enter(Room entered) {
                    if (asked && instance == to) {
                        asked = false;
                        member = new Connection(name, seams);
                        room = entered;
                        asNetty(() -> entered.join(member, null));
                    }
                }

                @Override
                public void absent(Absence reason) {
                    assertEquals(Absence.UNAVAILABLE, reason, "the room is made when there is none");
                    asked = false;
                }
            });
        }
    }

    private final Random random;
    private final Cluster.Reach reach;
    private final Seams seams;
    private final SimulatedBus bus;
    private final List<MemoryRoomStore> disks = new ArrayList<>();
    private final List<Instance> instances = new ArrayList<>();
    private final List<Client> clients = new ArrayList<>();
    private final List<Operation> acknowledged = new ArrayList<>();
    private final TestLimits limits = new TestLimits();
    private final int opsPerBatch;
    private int started;

    /** Without faults but those of the bus and the stores. */
    SimulatedCluster(Random random, Cluster.Reach reach) {
        this(random, reach, new Seams(), Limits.DEFAULT.compaction().ops(), 7);
    }

    /**
     * With snapshots after so many ops. All that happens follows from the random numbers and from what the seams make of it: each op is
     * a commit of its own, or the number of commits would be the op log's thread's affair.
     */
    SimulatedCluster(Random random, Cluster.Reach reach, Seams seams, int compactionOps) {
        this(random, reach, seams, compactionOps, 1);
    }

    private SimulatedCluster(Random random, Cluster.Reach reach, Seams seams, int compactionOps, int opsPerBatch) {
        this.random = random;
        this.reach = reach;
        this.seams = seams;
        this.opsPerBatch = opsPerBatch;
        limits.compactionOps = compactionOps;
        limits.opsPerTurn = List.of(1, 3, 10, 2_000).get(random.nextInt(4));
        if (limits.opsPerTurn % 2 == 0) {
            // Read in the background, as large documents are.
            limits.elementsPerTurn = limits.opsPerTurn;
        }
        this.bus = new SimulatedBus(random);
        int count = 2 + random.nextInt(2);
        for (int i = 0; i < count; i++) {
            disks.add(reach == Cluster.Reach.SHARED_STORE && i > 0 ? disks.get(0) : new MemoryRoomStore());
            instances.add(start(i));
        }
        for (int i = 0; i < 4; i++) {
            clients.add(new Client("s" + i, acknowledged, seams));
        }
        bus.dropped = List.of(0.0, 0.01, 0.05, 0.2, 1.0).get(random.nextInt(5));
        bus.doubled = random.nextInt(2) * 0.1;
        bus.overtaking = random.nextInt(2) * 0.3;
    }

    private Instance start(int index) {
        started++;
        SimulatedStore store = SimulatedStore.of(disks.get(index), reach == Cluster.Reach.SHARED_STORE, seams);
        // A server that cannot be started is not there.
        return seams.without(() -> new Instance("i" + started, store, bus, reach, limits, opsPerBatch, seams));
    }

    /** Everything from the first edit to the last comparison; what the seams plan ends with the edits. */
    void live() {
        live(100 + random.nextInt(300));
    }

    /** Everybody is connected. */
    void assemble() {
        settle();
    }

    /** As {@link #live()}, with so many steps. */
    void live(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
            if (random.nextInt(20) == 0) {
                checkStored(false);
            }
        }
        mend();
        for (long passed = 0; passed < BOUND.toMillis(); passed += STEP.toMillis()) {
            if (passed % 1000 == 0) {
                instances.forEach(this::everySecond);
            }
            settle();
            instances.forEach(instance -> instance.loop.pass(STEP));
        }
        settle();
        check();
        checkStored(true);
    }

    private void step() {
        Client client = clients.get(random.nextInt(clients.size()));
        Instance instance = instances.get(random.nextInt(instances.size()));
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> edit(client);
            case 4, 5 -> client.read();
            case 6, 7 -> instance.loop.runOne();
            case 8, 9 -> deliver(instance);
            case 10 -> instance.runIo();
            case 11 -> instances.forEach(each -> each.loop.pass(Duration.ofMillis(100)));
            case 12 -> instance.commit();
            case 13 -> everySecond(instance);
            case 14 -> {
                instance.loop.run();
                client.read();
                client.connect(instance);
            }
            case 15 -> {
                if (random.nextInt(4) == 0) {
                    client.disconnect(true);
                    client.connect(instance);
                }
            }
            case 16 -> fault(instance);
            case 17 -> {
                if (random.nextInt(15) == 0) {
                    kill(instances.indexOf(instance));
                }
            }
            case 18 -> {
                if (random.nextInt(20) == 0) {
                    clients.forEach(each -> each.disconnect(true));
                    instances.forEach(each -> each.loop.pass(Duration.ofMinutes(1)));
                    instances.forEach(each -> Seams.asThread(each.rooms::sweep));
                }
            }
            default -> {
                instances.forEach(this::turn);
                client.connect(instance);
            }
        }
    }

    /** Cuts an instance off from the bus, the store, or neither. */
    private void fault(Instance instance) {
        switch (random.nextInt(5)) {
            case 0 -> instance.bus.cut();
            case 1 -> instance.store.goAway();
            case 2 -> instance.bus.mend();
            default -> instance.store.comeBack();
        }
    }

    private void kill(int index) {
        Instance old = instances.get(index);
        if (random.nextBoolean()) {
            old.commit();
        }
        old.kill();
        for (Client client : clients) {
            if (client.instance == old) {
                client.disconnect(false);
            }
        }
        instances.set(index, start(index));
    }

    private void edit(Client client) {
        Document document = client.document;
        List<Operation> made;
        if (document.length() > 0 && random.nextInt(3) == 0) {
            int from = random.nextInt(document.length());
            made = document.delete(from, 1 + random.nextInt(Math.min(4, document.length() - from)));
        } else {
            made = document.insert(random.nextInt(document.length() + 1), "abcdefgh".substring(random.nextInt(8)));
        }
        made.forEach(client::send);
    }

    /** What the server does every second. */
    private void everySecond(Instance instance) {
        if (reach == Cluster.Reach.SHARED_STORE) {
            Seams.asThread(instance.rooms::catchUpAll);
        }
        Seams.asThread(instance.rooms::sweep);
    }

    private void turn(Instance instance) {
        instance.loop.run();
        while (deliver(instance)) {
            instance.loop.run();
        }
        instance.runIo();
        instance.loop.run();
    }

    /** What one message does to the thread of the bus ends there. */
    private static boolean deliver(Instance instance) {
        boolean[] more = {true};
        Seams.asThread(() -> more[0] = instance.bus.deliver());
        return more[0];
    }

    private void mend() {
        seams.disarm();
        bus.dropped = 0;
        instances.forEach(instance -> {
            instance.bus.mend();
            instance.store.comeBack();
        });
    }

    private void settle() {
        for (int round = 0; round < 3; round++) {
            instances.forEach(Instance::commit);
            instances.forEach(this::turn);
            for (int i = 0; i < clients.size(); i++) {
                clients.get(i).read();
                clients.get(i).connect(instances.get(i % instances.size()));
            }
        }
    }

    private void check() {
        String digest = hex(clients.get(0).document);
        String text = clients.get(0).document.text();
        for (Client client : clients) {
            assertTrue(client.isConnected(), client.name + " is not connected");
            assertEquals(text, client.document.text(), client.name);
            assertEquals(digest, hex(client.document), client.name);
            CompletableFuture<RoomView> view = client.room.view();
            client.instance.runIo();
            client.instance.loop.run();
            assertTrue(view.isDone(), client.name + "'s room does not answer");
            assertEquals(digest, view.join().digest(), client.name + "'s room");
            assertEquals(Map.of(), client.unacknowledged, client.name);
        }
        for (Client client : clients) {
            assertEquals(digest, hex(stored(disks.get(instances.indexOf(client.instance)))), "stored");
        }
    }

    /** What was acknowledged is on a disk; at the end on those of all that are in use. */
    private void checkStored(boolean everywhere) {
        List<Document> stored = new ArrayList<>();
        for (MemoryRoomStore disk : disks) {
            if (disk.load(ID).isPresent()) {
                stored.add(stored(disk));
            }
        }
        for (Operation op : acknowledged) {
            boolean kept = stored.stream().anyMatch(document -> SimulatedClient.isKnown(op, document));
            assertTrue(kept, () -> "acknowledged, and not stored: " + op + (everywhere ? " at the end" : ""));
        }
    }

    private static Document stored(MemoryRoomStore disk) {
        StoredRoom stored = disk.load(ID).orElseThrow();
        Document document = stored.state() == null ? new Document("x") : Document.load("x", stored.state());
        for (StoredOp op : stored.ops()) {
            try {
                document.apply(WireCodec.readOperation(op.op()));
            } catch (WireException e) {
                throw new AssertionError(e);
            }
        }
        return document;
    }

    private static String hex(Document document) {
        return HexFormat.of().formatHex(document.digest());
    }

    @Override
    public void close() {
        instances.forEach(Instance::kill);
    }
}
