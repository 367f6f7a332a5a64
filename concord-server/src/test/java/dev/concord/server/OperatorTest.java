package dev.concord.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.server.config.Config;
import dev.concord.server.config.ConfigException;
import dev.concord.store.Append;
import dev.concord.store.BatchId;
import dev.concord.store.RoomStore;
import dev.concord.store.StoredRoom;
import dev.concord.testing.postgres.PostgresForTests;
import dev.concord.wire.WireCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands on stored rooms, on either store. */
class OperatorTest {
    private record Outcome(int status, String out, String err) {}

    @TempDir
    Path directory;

    private String database;

    private Config config(String store, String data) throws ConfigException {
        if (store.equals("embedded")) {
            return Config.from(
                    Map.of("CONCORD_DATA_DIR", directory.resolve(data).toString()));
        }
        if (database == null) {
            database = PostgresForTests.freshDatabase();
        }
        return Config.from(Map.of("DATABASE_URL", database));
    }

    private static Outcome run(Config config, String in, String... command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = new Operator(
                        config, new ByteArrayInputStream(in.getBytes(UTF_8)), new PrintStream(out, true, UTF_8))
                .run(List.of(command), new PrintStream(err, true, UTF_8));
        return new Outcome(status, out.toString(UTF_8), err.toString(UTF_8));
    }

    private static void fill(RoomStore store) {
        Document document = new Document("ann");
        store.create("notes", "e1", null);
        long number = 0;
        String writer = UUID.randomUUID().toString();
        for (String text : List.of("Hello", ", ", "world \uD83D\uDE00")) {
            for (Operation op : document.insert(document.length(), text)) {
                number++;
                store.append(
                        new BatchId(writer, number), List.of(new Append("notes", "e1", WireCodec.writeOperation(op))));
            }
            if (number == 1) {
                store.saveSnapshot("notes", "e1", document.encode(), 1);
                store.prune("notes");
            }
        }
        store.create("empty", "e2", null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"embedded", "postgres"})
    void rooms_are_verified_purged_and_deleted_and_a_user_is_found(String kind) throws Exception {
        Config config = config(kind, "life");
        try (RoomStore store = Stores.of(config).get()) {
            fill(store);
            store.versions().add("notes", "e1", "draft", "ann", new Document("v").encode(), 1);
            store.versions().add("notes", "e1", "broken", "bob", new byte[] {1, 2, 3}, 1);
        }
        Outcome damaged = run(config, "", "verify");
        assertEquals(1, damaged.status());
        assertTrue(damaged.out().contains("2 rooms and 2 versions read, 1 damaged"), damaged.out());
        assertTrue(damaged.out().contains("of room notes: "), damaged.out());

        Outcome ann = run(config, "", "export-user", "ann");
        assertEquals(0, ann.status(), ann.err());
        assertTrue(ann.out().contains("\"kind\":\"version\",\"room\":\"notes\""), ann.out());
        assertTrue(!ann.out().contains("broken"), ann.out());

        assertEquals("purged room notes\n", run(config, "", "purge", "notes").out());
        assertEquals(0, run(config, "", "verify").status());
        assertTrue(run(config, "", "export", "notes").out().contains("Hello, world \uD83D\uDE00"));
        assertEquals(1, run(config, "", "purge", "nothing").status());

        assertEquals("deleted room notes\n", run(config, "", "delete", "notes").out());
        Outcome again = run(config, "", "delete", "notes");
        assertEquals(1, again.status());
        assertTrue(again.err().contains("there is no room \"notes\""), again.err());
        assertEquals(kind.equals("embedded") ? 0 : 1, run(config, "", "compact").status());
        assertEquals(2, run(config, "", "delete").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"embedded", "postgres"})
    void rooms_are_listed_taken_out_and_put_in_beside_a_running_server(String kind) throws Exception {
        Config config = config(kind, "data");
        String exported;
        try (RoomStore store = Stores.of(config).get()) {
            fill(store);
            Outcome listed = run(config, "", "rooms");
            assertEquals(0, listed.status(), listed.err());
            List<String> lines = listed.out().lines().toList();
            assertEquals(3, lines.size(), listed.out());
            assertTrue(lines.get(1).startsWith("empty ") && lines.get(1).endsWith("never"), listed.out());
            assertTrue(lines.get(2).startsWith("notes ") && lines.get(2).endsWith("at op 1"), listed.out());

            Outcome json = run(config, "", "rooms", "--json");
            assertTrue(json.out().contains("\"room\":\"notes\",\"epoch\":\"e1\",\"op_seq\":3"), json.out());
            assertTrue(json.out().contains("\"log_ops\":2"), json.out());

            Outcome taken = run(config, "", "export", "notes");
            assertEquals(0, taken.status(), taken.err());
            assertTrue(taken.out().contains("Hello, world \uD83D\uDE00"), taken.out());
            exported = taken.out();
            Outcome missing = run(config, "", "export", "nothing");
            assertEquals(1, missing.status());
            assertTrue(missing.err().contains("there is no room \"nothing\""), missing.err());
        }

        Config other = kind.equals("embedded") ? config("embedded", "other") : config;
        assertEquals(
                "created room copy\n", run(other, exported, "import", "copy").out());
        assertEquals(
                "created room moved\n",
                run(other, exported, "import", "moved", "--keep-epoch").out());
        Outcome again = run(other, exported, "import", "copy");
        assertEquals(1, again.status());
        assertTrue(again.err().contains("already"), again.err());
        try (RoomStore store = Stores.of(other).get()) {
            StoredRoom copy = store.load("copy").orElseThrow();
            assertNotEquals("e1", copy.epoch());
            assertEquals(
                    "Hello, world \uD83D\uDE00",
                    Document.load("x", copy.state()).text());
            assertEquals("e1", store.load("moved").orElseThrow().epoch());
        }
    }

