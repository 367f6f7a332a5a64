package dev.concord.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Document;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Tokens and headers of sessions, against a server that does what the test says. */
class CredentialsTest {
    private static final long MAX_PAUSE = 15_000;
    private static final int UNAUTHENTICATED = 4401;
    private static final String EXPIRY = "{\"t\":\"auth\",\"expires\":1790000000}";

    private final HandLoop loop = new HandLoop();
    private final ScriptedTransport wire = new ScriptedTransport();
    private final MemoryOutboxStore store = new MemoryOutboxStore();
    private final List<Boolean> asked = new ArrayList<>();
    private final List<Exception> faults = new ArrayList<>();
    private final List<Status> statuses = new ArrayList<>();

    @Test
    void a_token_is_asked_for_at_each_attempt_and_goes_first_in_a_frame_of_its_own() {
        ConcordSession session = open(this::good);
        sync();
        assertEquals("token-1", tokens());
        assertEquals("{\"t\":\"auth\",\"token\":\"token-1\"}", wire.frames.get(0));
        for (int attempt = 2; attempt <= 4; attempt++) {
            wire.end(Transport.BROKEN);
            loop.advance(MAX_PAUSE);
            assertEquals(attempt, asked.size());
        }
        sync();
        session.goOffline();
        session.open();
        loop.settle();
        assertEquals("token-1 token-2 token-3 token-4 token-5", tokens());
        assertFalse(asked.contains(true), "none was refused");
        assertFalse(wire.addresses.toString().contains("token"), wire.addresses::toString);
        assertEquals(List.of(), faults);
    }

    @Test
    void a_transport_that_sends_headers_has_the_token_there_and_not_in_a_frame() {
        wire.sendsHeaders = true;
        open(builder(this::good).header("X-Tenant", "old").header("x-tenant", "a b"));
        sync();
        assertEquals(List.of(Map.of("x-tenant", "a b", "Authorization", "Bearer token-1")), named(wire.headers));
        assertEquals("", tokens());
        wire.send(EXPIRY);
        loop.settle();
        assertEquals("token-2", tokens());
    }

    @Test
    void an_authorization_of_the_applications_own_stays_and_the_token_goes_in_a_frame() {
        wire.sendsHeaders = true;
        open(builder(this::good).header("authorization", "Basic cHJveHk6cHJveHk="));
        assertEquals(List.of(Map.of("authorization", "Basic cHJveHk6cHJveHk=")), wire.headers);
        assertEquals("token-1", tokens());
    }

    @Test
    void without_credentials_nothing_is_sent_and_4401_is_final() {
        ConcordSession session = open(builder());
        sync();
        wire.send(EXPIRY);
        wire.end(UNAUTHENTICATED);
        loop.advance(MAX_PAUSE);
        assertEquals(List.of(), wire.headers);
        assertEquals("", tokens());
        assertEquals(ConnectionState.STOPPED, session.status().connection());
        assertEquals(1, wire.addresses.size());
    }

    @Test
    void a_token_may_come_later_and_what_comes_after_the_end_is_void() {
        List<CompletableFuture<String>> waiting = new ArrayList<>();
        ConcordSession session = open(n -> {
            waiting.add(new CompletableFuture<>());
            return waiting.get(n - 1);
        });
        assertEquals(ConnectionState.CONNECTING, session.status().connection());
        assertEquals(List.of(), wire.addresses);
        session.goOffline();
        session.open();
        loop.settle();
        waiting.get(0).complete("old");
        loop.settle();
        assertEquals(List.of(), wire.addresses);
        waiting.get(1).complete("new");
        loop.settle();
        assertEquals("new", tokens());
        session.goOffline();
        session.open();
        session.close();
        waiting.get(2).complete("late");
        loop.advance(60_000);
        assertEquals("new", tokens());
        assertEquals(1, wire.addresses.size());
    }

