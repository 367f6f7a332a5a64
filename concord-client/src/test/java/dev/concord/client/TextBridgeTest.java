package dev.concord.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.concord.crdt.Side;
import dev.concord.crdt.TextChange;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** An editor that only says what its text is, and shows remote edits when it pleases. */
class TextBridgeTest {
    private static final int TRIES = Math.max(1, Integer.getInteger("concord.tries", 1000) / 4);
    private static final String[] LETTERS = {"a", "b", "\n", "e\u0301", "\uD83D\uDE00", "\uD83D\uDC69\u200D\uD83D\uDE80"
    };

    private final HandLoop loop = new HandLoop();
    private final SimulatedServer server = new SimulatedServer(loop);
    private final SimulatedNetwork network = new SimulatedNetwork(loop, new Random(1), 0, server);
    private final Editor editor = new Editor(network);
    private final Editor other = new Editor(network);

    @Test
    void what_an_editor_shows_that_may_only_be_read_is_taken_back() {
        loop.settle();
        editor.type(0, 0, "text");
        loop.settle();
        server.grant("read");
        loop.settle();
        editor.type(1, 2, "ypes\uD83D\uDE00");
        assertEquals("text", editor.session.text());
        editor.pull();
        assertEquals("text", editor.text);
        server.grant("write");
        loop.settle();
        editor.type(4, 0, "!");
        loop.settle();
        assertEquals("text!", server.text());
    }

    /** A field with a text. */
    private static final class Editor {
        final ConcordSession session;
        final TextBridge bridge;
        String text = "";

        Editor(SimulatedNetwork network) {
            session = ConcordSession.builder(URI.create("ws://h"), "r", network.loop, network.side())
                    .build();
            session.open();
            bridge = new TextBridge(session);
        }

        void type(int offset, int removed, String typed) {
            text = text.substring(0, offset) + typed + text.substring(offset + removed);
            bridge.edited(text, offset + typed.length());
        }

        void pull() {
            for (TextChange change : bridge.pull()) {
                text = text.substring(0, change.offset())
                        + change.inserted()
                        + text.substring(change.offset() + change.removed());
            }
            assertEquals(session.text(), text);
            assertEquals(text, bridge.shown());
        }
    }

    @Test
    void what_the_editor_says_becomes_the_smallest_edit() {
        loop.settle();
        editor.type(0, 0, "Hello world");
        editor.type(5, 0, ",");
        loop.settle();
        other.pull();
        assertEquals("Hello, world", other.text);
    }

    @Test
    void an_edit_that_answers_to_what_the_editor_says_comes_into_the_editor() {
        editor.session.addListener(new SessionListener() {
            @Override
            public void textChanged(List<TextChange> changes, Origin origin) {
                if (changes.get(0).inserted().equals("ping")) {
                    editor.session.edit(0, 0, "pong ");
                }
            }
        });
        editor.type(0, 0, "ping");
        editor.pull();
        assertEquals("pong ping", editor.text);
        editor.type(9, 0, "!");
        assertEquals("pong ping!", editor.session.text());
    }

    @Test
    void an_edit_in_several_ranges_is_not_moved_by_who_answers_to_a_part_of_it() {
        loop.settle();
        editor.type(0, 0, "one two three");
        loop.settle();
        other.pull();
        other.type(2, 0, "-A-");
        other.type(11, 0, "-B-");
        loop.settle();
        assertEquals("on-A-e two -B-three", editor.session.text());
        List<List<TextChange>> seen = new ArrayList<>();
        editor.session.addListener(new SessionListener() {
            @Override
            public void textChanged(List<TextChange> changes, Origin origin) {
                seen.add(changes);
                if (seen.size() == 1) {
                    editor.session.edit(0, 0, "answer ");
                }
            }
        });
        editor.type(1, 11, "X");
        assertEquals("answer oX-A--B-e", editor.session.text());
        assertEquals(2, seen.size(), () -> "events: " + seen);
        editor.pull();
        editor.session.undo();
        editor.pull();
        assertEquals("on-A-e two -B-three", editor.text);
        loop.settle();
        other.pull();
        assertEquals(editor.text, other.text);
    }

