package dev.concord.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sessions against a simulated server: no socket, no thread, no waiting. */
class ConcordSessionTest {
    private static final long A_WHILE = 1_000;
    private static final long LONG = 60_000;
    private static final long STORE_AGAIN = 5_000;
    private static final Message.Limits LIMITS = new Message.Limits(1 << 20, 10_000_000, 100_000);

    private final HandLoop loop = new HandLoop();
    private final SimulatedServer server = new SimulatedServer(loop);
    private final SimulatedNetwork network = new SimulatedNetwork(loop, new Random(1), 5, server);
    private final Person ann = new Person("ann", network, () -> 0.5);
    private final Person bob = new Person("bob", network, () -> 0.5);

    @Test
    void two_interleaved_remote_ops_give_the_expected_text() {
        ScriptedTransport wire = new ScriptedTransport();
        ConcordSession session =
                ConcordSession.builder(URI.create("ws://h"), "r", loop, wire).build();
        List<String> notified = new ArrayList<>();
        session.addListener(new SessionListener() {
            @Override
            public void textChanged(List<dev.concord.crdt.TextChange> changes, Origin origin) {
                changes.forEach(change -> notified.add(change.offset() + change.inserted()));
            }
        });
        session.open();
        wire.send(sync());
        // Both continue from an empty text, neither has seen the other; their ops arrive letter by letter in turns.
        wire.send(op(1, "b", 1, ElementId.HEAD, "W"));
        wire.send(op(1, "a", 1, ElementId.HEAD, "H"));
        wire.send(op(2, "b", 2, new ElementId("b", 1), "orld"));
        wire.send(op(2, "a", 2, new ElementId("a", 1), "ello "));
        loop.settle();
        assertEquals("Hello World", session.text());
        assertEquals(List.of("0W", "0H", "2orld", "1ello "), notified);
        assertEquals(ConnectionState.LIVE, session.status().connection());
    }

    @Test
    void changes_come_in_their_order_also_to_a_listener_after_one_that_edits_in_reply() {
        ConcordSession session = ConcordSession.builder(URI.create("ws://h"), "r", loop, new ScriptedTransport())
                .build();
        StringBuilder first = new StringBuilder();
        StringBuilder last = new StringBuilder();
        List<ConnectionState> states = new ArrayList<>();
        session.addListener(following(first));
        session.addListener(new SessionListener() {
            @Override
            public void textChanged(List<dev.concord.crdt.TextChange> changes, Origin origin) {
                if (changes.get(0).inserted().equals("ping")) {
                    session.edit(session.length(), 0, " pong");
                }
            }

            @Override
            public void statusChanged(Status status) {
                if (status.connection() == ConnectionState.CONNECTING) {
                    session.goOffline();
                }
            }
        });
        session.addListener(following(last));
        session.addListener(new SessionListener() {
            @Override
            public void statusChanged(Status status) {
                states.add(status.connection());
            }
        });
        session.edit(0, 0, "ping");
        assertEquals("ping pong", session.text());
        assertEquals("ping pong", first.toString());
        assertEquals("ping pong", last.toString());
        session.open();
        assertEquals(ConnectionState.OFFLINE, states.get(states.size() - 1));
    }

    private static SessionListener following(StringBuilder text) {
        return new SessionListener() {
            @Override
            public void textChanged(List<dev.concord.crdt.TextChange> changes, Origin origin) {
                changes.forEach(
                        change -> text.replace(change.offset(), change.offset() + change.removed(), change.inserted()));
            }
        };
    }

    @Test
    void a_listener_that_closes_or_opens_when_the_session_stops_changes_nothing_of_its_end() {
        ScriptedTransport wire = new ScriptedTransport();
        MemoryOutboxStore store = new MemoryOutboxStore();
        ConcordSession session = ConcordSession.builder(URI.create("ws://h"), "r", loop, wire)
                .outbox(store)
                .build();
        List<String> notified = new ArrayList<>();
        session.addListener(new SessionListener() {
            @Override
            public void statusChanged(Status status) {
                if (status.connection() == ConnectionState.STOPPED) {
                    notified.add(status.reason() + ", " + session.text());
                    session.close();
                    assertThrows(IllegalStateException.class, session::open);
                }
            }
        });
        session.open();
        wire.send(sync());
        loop.settle();
        session.edit(0, 0, "text");
        session.close();
        loop.advance(LONG);
        assertEquals(List.of("closed, text"), notified);
        assertEquals(1, wire.addresses.size());
        assertEquals(1, store.closes);
        assertThrows(IllegalStateException.class, session::text);
    }

    @Test
    void a_store_that_is_full_keeps_what_it_has_until_it_is_acknowledged() {
        ScriptedTransport wire = new ScriptedTransport();
        MemoryOutboxStore store = new MemoryOutboxStore();
        ConcordSession session = ConcordSession.builder(URI.create("ws://h"), "r", loop, wire)
                .outbox(store)
                .build();
        session.edit(0, 0, "a");
        session.edit(1, 0, "b");
        session.edit(2, 0, "c");
        store.full = true;
        session.open();
        // The rows are now of this history of the room, and one would take the place of three.
        wire.send(sync());
        loop.settle();
        assertEquals(3, session.status().unsent());
        StringBuilder kept = new StringBuilder();
        store.rows.values().forEach(row -> kept.append(((Operation.Insert) row.operation()).value()));
        assertEquals("abc", kept.toString(), "what a next session would find");

        store.full = false;
        loop.advance(STORE_AGAIN);
        assertEquals(1, store.rows.size(), "one row has taken the place of three");
        OutboxStore.Kept row = store.rows.firstEntry().getValue();
        assertEquals("abc", ((Operation.Insert) row.operation()).value());
        assertEquals("e", row.epoch());
    }

    @Test
    void what_the_store_has_refused_is_in_it_as_soon_as_it_takes_rows_again_or_the_session_is_closed() {
        MemoryOutboxStore store = new MemoryOutboxStore();
        List<Exception> faults = new ArrayList<>();
        ConcordSession session = ConcordSession.builder(URI.create("ws://h"), "r", loop, new ScriptedTransport())
                .outbox(store)
                .listener(new SessionListener() {
                    @Override
                    public void fault(Exception fault) {
                        faults.add(fault);
                    }
                })
                .build();
        store.full = true;
        session.edit(0, 0, "a");
        session.edit(1, 0, "b");
        loop.advance(LONG);
        assertEquals(2, faults.size(), "each is reported once");
        store.full = false;
        loop.advance(STORE_AGAIN);
        assertEquals(2, store.rows.size());
        store.full = true;
        session.edit(2, 0, "c");
        store.full = false;
        session.close();
        assertEquals(3, store.rows.size());
    }

