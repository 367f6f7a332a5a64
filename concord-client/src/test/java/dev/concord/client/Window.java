package dev.concord.client;

import dev.concord.crdt.Bias;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.crdt.TextChange;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.DoubleSupplier;

/** One window of an editor, a process of its own: what a person has done in it, and what it has shown. */
final class Window implements SessionListener {
    /** Something that was typed or deleted; `excused` when nothing could have saved it. */
    static final class Deed {
        final String letter;
        final ElementId id;
        boolean excused;
        /** It was durable in a history of the room that has ended. */
        boolean ended;

        private Deed(String letter, ElementId id) {
            this.letter = letter;
            this.id = id;
        }
    }

    final String name;
    final HandLoop.Killable process;
    final SimulatedNetwork.Side side;
    final SharedFolder.Store store;
    final ConcordSession session;
    final List<Deed> typed = new ArrayList<>();
    final List<Deed> deleted = new ArrayList<>();
    final StringBuilder seen = new StringBuilder();
    private final BiConsumer<Window, Status> onStatus;
    boolean composing;
    long frozenAt;
    /** From when on it can know the history that the room has then. */
    long since;

    private int caret;

    Window(
            String name,
            HandLoop loop,
            SimulatedNetwork network,
            SharedFolder folder,
            DoubleSupplier random,
            BiConsumer<Window, Status> onStatus) {
        this.name = name;
        this.onStatus = onStatus;
        process = loop.process();
        side = network.side();
        store = folder.open();
        Transport watched = (address, handler) -> {
            Transport.Link link = side.connect(address, handler);
            return new Transport.Link() {
                @Override
                public void send(String frame) {
                    link.send(frame);
                    store.sent();
                }

                @Override
                public void close() {
                    link.close();
                }
            };
        };
        session = ConcordSession.builder(URI.create("ws://simulated"), "room", process, watched)
                .outbox(store)
                .random(random)
                .site(name)
                .listener(this)
                .build();
        session.open();
    }

    boolean runs() {
        return !process.isDead() && !process.isFrozen();
    }

    /** The end of its process; nothing of it runs any more. */
    void end() {
        process.kill();
        side.cut();
        store.end();
    }

    List<Deed> type(int number, String letters) {
        if (!composing) {
            caret = number % (session.length() + 1);
        }
        session.edit(caret, 0, letters);
        List<Deed> deeds = new ArrayList<>();
        for (int i = 0; i < letters.length(); i++) {
            caret++;
            deeds.add(new Deed(letters.substring(i, i + 1), idBefore(caret)));
        }
        typed.addAll(deeds);
        return deeds;
    }

    /** Types the next letters at one place, and lets nothing remote change the text meanwhile. */
    void compose(int number) {
        if (!composing) {
            caret = number % (session.length() + 1);
            session.hold();
            composing = true;
        }
    }

    void endComposition() {
        if (composing) {
            composing = false;
            session.release();
        }
    }

    List<Deed> delete(int number) {
        int from = number % (session.length() + 1);
        int to = Math.min(session.length(), from + 1 + number % 3);
        List<Deed> gone = new ArrayList<>();
        for (int at = from; at < to; at++) {
            gone.add(new Deed(session.text(at, at + 1), idBefore(at + 1)));
        }
        if (from < to) {
            session.edit(from, to - from, "");
        }
        deleted.addAll(gone);
        return gone;
    }

    /** All that it shows is to be the room's text again. */
    List<Deed> putBack() {
        List<Deed> deeds = new ArrayList<>();
        for (int at = 0; at < session.length(); at++) {
            deeds.add(new Deed(session.text(at, at + 1), idBefore(at + 1)));
        }
        typed.addAll(deeds);
        session.putBack();
        return deeds;
    }

    /** The letters that it offers because it cannot save them. */
    Set<String> offered() {
        Set<String> letters = new HashSet<>();
        for (Orphaned orphaned : session.orphaned()) {
            for (Operation operation : orphaned.operations()) {
                if (operation instanceof Operation.Insert insert) {
                    insert.value().chars().forEach(letter -> letters.add(Character.toString(letter)));
                }
            }
        }
        return letters;
    }

    /** What is deleted by the edits that it offers. */
    Set<ElementId> offeredDeletions() {
        Set<ElementId> ids = new HashSet<>();
        for (Orphaned orphaned : session.orphaned()) {
            for (Operation operation : orphaned.operations()) {
                if (operation instanceof Operation.Delete delete) {
                    for (int i = 0; i < delete.length(); i++) {
                        ids.add(new ElementId(delete.id().site(), delete.id().counter() + i));
                    }
                }
            }
        }
        return ids;
    }

    private ElementId idBefore(int offset) {
        return session.caretAt(offset, Bias.LEFT).element();
    }

    @Override
    public void textChanged(List<TextChange> changes, Origin origin) {
        for (TextChange change : changes) {
            seen.replace(change.offset(), change.offset() + change.removed(), change.inserted());
        }
    }

    @Override
    public void statusChanged(Status status) {
        onStatus.accept(this, status);
    }
}
