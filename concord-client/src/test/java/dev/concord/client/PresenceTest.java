package dev.concord.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Document;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Who is here, and where. */
class PresenceTest {
    private final HandLoop loop = new HandLoop();
    private final SimulatedServer server = new SimulatedServer(loop);
    private final SimulatedNetwork network = new SimulatedNetwork(loop, new Random(1), 0, server);
    private final ScriptedTransport wire = new ScriptedTransport();

    @Test
    void carets_and_selections_stay_at_their_letters_whatever_is_typed_elsewhere() {
        Person ann = new Person("ann", network, () -> 0.5);
        Person bob = new Person("bob", network, () -> 0.5);
        loop.settle();
        ann.session.edit(0, 0, "one two three");
        ann.session.setUser("Ann", "#0e7490");
        ann.session.select(7, 4);
        loop.advance(100);
        Peer peer = bob.session.peers().get(0);
        assertEquals("Ann", peer.user());
        assertEquals("#0e7490", peer.color());
        assertEquals("two", bob.session.text(bob.session.anchorOf(peer), bob.session.caretOf(peer)));
        bob.session.edit(0, 3, "\uD83D\uDE00 eins");
        bob.session.edit(bob.session.length(), 0, "!");
        assertEquals("two", bob.session.text(bob.session.anchorOf(peer), bob.session.caretOf(peer)));
        bob.session.edit(0, bob.session.length(), "");
        assertEquals(0, bob.session.caretOf(peer));
        assertEquals(List.of(), ann.session.peers(), "bob has neither a name nor a caret");
    }

    @Test
    void an_editor_that_is_ahead_of_the_text_may_show_its_caret() {
        Person ann = new Person("ann", network, () -> 0.5);
        Person bob = new Person("bob", network, () -> 0.5);
        loop.settle();
        ann.session.setUser("Ann", "#abcd");
        ann.session.edit(0, 0, "ab");
        ann.session.select(7, -3);
        loop.advance(1_000);
        Peer peer = bob.session.peers().get(0);
        assertEquals(2, bob.session.caretOf(peer));
        assertEquals(0, bob.session.anchorOf(peer));
        for (String wrong : List.of("#abcde", "#1234567", "#12", "red", "#12345g")) {
            assertThrows(IllegalArgumentException.class, () -> ann.session.setUser("Ann", wrong), wrong);
        }
    }

    @Test
    void moves_are_sent_at_most_every_80_ms_and_signs_of_life_every_10_s() {
        ConcordSession session = live();
        session.setUser("Ann", "#0e7490");
        session.edit(0, 0, "0123456789");
        loop.advance(1000);
        wire.send("{\"t\":\"ack\",\"seq\":1}");
        wire.frames.clear();
        for (int i = 0; i <= 8; i++) {
            session.select(i, i);
            loop.advance(10);
        }
        assertEquals(1, wire.frames.size());
        assertTrue(wire.frames.get(0).contains("\"cursor\":7,"), wire.frames.get(0));
        loop.advance(80);
        assertEquals(2, wire.frames.size());
        session.select(8, 8);
        loop.advance(1000);
        assertEquals(2, wire.frames.size(), "no move, no word");
        loop.advance(60_000);
        assertEquals(8, wire.frames.size());
    }

    @Test
    void others_leave_by_their_farewell_or_by_their_silence() {
        ConcordSession session = live();
        wire.send(presence("a", false));
        wire.send(presence("b", false));
        loop.settle();
        assertEquals(
                List.of("a", "b"), session.peers().stream().map(Peer::client).toList());
        wire.send(presence("a", true));
        loop.settle();
        assertEquals(List.of("b"), session.peers().stream().map(Peer::client).toList());
        loop.advance(30_000);
        assertEquals(1, session.peers().size());
        loop.advance(16_000);
        assertEquals(List.of(), session.peers());
    }

    @Test
    void it_says_goodbye_and_forgets_the_others_when_it_goes_offline() {
        ConcordSession session = live();
        session.setUser("Ann", "#0e7490");
        loop.advance(100);
        wire.send(presence("b", false));
        loop.settle();
        session.goOffline();
        assertEquals(List.of(), session.peers());
        String last = wire.frames.get(wire.frames.size() - 1);
        assertTrue(last.contains("\"left\":true") && last.contains(session.site()), last);
        assertTrue(wire.closed);
    }

    @Test
    void what_strangers_send_is_taken_with_care() {
        ConcordSession session = live();
        wire.send("{\"t\":\"presence\",\"user\":\"x\",\"cursor\":99,\"color\":\"red;}\",\"caret\":{\"element\":"
                + "{\"site\":\"no site!\",\"counter\":1},\"side\":\"after\"},\"anchor\":7}");
        wire.send(
                "{\"t\":\"presence\",\"user\":\"y\",\"caret\":{\"element\":{\"site\":\"s\",\"counter\":1e99},\"side\":\"after\"}}");
        wire.send(
                "{\"t\":\"presence\",\"user\":\"z\",\"caret\":{\"element\":{\"site\":\"s\",\"counter\":5},\"side\":\"up\"}}");
        loop.settle();
        assertEquals(3, session.peers().size());
        for (Peer peer : session.peers()) {
            assertEquals("#64748b", peer.color());
            assertNull(peer.caret());
            assertEquals(0, session.caretOf(peer), "there is no text yet");
        }
        assertThrows(IllegalArgumentException.class, () -> session.setUser("x", "red"));
    }

    @Test
    void a_caret_in_the_middle_of_a_pair_stands_before_it() {
        ConcordSession session = live();
        session.edit(0, 0, "a\uD83D\uDE00");
        session.select(2, 2);
        loop.advance(100);
        String last = wire.frames.get(wire.frames.size() - 1);
        assertTrue(last.contains("\"cursor\":1,"), last);
    }

    private ConcordSession live() {
        ConcordSession session =
                ConcordSession.builder(URI.create("ws://h"), "r", loop, wire).build();
        session.open();
        Document empty = new Document("s");
        wire.send(new String(
                WireCodec.write(new Message.Sync(empty.encode(), empty.version(), "e")), StandardCharsets.UTF_8));
        loop.settle();
        return session;
    }

    private static String presence(String client, boolean left) {
        return "{\"t\":\"presence\",\"user\":\"U\",\"cursor\":0,\"color\":\"#111\",\"client\":\"" + client + "\""
                + (left ? ",\"left\":true}" : "}");
    }
}
