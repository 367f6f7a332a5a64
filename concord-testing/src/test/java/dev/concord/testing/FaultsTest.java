package dev.concord.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FaultsTest {
    private final Faults faults = new Faults();
    private final AtomicInteger done = new AtomicInteger();

    private int call() {
        return faults.call(done::incrementAndGet);
    }

    @Test
    void each_plan_holds_for_one_call_in_the_order_of_planning() {
        IOException first = new IOException("first");
        faults.failNext(first);
        faults.failNext(new IllegalStateException("second"));
        assertSame(first, assertThrows(IOException.class, this::call));
        assertThrows(IllegalStateException.class, this::call);
        assertEquals(1, call());
    }

    @Test
    void a_lost_answer_is_lost_after_the_work() {
        faults.loseNextAnswer(new IllegalStateException("lost"));
        assertThrows(IllegalStateException.class, this::call);
        assertEquals(1, done.get());
        assertEquals(2, call());
    }

    @Test
    void a_call_waits_at_its_gate() throws InterruptedException {
        Faults.Gate gate = faults.holdNext();
        CompletableFuture<Integer> held = CompletableFuture.supplyAsync(this::call);
        gate.awaitReached();
        assertEquals(0, done.get());
        gate.open();
        assertEquals(1, held.join());
    }
}
