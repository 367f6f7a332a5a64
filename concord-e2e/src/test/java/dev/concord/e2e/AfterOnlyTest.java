package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.concord.testing.Await;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Clients that know nothing but {@code after} converge with the server, with each other, and with a full client that reads along. */
@ExtendWith(ServerLogs.class)
class AfterOnlyTest {
    private static final int CLIENTS = 3;
    private static final int EDITS = 400;
    private static final String[] LETTERS = {"a", "b", "c", "\n", "\u00e9", "\uD83D\uDE00"};

    @TempDir
    Path home;

    @Test
    @Timeout(900)
    void simple_clients_typing_at_once_agree_with_the_server_and_each_other() {
        long seed = Seed.of(AfterOnlyTest.class);
        Random random = new Random(seed);
        List<AfterOnlyClient> clients = new ArrayList<>();
        try (ServerProcess server = new ServerProcess(home).start();
                TestClient reader = new TestClient("reader").connect(server.socket("simple"))) {
            List<CompletableFuture<Void>> typing = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(new AfterOnlyClient("simple-" + i).connect(server.socket("simple")));
            }
            for (AfterOnlyClient client : clients) {
                Random own = new Random(random.nextLong());
                typing.add(CompletableFuture.runAsync(
                        () -> type(client, own), task -> new Thread(task, "simple").start()));
            }
            typing.forEach(CompletableFuture::join);
            for (AfterOnlyClient client : clients) {
                Await.until("everything is acknowledged", client::isAcknowledged);
            }

            String text = server.text("simple");
            assertFalse(text.isEmpty());
            for (AfterOnlyClient client : clients) {
                Await.until(
                        "a simple client shows the server's text",
                        () -> client.text().equals(text));
                assertEquals("", client.fault());
            }
            reader.awaitText(text);
            assertEquals(server.digest("simple"), reader.digest());
            reader.assertUndisturbed();
        } finally {
            clients.forEach(AfterOnlyClient::close);
        }
    }

    private static void type(AfterOnlyClient client, Random random) {
        for (int i = 0; i < EDITS; i++) {
            synchronized (client) {
                int length = client.length();
                if (length > 0 && random.nextInt(4) == 0) {
                    client.delete(random.nextInt(length));
                } else {
                    client.insert(random.nextInt(length + 1), LETTERS[random.nextInt(LETTERS.length)]);
                }
            }
        }
    }
}
