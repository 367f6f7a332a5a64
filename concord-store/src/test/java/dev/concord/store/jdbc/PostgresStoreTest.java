package dev.concord.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.concord.store.StoreUnavailableException;
import dev.concord.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is left behind when there is no database. */
class PostgresStoreTest {
    private static final int BACKLOG = 50;

    @Test
    void a_server_that_accepts_connections_and_says_nothing_ties_up_no_thread_for_good() throws IOException {
        Set<Thread> before = threads("PostgreSQL JDBC driver connection thread");
        try (ServerSocket silent = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress())) {
            try (PostgresStore store = PostgresStore.open(address(silent))) {
                assertThrows(StoreUnavailableException.class, store::ping);
            }
            Await.until(
                    "connecting ends", () -> before.containsAll(threads("PostgreSQL JDBC driver connection thread")));
        }
    }

    @Test
    void whatever_keeps_the_store_from_being_opened_closes_its_pools() throws IOException {
        LongSupplier broken = () -> {
            throw new StackOverflowError("no clock");
        };
        Set<Thread> before = threads("concord-");
        try (ServerSocket silent = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress())) {
            assertEquals(
                    "no clock",
                    assertThrows(StackOverflowError.class, () -> PostgresStore.open(address(silent), broken))
                            .getMessage());
        }
        Await.until("the pools' threads end", () -> before.containsAll(threads("concord-")));
    }

    private static PostgresAddress address(ServerSocket server) {
        return PostgresAddress.parse(
                "jdbc:postgresql://127.0.0.1:" + server.getLocalPort() + "/none?user=nobody&sslmode=disable");
    }

    private static Set<Thread> threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(name))
                .collect(Collectors.toSet());
    }
}
