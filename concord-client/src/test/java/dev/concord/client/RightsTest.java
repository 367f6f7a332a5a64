package dev.concord.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.wire.ErrorCode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that may only read, and those whose right changes. */
class RightsTest {
    private final HandLoop loop = new HandLoop();
    private final SimulatedServer server = new SimulatedServer(loop);
    private final SimulatedNetwork network = new SimulatedNetwork(loop, new Random(1), 5, server);

    @Test
    void whoever_may_only_read_follows_is_refused_each_edit_at_once_and_sends_nothing() {
        Person ann = joined("write");
        ann.session.edit(0, 0, "text");
        loop.advance(1_000);
        server.right = "read";
        Person bob = new Person("bob", network, () -> 0.5);
        assertNull(bob.session.status().right());
        assertFalse(bob.session.status().readOnly());
        loop.advance(1_000);
        assertEquals("read", bob.session.status().right());
        assertTrue(bob.session.status().readOnly());
        for (Executable edit :
                new Executable[] {() -> bob.session.edit(0, 0, "x"), () -> bob.session.undo(), () -> bob.session.redo()
                }) {
            assertThrows(ReadOnlyException.class, edit);
        }
        server.right = "write";
        ann.session.edit(4, 0, " of others");
        loop.advance(1_000);
        assertEquals("text of others", bob.session.text());
        assertEquals("text of others", server.text());
        assertTrue(bob.session.status().saved());
    }

    @Test
    void what_was_typed_before_the_right_was_known_is_kept_and_sent_when_there_is_one() {
        server.right = "read";
        Person ann = new Person("ann", network, () -> 0.5);
        ann.session.edit(0, 0, "early");
        loop.advance(1_000);
        assertEquals("", server.text());
        assertEquals(5, ann.session.status().unsent());
        assertEquals(0, ann.refusals.size());
        assertFalse(ann.session.canUndo());
        server.grant("write");
        loop.advance(1_000);
        assertEquals("early", server.text());
        assertTrue(ann.session.status().saved());
        ann.session.undo();
        loop.advance(1_000);
        assertEquals("", server.text());
    }

    @Test
    void a_right_that_goes_while_edits_are_on_their_way_refuses_them_and_brings_them_when_it_is_back() {
        Person ann = joined("write");
        server.right = "read";
        ann.session.edit(0, 0, "late");
        loop.advance(1_000);
        assertEquals(1, ann.session.status().refused());
        assertEquals(ErrorCode.FORBIDDEN, ann.refusals.get(0).code());
        server.grant("read");
        loop.advance(1_000);
        assertTrue(ann.session.status().readOnly());
        server.grant("admin");
        loop.advance(1_000);
        assertEquals("late", server.text());
        assertTrue(ann.session.status().saved());
        assertEquals("admin", ann.session.status().right());
    }

    @Test
    void a_reader_does_not_bring_what_the_server_has_lost_of_others_and_does_so_when_it_may_write() {
        Person ann = joined("write");
        server.holdingCommits = true;
        ann.session.edit(0, 0, "lost");
        server.right = "read";
        Person bob = new Person("bob", network, () -> 0.5);
        server.right = "write";
        loop.advance(1_000);
        server.grant("read");
        loop.advance(1_000);
        assertEquals("lost", bob.session.text());
        ann.crash();
        server.crash();
        server.start();
        loop.advance(60_000);
        assertEquals(ConnectionState.LIVE, bob.session.status().connection());
        assertEquals("", server.text());
        assertEquals(0, bob.session.status().unsent());
        assertEquals(0, bob.refusals.size());
        server.grant("write");
        loop.advance(1_000);
        assertEquals("lost", server.text());
    }

    @Test
    void a_text_that_was_replaced_is_not_put_back_by_whoever_may_only_read() {
        Person ann = joined("read");
        server.replace("epoch-2", "");
        loop.advance(1_000);
        assertTrue(ann.session.status().replaced());
        assertThrows(ReadOnlyException.class, ann.session::putBack);
        assertTrue(ann.session.status().replaced());
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"write", "admin", "owner"})
    void a_server_that_names_no_right_or_one_that_is_not_known_here_is_asked_with_each_edit(String right) {
        Person ann = joined(right);
        ann.session.edit(0, 0, "x");
        loop.advance(1_000);
        assertEquals("x", server.text());
        assertEquals(right, ann.session.status().right());
        assertFalse(ann.session.status().readOnly());
    }

    private Person joined(String right) {
        server.right = right;
        Person person = new Person("ann", network, () -> 0.5);
        loop.advance(1_000);
        return person;
    }
}
