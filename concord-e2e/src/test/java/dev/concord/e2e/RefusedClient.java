package dev.concord.e2e;

import dev.concord.testing.Await;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A connection that expects to be sent away. */
final class RefusedClient implements AutoCloseable {
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final Connection connection;

    RefusedClient(URI uri) {
        connection = Connection.open(uri, new Connection.Listener() {
            @Override
            public void frame(String text) {}

            @Override
            public void closed(int code) {
                closed.complete(code);
            }
        });
    }

    /** Waits for the end and says why it was. */
    int closeCode() {
        return closed.orTimeout(Await.DEADLINE.toSeconds(), TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        connection.abort();
    }
}
