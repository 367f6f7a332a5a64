package dev.concord.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stops while something is wrong. */
@Timeout(120)
class StopTest {
    @Test
    void aStoreThatHangsLeavesNoThreadThatWaitsForIt() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        CountDownLatch asked = new CountDownLatch(4);
        HangingStore store = new HangingStore(new MemoryRoomStore(), asked);
        ServerFixture server = ServerFixture.start(store, limits -> limits.shutdown = Duration.ofMillis(500));
        List<RawConnection> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            RawConnection client = new RawConnection(server.port());
            clients.add(client);
            client.send("GET /rooms/r" + i + " HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        asked.await();
        ServerFixture.await(() -> threads(before, "concord-sweeper").stream()
                .flatMap(thread -> Stream.of(thread.getStackTrace()))
                .anyMatch(frame -> frame.getMethodName().equals("catchUp")));
        server.close();
        Await.equal("the threads that are left", List.of(), () -> threads(before, "concord"));
        for (RawConnection client : clients) {
            client.close();
        }
    }

    @Test
    void everyStepOfAStopIsTaken() {
        List<String> taken = new ArrayList<>();
        IllegalStateException first = new IllegalStateException("planted");
        LinkageError second = new LinkageError("planted");
        Closing closing = new Closing();
        closing.step(() -> {
            throw first;
        });
        closing.step(() -> taken.add("between"));
        closing.step(() -> {
            throw second;
        });
        closing.step(() -> taken.add("last"));
        assertSame(first, assertThrows(IllegalStateException.class, closing::end));
        assertArrayEquals(new Throwable[] {second}, first.getSuppressed());
        assertEquals(List.of("between", "last"), taken);
        new Closing().end();
    }

    private static List<Thread> threads(Set<Thread> before, String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread) && thread.isAlive())
                .filter(thread -> thread.getName().startsWith(name))
                .toList();
    }
}
