package dev.concord.server.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

class InputBudgetTest {
    private static final int KIB = 1024;

    private final InputBudget budget = new InputBudget(1024 * KIB, 512 * KIB);
    private final List<String> shed = new ArrayList<>();

    private static InetAddress address(int last) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
    }

    private InputBudget.Account open(String name, int from) throws UnknownHostException {
        return budget.open(from == 0 ? null : address(from), () -> shed.add(name));
    }

    @Test
    void theGreediestGoesFirstAndOnlyAsManyAsMust() throws Exception {
        open("small", 1).hold(100 * KIB);
        open("greedy", 2).hold(450 * KIB);
        open("middle", 3).hold(300 * KIB);
        assertEquals(List.of(), shed);
        InputBudget.Account last = open("last", 4);
        last.hold(400 * KIB);
        assertEquals(List.of("greedy"), shed);
        // It has not let go yet, and nobody else pays for that.
        last.hold(410 * KIB);
        assertEquals(List.of("greedy"), shed);
        assertEquals(1, budget.shed());
    }

    @Test
    void anAddressHasABoundOfItsOwn() throws Exception {
        open("other", 2).hold(400 * KIB);
        open("one", 1).hold(300 * KIB);
        open("two", 1).hold(304 * KIB);
        assertEquals(List.of("two"), shed);
    }

    @Test
    void connectionsOfNoAddressShareTheBoundOfAllOnly() throws Exception {
        open("one", 0).hold(500 * KIB);
        open("two", 0).hold(500 * KIB);
        assertEquals(List.of(), shed);
        open("three", 0).hold(496 * KIB);
        assertEquals(1, shed.size());
    }

    @Test
    void whatIsLetGoIsFreeAgain() throws Exception {
        for (int i = 0; i < 100; i++) {
            InputBudget.Account account = open("a" + i, 1);
            account.hold(500 * KIB);
            account.hold(0);
            InputBudget.Account closed = open("b" + i, 1);
            closed.hold(500 * KIB);
            closed.close();
            closed.hold(500 * KIB);
        }
        assertEquals(List.of(), shed);
        assertEquals(0, budget.bytes());
    }

    @Test
    void theSumIsRightWhateverThreadsDo() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int from = t % 2 + 1;
            InputBudget.Account account = budget.open(address(from), () -> {});
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 20_000; i++) {
                    account.hold(ThreadLocalRandom.current().nextInt(600 * KIB));
                }
                account.close();
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(0, budget.bytes());
        assertTrue(budget.shed() > 0);
    }
}