    @Test
    void what_is_typed_reaches_the_others_and_is_saved_when_it_is_durable() {
        loop.advance(A_WHILE);
        server.holdingCommits = true;
        ann.session.edit(0, 0, "Hello\r\nworld\r");
        assertEquals(12, ann.session.status().unsent());
        loop.advance(A_WHILE);
        assertEquals("Hello\nworld\n", bob.session.text());
        assertFalse(ann.session.status().saved(), "not on disk");
        assertEquals(1, ann.store.rows.size());
        server.commit();
        loop.advance(A_WHILE);
        assertTrue(ann.session.status().saved());
        assertEquals(0, ann.store.rows.size());
        assertEquals(bob.seen.toString(), ann.session.text());
    }

    @Test
    void an_offline_person_goes_on_and_comes_back() {
        loop.advance(A_WHILE);
        ann.session.edit(0, 0, "shared");
        loop.advance(A_WHILE);
        bob.session.goOffline();
        assertEquals(ConnectionState.OFFLINE, bob.session.status().connection());
        for (char c : " typed offline".toCharArray()) {
            bob.session.edit(bob.session.length(), 0, String.valueOf(c));
        }
        ann.session.edit(0, 0, "we ");
        loop.advance(LONG);
        assertEquals(14, bob.session.status().unsent());
        assertEquals("we shared", server.text());
        bob.session.open();
        loop.advance(A_WHILE);
        assertAgreed("we shared typed offline");
        assertTrue(bob.side.addresses.get(1).getQuery().contains("version="), "asks for a difference only");
    }

    @Test
    void lost_acks_double_nothing() {
        loop.advance(A_WHILE);
        server.holdingCommits = true;
        ann.session.edit(0, 0, "once");
        loop.advance(A_WHILE);
        ann.side.cut();
        server.commit();
        server.holdingCommits = false;
        loop.advance(10);
        assertEquals(ConnectionState.RECONNECTING, ann.session.status().connection());
        assertEquals(4, ann.session.status().unsent());
        loop.advance(A_WHILE);
        assertAgreed("once");
    }

    @Test
    void others_edits_that_a_crashed_server_has_lost_are_brought_back() {
        loop.advance(A_WHILE);
        server.holdingCommits = true;
        ann.session.edit(0, 0, "precious");
        loop.advance(A_WHILE);
        ann.side.down = true;
        server.crash();
        server.start();
        server.holdingCommits = false;
        assertEquals("", server.text());
        loop.advance(LONG);
        assertEquals("precious", server.text(), "bob has brought it");
        ann.side.down = false;
        loop.advance(LONG);
        assertAgreed("precious");
    }

    @Test
    void an_unsent_edit_comes_with_the_text_of_others_that_it_hangs_on_which_nobody_else_has_any_more() {
        loop.advance(A_WHILE);
        server.holdingCommits = true;
        bob.session.edit(0, 0, "theirs");
        loop.advance(A_WHILE);
        bob.session.edit(2, 0, "gone");
        bob.session.edit(2, 4, "");
        loop.advance(A_WHILE);
        assertEquals("theirs", ann.session.text());
        ann.session.edit(2, 0, "(mine)");
        ann.session.edit(8, 1, "");
        ann.crash();
        bob.session.close();
        bob.store.rows.clear();
        server.crash();
        server.holdingCommits = false;
        server.start();
        ann.begin();
        loop.advance(LONG);
        assertTrue(ann.session.status().saved(), () -> ann.session.status().toString());
        assertEquals("th(mine)", server.text());
        assertEquals("th(mine)", ann.session.text());
        assertEquals(Map.of(), ann.store.rows);
        assertEquals(List.of(), ann.faults);
    }

    @Test
    void a_placeholder_that_an_earlier_session_has_left_for_text_that_the_server_has_by_now_is_no_contradiction() {
        loop.advance(A_WHILE);
        bob.session.edit(0, 0, "abc");
        loop.advance(A_WHILE);
        Operation placeholder = insert("bob-0", 1, Anchor.after(ElementId.HEAD), "\ufffd\ufffd");
        Operation gone = new Operation.Delete(new ElementId("bob-0", 1), 2);
        Operation last = insert("bob-0", 3, Anchor.after(new ElementId("bob-0", 2)), "c");
        Operation other = insert("other", 1, Anchor.after(new ElementId("bob-0", 3)), "(other");
        Operation mine = insert("mine", 1, Anchor.after(new ElementId("other", 6)), " mine)");
        List<Operation> dependencies = List.of(placeholder, gone, last, other);
        Person offered = new Person("carl", network, () -> 0.5);
        offered.crash();
        List.of(placeholder, last, gone).forEach(operation -> leave(offered, operation, List.of()));
        leave(offered, mine, dependencies);
        offered.begin();
        loop.advance(LONG);
        assertTrue(
                offered.session.status().saved(), () -> offered.session.status().toString());
        assertEquals("c(other mine)", offered.session.text());
        assertEquals("c(other mine)", server.text());
        assertEquals(List.of(), offered.faults);
        Person withDependencies = new Person("dora", network, () -> 0.5);
        withDependencies.crash();
        leave(withDependencies, mine, dependencies);
        withDependencies.begin();
        loop.advance(LONG);
        assertTrue(withDependencies.session.status().saved());
        assertEquals(List.of(), withDependencies.faults);
    }

    @Test
    void a_program_that_cannot_read_what_the_server_sends_says_so_and_does_not_try_for_ever() {
        server.stateVersion = 9;
        Person old = new Person("carl", network, () -> 0.5);
        old.session.edit(0, 0, "x");
        loop.advance(LONG);
        Status status = old.session.status();
        assertEquals(ConnectionState.STOPPED, status.connection());
        assertTrue(status.reason().contains("older than the server"), status.reason());
        assertEquals(1, status.unsent());
        assertEquals(1, old.side.addresses.size());
        server.stateVersion = 1;
        old.session.open();
        loop.advance(LONG);
        assertTrue(old.session.status().saved());
        assertEquals("x", server.text());
    }