    @Test
    void a_source_that_fails_is_a_failed_attempt_said_at_once_and_tried_again_after_growing_pauses() {
        List<IntFunction<CompletionStage<String>>> failures = List.of(
                n -> {
                    throw new IllegalStateException("signed out");
                },
                n -> CompletableFuture.failedFuture(new IOException("no network")),
                n -> CompletableFuture.supplyAsync(
                        () -> {
                            throw new IllegalStateException("later");
                        },
                        Runnable::run),
                n -> null,
                n -> CompletableFuture.completedFuture(""),
                n -> CompletableFuture.completedFuture("two words"),
                n -> CompletableFuture.completedFuture("line\nend"));
        ConcordSession session =
                open(n -> n <= failures.size() ? failures.get(n - 1).apply(n) : good(n));
        session.edit(0, 0, "kept");
        assertEquals(ConnectionState.RECONNECTING, session.status().connection());
        assertTrue(session.status().reason().startsWith("Signing in does not work"), session.status()::reason);
        // The random source of the test makes three quarters of 300 ms, and twice that.
        loop.advance(224);
        assertEquals(1, asked.size());
        loop.advance(1);
        assertEquals(2, asked.size());
        loop.advance(449);
        assertEquals(2, asked.size());
        loop.advance(1);
        assertEquals(3, asked.size());
        assertTrue(session.status().reason().startsWith("Signing in does not work"), session.status()::reason);
        while (asked.size() <= failures.size()) {
            loop.advance(MAX_PAUSE);
        }
        sync();
        assertEquals(ConnectionState.LIVE, session.status().connection());
        assertEquals("", session.status().reason());
        assertTrue(wire.frames.get(wire.frames.size() - 1).contains("kept"), wire.frames::toString);
        assertEquals(failures.size(), faults.size());
        for (Exception fault : faults) {
            assertInstanceOf(CredentialException.class, fault);
            assertFalse((fault + " " + fault.getCause()).contains("two words"), fault::toString);
        }
        assertEquals("signed out", faults.get(0).getCause().getMessage());
        assertInstanceOf(IOException.class, faults.get(1).getCause());
        assertEquals("later", faults.get(2).getCause().getMessage());
    }

    @Test
    void a_source_that_never_answers_is_given_up_after_30_seconds() {
        ConcordSession session =
                open(n -> n == 1 ? new CompletableFuture<>() : CompletableFuture.completedFuture(null));
        loop.advance(29_999);
        assertEquals(ConnectionState.CONNECTING, session.status().connection());
        loop.advance(1);
        assertEquals(ConnectionState.RECONNECTING, session.status().connection());
        assertInstanceOf(CredentialException.class, faults.get(0));
        loop.advance(1_000);
        sync();
        assertEquals(ConnectionState.LIVE, session.status().connection());
        assertEquals("", tokens());
    }

    @Test
    void a_token_that_ends_soon_is_replaced_on_the_same_connection() {
        ConcordSession session = open(n -> n == 2 ? CompletableFuture.failedFuture(new IOException("away")) : good(n));
        sync();
        wire.send(EXPIRY);
        loop.settle();
        assertEquals(1, faults.size());
        assertEquals(ConnectionState.LIVE, session.status().connection());
        loop.advance(5_000);
        assertEquals("token-1 token-3", tokens());
        assertEquals(List.of(false, true, true), asked);
        assertEquals(1, wire.addresses.size());
    }

    @Test
    void of_two_renewals_at_a_time_the_later_one_counts() {
        List<CompletableFuture<String>> waiting = new ArrayList<>();
        open(n -> {
            waiting.add(new CompletableFuture<>());
            return n == 1 ? good(1) : waiting.get(n - 1);
        });
        sync();
        wire.send(EXPIRY);
        wire.send(EXPIRY);
        loop.settle();
        waiting.get(2).complete("newest");
        waiting.get(1).complete("older");
        loop.settle();
        assertEquals("token-1 newest", tokens());
    }

