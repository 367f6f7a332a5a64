package dev.concord.server.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.concord.server.HangingStore;
import dev.concord.server.config.HistoryLimits;
import dev.concord.server.refusal.Refusal;
import dev.concord.store.OpLog;
import dev.concord.store.memory.MemoryRoomStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class HistoryCloseTest {
    @Test
    @SuppressWarnings("NullAway") // no room is asked
    void whatWaitsForAThreadIsRefused() throws Exception {
        CountDownLatch asked = new CountDownLatch(2);
        HangingStore store = new HangingStore(new MemoryRoomStore(), asked);
        OpLog log = OpLog.start(store);
        try (History history = new History(store, log, null, HistoryLimits.DEFAULT, Executors.defaultThreadFactory())) {
            history.versions("r", Long.MAX_VALUE, 1);
            history.versions("r", Long.MAX_VALUE, 1);
            asked.await();
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
