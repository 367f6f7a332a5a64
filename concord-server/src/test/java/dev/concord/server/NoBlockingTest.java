package dev.concord.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.store.Append;
import dev.concord.store.BatchId;
import dev.concord.store.RoomStore;
import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The store blocks, and is never called on an event loop. */
@Timeout(120)
class NoBlockingTest {
    private final Set<String> called = new ConcurrentSkipListSet<>();
    private final Set<String> calledOnALoop = new ConcurrentSkipListSet<>();

    private RoomStore watched(RoomStore store) {
        return (RoomStore) Proxy.newProxyInstance(
                RoomStore.class.getClassLoader(), new Class<?>[] {RoomStore.class}, (proxy, method, arguments) -> {
                    called.add(method.getName());
                    // Netty's loops, and no other thread here, are of this kind.
                    if (Thread.currentThread() instanceof FastThreadLocalThread) {
                        calledOnALoop.add(method.getName());
                    }
                    if (method.getName().equals("isShared")) {
                        return true;
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void noMethodOfTheStoreIsCalledOnAnEventLoop() throws Exception {
        MemoryRoomStore memory = new MemoryRoomStore();
        try (ServerFixture server =
                ServerFixture.start(watched(memory), limits -> limits.unloadAfter = Duration.ZERO)) {
            server.get("/");
            server.get("/readyz");
            server.get("/metrics");
            server.get("/rooms/none");
            server.put("/rooms/r", "text");
            server.get("/rooms/r");
            try (RawConnection ann = RawConnection.webSocket(server.port(), "/rooms/r/ws");
                    RawConnection bob = RawConnection.webSocket(server.port(), "/rooms/r/ws")) {
                Document document =
                        Document.load("ann", ann.read(Message.Sync.class).state());
                bob.read(Message.Sync.class);
                for (int seq = 1; seq <= 250; seq++) {
                    for (Operation op : document.insert(document.length(), "x")) {
                        ann.message(new Message.Op(seq, op));
                    }
                }
                long acknowledged = 0;
                while (acknowledged < 250) {
                    acknowledged = ann.read(Message.Ack.class).seq();
                }
                ServerFixture.await(() -> server.metric("concord_compactions_total") > 0);
                Operation another =
                        new Operation.Insert(new ElementId("another", 1), Anchor.after(ElementId.HEAD), "another ");
                memory.append(
                        new BatchId("another", 1),
                        List.of(new Append(
                                "r", memory.load("r").orElseThrow().epoch(), WireCodec.writeOperation(another))));
                ServerFixture.await(() -> server.metric("concord_caughtup_ops_total") > 0);
            }
            ServerFixture.await(() -> server.metric("concord_rooms") == 0);
            String body = server.get("/rooms/r").body();
            assertTrue(body.contains("text" + "x".repeat(250)) && body.contains("another "), body);
            server.post("/rooms/r/purge", "");
            String epoch = memory.load("r").orElseThrow().epoch();
            server.send(server.request("/rooms/r").DELETE());
            try (RawConnection late = RawConnection.webSocket(server.port(), "/rooms/r/ws?epoch=" + epoch)) {
                late.frame();
            }
        }
        Set<String> all = new TreeSet<>(Arrays.stream(RoomStore.class.getMethods())
                .map(m -> m.getName())
                .toList());
        // Nothing calls these here.
        all.removeAll(List.of("compact", "deleteIdle", "end", "rooms"));
        assertEquals(all, new TreeSet<>(called), "what the test does not reach it does not watch");
        assertEquals(Set.of(), calledOnALoop);
    }
}
