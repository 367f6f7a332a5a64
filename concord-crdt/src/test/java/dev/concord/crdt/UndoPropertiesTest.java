package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Undo and redo in random concurrent histories. */
class UndoPropertiesTest {

    /** Editors whose letters say whose they are. All edit through a history of their own and receive the edits of the others late. */
    private static final class Session {
        final Random random;
        final List<Editor> editors = new ArrayList<>();
        long now;

        Session(Random random, int replicas) {
            this.random = random;
            for (int i = 0; i < replicas; i++) {
                editors.add(new Editor(i));
            }
        }

        final class Editor {
            final Replay replay;
            final UndoHistory history;
            final String letters;
            final List<Operation> inbox = new ArrayList<>();

            Editor(int number) {
                replay = new Replay("s" + number);
                history = new UndoHistory(replay.document, random.nextBoolean() ? 1000 : 0);
                letters = "abcdefgh".substring(number * 2, number * 2 + 2);
            }

            Document document() {
                return replay.document;
            }

            void edit() {
                String text = document().text();
                int offset = RandomHistory.whole(text, random.nextInt(text.length() + 1));
                int removed = random.nextInt(3) > 0
                        ? 0
                        : RandomHistory.whole(text, Math.min(text.length(), offset + 1 + random.nextInt(4))) - offset;
                String inserted = removed > 0 && random.nextBoolean() ? "" : typed();
                now += random.nextInt(3) == 0 ? 5000 : 100;
                List<Operation> operations = history.edit(offset, removed, inserted, now);
                replay.mirrored(offset, removed, inserted);
                send(operations);
                String expected = text.substring(0, offset) + inserted + text.substring(offset + removed);
                assertEquals(expected, document().text(), "an edit through the history is an edit");
            }

            private String typed() {
                StringBuilder text = new StringBuilder();
                for (int i = random.nextInt(4); i >= 0; i--) {
                    text.append(letters.charAt(random.nextInt(2)));
                    if (random.nextInt(8) == 0) {
                        text.append("\uD83D\uDE00");
                    }
                }
                return text.toString();
            }

            void revert(boolean back) {
                UndoHistory.Result result = back ? history.undo() : history.redo();
                replay.follow(result.changes());
                send(result.operations());
            }

            void receive(int count) {
                inbox.subList(0, count).forEach(replay::apply);
                inbox.subList(0, count).clear();
            }

            private void send(List<Operation> operations) {
                for (Editor editor : editors) {
                    if (editor != this) {
                        editor.inbox.addAll(operations);
                    }
                }
            }
        }

        void run(int steps, boolean withUndo) {
            for (int i = 0; i < steps; i++) {
                Editor editor = editors.get(random.nextInt(editors.size()));
                int choice = random.nextInt(withUndo ? 6 : 4);
                if (choice == 0) {
                    Collections.shuffle(editor.inbox, random);
                    editor.receive(random.nextInt(editor.inbox.size() + 1));
                } else if (choice < 4) {
                    editor.edit();
                } else {
                    editor.revert(choice == 4);
                }
            }
        }

        void deliverAll() {
            editors.forEach(editor -> editor.receive(editor.inbox.size()));
        }

        void checkConverged() {
            byte[] state = editors.get(0).document().encode();
            for (Editor editor : editors) {
                editor.replay.check();
                assertEquals(0, editor.document().pendingCount());
                assertArrayEquals(state, editor.document().encode(), "one state everywhere");
            }
        }
    }

    @Property
    void documentsConvergeWhateverIsUndone(@ForAll long seed) {
        Session session = new Session(new Random(seed), 3);
        session.run(60, true);
        session.deliverAll();
        session.checkConverged();
    }

    @Property
    void undoingAllTakesOwnTextAwayAndBringsTheTextOfOthersBack(@ForAll long seed) {
        Random random = new Random(seed);
        Session session = new Session(random, 3);
        session.run(50, false);
        session.deliverAll();
        Session.Editor me = session.editors.get(0);
        if (random.nextBoolean()) {
            // Back and forth first: the steps then follow text that was typed again.
            for (int i = random.nextInt(20); i > 0; i--) {
                me.revert(random.nextBoolean());
            }
        }
        String before = me.document().text();
        int steps = 0;
        while (me.history.canUndo()) {
            me.revert(true);
            steps++;
        }
        session.deliverAll();
        session.checkConverged();
        String without = me.document().text();
        assertFalse(without.matches("(?s).*[" + me.letters + "].*"), () -> "own letters are left in " + without);
        for (int i = 0; i < steps; i++) {
            me.revert(false);
        }
        session.deliverAll();
        session.checkConverged();
        assertEquals(before, me.document().text(), "the text as it was");
        while (me.history.canUndo()) {
            me.revert(true);
        }
        assertEquals(without, me.document().text(), "and back again");
    }

    /** The other one types without hearing of any of this, and has the last word about what is right. */
    @Property
    void undoingAllIsNeverHavingEdited(@ForAll long seed) {
        Random random = new Random(seed);
        Document mine = new Document("me");
        UndoHistory history = new UndoHistory(mine, 0);
        Document other = new Document("other");
        int steps = 5 + random.nextInt(40);
        for (int i = 0; i < steps; i++) {
            String text = mine.text();
            int offset = RandomHistory.whole(text, random.nextInt(text.length() + 1));
            if (random.nextBoolean()) {
                int at = RandomHistory.whole(other.text(), random.nextInt(other.length() + 1));
                other.insert(at, RandomHistory.text(random, 1 + random.nextInt(6)))
                        .forEach(mine::apply);
            } else if (random.nextInt(3) == 0) {
                history.edit(offset, 0, "mine", i);
            } else {
                int end = RandomHistory.whole(text, Math.min(text.length(), offset + random.nextInt(9)));
                history.edit(offset, end - offset, random.nextBoolean() ? "mine" : "", i);
            }
        }
        while (history.canUndo()) {
            history.undo();
        }
        mine.checkInvariants();
        assertEquals(other.text(), mine.text());
    }

    @Property
    void alone(@ForAll long seed) {
        Random random = new Random(seed);
        Document document = new Document("me");
        UndoHistory history = new UndoHistory(document, 0);
        new Document("other").insert(0, "base \uD83D\uDE00 text").forEach(document::apply);
        List<String> texts = new ArrayList<>(List.of(document.text()));
        for (int i = 0; i < 15; i++) {
            String text = document.text();
            int a = RandomHistory.whole(text, random.nextInt(text.length() + 1));
            int b = RandomHistory.whole(text, random.nextInt(text.length() + 1));
            int removed = random.nextBoolean() ? Math.abs(a - b) : 0;
            String inserted = random.nextInt(3) > 0 ? RandomHistory.text(random, random.nextInt(5)) : "";
            if (!history.edit(Math.min(a, b), removed, inserted, i).isEmpty()) {
                texts.add(document.text());
            }
        }
        for (int round = 0; round < 3; round++) {
            for (int i = texts.size() - 2; i >= 0; i--) {
                history.undo();
                assertEquals(texts.get(i), document.text());
            }
            assertFalse(history.canUndo());
            for (int i = 1; i < texts.size(); i++) {
                history.redo();
                assertEquals(texts.get(i), document.text());
            }
            assertFalse(history.canRedo());
        }
        document.checkInvariants();
    }
}
