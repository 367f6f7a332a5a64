package dev.concord.server.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.concord.server.config.HistoryLimits;
import dev.concord.server.refusal.Refusal;
import dev.concord.store.ForwardingStore;
import dev.concord.store.OpLog;
import dev.concord.store.RoomHead;
import dev.concord.store.RoomStore;
import dev.concord.store.StoreUnavailableException;
import dev.concord.store.StoredRoom;
import dev.concord.store.memory.MemoryRoomStore;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class HistoryCloseTest {
    /** A store whose rooms are never read to the end. */
    private static final class Hanging extends ForwardingStore {
        final CountDownLatch asked = new CountDownLatch(2);

        Hanging(RoomStore store) {
            super(store);
        }

        @Override
        public Optional<StoredRoom> load(String roomId) {
            throw hang();
        }

        @Override
        public Map<String, RoomHead> heads(Collection<String> roomIds) {
            throw hang();
        }

        private StoreUnavailableException hang() {
            asked.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
            return new StoreUnavailableException("interrupted", null);
        }
    }

    @Test
    @SuppressWarnings("NullAway") // no room is asked
    void whatWaitsForAThreadIsRefused() throws Exception {
        Hanging store = new Hanging(new MemoryRoomStore());
        OpLog log = OpLog.start(store);
        try (History history = new History(store, log, null, HistoryLimits.DEFAULT, Executors.defaultThreadFactory())) {
            history.versions("r", Long.MAX_VALUE, 1);
            history.versions("r", Long.MAX_VALUE, 1);
            store.asked.await();
            CompletableFuture<List<Version>> waiting = history.versions("r", Long.MAX_VALUE, 1);
            history.close();
            ExecutionException failure =
                    assertThrows(ExecutionException.class, () -> waiting.get(30, TimeUnit.SECONDS));
            assertEquals(
                    "stopping",
                    assertInstanceOf(Refusal.class, failure.getCause()).code());
        } finally {
            log.close(Duration.ZERO);
        }
    }
}