    @Test
    void a_token_that_is_refused_is_asked_for_once_more_and_then_the_session_stops_until_it_is_opened() {
        ConcordSession session = open(this::good);
        session.edit(0, 0, "unsent");
        wire.end(UNAUTHENTICATED);
        loop.settle();
        assertEquals(ConnectionState.RECONNECTING, session.status().connection());
        loop.advance(300);
        sync();
        // It has worked in between: the next end is a first one again.
        wire.end(UNAUTHENTICATED);
        loop.advance(300);
        wire.end(UNAUTHENTICATED);
        loop.advance(MAX_PAUSE);
        assertEquals(ConnectionState.STOPPED, session.status().connection());
        assertEquals("You have to sign in.", session.status().reason());
        assertEquals(6, session.status().unsent());
        session.open();
        loop.settle();
        sync();
        assertEquals(ConnectionState.LIVE, session.status().connection());
        assertEquals(List.of(false, true, true, true), asked);
    }

    @Test
    void wrong_headers_are_refused_at_once_and_no_value_is_in_what_is_said() {
        for (String name :
                List.of("", "a b", "a:", "h\u00e9", "Host", "UPGRADE", "connection", "Sec-WebSocket-Protocol")) {
            assertRefused(name, "secret");
        }
        assertRefused("a", "secret\r\nb: c");
        assertRefused("a", "secret\u00e9");
    }

    private void assertRefused(String name, String value) {
        SessionBuilder builder = builder();
        Exception refused = assertThrows(IllegalArgumentException.class, () -> builder.header(name, value));
        assertTrue(refused.getMessage().startsWith("header: "), refused::toString);
        assertFalse(refused.getMessage().contains("secret"), refused::toString);
    }

    @Test
    void no_token_is_in_a_store_in_what_listeners_are_notified_of_or_in_what_objects_show_of_themselves() {
        SessionBuilder builder =
                builder(n -> CompletableFuture.completedFuture("the-secret")).header("X-Key", "the-secret");
        ConcordSession session = open(builder);
        session.edit(0, 0, "text");
        sync();
        session.goOffline();
        session.edit(0, 0, "more");
        assertFalse(store.everything.isEmpty());
        String shown = List.of(builder, session, session.status(), statuses, faults, store.everything, store.rows)
                .toString();
        assertFalse(shown.contains("the-secret"), shown);
        assertSame(ConnectionState.OFFLINE, session.status().connection());
    }

    private CompletionStage<String> good(int n) {
        return CompletableFuture.completedFuture("token-" + n);
    }

    private ConcordSession open(IntFunction<CompletionStage<String>> tokens) {
        return open(builder(tokens));
    }

    private ConcordSession open(SessionBuilder builder) {
        ConcordSession session = builder.build();
        session.open();
        loop.settle();
        return session;
    }

    private SessionBuilder builder(IntFunction<CompletionStage<String>> tokens) {
        return builder().token(renew -> {
            asked.add(renew);
            return tokens.apply(asked.size());
        });
    }

    private SessionBuilder builder() {
        return ConcordSession.builder(URI.create("ws://h"), "r", loop, wire)
                .random(() -> 0.5)
                .outbox(store)
                .listener(new SessionListener() {
                    @Override
                    public void statusChanged(Status status) {
                        statuses.add(status);
                    }

                    @Override
                    public void fault(Exception fault) {
                        faults.add(fault);
                    }
                });
    }

    private void sync() {
        Document empty = new Document("server");
        wire.send(new String(
                WireCodec.write(new Message.Sync(empty.encode(), empty.version(), "e1")), StandardCharsets.UTF_8));
        loop.settle();
    }

    /** The tokens that came in frames. */
    private String tokens() {
        return wire.frames.stream()
                .filter(frame -> frame.startsWith("{\"t\":\"auth\""))
                .map(frame -> frame.replaceAll(".*\"token\":\"|\"}", ""))
                .collect(Collectors.joining(" "));
    }

    /** Copies that compare names as they are written. */
    private static List<Map<String, String>> named(List<Map<String, String>> headers) {
        return headers.stream().map(Map::copyOf).toList();
    }
}