    @Test
    void an_insert_whose_place_comes_with_the_edits_after_the_first_state_is_not_lost() {
        ann.crash();
        ElementId last = new ElementId(bob.session.site(), 4);
        Operation unsent = insert("earlier", 1, Anchor.after(last), " unsent");
        ann.store.rows.put(1L, new OutboxStore.Kept(1, unsent, "epoch-1", List.of()));
        ann.begin();
        loop.advance(1_000);
        assertEquals(7, ann.session.status().unsent());
        bob.session.edit(0, 0, "sent");
        loop.advance(1_000);
        assertEquals("sent unsent", ann.session.text());
        loop.advance(LONG);
        assertEquals("sent unsent", bob.session.text());
        assertTrue(ann.session.status().saved());
        assertEquals(Map.of(), ann.store.rows);
    }

    @Test
    void an_insert_that_hangs_on_what_no_history_has_any_more_is_offered() {
        ann.crash();
        Operation more = insert("earlier", 2, Anchor.after(new ElementId("earlier", 1)), "more");
        ann.store.rows.put(1L, new OutboxStore.Kept(1, more, "epoch-1", List.of()));
        ann.begin();
        loop.advance(1_000);
        assertEquals(4, ann.session.status().unsent());
        loop.advance(LONG);
        assertEquals(
                List.of(more),
                ann.session.orphaned().stream()
                        .flatMap(each -> each.operations().stream())
                        .toList());
        assertEquals(0, ann.session.status().unsent());
        assertEquals(0, server.document().pendingCount());
        ann.crash();
        ann.store.rows.put(1L, new OutboxStore.Kept(1, more, "epoch-1", List.of()));
        ann.begin();
        loop.advance(LONG);
        server.forget();
        loop.advance(LONG);
        ann.session.putBack();
        loop.advance(LONG);
        assertEquals(1, ann.session.status().orphaned(), "it has no place in what is put back");
        assertEquals(0, server.document().pendingCount());
    }

    @Test
    void a_text_that_waits_to_be_put_back_is_kept_with_what_is_typed_meanwhile_and_offered_by_a_next_session() {
        loop.advance(A_WHILE);
        bob.session.edit(0, 0, "one two");
        loop.advance(A_WHILE);
        server.delete();
        loop.advance(A_WHILE);
        server.crash();
        ann.session.putBack();
        assertEquals(7, ann.session.status().unsent());
        ann.session.edit(3, 0, " and");
        assertEquals(11, ann.session.status().unsent());
        ann.crash();
        server.start();
        ann.begin();
        loop.advance(LONG);
        String offered = ann.session.orphaned().stream()
                .flatMap(each -> each.operations().stream())
                .map(operation -> ((Operation.Insert) operation).value())
                .sorted()
                .reduce("", String::concat);
        assertEquals(" andone two", offered);
        assertEquals("", server.text());
        bob.session.putBack();
        loop.advance(LONG);
        assertTrue(bob.session.status().saved());
        assertEquals("one two", server.text());
        assertEquals(Map.of(), bob.store.rows);
    }

    private static Operation insert(String site, long counter, Anchor anchor, String value) {
        return new Operation.Insert(new ElementId(site, counter), anchor, value, value.length());
    }

    /** As if an earlier session had ended with this in its store. */
    private static void leave(Person person, Operation operation, List<Operation> dependencies) {
        long number = person.store.rows.size() + 1L;
        person.store.rows.put(number, new OutboxStore.Kept(number, operation, "epoch-1", dependencies));
    }

    @Test
    void text_of_others_is_not_sent_again_where_the_server_has_it_nor_kept_when_the_edit_is_acknowledged() {
        loop.advance(A_WHILE);
        bob.session.edit(0, 0, "theirs");
        loop.advance(A_WHILE);
        ann.session.goOffline();
        ann.session.edit(3, 0, "!");
        ann.crash();
        ann.store.everything.clear();
        ann.begin();
        loop.advance(LONG);
        assertEquals("the!irs", server.text());
        assertEquals(List.of(), ann.store.everything, "there is nothing to send but what the store had");
        assertEquals(Map.of(), ann.store.rows);
    }

    @Test
    void a_crashed_client_finds_its_unsent_edits_again() {
        ann.side.down = true;
        ann.session.edit(0, 0, "typed before the room was ever seen");
        loop.advance(LONG);
        ann.crash();
        ann.side.down = false;
        ann.begin();
        assertEquals(35, ann.session.status().unsent());
        loop.advance(LONG);
        assertAgreed("typed before the room was ever seen");
        assertEquals(0, ann.store.rows.size());
    }

    @Test
    void a_room_that_was_made_anew_is_not_merged_and_unsent_work_is_offered() {
        loop.advance(A_WHILE);
        ann.session.edit(0, 0, "old text");
        loop.advance(A_WHILE);
        ann.session.goOffline();
        ann.session.edit(8, 0, ", and unsent!");
        ann.session.edit(20, 1, "");
        server.replace("epoch-2", "new text");
        ann.session.open();
        loop.advance(A_WHILE);
        Status status = ann.session.status();
        assertEquals(ConnectionState.STOPPED, status.connection());
        assertTrue(status.reason().startsWith("The server has another text"), status.reason());
        assertTrue(status.replaced());
        assertEquals(0, status.unsent());
        assertEquals(2, status.orphaned());
        assertFalse(status.saved());
        assertEquals(List.of(", and unsent"), ann.session.orphaned().get(0).typed());
        assertThrows(IllegalStateException.class, ann.session::open);
        ann.session.close();

        ann.begin();
        loop.advance(A_WHILE);
        assertEquals("new text", ann.session.text());
        assertEquals("new text", server.text());
        assertEquals("epoch-1", ann.session.orphaned().get(0).epoch());
        assertEquals(List.of(", and unsent"), ann.session.orphaned().get(0).typed());
        assertFalse(ann.session.status().saved());
        ann.session.discardOrphaned();
        assertTrue(ann.session.status().saved());
        assertEquals(0, ann.store.rows.size());
    }

    @Test
    void another_epoch_in_a_sync_stops_as_well_and_hides_what_came_with_it() {
        ScriptedTransport wire = new ScriptedTransport();
        ConcordSession session =
                ConcordSession.builder(URI.create("ws://h"), "r", loop, wire).build();
        session.open();
        wire.send(sync());
        loop.settle();
        String other = sync().replace("\"e\"", "\"f\"");
        wire.send("[" + other + "," + op(1, "b", 1, ElementId.HEAD, "alien") + "]");
        loop.settle();
        assertEquals("", session.text());
        assertEquals(ConnectionState.STOPPED, session.status().connection());
        assertTrue(wire.closed);
    }