    @Test
    void a_text_of_an_older_server_is_made_one_that_a_text_may_be() throws Exception {
        Document old = new Document("old");
        old.insert(0, "\u0000\uFEFF\uFEFFa\r\nb\rc\u0000\td\uFEFF");
        Config from = config("embedded", "data");
        try (RoomStore store = Stores.of(from).get()) {
            store.create("notes", "e1", old.encode());
        }
        String exported = run(from, "", "export", "notes").out();
        Config to = config("embedded", "other");
        assertEquals(
                "6 characters that a text may not hold were replaced or left out\ncreated room copy\n",
                run(to, exported, "import", "copy").out());
        try (RoomStore store = Stores.of(to).get()) {
            assertEquals(
                    "a\nb\nc\td\uFEFF",
                    Document.load("x", store.load("copy").orElseThrow().state()).text());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "junk",
                "{}",
                "{\"concord_room\":1,\"state\":\"AAAA\",\"digest\":\"00\"}",
                "{\"concord_room\":1,\"state\":\"not base64!\"}",
                "{\"concord_room\":2,\"state\":\"\"}"
            })
    void what_is_no_exported_room_is_refused_and_nothing_is_made(String input) throws Exception {
        Config config = config("embedded", "data");
        Outcome outcome = run(config, input, "import", "copy");
        assertEquals(1, outcome.status());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        Outcome rooms = run(config, "", "rooms");
        assertEquals(1, rooms.status());
        assertTrue(rooms.err().contains("there is no store in"), rooms.err());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rooms --all",
                "export",
                "export a b",
                "import",
                "import a b",
                "import a --force",
                "import a/b",
                "import ."
            })
    void a_command_line_that_makes_no_sense_gets_the_usage(String line) throws Exception {
        Outcome outcome = run(config("embedded", "data"), "", line.split(" ", -1));
        assertEquals(2, outcome.status());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
    }
}
