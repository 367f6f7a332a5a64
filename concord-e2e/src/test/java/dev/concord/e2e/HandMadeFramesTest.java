package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames typed by hand, good and bad: each is answered as the protocol says, and another member of the room never suffers. */
@ExtendWith(ServerLogs.class)
@Timeout(900)
class HandMadeFramesTest {
    private static final int FRAME_BYTES = 16_384;
    private static final String HEAD = "\"after\":{\"site\":\"\",\"counter\":0}";
    private static final AtomicInteger ROOMS = new AtomicInteger();

    @TempDir
    static Path home;

    private static ServerProcess server;

    private final String room = "room-" + ROOMS.incrementAndGet();

    @BeforeAll
    static void start() {
        server = new ServerProcess(home)
                .with("CONCORD_MAX_FRAME_BYTES", String.valueOf(FRAME_BYTES))
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void inserts_at_the_head_after_and_before_an_element_and_runs_give_the_text() {
        try (RawClient sender = RawClient.join(server, room);
                RawClient witness = RawClient.join(server, room)) {
            deliver(sender, witness, 1, insert("s", 1, HEAD, "h"));
            assertText("h");
            deliver(sender, witness, 2, insert("s", 2, after("s", 1), "i"));
            assertText("hi");
            deliver(sender, witness, 3, insert("s", 3, before("s", 2), "--"));
            assertText("h--i");
            deliver(sender, witness, 4, insert("s", 10, after("s", 4), "run of text"));
            assertText("h--run of texti");
            deliver(sender, witness, 5, delete("s", 1));
            assertText("--run of texti");
            deliver(sender, witness, 6, delete("s", 12, 6));
            assertText("--ruexti");
            assertAllAgree();
        }
    }

    @Test
    void a_delete_with_length_takes_a_run_and_waits_for_what_is_not_there_yet() {
        try (RawClient sender = RawClient.join(server, room);
                RawClient witness = RawClient.join(server, room)) {
            deliver(sender, witness, 1, insert("s", 1, HEAD, "hello"));
            deliver(sender, witness, 2, delete("s", 2, 3));
            assertText("ho");
            deliver(sender, witness, 3, delete("s", 4, 4));
            assertText("h");
            deliver(sender, witness, 4, insert("s", 6, after("s", 5), "xyz"));
            assertText("hz");
            assertAllAgree();
        }
    }

    @Test
    void astral_characters_are_one_element_each_and_two_units_of_the_length() {
        try (RawClient sender = RawClient.join(server, room);
                RawClient witness = RawClient.join(server, room)) {
            deliver(sender, witness, 1, insert("s", 1, HEAD, "a\uD83D\uDE00\uD835\uDD4Fz"));
            deliver(sender, witness, 2, insert("s", 5, before("s", 3), "\uD83D\uDC69\u200D\uD83D\uDC67"));
            assertText("a\uD83D\uDE00\uD83D\uDC69\u200D\uD83D\uDC67\uD835\uDD4Fz");
            deliver(sender, witness, 3, delete("s", 3));
            assertText("a\uD83D\uDE00\uD83D\uDC69\u200D\uD83D\uDC67z");
            assertEquals(9, server.room(room).get("length").intValue());
            assertAllAgree();
        }
    }

    static Stream<List<Integer>> orders() {
        return Stream.of(
                List.of(0, 1, 2),
                List.of(0, 2, 1),
                List.of(1, 0, 2),
                List.of(1, 2, 0),
                List.of(2, 0, 1),
                List.of(2, 1, 0));
    }

    @ParameterizedTest
    @MethodSource("orders")
    void x_typed_after_A_stands_between_A_and_B_in_every_order_of_arrival(List<Integer> order) {
        List<String> ops =
                List.of(insert("a", 1, HEAD, "A"), insert("b", 1, HEAD, "B"), insert("a", 2, after("a", 1), "x"));
        try (RawClient one = RawClient.join(server, room);
                RawClient two = RawClient.join(server, room);
                TestClient reader = new TestClient("reader").connect(server.socket(room))) {
            for (int i = 0; i < order.size(); i++) {
                RawClient from = i % 2 == 0 ? one : two;
                deliver(from, i % 2 == 0 ? two : one, i + 1, ops.get(order.get(i)));
            }
            assertText("AxB");
            reader.awaitText("AxB");
            assertAllAgree();
        }
    }

    @Test
    void an_op_before_its_anchor_is_acknowledged_and_shown_once_the_anchor_comes() {
        try (RawClient sender = RawClient.join(server, room);
                RawClient witness = RawClient.join(server, room)) {
            deliver(sender, witness, 1, insert("s", 3, after("s", 2), "c"));
            deliver(sender, witness, 2, insert("s", 2, after("s", 1), "b"));
            deliver(sender, witness, 3, delete("s", 2));
            assertText("");
            deliver(sender, witness, 4, insert("s", 1, HEAD, "a"));
            assertText("ac");
            assertAllAgree();
        }
    }

    @Test
    void the_same_op_twice_is_acknowledged_twice_and_fanned_out_once() {
        try (RawClient sender = RawClient.join(server, room);
                RawClient witness = RawClient.join(server, room)) {
            String insert = insert("s", 1, HEAD, "abc");
            deliver(sender, witness, 1, insert);
            sender.send(op(2, insert));
            sender.expectAck(2);
            // A piece of what is known, in another granularity.
            sender.send(op(3, insert("s", 2, after("s", 1), "b")));
            sender.expectAck(3);
            deliver(sender, witness, 4, delete("s", 1));
            sender.send(op(5, delete("s", 1)));
            sender.expectAck(5);
            // Also one that is still waiting for its anchor.
            String waiting = insert("s", 9, after("s", 8), "z");
            deliver(sender, witness, 6, waiting);
            sender.send(op(7, waiting));
            sender.expectAck(7);
            // And from another connection.
            witness.send(op(1, insert));
            witness.expectAck(1);
            undisturbed(sender, witness);
            assertText("bc!?");
        }
    }

    @Test
    void an_id_used_again_for_something_else_is_a_conflict_and_nothing_is_merged() {
        try (RawClient sender = RawClient.join(server, room);
                RawClient witness = RawClient.join(server, room)) {
            deliver(sender, witness, 1, insert("s", 1, HEAD, "abc"));
            deliver(sender, witness, 2, insert("s", 9, after("s", 8), "z"));
            String digest = server.digest(room);
            List<String> conflicts = List.of(
                    insert("s", 1, HEAD, "X"),
                    insert("s", 1, HEAD, "abX"),
                    insert("s", 1, HEAD, "abcd".replace('a', 'X')),
                    insert("s", 2, HEAD, "b"),
                    insert("s", 2, before("s", 1), "b"),
                    insert("s", 9, after("s", 8), "X"),
                    insert("s", 9, before("s", 8), "z"));
            for (int i = 0; i < conflicts.size(); i++) {
                sender.send(op(10 + i, conflicts.get(i)));
                sender.expectError("conflict", 10L + i);
                assertEquals(digest, server.digest(room), conflicts.get(i));
            }
            undisturbed(sender, witness);
        }
    }

    static Stream<Arguments> refusedOps() {
        return Stream.of(
                refused(
                        "counter 0",
                        "{\"kind\":\"insert\",\"id\":{\"site\":\"s\",\"counter\":0}," + HEAD + ",\"value\":\"x\"}"),
                refused(
                        "the head inserted",
                        "{\"kind\":\"insert\",\"id\":{\"site\":\"\",\"counter\":0}," + HEAD + ",\"value\":\"x\"}"),
                refused("the head deleted", "{\"kind\":\"delete\",\"id\":{\"site\":\"\",\"counter\":0}}"),
                refused("a negative counter", insert("s", -1, HEAD, "x")),
                refused("a counter past 2^53-1", insert("s", 1L << 53, HEAD, "x")),
                refused("a run past 2^53-1", insert("s", (1L << 53) - 1, HEAD, "xy")),
                refused(
                        "a counter past 64 bits",
                        "{\"kind\":\"delete\",\"id\":{\"site\":\"s\",\"counter\":99999999999999999999}}"),
                refused("a counter with a fraction", "{\"kind\":\"delete\",\"id\":{\"site\":\"s\",\"counter\":1.5}}"),
                refused("a counter as text", "{\"kind\":\"delete\",\"id\":{\"site\":\"s\",\"counter\":\"1\"}}"),
                refused("no counter", "{\"kind\":\"delete\",\"id\":{\"site\":\"s\"}}"),
                refused("a site with a space", delete("a b", 1)),
                refused("a site of 65 characters", delete("s".repeat(65), 1)),
                refused("a site that is a lone surrogate", delete("\\ud83d", 1)),
                refused("no id", "{\"kind\":\"delete\"}"),
                refused("an id that is text", "{\"kind\":\"delete\",\"id\":\"s:1\"}"),
                refused("no kind", "{\"id\":{\"site\":\"s\",\"counter\":1}}"),
                refused("an unknown kind", "{\"kind\":\"move\",\"id\":{\"site\":\"s\",\"counter\":1}}"),
                refused("a high surrogate alone", insert("s", 1, HEAD, "x\\ud83d")),
                refused("a low surrogate alone", insert("s", 1, HEAD, "\\ude00x")),
                refused("surrogates in the wrong order", insert("s", 1, HEAD, "\\ude00\\ud83d")),
                refused("an empty value", insert("s", 1, HEAD, "")),
                refused(
                        "a value that is a number",
                        "{\"kind\":\"insert\",\"id\":{\"site\":\"s\",\"counter\":1}," + HEAD + ",\"value\":1}"),
                refused("no value", "{\"kind\":\"insert\",\"id\":{\"site\":\"s\",\"counter\":1}," + HEAD + "}"),
                refused("no anchor", "{\"kind\":\"insert\",\"id\":{\"site\":\"s\",\"counter\":1},\"value\":\"x\"}"),
                refused("two anchors", insert("s", 1, HEAD + "," + before("s", 9), "x")),
                refused("before the head", insert("s", 1, "\"before\":{\"site\":\"\",\"counter\":0}", "x")),
                refused("hanging on itself", insert("s", 1, after("s", 1), "x")),
                refused("hanging on its own end", insert("s", 1, after("s", 2), "xyz")),
                refused("length 0", delete("s", 1, 0)),
                refused("a negative length", delete("s", 1, -1)),
                refused("a length past 2^53-1", delete("s", (1L << 53) - 2, 3)),
                refused(
                        "a length past 32 bits",
                        "{\"kind\":\"delete\",\"id\":{\"site\":\"s\",\"counter\":1},\"length\":4294967297}"),
                refused(
                        "a length with a fraction",
                        "{\"kind\":\"delete\",\"id\":{\"site\":\"s\",\"counter\":1},\"length\":1.5}"));
    }

    private static Arguments refused(String what, String data) {
        return Arguments.of(what, data);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusedOps")
    void an_op_outside_its_ranges_is_refused_by_name_and_nothing_is_merged(String what, String data) {
        try (RawClient sender = RawClient.join(server, room);
                RawClient witness = RawClient.join(server, room)) {
            sender.send(op(7, data));
            sender.expectError("invalid_op", 7L);
            undisturbed(sender, witness);
            assertText("!?");
        }
    }

    static Stream<Arguments> malformedFrames() {
        return Stream.of(
                Arguments.of("nothing", ""),
                Arguments.of("no JSON", "hello"),
                Arguments.of("broken JSON", "{\"t\":\"op\",\"seq\":1,\"data\":{"),
                Arguments.of("two messages", "{\"t\":\"hm\"}{\"t\":\"hm\"}"),
                Arguments.of("a number", "42"),
                Arguments.of("null", "null"),
                Arguments.of("text", "\"op\""),
                Arguments.of("an array in an array", "[[]]"),
                Arguments.of("no type", "{}"),
                Arguments.of("a type that is a number", "{\"t\":1}"),
                Arguments.of("an op without data", "{\"t\":\"op\"}"),
                Arguments.of("nested too deep", "{\"t\":" + "[".repeat(5000) + "]".repeat(5000) + "}"),
                Arguments.of("a number too long", "{\"t\":" + "1".repeat(5000) + "}"),
                Arguments.of("presence without a user", "{\"t\":\"presence\",\"cursor\":1}"),
                Arguments.of("presence before the text", "{\"t\":\"presence\",\"user\":\"u\",\"cursor\":-1}"),
                Arguments.of(
                        "a colour that is none",
                        "{\"t\":\"presence\",\"user\":\"u\",\"cursor\":1,\"color\":\"url(x)\"}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformedFrames")
    void a_frame_that_is_no_message_gets_an_error_and_the_connection_stays(String what, String frame) {
        try (RawClient sender = RawClient.join(server, room);
                RawClient witness = RawClient.join(server, room)) {
            sender.send(frame);
            sender.expectError("malformed", null);
            undisturbed(sender, witness);
        }
    }

    @Test
    void the_error_of_a_broken_op_names_its_seq() {
        try (RawClient sender = RawClient.join(server, room);
                RawClient witness = RawClient.join(server, room)) {
            sender.send("{\"t\":\"op\",\"seq\":5,\"data\":[]}");
            sender.expectError("malformed", 5L);
            undisturbed(sender, witness);
        }
    }

    @Test
    void an_unknown_type_and_unknown_fields_are_ignored() {
        try (RawClient sender = RawClient.join(server, room);
                RawClient witness = RawClient.join(server, room)) {
            sender.send("{\"t\":\"future\",\"seq\":1,\"data\":{\"kind\":\"insert\"}}");
            sender.send("{\"t\":\"ack\",\"seq\":1}");
            sender.send("{\"t\":\"error\",\"code\":\"x\",\"message\":\"y\"}");
            undisturbed(sender, witness);
            sender.send("{\"t\":\"op\",\"seq\":100,\"new\":{\"deep\":[1]},\"data\":{\"kind\":\"delete\",\"new\":1,"
                    + "\"id\":{\"site\":\"s\",\"counter\":1,\"new\":null}}}");
            sender.expectAck(100);
            assertEquals("s", witness.expect("op").at("/data/id/site").asText());
        }
    }

    @Test
    void an_op_without_a_seq_is_taken() {
        try (RawClient sender = RawClient.join(server, room);
                RawClient witness = RawClient.join(server, room)) {
            sender.send("{\"t\":\"op\",\"data\":" + insert("s", 1, HEAD, "x") + "}");
            sender.expect("ack");
            assertEquals("x", witness.expect("op").at("/data/value").asText());
            assertText("x");
        }
    }

    @Test
    void a_binary_frame_gets_an_error_and_the_connection_stays() {
        try (RawClient sender = RawClient.join(server, room);
                RawClient witness = RawClient.join(server, room)) {
            sender.connection().sendBinary(new byte[] {1, 2, 3});
            sender.expectError("malformed", null);
            undisturbed(sender, witness);
        }
    }

    @Test
    void a_message_in_several_frames_is_one_message() {
        try (RawClient sender = RawClient.join(server, room);
                RawClient witness = RawClient.join(server, room)) {
            String frame = op(1, insert("s", 1, HEAD, "split"));
            sender.connection().sendFragments(frame.substring(0, 10), frame.substring(10, 30), frame.substring(30));
            sender.expectAck(1);
            witness.expect("op");
            assertText("split");
            undisturbed(sender, witness);
        }
    }

    @Test
    void a_frame_of_exactly_the_limit_is_taken() {
        String empty = op(1, insert("s", 1, HEAD, ""));
        String full = op(1, insert("s", 1, HEAD, "x".repeat(FRAME_BYTES - empty.length())));
        assertEquals(FRAME_BYTES, full.length());
        try (RawClient sender = RawClient.join(server, room);
                RawClient witness = RawClient.join(server, room)) {
            sender.send(full);
            sender.expectAck(1);
            witness.expect("op");
            undisturbed(sender, witness);
        }
    }

    static Stream<Integer> bytesOverTheLimit() {
        return Stream.of(1, FRAME_BYTES, 1 << 20, 8 << 20);
    }

    @ParameterizedTest
    @MethodSource("bytesOverTheLimit")
    void a_frame_over_the_limit_gets_an_error_and_the_close_4413(int over) {
        String empty = op(1, insert("s", 1, HEAD, ""));
        String frame = op(1, insert("s", 1, HEAD, "x".repeat(FRAME_BYTES - empty.length() + over)));
        try (RawClient witness = RawClient.join(server, room);
                RawClient other = RawClient.join(server, room)) {
            // Often: the answer must arrive although the frame is still on its way when it is sent.
            for (int i = 0; i < 8; i++) {
                RawClient sender = RawClient.join(server, room);
                sender.send(frame);
                sender.expectError("too_large", null);
                sender.expectClose(4413);
            }
            undisturbed(other, witness);
            assertText("!?");
        }
    }

    @Test
    void fragments_that_together_are_over_the_limit_get_an_error_and_the_close_4413() {
        try (RawClient witness = RawClient.join(server, room)) {
            RawClient sender = RawClient.join(server, room);
            String part = "x".repeat(FRAME_BYTES / 2);
            sender.connection().sendFragments(part, part, part);
            sender.expectError("too_large", null);
            sender.expectClose(4413);
            try (RawClient other = RawClient.join(server, room)) {
                undisturbed(other, witness);
            }
        }
    }

    @Test
    void arrays_of_messages_are_understood_message_by_message() {
        try (RawClient sender = RawClient.joinBatching(server, room);
                RawClient witness = RawClient.join(server, room)) {
            sender.send("[" + op(1, insert("s", 1, HEAD, "a")) + "," + op(2, insert("s", 2, after("s", 1), "b")) + "]");
            // One ack for both, or one for each.
            while (sender.expect("ack").get("seq").longValue() < 2) {}
            assertEquals("a", witness.expect("op").at("/data/value").asText());
            assertEquals("b", witness.expect("op").at("/data/value").asText());

            sender.send("[" + op(3, insert("s", 0, HEAD, "c")) + ",5,{\"t\":\"future\"},"
                    + op(4, insert("s", 3, after("s", 2), "d")) + "]");
            sender.expectError("invalid_op", 3L);
            sender.expectError("malformed", null);
            sender.expectAck(4);
            assertEquals("d", witness.expect("op").at("/data/value").asText());
            assertText("abd");

            sender.send("[]");
            witness.send("[" + op(1, insert("w", 1, after("s", 3), "e")) + "]");
            witness.expectAck(1);
            assertEquals("e", sender.expect("op").at("/data/value").asText());
            undisturbed(sender, witness);
        }
    }

    @Test
    void a_newcomer_sees_at_once_who_is_here_and_leaving_is_announced_at_once() throws Exception {
        String ann = "{\"t\":\"presence\",\"user\":\"Ann\",\"cursor\":3,\"color\":\"#2DD4BF\",\"client\":\"a1\","
                + "\"caret\":{\"site\":\"s\",\"counter\":3,\"side\":\"after\"}}";
        String bob =
                "{\"t\":\"presence\",\"user\":\"Bob \uD83D\uDE00\",\"cursor\":0,\"color\":\"#fff\",\"client\":\"b1\"}";
        RawClient first = RawClient.join(server, room);
        RawClient second = RawClient.join(server, room);
        first.send(ann);
        assertEquals(ServerProcess.json(ann), second.expect("presence"));
        second.send(bob);
        assertEquals(ServerProcess.json(bob), first.expect("presence"));

        JsonNode present =
                ServerProcess.json(server.get("/rooms/" + room + "/presence").body());
        assertEquals(2, present.size(), present::toString);
        assertEquals(
                List.of(ServerProcess.json(ann), ServerProcess.json(bob)), List.of(present.get(0), present.get(1)));

        try (RawClient newcomer = RawClient.join(server, room)) {
            assertEquals(ServerProcess.json(ann), newcomer.expect("presence"));
            assertEquals(ServerProcess.json(bob), newcomer.expect("presence"));

            first.close();
            assertLeft("Ann", "a1", second.expect("presence"));
            assertLeft("Ann", "a1", newcomer.expect("presence"));
            // Without a goodbye, as when a process dies.
            second.connection().abort();
            assertLeft("Bob \uD83D\uDE00", "b1", newcomer.expect("presence"));
            assertEquals("[]", server.get("/rooms/" + room + "/presence").body());
            assertText("");
        }
    }

    @Test
    void a_lone_surrogate_in_a_presence_reaches_the_others_as_sound_JSON() {
        String odd =
                "{\"t\":\"presence\",\"user\":\"x\\ud83dy\",\"cursor\":1,\"color\":\"#fff\",\"client\":\"\\ude00\"}";
        try (RawClient witness = RawClient.join(server, room)) {
            try (RawClient sender = RawClient.join(server, room)) {
                sender.send(odd);
                assertEquals(ServerProcess.json(odd), witness.expect("presence"));
                undisturbed(sender, witness);
                assertEquals(
                        1,
                        ServerProcess.json(server.get("/rooms/" + room + "/presence")
                                        .body())
                                .size());
            }
            assertTrue(witness.expect("presence").path("left").asBoolean());
        }
    }

    @Test
    void only_the_newest_presence_of_a_burst_has_to_be_sent_and_it_is() {
        try (RawClient sender = RawClient.join(server, room);
                RawClient witness = RawClient.join(server, room)) {
            int last = 200;
            for (int i = 0; i <= last; i++) {
                sender.send("{\"t\":\"presence\",\"user\":\"u\",\"cursor\":" + i + ",\"color\":\"#fff\"}");
            }
            int before = -1;
            while (before < last) {
                int cursor = witness.expect("presence").get("cursor").intValue();
                assertTrue(cursor > before, "presence goes forward only");
                before = cursor;
            }
            undisturbed(sender, witness);
        }
    }

    @Test
    void a_presence_that_is_too_large_is_refused() {
        try (RawClient sender = RawClient.join(server, room);
                RawClient witness = RawClient.join(server, room)) {
            sender.send("{\"t\":\"presence\",\"user\":\"" + "u".repeat(3000) + "\",\"cursor\":0,\"color\":\"#fff\"}");
            sender.expectError("too_large", null);
            undisturbed(sender, witness);
            assertEquals("[]", server.get("/rooms/" + room + "/presence").body());
        }
    }

    /** Sends an op, and sees it acknowledged and handed on as it came. */
    private static void deliver(RawClient sender, RawClient witness, long seq, String data) {
        sender.send(op(seq, data));
        sender.expectAck(seq);
        assertEquals(ServerProcess.json(data), witness.expect("op").get("data"));
    }

    /** Nothing is waiting for either, and both can still edit. */
    private static void undisturbed(RawClient sender, RawClient witness) {
        deliver(sender, witness, 1_000, insert("sender", 1_000, HEAD, "!"));
        deliver(witness, sender, 1_000, insert("witness", 1_000, HEAD, "?"));
    }

    private void assertText(String text) {
        assertEquals(text, server.text(room));
    }

    /** Somebody who comes now sees what the server says. */
    private void assertAllAgree() {
        try (TestClient late = new TestClient("late").connect(server.socket(room))) {
            assertEquals(server.text(room), late.text());
            assertEquals(server.digest(room), late.digest());
        }
    }

    private static void assertLeft(String user, String client, JsonNode farewell) {
        assertEquals(user, farewell.get("user").asText());
        assertEquals(client, farewell.path("client").asText(), farewell::toString);
        assertTrue(farewell.path("left").asBoolean(), farewell::toString);
        assertFalse(farewell.has("caret"), farewell::toString);
    }

    private static String op(long seq, String data) {
        return "{\"t\":\"op\",\"seq\":" + seq + ",\"data\":" + data + "}";
    }

    private static String insert(String site, long counter, String anchor, String value) {
        return "{\"kind\":\"insert\"," + id("id", site, counter) + "," + anchor + ",\"value\":\"" + value + "\"}";
    }

    private static String delete(String site, long counter) {
        return "{\"kind\":\"delete\"," + id("id", site, counter) + "}";
    }

    private static String delete(String site, long counter, long length) {
        return "{\"kind\":\"delete\"," + id("id", site, counter) + ",\"length\":" + length + "}";
    }

    private static String after(String site, long counter) {
        return id("after", site, counter);
    }

    private static String before(String site, long counter) {
        return id("before", site, counter);
    }

    private static String id(String field, String site, long counter) {
        return "\"" + field + "\":{\"site\":\"" + site + "\",\"counter\":" + counter + "}";
    }
}