    @Test
    void a_text_whose_room_was_deleted_is_kept_and_put_back_when_its_user_wants_it() {
        loop.advance(A_WHILE);
        ann.session.edit(0, 0, "saved");
        loop.advance(A_WHILE);
        server.replace("epoch-2", "");
        ann.session.edit(5, 0, " unsent");
        loop.advance(A_WHILE);
        Status status = ann.session.status();
        assertEquals(ConnectionState.STOPPED, status.connection());
        assertEquals("Somebody has deleted this document: the server does not have it any more.", status.reason());
        assertTrue(status.replaced());
        assertFalse(status.saved());
        assertEquals(" unsent", ann.session.orphaned().get(0).typed().get(0));
        assertThrows(IllegalStateException.class, ann.session::open);
        ann.session.putBack();
        loop.advance(LONG);
        assertEquals("saved unsent", server.document().text());
        assertTrue(ann.session.status().saved());
        assertTrue(ann.store.rows.isEmpty());
    }

    @Test
    void permanent_closes_end_the_retrying_and_say_why() {
        for (int code : new int[] {4400, 4401, 4403, 4490, 4499}) {
            loop.advance(A_WHILE);
            int attempts = ann.side.addresses.size();
            server.dismiss(code, code == 4401 ? "" : "because " + code);
            loop.advance(10 * LONG);
            assertEquals(ConnectionState.STOPPED, ann.session.status().connection());
            assertEquals(
                    code == 4401 ? "You have to sign in." : "because " + code,
                    ann.session.status().reason());
            assertEquals(attempts, ann.side.addresses.size(), "attempts after " + code);
            ann.session.edit(0, 0, "x");
            assertFalse(ann.session.status().saved());
            ann.session.open();
            bob.session.open();
            loop.advance(LONG);
            assertTrue(ann.session.status().saved(), "its user has tried again");
        }
        assertAgreed("xxxxx");
    }

