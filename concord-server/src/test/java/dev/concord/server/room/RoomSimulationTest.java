package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.server.config.TestLimits;
import dev.concord.store.Append;
import dev.concord.store.AppendResult;
import dev.concord.store.BatchId;
import dev.concord.store.ForwardingStore;
import dev.concord.store.OpLog;
import dev.concord.store.OpLogLimits;
import dev.concord.store.StoreException;
import dev.concord.store.StoreUnavailableException;
import dev.concord.store.StoredOp;
import dev.concord.store.StoredRoom;
import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.testing.Await;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/**
 * Clients that edit one room through a server that is driven step by step from a seed: they read late, leave, come back, and the
 * store fails, forgets its answers and refuses compactions. At the end all texts are one, and nothing that was acknowledged at any moment
 * is missing from what is stored. {@code -Dconcord.tries} sets the number of seeds (a fifth of it), {@code -Dconcord.seed} replays one.
 */
class RoomSimulationTest {
    private static final String ID = "r";

    @Test
    void everybodyEndsWithTheSameTextAndNothingAcknowledgedIsLost() {
        Long given = Long.getLong("concord.seed");
        if (given != null) {
            run(given);
            return;
        }
        int tries = Math.max(1, Integer.getInteger("concord.tries", 1_000) / 5);
        Random seeds = new Random();
        for (int i = 0; i < tries; i++) {
            run(seeds.nextLong());
        }
    }

    private static void run(long seed) {
        try (World world = new World(new Random(seed))) {
            world.live();
        } catch (Throwable failure) {
            throw new AssertionError(
                    "replay with: ./mvnw test -pl concord-server -am -Dtest=RoomSimulationTest"
                            + " -Dsurefire.failIfNoSpecifiedTests=false -Dconcord.seed=" + seed,
                    failure);
        }
    }

    /** What becomes of the next commits is planned; none happens before that. */
    private static final class PlannedStore extends ForwardingStore {
        enum Fate {
            STORED,
            AWAY,
            ANSWER_LOST,
            REJECTED
        }

        final MemoryRoomStore memory;
        final Queue<Fate> fates = new ConcurrentLinkedQueue<>();
        final Semaphore commits = new Semaphore(0);
        boolean refusesSnapshots;

        PlannedStore() {
            this(new MemoryRoomStore());
        }

        private PlannedStore(MemoryRoomStore memory) {
            super(memory);
            this.memory = memory;
        }

        @Override
        public List<AppendResult> append(BatchId id, List<Append> batch) {
            commits.acquireUninterruptibly();
            Fate fate = Optional.ofNullable(fates.poll()).orElse(Fate.STORED);
            if (fate == Fate.AWAY || fate == Fate.ANSWER_LOST) {
                if (fate == Fate.ANSWER_LOST) {
                    memory.append(id, batch);
                }
                throw new StoreUnavailableException("planned", null);
            }
            if (fate == Fate.REJECTED) {
                throw new StoreException("planned");
            }
            return memory.append(id, batch);
        }

        @Override
        public boolean saveSnapshot(String roomId, String epoch, byte[] state, long opSeq) {
            if (refusesSnapshots) {
                throw new StoreUnavailableException("planned", null);
            }
            return memory.saveSnapshot(roomId, epoch, state, opSeq);
        }

        @Override
        public void ping() {}

        @Override
        public void close() {}
    }

    private static final class World implements AutoCloseable {
        final Random random;
        final PlannedStore store = new PlannedStore();
        final HandCrankedLoop loop = new HandCrankedLoop();
        final Queue<Runnable> io = new ConcurrentLinkedQueue<>();
        final FakeFrames frames = new FakeFrames();
        final OpLog log = OpLog.start(store, new OpLogLimits(100_000, 64 << 20, 1, 64 << 20), failures -> 0);
        final RoomDirectory rooms;
        final List<SimulatedClient> clients = new ArrayList<>();
        final List<Operation> acknowledged = new ArrayList<>();

        World(Random random) {
            this.random = random;
            TestLimits limits = new TestLimits();
            if (random.nextBoolean()) {
                // Read in the background, as large documents are.
                limits.elementsPerTurn = random.nextInt(200);
            }
            rooms = TestRooms.directory(
                    store,
                    log,
                    io::add,
                    io::add,
                    id -> loop,
                    frames,
                    new RecordedEvents(),
                    limits.build(),
                    dev.concord.server.cluster.Cluster.solo());
            for (int i = 0; i < 2 + random.nextInt(3); i++) {
                clients.add(new SimulatedClient("s" + i, acknowledged));
            }
        }

