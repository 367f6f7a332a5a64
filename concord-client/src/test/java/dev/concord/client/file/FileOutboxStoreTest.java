package dev.concord.client.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.client.ConcordSession;
import dev.concord.client.OutboxStore.Kept;
import dev.concord.client.SessionBuilder;
import dev.concord.client.thread.ThreadLoop;
import dev.concord.crdt.Anchor;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FileOutboxStoreTest {
    @TempDir
    Path folder;

    @Test
    void what_is_kept_is_there_after_a_restart_and_what_was_removed_is_not() {
        try (FileOutboxStore store = open()) {
            assertEquals(List.of(), store.load());
            for (int i = 1; i <= 6; i++) {
                store.put(insert(i, i < 3 ? null : "e\u00e9", "line\n\t" + i + "\uD83D\uDE00"));
            }
            store.put(new Kept(7, new Operation.Delete(new ElementId("s", 3), 2), "e", List.of()));
            store.put(insert(2, "known now", "x"));
            store.remove(3, 4);
            store.remove(6, 6);
            store.remove(100, 200);
        }
        try (FileOutboxStore store = open()) {
            List<Kept> kept = store.load();
            assertEquals(
                    List.of(
                            insert(1, null, "line\n\t1\uD83D\uDE00"),
                            insert(2, "known now", "x"),
                            insert(5, "e\u00e9", "line\n\t5\uD83D\uDE00"),
                            new Kept(7, new Operation.Delete(new ElementId("s", 3), 2), "e", List.of())),
                    kept);
        }
    }

    @Test
    void what_an_edit_hangs_on_is_kept_and_taken_over_with_it() {
        Kept alone = insert(1, "e", "x\ty");
        Operation other = insert(9, "e", "their\ttext").operation();
        Operation gone = new Operation.Delete(other.id(), 3);
        Kept both = new Kept(1, alone.operation(), "e", List.of(gone, other));
        try (FileOutboxStore store = FileOutboxStore.openShared(folder, "room");
                FileOutboxStore second = FileOutboxStore.openShared(folder, "room")) {
            assertEquals(List.of(), store.load());
            assertEquals(List.of(), second.load());
            second.put(both);
        }
        try (FileOutboxStore store = FileOutboxStore.openShared(folder, "room")) {
            assertEquals(List.of(both), store.load());
        }
    }

    @Test
    void sessions_that_share_a_folder_keep_apart_while_they_live_and_the_next_one_takes_over_what_is_left() {
        FileOutboxStore first = FileOutboxStore.openShared(folder, "room");
        FileOutboxStore second = FileOutboxStore.openShared(folder, "room");
        assertEquals(List.of(), first.load());
        first.put(insert(1, "e", "first"));
        assertEquals(List.of(), second.load(), "it is another's, who may still send it");
        second.put(insert(1, "e", "second"));
        second.put(insert(2, null, "more"));
        second.remove(1, 1);
        assertEquals(List.of(), values(FileOutboxStore.openShared(folder, "other room")));

        second.close();
        FileOutboxStore third = FileOutboxStore.openShared(folder, "room");
        assertEquals(List.of("more"), values(third), "the file of its own, which was the second's");
        first.close();
        FileOutboxStore fourth = FileOutboxStore.openShared(folder, "room");
        assertEquals(List.of("first"), values(fourth), "the third lives");
        third.close();
        fourth.close();

        FileOutboxStore fifth = FileOutboxStore.openShared(folder, "room");
        List<Kept> both = fifth.load();
        FileOutboxStore sixth = FileOutboxStore.openShared(folder, "room");
        assertEquals(
                List.of("first", "more"),
                both.stream().map(FileOutboxStoreTest::value).toList());
        assertEquals(List.of(1L, 2L), both.stream().map(Kept::number).toList());
        assertEquals(List.of(), values(sixth), "by one only");
        fifth.remove(1, 1);
        fifth.close();
        sixth.close();
        try (FileOutboxStore seventh = FileOutboxStore.openShared(folder, "room")) {
            assertEquals(List.of("more"), values(seventh));
        }
    }

    @Test
    void what_another_process_has_left_is_taken_over_once_it_has_ended() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertEquals("ready", other.inputReader().readLine());
            try (FileOutboxStore here = FileOutboxStore.openShared(folder, "room")) {
                assertEquals(List.of(), values(here));
            }
            other.destroyForcibly().waitFor();
            FileOutboxStore keepsFirst = FileOutboxStore.openShared(folder, "room");
            assertEquals(List.of("typed elsewhere"), values(keepsFirst));
            keepsFirst.close();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_disk_that_was_full_in_the_middle_of_a_line_costs_only_that_line() throws Exception {
        Path file = folder.resolve("full.outbox");
        // A limit of the shell stands for the end of the disk: the system writes up to it, and then refuses.
        Process writer = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -S -f 16 && exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Filler.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int whole;
        try {
            BufferedReader output = writer.inputReader();
            whole = Integer.parseInt(output.readLine());
            assertEquals(
                    0,
                    new ProcessBuilder("prlimit", "--pid", Long.toString(writer.pid()), "--fsize=unlimited")
                            .start()
                            .waitFor());
            writer.getOutputStream().close();
            assertEquals("done", output.readLine());
        } finally {
            writer.destroyForcibly().waitFor();
        }
        try (FileOutboxStore store = FileOutboxStore.open(file)) {
            List<String> expected = new ArrayList<>(Collections.nCopies(whole, Filler.LONG));
            expected.add("short");
            assertEquals(expected, values(store));
        }
    }

    /** Another process, which fills the disk, says how many edits it has kept, and goes on when there is room again. */
    static final class Filler {
        static final String LONG = "x".repeat(700);

        private Filler() {}

        public static void main(String[] args) throws IOException {
            try (FileOutboxStore store = FileOutboxStore.open(Path.of(args[0]))) {
                store.load();
                int whole = 0;
                while (puts(store, whole + 1)) {
                    whole++;
                }
                System.out.println(whole);
                System.in.read();
                store.put(insert(whole + 2, "e", "short"));
                System.out.println("done");
            }
        }

        private static boolean puts(FileOutboxStore store, int number) {
            try {
                store.put(insert(number, "e", LONG));
                return true;
            } catch (UncheckedIOException full) {
                return false;
            }
        }
    }

    @Test
    void a_damaged_file_of_another_is_left_as_it_is() throws IOException {
        Files.writeString(folder.resolve("room-2.outbox"), "concord outbox 1\n+1\tnonsense\n");
        try (FileOutboxStore store = FileOutboxStore.openShared(folder, "room")) {
            assertEquals(List.of(), values(store));
        }
        assertEquals("concord outbox 1\n+1\tnonsense\n", Files.readString(folder.resolve("room-2.outbox")));
    }

    /** Another process that has something unsent. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws IOException {
            FileOutboxStore store = FileOutboxStore.openShared(Path.of(args[0]), "room");
            store.load();
            store.put(insert(1, "e", "typed elsewhere"));
            System.out.println("ready");
            System.in.read();
        }
    }

    private static List<String> values(FileOutboxStore store) {
        return store.load().stream().map(FileOutboxStoreTest::value).toList();
    }

    private static String value(Kept kept) {
        return ((Operation.Insert) kept.operation()).value();
    }

    @Test
    void a_file_cut_anywhere_gives_what_was_whole() throws IOException {
        try (FileOutboxStore store = open()) {
            store.load();
            for (int i = 1; i <= 4; i++) {
                store.put(insert(i, "e", "value" + i));
            }
            store.remove(2, 2);
        }
        byte[] whole = Files.readAllBytes(file());
        int most = 0;
        for (int length = 0; length <= whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            try (FileOutboxStore store = open()) {
                List<Kept> kept = store.load();
                most = Math.max(most, kept.size());
                store.put(insert(9, "e", "goes on"));
            }
            try (FileOutboxStore store = open()) {
                List<Kept> kept = store.load();
                assertEquals(insert(9, "e", "goes on"), kept.get(kept.size() - 1), "cut at " + length);
            }
        }
        assertEquals(4, most);
    }

    @Test
    void it_is_begun_anew_when_nothing_is_left_and_rewritten_when_most_of_it_is_void() throws IOException {
        try (FileOutboxStore store = open()) {
            store.load();
            store.put(insert(1, "e", "x"));
            store.remove(1, 1);
            assertEquals(17, Files.size(file()));
            store.put(insert(2, "e", "stays"));
            String large = "y".repeat(100_000);
            for (int i = 3; i < 40; i++) {
                store.put(insert(i, "e", large));
                store.remove(i, i);
                assertTrue(Files.size(file()) < 1_400_000, "grows for ever");
            }
        }
        try (FileOutboxStore store = open()) {
            assertEquals(List.of(insert(2, "e", "stays")), store.load());
        }
    }

    @Test
    void a_file_serves_one_session_at_a_time() {
        try (FileOutboxStore store = open()) {
            assertEquals(List.of(), store.load());
            assertThrows(IllegalStateException.class, this::open);
        }
        open().close();
    }

    @Test
    void a_file_that_could_not_be_opened_or_read_is_free_again() throws IOException {
        Files.createDirectory(file());
        assertThrows(UncheckedIOException.class, this::open);
        Files.delete(file());
        open().close();

        Files.writeString(file(), "something else\n");
        SessionBuilder settings = ConcordSession.builder(
                        URI.create("ws://h"), "room", new ThreadLoop("unused"), (address, handler) -> {
                            throw new AssertionError("there is no session");
                        })
                .outbox(open());
        assertThrows(IllegalStateException.class, settings::build);
        Files.delete(file());
        open().close();
    }

    @Test
    void a_damaged_or_foreign_file_is_refused_and_left_as_it_is() throws IOException {
        for (String content :
                List.of("something else\n", "concord outbox 1\nnonsense\n", "concord outbox 1\n+1\t-\t{}\n")) {
            Files.writeString(file(), content);
            try (FileOutboxStore store = open()) {
                IllegalStateException refused = assertThrows(IllegalStateException.class, store::load);
                assertTrue(refused.getMessage().contains("move"), refused.getMessage());
            }
            assertEquals(content, Files.readString(file()));
        }
    }

    @Test
    void any_sequence_of_calls_survives_any_restart() {
        long seed = Long.getLong("concord.seed", new Random().nextInt());
        try {
            anySequence(new Random(seed));
        } catch (RuntimeException | Error failure) {
            throw new AssertionError("replay with -Dconcord.seed=" + seed, failure);
        }
    }

    private void anySequence(Random random) {
        TreeMap<Long, Kept> model = new TreeMap<>();
        long number = 0;
        FileOutboxStore store = open();
        store.load();
        for (int step = 0; step < 600; step++) {
            switch (random.nextInt(12)) {
                case 0 -> {
                    store.close();
                    store = open();
                    assertEquals(new ArrayList<>(model.values()), store.load());
                }
                case 1, 2, 3 -> {
                    long from = number - random.nextInt(20);
                    long to = from + random.nextInt(10);
                    store.remove(from, to);
                    model.subMap(from, true, to, true).clear();
                }
                default -> {
                    Kept kept = insert(++number, random.nextBoolean() ? null : "e", "v" + number);
                    store.put(kept);
                    model.put(number, kept);
                }
            }
        }
        store.close();
    }

    private Path file() {
        return folder.resolve("outbox");
    }

    private FileOutboxStore open() {
        return FileOutboxStore.open(file());
    }

    private static Kept insert(long number, String epoch, String value) {
        return new Kept(
                number,
                new Operation.Insert(new ElementId("s", number * 1_000_000), Anchor.after(ElementId.HEAD), value),
                epoch,
                List.of());
    }
}
