package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.server.room.presence.PresenceRounds;
import dev.concord.store.StoredRoom;
import dev.concord.testing.Await;
import dev.concord.wire.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * A room whose parts and connections throw. Every call that the room makes of its wings, of its members, of what encodes frames and of what
 * counts is a numbered point. A course of edits is run once for each point, which throws there, before or after it has done its work; at the
 * end all members and the store have one text, without anybody's help but that members who were sent away come back. {@code
 * -Dconcord.tries} sets the number of courses with several faults, {@code -Dconcord.seed} replays one.
 */
class RoomFaultTest extends RoomFixture {
    private final Seams seams = new Seams();
    private Seams.Plan plan = point -> false;
    private Seams.Kind kind = Seams.Kind.EXCEPTION_BEFORE;

    /** The room of what is stored, with a seam at every part. */
    private void openWithSeams() {
        StoredRoom stored = memory.load(ID).orElseThrow();
        RoomContext context = new RoomContext(
                ID,
                stored.epoch(),
                limits.build(),
                loop,
                seams.seam(Frames.class, frames),
                seams.seam(RoomEvents.class, events));
        RoomLogs logs = archive.logs();
        Wings wings = new Wings(
                new RoomLogs() {
                    @Override
                    public Document load(String roomId, StoredRoom rows) {
                        return logs.load(roomId, rows);
                    }

                    @Override
                    public RoomLog follow(RoomContext of, RoomLog.Host host, OwnCommits own, StoredRoom rows) {
                        return seams.seam(RoomLog.class, logs.follow(of, host, own, rows));
                    }

                    @Override
                    public void onSnapshot(java.util.function.Consumer<String> listener) {}
                },
                (of, host) -> seams.seam(Presences.class, new PresenceRounds(of, host)),
                (of, host) -> {
                    peerHost = host;
                    return seams.seam(Peers.class, new Others());
                },
                null,
                seams.seam(Deletions.class, deletions),
                readers);
        room = new Room(context, documentOf(stored), stored, log, wings);
        try {
            room.open();
        } catch (Seams.PlantedException | Seams.PlantedError e) {
            room.close(Close.RESTARTING);
        }
    }

    /** Other instances that are always there and never answer. */
    private static final class Others implements Peers {
        @Override
        public void prepare() {}

        @Override
        public void open() {}

        @Override
        public void close() {}

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void publish(Operation operation, byte[] frame) {}

        @Override
        public void changed() {}

        @Override
        public void stored() {}

        @Override
        public boolean areStored() {
            return true;
        }

        @Override
        public void watch() {}

        @Override
        public void onceStored(Runnable then) {
            then.run();
        }

        @Override
        public void compare() {}

        @Override
        public void show(java.util.Map<Member, Shown> changed) {}

        @Override
        public void leave(Member member, Message.Presence farewell, boolean sharesName) {}

        @Override
        public List<Message.Presence> present() {
            return List.of();
        }
    }

    private final class Connection extends FakeMember {
        Connection(String id) {
            super(id);
        }

        @Override
        public void send(Frames.Frame frame) {
            seams.at("Member.send", () -> {
                super.send(frame);
                return true;
            });
        }

        @Override
        public void flush() {
            seams.at("Member.flush", () -> {
                super.flush();
                return true;
            });
        }

        @Override
        public boolean isWritable() {
            return seams.at("Member.isWritable", super::isWritable);
        }
    }

    /** Edits, reads, and comes back when it was sent away. */
    private final class Client {
        final String name;
        final Document document;
        final TreeMap<Long, Operation> unacknowledged = new TreeMap<>();
        FakeMember member;
        boolean synchronised;
        long seq;

        Client(String name) {
            this.name = name;
            this.document = new Document(name);
        }

        void connect() {
            member = new Connection(name);
            synchronised = false;
            unacknowledged.clear();
            asNetty(() -> room.join(member, document.version()), member);
        }

        void type(String text) {
            document.insert(document.length() / 2, text).forEach(this::send);
        }

        void send(Operation op) {
            if (member.closed == null && synchronised) {
                seq++;
                unacknowledged.put(seq, op);
                Message.Op message = new Message.Op(seq, op);
                asNetty(() -> room.receive(member, message), member);
            }
        }

        void read() {
            for (Message message : member.take()) {
                if (message instanceof Message.Sync sync) {
                    document.merge(sync.state());
                    boolean first = !synchronised;
                    synchronised = true;
                    if (first) {
                        document.missingFrom(sync.version()).forEach(this::send);
                    }
                } else if (message instanceof Message.Op op) {
                    document.apply(op.operation());
                } else if (message instanceof Message.Ack ack) {
                    unacknowledged.headMap(ack.seq(), true).values().forEach(acknowledged::add);
                    unacknowledged.headMap(ack.seq(), true).clear();
                } else if (message instanceof Message.Refusal refusal) {
                    throw new AssertionError("unexpected " + refusal);
                }
            }
        }
    }

    private final List<Operation> acknowledged = new ArrayList<>();
    private final List<Client> clients = new ArrayList<>();

    /** What a handler throws ends its connection, without a close frame. */
    private void asNetty(Runnable work, FakeMember member) {
        try {
            work.run();
        } catch (Seams.PlantedException | Seams.PlantedError thrown) {
            if (member.closed == null) {
                member.closed = Close.OVERLOADED;
                try {
                    room.leave(member);
                } catch (Seams.PlantedException | Seams.PlantedError again) {
                    // Logged there.
                }
            }
        }
    }

