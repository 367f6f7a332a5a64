package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.client.ConcordSession;
import dev.concord.client.ConnectionState;
import dev.concord.client.Orphaned;
import dev.concord.client.file.FileOutboxStore;
import dev.concord.client.http.HttpTransport;
import dev.concord.client.thread.ThreadLoop;
import dev.concord.testing.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A room is deleted while ten people type in it, on two instances. */
@ExtendWith(ServerLogs.class)
class DeletionTest {
    private static final int PEOPLE = 10;
    private static final String ROOM = "doomed";
    /** In every keystroke, and nowhere else. */
    private static final String MARK = "\u2603xq7";

    private static final HttpTransport HTTP = new HttpTransport();
    /** Between two keystrokes of one person. */
    private static final Duration PAUSE = Duration.ofMillis(20);

    @TempDir
    Path home;

    /** Somebody who types all the time, and what came of it. */
    private static final class Person implements AutoCloseable {
        final ThreadLoop loop;
        final ConcordSession session;
        final Path outbox;
        final List<String> typed = new CopyOnWriteArrayList<>();
        private final Thread thread;
        private volatile boolean stopped;
        private boolean closed;

        Person(URI server, Path outbox, String name, long seed) {
            this.loop = new ThreadLoop(name);
            this.outbox = outbox;
            this.session = open(server, loop, outbox);
            Random random = new Random(seed);
            this.thread = new Thread(
                    () -> {
                        for (int i = 0; !stopped; i++) {
                            type("<" + name + "." + i + MARK + ">", random);
                            LockSupport.parkNanos(PAUSE.toNanos());
                        }
                    },
                    name);
        }

        static ConcordSession open(URI server, ThreadLoop loop, Path outbox) {
            ConcordSession session = ConcordSession.builder(server, ROOM, loop, HTTP)
                    .outbox(FileOutboxStore.open(outbox))
                    .build();
            run(loop, session::open);
            return session;
        }

        private void type(String keystroke, Random random) {
            boolean live = loop.ask(() -> {
                if (session.status().connection() == ConnectionState.STOPPED) {
                    return false;
                }
                String text = session.text();
                int offset = text.isEmpty() ? 0 : text.lastIndexOf('>', random.nextInt(text.length())) + 1;
                session.edit(offset, 0, keystroke);
                typed.add(keystroke);
                return true;
            });
            if (!live) {
                stopped = true;
            }
        }

        boolean isStopped() {
            return loop.ask(session::status).connection() == ConnectionState.STOPPED;
        }

        @Override
        public void close() throws InterruptedException {
            if (!closed) {
                closed = true;
                stopped = true;
                thread.join();
                run(loop, session::close);
                loop.close();
            }
        }
    }

    private static void run(ThreadLoop loop, Runnable task) {
        loop.ask(() -> {
            task.run();
            return null;
        });
    }

    private static String unsent(List<Orphaned> orphaned) {
        StringBuilder all = new StringBuilder();
        orphaned.forEach(edits -> edits.typed().forEach(all::append));
        return all.toString();
    }

    private static HttpResponse<String> delete(ServerProcess server, String path) throws Exception {
        return ServerProcess.HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .timeout(Await.DEADLINE)
                        .DELETE()
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest(name = "one database for all: {0}")
    @ValueSource(booleans = {true, false})
    @Timeout(900)
    void nothing_is_left_of_it_and_nobody_loses_what_was_unsent(boolean shared) throws Exception {
        long seed = Seed.of(DeletionTest.class);
        List<Person> people = new ArrayList<>();
        try (Instances instances = new Instances(home, 2, shared, seed)) {
            ServerProcess first = instances.server(0);
            for (int i = 0; i < PEOPLE; i++) {
                URI server =
                        URI.create("http://127.0.0.1:" + instances.server(i % 2).port());
                people.add(new Person(server, home.resolve("outbox-" + i), "p" + i, seed + i));
            }
            people.forEach(person -> person.thread.start());
            Await.until(
                    "everybody's text has reached the server",
                    () -> first.get("/rooms/" + ROOM).statusCode() == 200
                            && people.stream()
                                    .allMatch(person -> first.text(ROOM).contains(person.typed.get(0))));
            assertEquals(
                    201,
                    first.post("/rooms/" + ROOM + "/versions", "{\"label\":\"" + MARK + "\"}")
                            .statusCode());
            // One is away, and goes on typing.
            Person away = people.get(PEOPLE - 1);
            int sent = away.loop.ask(() -> {
                away.session.goOffline();
                return away.typed.size();
            });
            Await.until("more is typed meanwhile", () -> away.typed.size() > sent + 10);
            Await.until("a snapshot is stored", () -> instances.metric("concord_compactions_total") >= 2);
            String epoch = first.room(ROOM).get("epoch").asText();

            assertEquals(204, delete(first, "/rooms/" + ROOM).statusCode());

            for (Person person : people) {
                if (person != away) {
                    Await.until("everybody is sent away", person::isStopped);
                }
            }
            for (int i = 0; i < 2; i++) {
                ServerProcess server = instances.server(i);
                Await.until(
                        "gone on every instance",
                        () -> server.get("/rooms/" + ROOM).statusCode() == 404);
                assertEquals(404, server.get("/rooms/" + ROOM + "/versions").statusCode());
            }
            // Whoever comes back makes no room, and is sent away as well.
            run(away.loop, away.session::open);
            Await.until("who was away learns of it", away::isStopped);
            assertEquals(404, first.get("/rooms/" + ROOM).statusCode());

            // A later room of that name is another history, and nothing of the old one gets into it.
            assertEquals(201, instances.server(1).put("/rooms/" + ROOM, "new").statusCode());
            assertNotEquals(epoch, first.room(ROOM).get("epoch").asText());
            for (Person person : people) {
                String before = person.loop.ask(person.session::text);
                for (String keystroke : person.typed) {
                    assertTrue(before.contains(keystroke), () -> keystroke + " is gone from its own page");
                }
                String unsent = unsent(person.loop.ask(person.session::orphaned));
                if (person == away) {
                    for (String keystroke : person.typed.subList(sent, person.typed.size())) {
                        assertTrue(unsent.contains(keystroke), () -> keystroke + " is not kept aside");
                    }
                }
                person.close();
                try (ThreadLoop loop = new ThreadLoop("later")) {
                    ConcordSession later =
                            Person.open(URI.create("http://127.0.0.1:" + first.port()), loop, person.outbox);
                    Await.equal("it has the new text", "new", () -> loop.ask(later::text));
                    assertEquals(unsent, unsent(loop.ask(later::orphaned)), "what was unsent is kept aside");
                    run(loop, later::close);
                }
            }
            assertEquals("new", first.text(ROOM));
            assertEquals("new", instances.server(1).text(ROOM));
        } finally {
            for (Person person : people) {
                person.close();
            }
        }
        assertEquals(List.of(), found(home), "of the text, in the files of the servers");
    }

    /** Where the mark is, byte by byte, in what the servers have kept and logged. */
    private static List<String> found(Path home) throws IOException {
        byte[] mark = MARK.getBytes(StandardCharsets.UTF_8);
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(path -> path.toString().contains("instance-"))
                    .toList()) {
                byte[] content = Files.readAllBytes(file);
                String all = new String(content, StandardCharsets.ISO_8859_1);
                int at = all.indexOf(new String(mark, StandardCharsets.ISO_8859_1));
                if (at >= 0) {
                    found.add(home.relativize(file) + " at " + at);
                }
            }
        }
        return found;
    }
}