        void live() {
            int steps = 50 + random.nextInt(250);
            for (int i = 0; i < steps; i++) {
                step(clients.get(random.nextInt(clients.size())));
                if (random.nextInt(20) == 0) {
                    checkStored();
                }
            }
            comeToRest();
            checkStored();
            SimulatedClient first = clients.get(0);
            String digest = HexFormat.of().formatHex(first.document.digest());
            for (SimulatedClient client : clients) {
                assertEquals(first.document.text(), client.document.text(), client.name);
                assertEquals(digest, HexFormat.of().formatHex(client.document.digest()), client.name);
                assertEquals(Map.of(), client.unacknowledged, client.name);
            }
            CompletableFuture<RoomView> view = first.room.view();
            runIo();
            assertEquals(digest, view.join().digest());
            assertEquals(digest, HexFormat.of().formatHex(stored().digest()));
        }

        private void step(SimulatedClient client) {
            switch (random.nextInt(14)) {
                case 0, 1, 2 -> edit(client);
                case 3, 4 -> client.read();
                case 5, 6 -> loop.runOne();
                case 7 -> Optional.ofNullable(io.poll()).ifPresent(Runnable::run);
                case 8 -> loop.pass(Duration.ofMillis(random.nextInt(10_000)));
                case 9 -> commit(random.nextInt(4) == 0);
                case 10 -> stall(client);
                case 11 -> {
                    if (random.nextInt(3) == 0) {
                        client.disconnect(true);
                    }
                    connect(client);
                }
                case 12 -> {
                    store.refusesSnapshots = random.nextInt(3) == 0;
                    if (random.nextInt(6) == 0) {
                        clients.forEach(each -> each.disconnect(true));
                        loop.pass(Duration.ofMinutes(1));
                    }
                    rooms.sweep();
                }
                default -> {
                    loop.run();
                    client.read();
                    connect(client);
                }
            }
        }

        private void edit(SimulatedClient client) {
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

        private void stall(SimulatedClient client) {
            if (client.isConnected()) {
                client.member.writable = !client.member.writable;
                if (client.member.writable) {
                    client.room.writable(client.member);
                }
            }
        }

        private void connect(SimulatedClient client) {
            if (client.asked || client.isConnected()) {
                return;
            }
            client.disconnect(true);
            client.asked = true;
            byte[] version = random.nextBoolean() ? client.document.version() : null;
            rooms.run(ID, true, new RoomCallback() {
                @Override
                public void enter(Room room) {
                    client.asked = false;
                    client.member = new FakeMember(client.name);
                    client.room = room;
                    room.join(client.member, version);
                }

                @Override
                public void absent(Absence reason) {
                    assertEquals(Absence.UNAVAILABLE, reason, "the room is made when there is none");
                    throw new AssertionError("nothing is damaged here");
                }
            });
        }

        /** Commits everything that waits, with some mishaps on the way. */
        private void commit(boolean mishaps) {
            for (int i = log.pendingOps(); mishaps && i > 0; i--) {
                PlannedStore.Fate[] all = PlannedStore.Fate.values();
                store.fates.add(random.nextInt(3) == 0 ? all[random.nextInt(all.length)] : PlannedStore.Fate.STORED);
            }
            store.commits.release(1_000_000);
            Await.result("the log is written", log.flush());
            store.commits.drainPermits();
            store.fates.clear();
        }

        private void comeToRest() {
            store.refusesSnapshots = false;
            for (int round = 0; round < 6; round++) {
                commit(false);
                loop.pass(Duration.ofSeconds(10));
                runIo();
                for (SimulatedClient client : clients) {
                    if (client.isConnected() && !client.member.writable) {
                        stall(client);
                    }
                    loop.run();
                    client.read();
                    connect(client);
                }
            }
        }

        private void runIo() {
            for (Runnable task = io.poll(); task != null; task = io.poll()) {
                task.run();
                loop.run();
            }
        }

        private void checkStored() {
            if (store.memory.load(ID).isEmpty()) {
                return;
            }
            Document reloaded = stored();
            for (Operation op : acknowledged) {
                assertTrue(SimulatedClient.isKnown(op, reloaded), () -> "acknowledged, and not stored: " + op);
            }
        }

        private Document stored() {
            StoredRoom stored = store.memory.load(ID).orElseThrow();
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

        @Override
        public void close() {
            store.commits.release(1_000_000);
            log.close(Duration.ZERO);
        }
    }
}