    /** Tasks and timers; what they throw is logged by a loop, which goes on. */
    private void turn(Duration time) {
        for (boolean again = true; again; ) {
            try {
                loop.pass(time);
                again = false;
            } catch (Seams.PlantedException | Seams.PlantedError logged) {
                again = true;
            }
        }
    }

    private void course() {
        openWithSeams();
        for (String name : List.of("ann", "bob", "cy")) {
            Client client = new Client(name);
            clients.add(client);
            client.connect();
        }
        rest();
        seams.arm(plan, kind);
        for (int i = 0; i < 6; i++) {
            comeBack();
            Client client = clients.get(i % 3);
            client.type("abcdef".substring(i));
            if (i == 1) {
                clients.get(2).member.writable = false;
            }
            if (i == 2) {
                Message.Presence presence = presence("Ann", i);
                asNetty(() -> room.receive(clients.get(0).member, presence, 0), clients.get(0).member);
            }
            if (i == 3) {
                fromElsewhere("bus", true);
                fromElsewhere("log", false);
                Await.result("the log is written", log.flush());
            }
            if (i == 4) {
                Client slow = clients.get(2);
                slow.member.writable = true;
                asNetty(() -> room.writable(slow.member), slow.member);
                late();
            }
            turn(Duration.ofMillis(200));
            clients.forEach(Client::read);
        }
        Await.result("the log is written", log.flush());
        turn(Duration.ofMillis(200));
        seams.disarm();
    }

    /** Another instance stores an edit, and sends it, or the log has to bring it. */
    private void fromElsewhere(String site, boolean sent) {
        Operation op = another(site, 1, site);
        try {
            if (sent) {
                peerHost.take(op, false);
            } else {
                room.log().catchUp();
            }
        } catch (Seams.PlantedException | Seams.PlantedError logged) {
            // By whoever calls.
        }
    }

    /** One who joins in the middle of it all. */
    private void late() {
        Client late = new Client("dan");
        clients.add(late);
        late.connect();
    }

    /** No more faults: everything is stored and sent, who was sent away comes back, and others append to the log no more. */
    private void rest() {
        for (int round = 0; round < 5; round++) {
            Await.result("the log is written", log.flush());
            turn(Duration.ofSeconds(3));
            while (archive.isReading()) {
                archive.read();
                turn(Duration.ofMillis(200));
            }
            while (archive.isCompacting()) {
                archive.store();
                turn(Duration.ZERO);
            }
            comeBack();
            room.log().catchUp();
            turn(Duration.ofMillis(200));
            clients.forEach(Client::read);
        }
    }

    /** Those who were sent away connect again, to the room that is in memory then. */
    private void comeBack() {
        if (room.isClosed()) {
            Await.result("the log is written", log.flush());
            openWithSeams();
        }
        for (Client client : clients) {
            if (client.member.closed != null) {
                client.connect();
            }
        }
    }

    private void check() {
        rest();
        Document stored = stored();
        for (Operation op : acknowledged) {
            assertTrue(SimulatedClient.isKnown(op, stored), () -> "acknowledged and not stored: " + op);
        }
        String digest = HexFormat.of().formatHex(stored.digest());
        assertEquals(digest, room.view().join().digest());
        for (Client client : clients) {
            assertEquals(stored.text(), client.document.text(), client.name);
            assertEquals(digest, HexFormat.of().formatHex(client.document.digest()), client.name);
            assertEquals(new TreeMap<>(), client.unacknowledged, client.name);
            assertNull(client.member.closed, client.name);
        }
    }

    /** One course on a new room. */
    private void run(Seams.Plan what, Seams.Kind how, String replay) {
        try {
            room.close(Close.RESTARTING);
            loop.run();
            assertTrue(memory.delete(ID).isPresent());
            assertTrue(memory.create(ID, EPOCH, null));
            clients.clear();
            acknowledged.clear();
            plan = what;
            kind = how;
            course();
            check();
        } catch (Throwable failure) {
            throw new AssertionError(replay + ", which failed at" + seams.failed(), failure);
        }
    }

    @Test
    void withoutFaultsEverybodyStays() {
        run(point -> false, Seams.Kind.EXCEPTION_BEFORE, "no fault");
        assertEquals(
                List.of(),
                clients.stream().filter(client -> client.member.closed != null).toList());
        assertTrue(seams.points() > 100, () -> "points: " + seams.points());
    }

    @Test
    void oneFaultAtEachPointLeavesEverybodyEqual() {
        run(point -> false, Seams.Kind.EXCEPTION_BEFORE, "no fault");
        int all = seams.points();
        for (Seams.Kind how : Seams.Kind.values()) {
            for (int i = 1; i <= all; i++) {
                int fault = i;
                run(point -> point == fault, how, "point " + fault + " of " + all);
            }
        }
    }

    @Test
    void severalFaultsLeaveEverybodyEqual() {
        Long given = Long.getLong("concord.seed");
        if (given != null) {
            several(given);
            return;
        }
        int tries = Math.max(1, Integer.getInteger("concord.tries", 1_000) / 2);
        Random seeds = new Random();
        for (int i = 0; i < tries; i++) {
            several(seeds.nextLong());
        }
    }

    private void several(long seed) {
        Random random = new Random(seed);
        int oneIn = 5 + random.nextInt(200);
        Seams.Kind how = List.of(Seams.Kind.values()).get(random.nextInt(4));
        run(
                point -> random.nextInt(oneIn) == 0,
                how,
                "replay with: ./mvnw test -pl concord-server -am -Dtest=RoomFaultTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dconcord.seed=" + seed);
    }
}
