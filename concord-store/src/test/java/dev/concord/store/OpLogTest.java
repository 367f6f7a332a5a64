package dev.concord.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.store.testing.FaultyStore;
import dev.concord.testing.Faults;
import dev.concord.testing.UnloggableError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class OpLogTest {
    private static final Backoff AT_ONCE = failures -> 0;
    private static final Backoff NEVER = failures -> TimeUnit.DAYS.toNanos(1);
    private static final OpLogLimits SMALL = new OpLogLimits(5, 100, 3, 50);

    private final FaultyStore store = new FaultyStore(new MemoryRoomStore());
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private OpLog log;

    @BeforeEach
    void makeRooms() {
        store.create("r", "e1", null);
        store.create("s", "e1", null);
    }

    @AfterEach
    void closeLog() {
        store.comeBack();
        log.close(Duration.ZERO);
    }

    private void start(OpLogLimits limits, Backoff backoff) {
        log = OpLog.start(store, limits, backoff);
    }

    private void append(String roomId, String text) {
        append(roomId, text.getBytes(UTF_8), text);
    }

    private void append(String roomId, byte[] op, String name) {
        log.append(roomId, "e1", op, new AppendCallback() {
            @Override
            public void stored(long seq) {
                received.add(name + "=" + seq);
            }

            @Override
            public void failed(StoreException reason) {
                received.add(name + "!" + reason.getClass().getSimpleName());
            }
        });
    }

    private List<String> received(int count) throws InterruptedException {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            words.add(received.take());
        }
        return words;
    }

    private List<String> stored(String roomId) {
        return store.load(roomId).orElseThrow().ops().stream()
                .map(op -> new String(op.op(), UTF_8))
                .toList();
    }

    @Test
    void an_op_is_reported_with_its_place_after_the_commit() throws Exception {
        start(OpLogLimits.DEFAULT, AT_ONCE);
        Faults.Gate commit = store.holdNext();
        append("r", "a");
        commit.awaitReached();
        assertEquals(1, log.pendingOps());
        assertEquals(1, log.pendingBytes());
        assertTrue(received.isEmpty());
        commit.open();
        assertEquals(List.of("a=1"), received(1));
        log.flush().get();
        assertEquals(0, log.pendingOps());
        assertEquals(0, log.pendingBytes());
    }

    @Test
    void what_gathers_during_a_commit_shares_the_next_one() throws Exception {
        start(OpLogLimits.DEFAULT, AT_ONCE);
        Faults.Gate commit = store.holdNext();
        append("r", "a");
        commit.awaitReached();
        append("r", "b");
        append("s", "x");
        append("r", "c");
        commit.open();
        assertEquals(List.of("a=1", "b=2", "x=1", "c=3"), received(4));
        assertEquals(List.of(1, 3), store.attempts());
    }

    @Test
    void a_batch_is_bounded_by_count_and_by_bytes() throws Exception {
        start(new OpLogLimits(100, 1000, 3, 50), AT_ONCE);
        Faults.Gate commit = store.holdNext();
        append("r", "a");
        commit.awaitReached();
        IntStream.range(0, 4).forEach(i -> append("r", "op" + i));
        append("r", new byte[30], "half");
        append("r", new byte[30], "half");
        append("r", new byte[80], "large");
        append("r", "z");
        commit.open();
        received(9);
        assertEquals(List.of(1, 3, 2, 1, 1, 1), store.attempts());
    }

    private void appendTogether(String... texts) {
        List<byte[]> ops =
                java.util.Arrays.stream(texts).map(text -> text.getBytes(UTF_8)).toList();
        log.appendTogether("r", "e1", ops, new AppendCallback() {
            @Override
            public void stored(long seq) {
                received.add("together=" + seq);
            }

            @Override
            public void failed(StoreException reason) {
                received.add("together!" + reason.getClass().getSimpleName());
            }
        });
    }

    @Test
    void ops_that_belong_together_share_a_transaction() throws Exception {
        start(SMALL, AT_ONCE);
        Faults.Gate commit = store.holdNext();
        append("s", "first");
        commit.awaitReached();
        append("r", "a");
        appendTogether("b", "c", "d");
        commit.open();
        received(5);
        assertEquals(List.of(1, 1, 3), store.attempts());
        assertEquals(List.of("a", "b", "c", "d"), stored("r"));
        // More than a commit usually takes.
        appendTogether("e", "f", "g", "h");
        assertEquals(List.of("together=5", "together=6", "together=7", "together=8"), received(4));
        assertEquals(List.of(1, 1, 3, 4), store.attempts());
    }

    @Test
    void ops_that_belong_together_are_refused_together() throws Exception {
        start(SMALL, AT_ONCE);
        assertThrows(OpLogFullException.class, () -> appendTogether("1", "2", "3", "4", "5", "6"));
        assertEquals(0, log.pendingOps());
        assertEquals(0, log.pendingBytes());
        append("r", "x");
        received(1);
        assertEquals(List.of("x"), stored("r"));
        log.close(Duration.ofSeconds(10));
        assertThrows(OpLogClosedException.class, () -> appendTogether("y"));
    }

    @Test
    void too_many_ops_are_refused_until_there_is_room_again() throws Exception {
        start(SMALL, AT_ONCE);
        Faults.Gate commit = store.holdNext();
        append("r", "0");
        commit.awaitReached();
        IntStream.range(1, 5).forEach(i -> append("r", String.valueOf(i)));
        assertThrows(OpLogFullException.class, () -> append("r", "refused"));
        assertEquals(5, log.pendingOps());
        assertEquals(5, log.pendingBytes());
        commit.open();
        log.flush().get();
        append("r", "5");
        received(6);
        assertEquals(List.of("0", "1", "2", "3", "4", "5"), stored("r"));
    }

    @Test
    void too_many_bytes_are_refused() throws Exception {
        start(SMALL, AT_ONCE);
        assertThrows(OpLogFullException.class, () -> append("r", new byte[101], "refused"));
        assertEquals(0, log.pendingBytes());
        append("r", new byte[100], "fits");
        assertEquals(List.of("fits=1"), received(1));
    }

    @Test
    void an_unavailable_store_is_tried_until_it_answers_and_the_order_stays() throws Exception {
        start(OpLogLimits.DEFAULT, AT_ONCE);
        Faults.Gate commit = store.holdNext();
        append("r", "a");
        commit.awaitReached();
        IntStream.range(0, 20).forEach(i -> store.failNext(new StoreUnavailableException("busy", null)));
        append("r", "b");
        append("r", "c");
        commit.open();
        assertEquals(List.of("a=1", "b=2", "c=3"), received(3));
        assertEquals(List.of("a", "b", "c"), stored("r"));
        assertEquals(22, store.attempts().size());
        assertTrue(log.healthy());
        assertInstanceOf(StoreUnavailableException.class, log.lastFailure().orElseThrow());
    }

    @Test
    void while_the_store_is_away_the_log_is_unhealthy_and_memory_is_bounded() throws Exception {
        CountDownLatch paused = new CountDownLatch(3);
        start(SMALL, failures -> {
            paused.countDown();
            return 0;
        });
        assertTrue(log.healthy());
        store.goAway();
        IntStream.range(0, 5).forEach(i -> append("r", String.valueOf(i)));
        paused.await();
        assertFalse(log.healthy());
        assertThrows(OpLogFullException.class, () -> append("r", "refused"));
        assertEquals(5, log.pendingOps());
        assertTrue(received.isEmpty());
        store.comeBack();
        log.flush().get();
        assertTrue(log.healthy());
        assertEquals(List.of("0", "1", "2", "3", "4"), stored("r"));
    }

    @Test
    void a_commit_whose_answer_is_lost_does_not_double_its_ops() throws Exception {
        start(OpLogLimits.DEFAULT, AT_ONCE);
        store.loseNextAnswer();
        store.loseNextAnswer();
        append("r", "a");
        append("s", "x");
        log.flush().get();
        append("r", "b");
        log.flush().get();
        assertEquals(List.of("a", "b"), stored("r"));
        assertEquals(List.of("x"), stored("s"));
        assertEquals(List.of("a=1", "x=1", "b=2"), received(3));
    }

    @Test
    void an_op_of_a_room_that_is_gone_fails_alone() throws Exception {
        start(OpLogLimits.DEFAULT, AT_ONCE);
        Faults.Gate commit = store.holdNext();
        append("r", "a");
        commit.awaitReached();
        append("nowhere", "n");
        append("s", "x");
        log.append("r", "e0", new byte[0], new AppendCallback() {
            @Override
            public void stored(long seq) {
                received.add("stored in another epoch");
            }

            @Override
            public void failed(StoreException reason) {
                received.add(reason.getMessage());
            }
        });
        commit.open();
        assertEquals(List.of("a=1", "n!RoomGoneException", "x=1", "room 'r' has another epoch now"), received(4));
    }

    @Test
    void a_damaged_room_fails_alone_and_the_others_are_stored() throws Exception {
        start(OpLogLimits.DEFAULT, AT_ONCE);
        store.damage("r");
        Faults.Gate commit = store.holdNext();
        append("s", "x");
        commit.awaitReached();
        append("r", "a");
        append("s", "y");
        append("r", "b");
        append("s", "z");
        CompletableFuture<Void> settled = log.flush();
        commit.open();
        settled.get();
        assertEquals(List.of("x=1", "a!CorruptRoomException", "b!CorruptRoomException", "y=2", "z=3"), received(5));
        assertTrue(log.healthy());
        assertInstanceOf(CorruptRoomException.class, log.lastFailure().orElseThrow());
        assertEquals(0, log.pendingOps());
    }

    @Test
    void an_unexpected_exception_of_the_store_fails_the_op_and_the_log_goes_on() throws Exception {
        start(OpLogLimits.DEFAULT, AT_ONCE);
        store.failNext(new IllegalStateException("a bug"));
        append("r", "a");
        assertEquals(List.of("a!StoreException"), received(1));
        append("r", "b");
        assertEquals(List.of("b=1"), received(1));
    }

    @Test
    void an_error_in_the_store_leaves_the_outcome_unknown_and_is_tried_again() throws Exception {
        start(OpLogLimits.DEFAULT, AT_ONCE);
        store.failNext(new OutOfMemoryError("for the test"));
        append("r", "a");
        assertEquals(List.of("a=1"), received(1));
    }

    @Test
    void a_fault_of_the_log_itself_costs_its_batch_only() throws Exception {
        start(OpLogLimits.DEFAULT, failures -> {
            throw new LinkageError("planted");
        });
        store.failNext(new StoreUnavailableException("planted", null));
        append("r", "a");
        assertEquals(List.of("a!StoreException"), received(1));
        append("r", "b");
        assertEquals(List.of("b=1"), received(1));
        assertEquals(0, log.pendingOps());
        log.flush().get();
    }

    @Test
    void a_fault_that_cannot_even_be_logged_costs_its_batch_only() throws Exception {
        start(OpLogLimits.DEFAULT, failures -> {
            throw new UnloggableError();
        });
        store.failNext(new StoreUnavailableException("planted", null));
        append("r", "a");
        assertEquals(List.of("a!StoreException"), received(1));
        append("r", "b");
        assertEquals(List.of("b=1"), received(1));
        assertEquals(0, log.pendingOps());
        log.flush().get();
    }

    @Test
    void a_callback_that_throws_what_cannot_be_logged_disturbs_nobody() throws Exception {
        start(OpLogLimits.DEFAULT, AT_ONCE);
        Faults.Gate commit = store.holdNext();
        append("s", "x");
        commit.awaitReached();
        log.append("r", "e1", new byte[] {1}, new AppendCallback() {
            @Override
            public void stored(long seq) {
                throw new UnloggableError();
            }

            @Override
            public void failed(StoreException reason) {}
        });
        append("r", "b");
        commit.open();
        assertEquals(List.of("x=1", "b=2"), received(2));
        append("r", "c");
        assertEquals(List.of("c=3"), received(1));
    }

    @Test
    void ops_that_the_store_does_not_answer_fail() throws Exception {
        RoomStore silent = new ForwardingStore(store) {
            @Override
            public List<AppendResult> append(BatchId id, List<Append> batch) {
                return List.of();
            }
        };
        log = OpLog.start(silent, OpLogLimits.DEFAULT, AT_ONCE);
        append("r", "a");
        assertEquals(List.of("a!StoreException"), received(1));
    }

    @Test
    void a_callback_that_throws_disturbs_nobody() throws Exception {
        start(OpLogLimits.DEFAULT, AT_ONCE);
        log.append("r", "e1", new byte[] {1}, new AppendCallback() {
            @Override
            public void stored(long seq) {
                throw new AssertionError("thrown by the test");
            }

            @Override
            public void failed(StoreException reason) {}
        });
        append("r", "b");
        assertEquals(List.of("b=2"), received(1));
    }

    @Test
    void ops_of_many_threads_are_all_stored_each_threads_in_its_order() throws Exception {
        start(OpLogLimits.DEFAULT, AT_ONCE);
        List<Thread> threads = IntStream.range(0, 4)
                .mapToObj(t -> new Thread(() -> {
                    for (int i = 0; i < 500; i++) {
                        if (i % 100 == t) {
                            store.loseNextAnswer();
                        }
                        append("r", t + ":" + i);
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        log.flush().get();
        List<String> all = stored("r");
        assertEquals(2000, all.size());
        for (int t = 0; t < 4; t++) {
            String prefix = t + ":";
            assertEquals(
                    IntStream.range(0, 500).mapToObj(i -> prefix + i).toList(),
                    all.stream().filter(op -> op.startsWith(prefix)).toList());
        }
    }

    @Test
    void flush_of_an_empty_log_completes() throws Exception {
        start(OpLogLimits.DEFAULT, AT_ONCE);
        log.flush().get();
    }

    @Test
    void closing_stores_what_waits_and_refuses_what_comes() throws Exception {
        start(OpLogLimits.DEFAULT, AT_ONCE);
        Faults.Gate commit = store.holdNext();
        append("r", "a");
        append("r", "b");
        commit.awaitReached();
        append("r", "c");
        commit.open();
        assertEquals(new OpLog.Unflushed(0, 0), log.close(Duration.ofSeconds(30)));
        assertEquals(List.of("a", "b", "c"), stored("r"));
        assertThrows(OpLogClosedException.class, () -> append("r", "d"));
        assertThrows(ExecutionException.class, () -> log.flush().get());
        assertFalse(log.healthy());
        assertEquals(new OpLog.Unflushed(0, 0), log.close(Duration.ofSeconds(30)));
    }

    @Test
    void closing_reports_what_could_not_be_stored_in_time() throws Exception {
        CountDownLatch paused = new CountDownLatch(1);
        start(OpLogLimits.DEFAULT, failures -> {
            paused.countDown();
            return NEVER.nanosAfter(failures);
        });
        store.goAway();
        append("r", "abc");
        paused.await();
        append("r", "de");
        CompletableFuture<Void> settled = log.flush();
        assertEquals(new OpLog.Unflushed(2, 5), log.close(Duration.ZERO));
        assertEquals(List.of("abc!OpLogClosedException", "de!OpLogClosedException"), received(2));
        ExecutionException failure = assertThrows(ExecutionException.class, settled::get);
        assertInstanceOf(OpLogClosedException.class, failure.getCause());
        assertEquals(List.of(), stored("r"));
    }

    @Test
    void a_commit_that_ends_after_the_deadline_is_still_reported_as_stored() throws Exception {
        start(OpLogLimits.DEFAULT, AT_ONCE);
        Faults.Gate commit = store.holdNext();
        append("r", "a");
        commit.awaitReached();
        append("r", "b");
        assertEquals(2, log.close(Duration.ZERO).ops());
        commit.open();
        assertEquals(List.of("a=1", "b!OpLogClosedException"), received(2));
    }

    @Test
    void a_callback_may_append_but_not_close() throws Exception {
        start(OpLogLimits.DEFAULT, AT_ONCE);
        log.append("r", "e1", new byte[] {1}, new AppendCallback() {
            @Override
            public void stored(long seq) {
                append("r", "next");
                try {
                    log.close();
                } catch (IllegalStateException refused) {
                    received.add("refused");
                }
            }

            @Override
            public void failed(StoreException reason) {}
        });
        assertEquals(List.of("refused", "next=2"), received(2));
    }
}