    @Test
    void line_ends_of_the_editor_are_put_right_in_it_too() {
        editor.type(0, 0, "one\r\ntwo\r");
        assertEquals("one\ntwo\n", editor.session.text());
        editor.pull();
        assertEquals("one\ntwo\n", editor.text);
    }

    @Test
    void remote_text_that_the_editor_does_not_show_yet_is_never_deleted_by_it() {
        loop.settle();
        editor.type(0, 0, "one two three");
        loop.settle();
        other.pull();
        other.type(5, 0, "-REMOTE-");
        other.type(0, 3, "ONE");
        loop.settle();
        assertEquals("one two three", editor.text, "it has not looked");
        editor.type(4, 4, "2");
        editor.pull();
        assertEquals("ONE 2-REMOTE-three", editor.text);
        loop.settle();
        other.pull();
        assertEquals(editor.text, other.text);
    }

    @Test
    void editors_that_are_late_at_random_agree_and_delete_only_what_they_showed() {
        long first = Long.getLong("concord.seed", new Random().nextInt(1 << 30));
        int tries = Long.getLong("concord.seed") == null ? TRIES : 1;
        for (long seed = first; seed < first + tries; seed++) {
            try {
                run(new Random(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "replay with: ./mvnw -pl concord-client -am test -Dtest=TextBridgeTest"
                                + " -Dsurefire.failIfNoSpecifiedTests=false -Dconcord.seed=" + seed,
                        e);
            }
        }
    }

    @Test
    void offsets_are_carried_over_changes() {
        List<TextChange> changes = List.of(new TextChange(2, 0, "xx"), new TextChange(6, 2, "y"));
        assertEquals(1, Offsets.map(1, changes, Side.AFTER));
        assertEquals(2, Offsets.map(2, changes, Side.BEFORE));
        assertEquals(4, Offsets.map(2, changes, Side.AFTER));
        assertEquals(6, Offsets.map(5, changes, Side.BEFORE));
        assertEquals(7, Offsets.map(5, changes, Side.AFTER));
        assertEquals(7, Offsets.map(6, changes, Side.BEFORE));
    }

    private static void run(Random random) {
        HandLoop loop = new HandLoop();
        SimulatedServer server = new SimulatedServer(loop);
        SimulatedNetwork network = new SimulatedNetwork(loop, random, 20, server);
        List<Editor> editors = List.of(new Editor(network), new Editor(network), new Editor(network));
        // Each keystroke has a letter of its own, so that a lost one can be told from a deleted one.
        Set<String> expected = new TreeSet<>();
        char next = '\u4e00';
        for (int step = 0; step < 40; step++) {
            Editor editor = editors.get(random.nextInt(3));
            switch (random.nextInt(4)) {
                case 0 -> editor.pull();
                case 1 -> loop.advance(random.nextInt(50));
                default -> {
                    int offset = boundary(editor.text, random.nextInt(editor.text.length() + 1));
                    int end = boundary(editor.text, Math.min(editor.text.length(), offset + random.nextInt(4)));
                    for (char c :
                            editor.text.substring(offset, Math.max(offset, end)).toCharArray()) {
                        expected.remove(String.valueOf(c));
                    }
                    expected.add(String.valueOf(next));
                    String typed = LETTERS[random.nextInt(LETTERS.length)] + next++;
                    editor.type(offset, Math.max(0, end - offset), typed);
                }
            }
        }
        loop.advance(1000);
        for (Editor editor : editors) {
            editor.pull();
            assertEquals(server.text(), editor.text);
        }
        Set<String> found = new TreeSet<>();
        for (char c : server.text().toCharArray()) {
            if (c >= '\u4e00' && c < next) {
                found.add(String.valueOf(c));
            }
        }
        assertEquals(expected, found);
    }

    private static int boundary(String text, int offset) {
        // Where a caret can stand.
        return Graphemes.start(text, offset);
    }
}