    @Test
    void pauses_grow_with_each_failure_are_spread_and_begin_anew_after_a_success() {
        HandLoop own = new HandLoop();
        ScriptedTransport wire = new ScriptedTransport();
        double[] chance = {0};
        ConcordSession session = ConcordSession.builder(URI.create("ws://h"), "r", own, wire)
                .random(() -> chance[0])
                .build();
        session.open();
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            pauses.add(wire.pauseAfterClose(own, 1006));
        }
        assertEquals(List.of(150L, 300L, 600L, 1200L, 2400L, 4800L, 7500L, 7500L), pauses);
        chance[0] = 0.999;
        assertEquals(14_992L, wire.pauseAfterClose(own, 1006));
        assertEquals(17_992L, wire.pauseAfterClose(own, 1013), "overloaded: a little later");
        wire.send(sync());
        own.settle();
        chance[0] = 0;
        assertEquals(150L, wire.pauseAfterClose(own, 1012));
        session.reconnectNow();
        assertEquals(ConnectionState.RECONNECTING, session.status().connection());
    }

    @Test
    void after_some_attempts_it_is_said_what_is_known() {
        HandLoop own = new HandLoop();
        ScriptedTransport wire = new ScriptedTransport();
        ConcordSession session = ConcordSession.builder(URI.create("ws://h"), "r", own, wire)
                .random(() -> 0)
                .build();
        session.open();
        for (int i = 0; i < 4; i++) {
            wire.pauseAfterClose(own, 1006);
            assertEquals("", session.status().reason());
        }
        wire.pauseAfterClose(own, 1006);
        assertEquals(ConnectionState.RECONNECTING, session.status().connection());
        assertTrue(
                session.status().reason().startsWith("The server cannot be reached"),
                session.status().reason());
        wire.send(sync());
        own.settle();
        assertEquals("", session.status().reason());
        assertEquals(ConnectionState.LIVE, session.status().connection());
    }

    @Test
    void a_link_that_swallows_everything_is_given_up() {
        loop.advance(A_WHILE);
        ann.side.blackHole();
        ann.session.edit(0, 0, "swallowed");
        loop.advance(29_000);
        assertEquals(ConnectionState.LIVE, ann.session.status().connection());
        assertEquals("", server.text());
        loop.advance(2_000);
        assertAgreed("swallowed");
    }

    @Test
    void a_reader_whose_connection_is_dead_comes_back_after_45_seconds() {
        server.limits = LIMITS;
        loop.advance(10 * LONG);
        ann.side.freeze();
        bob.session.edit(0, 0, "news");
        loop.advance(46_000);
        assertEquals(2, ann.side.addresses.size());
        assertAgreed("news");
    }

    @Test
    void a_connection_with_a_pulse_is_kept_and_so_is_one_to_a_server_that_has_none() {
        server.limits = LIMITS;
        loop.advance(A_WHILE);
        loop.advance(600_000);
        assertEquals(1, ann.side.addresses.size());
        assertEquals(ConnectionState.LIVE, ann.session.status().connection());

        server.limits = null;
        server.dismiss(1012, "");
        loop.advance(600_000);
        assertEquals(2, ann.side.addresses.size(), "after the server was replaced by an older one");
        assertEquals(ConnectionState.LIVE, ann.session.status().connection());
    }

    @Test
    void a_session_that_is_closed_listens_for_nothing() {
        server.limits = LIMITS;
        loop.advance(A_WHILE);
        ann.session.goOffline();
        loop.advance(600_000);
        assertEquals(1, ann.side.addresses.size());
        assertEquals(ConnectionState.OFFLINE, ann.session.status().connection());
    }

    @Test
    void what_is_refused_for_the_moment_is_sent_again_and_what_is_refused_for_good_is_reported() {
        loop.advance(A_WHILE);
        server.refusing = op -> true;
        ann.session.edit(0, 0, "later");
        loop.advance(5_000);
        assertEquals("", server.text());
        assertEquals(5, ann.session.status().unsent());
        assertEquals(List.of(), ann.refusals);
        server.refusing = op -> false;
        loop.advance(LONG);
        assertAgreed("later");

        server.refusing = op -> true;
        server.refusal = ErrorCode.ROOM_FULL;
        ann.session.edit(5, 0, "too much");
        loop.advance(LONG);
        assertEquals(ErrorCode.ROOM_FULL, ann.refusals.get(0).code());
        assertEquals("not now", ann.refusals.get(0).message());
        Status status = ann.session.status();
        assertEquals(1, status.refused());
        assertEquals(0, status.unsent());
        assertFalse(status.saved());
        assertEquals(1, ann.store.rows.size(), "not lost when the process ends now");
        server.refusing = op -> false;
        server.dismiss(1012, "");
        loop.advance(LONG);
        assertAgreed("latertoo much");
    }

    @Test
    void a_paste_larger_than_a_frame_travels_in_pieces() {
        loop.advance(A_WHILE);
        String paste = "a\uD83D\uDE00\n".repeat(200_000);
        ann.session.edit(0, 0, paste);
        loop.advance(A_WHILE);
        assertAgreed(paste);
        ann.session.edit(0, paste.length(), "");
        loop.advance(A_WHILE);
        assertAgreed("");
    }

    @Test
    void a_server_that_takes_only_small_frames_gets_a_paste_in_smaller_pieces() {
        server.maxFrameBytes = 20_000;
        loop.advance(A_WHILE);
        String paste = "a\uD83D\uDE00\n\"".repeat(20_000);
        ann.session.edit(0, 0, paste);
        ann.session.edit(3, 0, "x".repeat(50_000));
        loop.advance(LONG);
        assertAgreed(ann.session.text());
        assertEquals(150_000, server.text().length());
        assertEquals(List.of(), ann.refusals);

        ann.session.edit(0, 150_000, "");
        ann.session.edit(0, 0, paste);
        ann.crash();
        ann.begin();
        loop.advance(LONG);
        assertAgreed(paste);
    }

    @Test
    void a_paste_is_packed_to_the_bytes_that_the_server_says_it_takes() {
        server.maxFrameBytes = 20_000;
        server.limits = new Message.Limits(20_000, 10_000_000, 100_000);
        loop.advance(A_WHILE);
        String paste = "a\uD83D\uDE00\n\u20ac\"".repeat(20_000);
        ann.session.edit(0, 0, paste);
        loop.advance(LONG);
        assertAgreed(paste);
        assertEquals(1, ann.side.addresses.size(), "no frame was too large");

        ann.side.cut();
        ann.session.edit(0, 0, "\u20ac".repeat(50_000));
        ann.crash();
        ann.begin();
        loop.advance(LONG);
        assertAgreed("\u20ac".repeat(50_000) + paste);
        assertEquals(0, server.tooLarge);
    }

    @Test
    void a_part_of_an_edit_that_is_refused_for_the_moment_is_sent_again() {
        loop.advance(A_WHILE);
        server.maxFrameBytes = 20_000;
        int[] refused = {0};
        server.refusing = op -> op.length() > 1 && refused[0]++ % 3 == 1;
        ann.session.edit(0, 0, "abc\n".repeat(16_000));
        loop.advance(10 * LONG);
        server.refusing = op -> false;
        loop.advance(LONG);
        assertAgreed("abc\n".repeat(16_000));
    }

    @Test
    void a_frame_that_is_too_large_however_small_it_is_ends_the_retrying() {
        server.maxFrameBytes = 1_000;
        loop.advance(A_WHILE);
        ann.session.edit(0, 0, "a".repeat(10_000));
        loop.advance(10 * LONG);
        assertEquals(ConnectionState.STOPPED, ann.session.status().connection());
        assertEquals(10_000, ann.session.status().unsent());
        assertFalse(ann.session.status().saved());
        assertEquals(
                10_000,
                ann.store.rows.values().stream()
                        .mapToInt(kept -> kept.operation().length())
                        .sum());
    }

    @Test
    void a_room_that_is_replaced_while_it_is_open_offers_the_unsent_edits_with_the_stop() {
        loop.advance(A_WHILE);
        server.holdingCommits = true;
        ann.session.edit(0, 0, "typed");
        loop.advance(A_WHILE);
        List<Integer> orphaned = new ArrayList<>();
        ann.session.addListener(new SessionListener() {
            @Override
            public void statusChanged(Status status) {
                if (status.connection() == ConnectionState.STOPPED) {
                    orphaned.add(ann.session.orphaned().size());
                    assertEquals(0, status.unsent());
                }
            }
        });
        server.dismiss(4409, "another history");
        loop.advance(A_WHILE);
        assertEquals(List.of("typed"), ann.session.orphaned().get(0).typed());
        assertEquals(1, ann.session.status().orphaned());
        assertFalse(orphaned.contains(0), "a stop without the edits: " + orphaned);
        assertEquals(1, ann.store.rows.size());
    }

    @Test
    void a_text_whose_room_was_replaced_is_put_back_and_is_there_once() {
        Person bob = new Person("bob", network, () -> 0.5);
        ann.session.edit(0, 0, "one two");
        loop.advance(A_WHILE);
        ann.session.edit(3, 1, "-");
        loop.advance(A_WHILE);
        server.holdingCommits = true;
        bob.session.edit(7, 0, " unsent");
        loop.advance(A_WHILE);
        server.dismiss(4409, "another history");
        server.replace("second", "NEW ");
        server.holdingCommits = false;
        loop.advance(A_WHILE);
        assertTrue(ann.session.status().replaced());
        assertTrue(bob.session.status().replaced());
        assertThrows(IllegalStateException.class, ann.session::open);

        ann.session.putBack();
        bob.session.putBack();
        loop.advance(LONG);
        String text = server.document().text();
        assertTrue(List.of("NEW one-two unsent", "one-two unsentNEW ").contains(text), text);
        for (Person person : List.of(ann, bob)) {
            assertEquals(text, person.session.text());
            assertEquals(text, person.seen.toString());
            assertTrue(
                    person.session.status().saved(),
                    () -> person.session.status().toString());
            assertFalse(person.session.status().replaced());
            assertTrue(person.store.rows.isEmpty());
            assertEquals(List.of(), person.faults);
        }
        bob.session.undo();
        loop.advance(LONG);
        assertFalse(server.document().text().contains("unsent"));
        assertThrows(IllegalStateException.class, ann.session::putBack);
    }

    @Test
    void a_listener_may_go_offline_or_end_the_session_in_the_middle_of_a_sync() {
        for (boolean ends : new boolean[] {false, true}) {
            ScriptedTransport wire = new ScriptedTransport();
            ConcordSession session = ConcordSession.builder(URI.create("ws://h"), "r", loop, wire)
                    .build();
            session.addListener(new SessionListener() {
                @Override
                public void textChanged(List<dev.concord.crdt.TextChange> changes, Origin origin) {
                    if (ends) {
                        session.close();
                    } else {
                        session.goOffline();
                    }
                }
            });
            session.open();
            dev.concord.crdt.Document full = new dev.concord.crdt.Document("b");
            full.insert(0, "text");
            wire.send(text(new Message.Sync(full.encode(), full.version(), "e")));
            loop.settle();
            assertTrue(wire.closed);
            if (!ends) {
                assertEquals(ConnectionState.OFFLINE, session.status().connection());
                assertEquals("text", session.text());
            }
        }
    }

    @Test
    void what_a_listener_throws_of_any_kind_reaches_neither_the_connection_nor_the_listeners_after_it() {
        ScriptedTransport wire = new ScriptedTransport();
        ConcordSession session =
                ConcordSession.builder(URI.create("ws://h"), "r", loop, wire).build();
        List<Throwable> uncaught = new ArrayList<>();
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
        thread.setUncaughtExceptionHandler((t, e) -> {
            uncaught.add(e);
            throw new IllegalStateException("the handler fails as well");
        });
        try {
            session.addListener(new SessionListener() {
                @Override
                public void textChanged(List<dev.concord.crdt.TextChange> changes, Origin origin) {
                    throw new AssertionError("an editor's fault");
                }
            });
            StringBuilder seen = new StringBuilder();
            session.addListener(new SessionListener() {
                @Override
                public void textChanged(List<dev.concord.crdt.TextChange> changes, Origin origin) {
                    changes.forEach(change -> seen.append(change.inserted()));
                }
            });
            session.open();
            wire.send(sync());
            wire.send(op(1, "b", 1, ElementId.HEAD, "x"));
            loop.settle();
            assertEquals("x", seen.toString());
            assertEquals(ConnectionState.LIVE, session.status().connection());
            assertEquals(1, uncaught.size());
        } finally {
            thread.setUncaughtExceptionHandler(before);
        }
    }

    @Test
    void a_held_text_stands_still_and_catches_up() {
        loop.advance(A_WHILE);
        ann.session.hold();
        ann.session.hold();
        bob.session.edit(0, 0, "remote");
        loop.advance(A_WHILE);
        assertEquals("", ann.session.text());
        ann.session.edit(0, 0, "\u6f22");
        ann.session.release();
        assertEquals("\u6f22", ann.session.text());
        ann.session.release();
        loop.advance(A_WHILE);
        assertAgreed(server.text());
        assertEquals(7, server.text().length());
        assertThrows(IllegalStateException.class, ann.session::release);
    }

    @Test
    void what_is_acknowledged_while_the_text_is_held_is_saved() {
        loop.advance(A_WHILE);
        ann.session.edit(0, 0, "typed");
        ann.session.hold();
        loop.advance(LONG);
        assertTrue(ann.session.status().saved());
        ann.session.release();
    }

    @Test
    void undo_takes_back_own_edits_only_and_is_an_edit_for_the_others() {
        loop.advance(A_WHILE);
        ann.session.edit(0, 0, "one three");
        loop.advance(5 * A_WHILE);
        ann.session.edit(4, 0, "two ");
        bob.session.edit(0, 3, "ONE");
        loop.advance(A_WHILE);
        ann.session.undo();
        loop.advance(A_WHILE);
        assertAgreed("ONE three");
        assertTrue(ann.session.canUndo() && ann.session.canRedo());
        ann.session.redo();
        bob.session.undo();
        loop.advance(A_WHILE);
        assertAgreed("one two three");
        ann.session.undo();
        ann.session.undo();
        ann.session.undo();
        loop.advance(A_WHILE);
        assertAgreed("one");
        assertFalse(ann.session.canUndo());
    }

    @Test
    void all_of_one_turn_travels_in_one_frame() {
        ScriptedTransport wire = new ScriptedTransport();
        ConcordSession session =
                ConcordSession.builder(URI.create("ws://h"), "r", loop, wire).build();
        session.open();
        wire.send(sync());
        loop.settle();
        session.edit(0, 0, "b");
        session.edit(0, 0, "a");
        session.edit(1, 0, "c");
        assertEquals(0, wire.frames.size());
        loop.settle();
        assertEquals(1, wire.frames.size());
        assertTrue(wire.frames.get(0).startsWith("[{\"t\":\"op\",\"seq\":1,"), wire.frames.get(0));
    }

    @Test
    void faults_are_reported_and_leave_the_session_alive() {
        ScriptedTransport wire = new ScriptedTransport();
        List<Exception> faults = new ArrayList<>();
        ConcordSession session = ConcordSession.builder(URI.create("ws://h"), "r", loop, wire)
                .listener(new SessionListener() {
                    @Override
                    public void fault(Exception fault) {
                        faults.add(fault);
                    }
                })
                .build();
        session.open();
        wire.send(sync());
        wire.send("not JSON");
        wire.send("{\"t\":\"op\",\"seq\":1,\"data\":{\"kind\":\"insert\"}}");
        wire.send(op(1, "b", 1, ElementId.HEAD, "x"));
        wire.send(op(1, "b", 1, ElementId.HEAD, "y"));
        wire.send("{\"t\":\"news of the future\"}");
        wire.send(op(2, "b", 2, ElementId.HEAD, "z"));
        loop.settle();
        assertEquals("xz", session.text());
        assertEquals(3, faults.size(), faults::toString);
        wire.send("{\"t\":\"sync\",\"state\":\"AAAA\",\"version\":\"AAAA\",\"epoch\":\"e\"}");
        loop.settle();
        assertEquals(ConnectionState.RECONNECTING, session.status().connection());
        assertEquals(4, faults.size());
    }

    @Test
    void a_session_is_used_on_its_loop_only_and_not_after_its_end() {
        loop.current = false;
        assertThrows(IllegalStateException.class, () -> ann.session.edit(0, 0, "x"));
        assertThrows(IllegalStateException.class, ann.session::text);
        loop.current = true;
        ann.session.close();
        ann.session.close();
        assertThrows(IllegalStateException.class, () -> ann.session.edit(0, 0, "x"));
        loop.advance(LONG);
        assertEquals(1, server.members());
    }

    @Test
    void whoever_finds_his_site_taken_goes_on_under_a_new_one_and_nothing_is_lost_or_doubled() {
        loop.advance(A_WHILE);
        ann.session.edit(0, 0, "shared. ");
        loop.advance(A_WHILE);
        Person twin = new Person("ann", network, () -> 0.5);
        twin.session.edit(0, 0, "twin's own ");
        twin.session.edit(0, 1, "T");
        loop.advance(A_WHILE);
        ann.session.edit(0, 0, "ann. ");
        twin.session.edit(twin.session.length(), 0, "twin. ");
        loop.advance(LONG);
        assertAgreed(server.text());
        assertEquals(server.text(), twin.session.text());
        assertEquals(server.text(), twin.seen.toString());
        assertTrue(twin.session.status().saved());
        assertEquals(List.of(), twin.refusals);
        assertTrue(server.text().contains("shared. "), server.text());
        assertTrue(server.text().contains("ann. "), server.text());
        assertTrue(server.text().contains("Twin's own "), server.text());
        assertTrue(server.text().contains("twin. "), server.text());
        assertEquals("shared. ann. Twin's own twin. ".length(), server.text().length(), server.text());
        assertEquals(0, twin.store.rows.size());
        assertFalse(twin.session.site().equals("ann-0"));
    }

    @Test
    void twins_that_type_at_the_same_time_lose_and_double_nothing() {
        int conflicts = 0;
        for (int seed = 0; seed < 200; seed++) {
            HandLoop world = new HandLoop();
            SimulatedServer room = new SimulatedServer(world);
            Random random = new Random(seed);
            SimulatedNetwork links = new SimulatedNetwork(world, random, 50, room);
            List<Person> twins = List.of(
                    new Person("twin", links, random::nextDouble), new Person("twin", links, random::nextDouble));
            world.advance(A_WHILE);
            int typed = 0;
            for (int i = 0; i < 40; i++) {
                Person twin = twins.get(random.nextInt(2));
                int length = twin.session.length();
                StringBuilder text = new StringBuilder();
                for (int j = random.nextInt(3); j >= 0; j--) {
                    text.append((char) (0x4e00 + typed++));
                }
                twin.session.edit(random.nextInt(length + 1), 0, text.toString());
                if (random.nextInt(10) == 0) {
                    twins.get(random.nextInt(2)).side.cut();
                }
                world.advance(random.nextInt(100));
            }
            world.advance(10 * LONG);
            String replay = "seed " + seed + ": " + room.text();
            assertEquals(typed, room.text().length(), replay);
            assertEquals(typed, room.text().chars().distinct().count(), replay);
            for (Person twin : twins) {
                conflicts += twin.session.site().equals("twin-0") ? 0 : 1;
                assertEquals(room.text(), twin.session.text(), replay);
                assertEquals(room.text(), twin.seen.toString(), replay);
                assertTrue(twin.session.status().saved(), replay);
                assertEquals(List.of(), twin.refusals, replay);
            }
        }
        assertTrue(conflicts > 100, "conflicts: " + conflicts);
    }

    @Test
    void letters_that_are_the_same_by_chance_tear_no_word() {
        ann.session.goOffline();
        ann.session.edit(0, 0, "hello");
        occupy("ann-0", 1, "world");
        goOnUnderAnotherSite();
        assertTrue(List.of("helloworld", "worldhello").contains(server.text()), server.text());
    }

    @Test
    void a_letter_that_the_other_one_has_deleted_is_not_taken_for_an_own() {
        ann.session.goOffline();
        ann.session.edit(0, 0, "y");
        ann.session.edit(0, 0, "q");
        occupy("ann-0", 1, "xz");
        server.document().apply(new Operation.Delete(new ElementId("ann-0", 1), 1));
        goOnUnderAnotherSite();
        assertTrue(List.of("qyz", "zqy").contains(server.text()), server.text());
    }

    @Test
    void an_own_word_that_somebody_corrects_before_it_is_acknowledged_is_not_doubled() {
        loop.advance(A_WHILE);
        server.holdingCommits = true;
        ann.session.edit(0, 0, "wordd");
        loop.advance(A_WHILE);
        ann.session.goOffline();
        bob.session.edit(4, 1, "");
        occupy("ann-0", 6, "other ");
        ann.session.edit(0, 0, "mine ");
        server.holdingCommits = false;
        loop.advance(A_WHILE);
        goOnUnderAnotherSite();
        assertEquals("mine other word".length(), server.text().length(), server.text());
        assertTrue(server.text().contains("mine ") && server.text().contains("word"), server.text());
    }

    @Test
    void acknowledged_text_that_the_server_has_lost_is_kept_under_another_site() {
        loop.advance(A_WHILE);
        ann.session.edit(0, 0, "kexpt");
        ann.session.edit(2, 1, "");
        loop.advance(A_WHILE);
        assertTrue(ann.session.status().saved());
        server.dismiss(4409, "another history");
        server.replace("second", "");
        loop.advance(A_WHILE);
        ann.session.edit(4, 0, "!");
        occupy("ann-0", 1, "The");
        ann.session.putBack();
        loop.advance(LONG);
        assertTrue(List.of("kept!The", "Thekept!").contains(server.text()), server.text());
        assertEquals(server.text(), ann.session.text());
        assertEquals(server.text(), ann.seen.toString());
        assertTrue(ann.session.status().saved());
        assertFalse(ann.session.site().equals("ann-0"));
        assertEquals(List.of(), ann.faults);
    }

    @Test
    void a_site_that_was_taken_in_a_history_that_is_gone_is_kept_with_the_text_that_is_put_back() {
        loop.advance(A_WHILE);
        ann.session.edit(0, 0, "mine");
        loop.advance(A_WHILE);
        occupy("ann-0", 5, "theirs");
        ann.session.edit(4, 0, "!");
        while (ann.session.status().connection() == ConnectionState.LIVE) {
            loop.advance(1);
        }
        server.replace("second", "");
        loop.advance(A_WHILE);
        ann.session.putBack();
        loop.advance(LONG);
        assertEquals("mine!", server.text());
        assertEquals("ann-0", ann.session.site());
    }

    @Test
    void two_meanings_of_somebody_elses_id_take_no_new_site() {
        loop.advance(A_WHILE);
        bob.session.edit(0, 0, "bob");
        loop.advance(A_WHILE);
        bob.session.close();
        ann.session.edit(3, 0, " ann");
        loop.advance(A_WHILE);
        server.dismiss(4409, "another history");
        server.replace("second", "");
        occupy("bob-0", 1, "Bob");
        loop.advance(A_WHILE);
        ann.session.edit(7, 0, "!");
        ann.session.putBack();
        loop.advance(LONG);
        assertEquals("ann-0", ann.session.site());
        assertEquals("Bob ann!", server.text());
        assertEquals(server.text(), ann.session.text());
        assertEquals(server.text(), ann.seen.toString());
        assertEquals(1, ann.faults.size());
        assertTrue(ann.session.status().saved());
    }

    @Test
    void a_listener_may_end_the_session_whenever_it_is_notified_of_an_attempt() {
        for (boolean ends : new boolean[] {false, true}) {
            for (int notified = 1; notified <= 2; notified++) {
                ScriptedTransport wire = new ScriptedTransport();
                ConcordSession session = liveSession(wire);
                endWhen(session, ConnectionState.RECONNECTING, notified, ends);
                wire.end(notified == 1 ? 4413 : Transport.BROKEN);
                loop.advance(LONG);
                assertEquals(1, wire.addresses.size(), "ends " + ends + ", notified " + notified);
            }
        }
    }

    @Test
    void a_listener_may_end_the_session_while_the_text_is_put_back_or_an_edit_is_refused() {
        ScriptedTransport wire = new ScriptedTransport();
        ConcordSession session = liveSession(wire);
        session.edit(0, 0, "x");
        loop.settle();
        wire.end(4409);
        loop.settle();
        endWhen(session, ConnectionState.OFFLINE, 1, true);
        session.putBack();
        loop.advance(LONG);
        assertEquals(1, wire.addresses.size());

        ScriptedTransport second = new ScriptedTransport();
        ConcordSession refused = liveSession(second);
        refused.addListener(new SessionListener() {
            @Override
            public void refused(Refused operation) {
                refused.close();
            }
        });
        refused.edit(0, 0, "x");
        loop.settle();
        second.send(text(new Message.Refusal(ErrorCode.INVALID_OP, "no", 1L)));
        loop.settle();
        assertTrue(second.closed);
    }

    @Test
    void a_sync_is_over_when_a_listener_has_made_another_connection_meanwhile() {
        ScriptedTransport wire = new ScriptedTransport();
        ConcordSession session =
                ConcordSession.builder(URI.create("ws://h"), "r", loop, wire).build();
        session.addListener(new SessionListener() {
            @Override
            public void textChanged(List<dev.concord.crdt.TextChange> changes, Origin origin) {
                session.goOffline();
                session.open();
            }
        });
        session.open();
        dev.concord.crdt.Document full = new dev.concord.crdt.Document("b");
        full.insert(0, "text");
        String sync = text(new Message.Sync(full.encode(), full.version(), "e"));
        wire.send(sync);
        loop.settle();
        assertEquals(2, wire.addresses.size());
        assertEquals(ConnectionState.CONNECTING, session.status().connection());
        wire.send(sync);
        loop.settle();
        assertEquals(ConnectionState.LIVE, session.status().connection());
    }

    private ConcordSession liveSession(ScriptedTransport wire) {
        ConcordSession session =
                ConcordSession.builder(URI.create("ws://h"), "r", loop, wire).build();
        session.open();
        wire.send(sync());
        loop.settle();
        return session;
    }

    /** Ends the session, or goes offline, when it is notified of a state for the given number of times. */
    private static void endWhen(ConcordSession session, ConnectionState state, int times, boolean ends) {
        session.addListener(new SessionListener() {
            private int notified;

            @Override
            public void statusChanged(Status status) {
                if (status.connection() != state || ++notified != times) {
                    return;
                }
                if (ends) {
                    session.close();
                } else {
                    session.goOffline();
                }
            }
        });
    }

    /** Somebody else's text under a site's ids, straight into the server's document. */
    private void occupy(String site, long counter, String value) {
        server.document()
                .apply(new Operation.Insert(new ElementId(site, counter), Anchor.after(ElementId.HEAD), value));
    }

    private void goOnUnderAnotherSite() {
        ann.session.open();
        loop.advance(LONG);
        assertEquals(server.text(), ann.session.text());
        assertEquals(server.text(), ann.seen.toString());
        assertTrue(ann.session.status().saved());
        assertFalse(ann.session.site().equals("ann-0"));
    }

    @Test
    void a_site_without_counters_left_is_followed_by_another() {
        ScriptedTransport wire = new ScriptedTransport();
        ConcordSession session = ConcordSession.builder(URI.create("ws://h"), "r", loop, wire)
                .site("full")
                .build();
        session.open();
        wire.send(sync());
        loop.settle();
        wire.send(op(0, "full", ElementId.MAX_COUNTER - 1, ElementId.HEAD, "x"));
        loop.settle();
        session.edit(1, 0, "y");
        assertEquals("full", session.site());
        session.edit(2, 0, "z");
        assertEquals("xyz", session.text());
        assertFalse(session.site().equals("full"));
    }

    @Test
    void a_listener_that_throws_does_not_disturb_the_session() {
        List<Throwable> uncaught = new ArrayList<>();
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
        thread.setUncaughtExceptionHandler((t, e) -> uncaught.add(e));
        try {
            ann.session.addListener(new SessionListener() {
                @Override
                public void textChanged(List<dev.concord.crdt.TextChange> changes, Origin origin) {
                    throw new IllegalArgumentException("mine");
                }
            });
            ann.session.edit(0, 0, "x");
            loop.advance(A_WHILE);
        } finally {
            thread.setUncaughtExceptionHandler(before);
        }
        assertEquals(1, uncaught.size());
        assertAgreed("x");
    }

    @Test
    void addresses_and_rooms_that_make_no_sense_are_refused() {
        assertThrows(IllegalArgumentException.class, () -> builder("ws://h", "a/b"));
        assertThrows(IllegalArgumentException.class, () -> builder("ws://h", ""));
        assertThrows(IllegalArgumentException.class, () -> builder("ws://h", "."));
        assertThrows(IllegalArgumentException.class, () -> builder("ws://h", ".."));
        assertThrows(IllegalArgumentException.class, () -> builder("ftp://h", "r"));
        assertThrows(IllegalArgumentException.class, () -> builder("h:1", "r"));
        ScriptedTransport wire = new ScriptedTransport();
        ConcordSession.builder(URI.create("https://h:8443/base/"), "r", loop, wire)
                .build()
                .open();
        assertEquals(
                "wss://h:8443/base/rooms/r/ws?batch=1", wire.addresses.get(0).toString());
    }

    private SessionBuilder builder(String server, String room) {
        return ConcordSession.builder(URI.create(server), room, loop, network.side());
    }

    private void assertAgreed(String text) {
        assertEquals(text, server.text());
        for (Person person : List.of(ann, bob)) {
            assertEquals(text, person.session.text());
            assertEquals(text, person.seen.toString());
            assertEquals(List.of(), person.faults);
            assertTrue(
                    person.session.status().saved(),
                    () -> person.session.status().toString());
            assertEquals(
                    HexFormat.of().formatHex(server.document().digest()),
                    HexFormat.of().formatHex(person.session.digest()));
        }
    }

    private static String sync() {
        var empty = new dev.concord.crdt.Document("s");
        return text(new Message.Sync(empty.encode(), empty.version(), "e"));
    }

    private static String op(long seq, String site, long counter, ElementId after, String value) {
        return text(
                new Message.Op(seq, new Operation.Insert(new ElementId(site, counter), Anchor.after(after), value)));
    }

    private static String text(Message message) {
        return new String(WireCodec.write(message), StandardCharsets.UTF_8);
    }
}
