package dev.concord.server.auth.admin;

import dev.concord.server.auth.AccessLists;
import dev.concord.server.auth.Right;
import dev.concord.server.auth.jwt.OwnTokens;
import dev.concord.store.AccessRow;
import dev.concord.store.AccessRow.Kind;
import dev.concord.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides who may do what, on behalf of administrators: rights of users, links, and tokens that do not count any more. Each decision leaves an
 * audit line. Whether the asker may decide is the caller's to check. Thread-safe; what is returned completes on an I/O thread, exceptionally with
 * a {@link StoreException} when the store does not answer.
 */
public final class Administration {
    private static final Logger AUDIT = LoggerFactory.getLogger("dev.concord.audit");
    /** Longer than any token lasts: for how long it has to be known that one does not count. */
    private static final Duration REMEMBERED = Duration.ofDays(400);

    /**
     * A decision.
     *
     * @param subject a user, or the id of a link
     * @param right what it may do
     * @param by who decided
     * @param at when
     * @param expires when it ends; null for never
     */
    public record Decision(
            String subject,
            Right right,
            String by,
            Instant at,
            @Nullable Instant expires) {}

    private final AccessLists lists;
    private final OwnTokens own;
    private final Executor io;

    /**
     * Administration of one server.
     *
     * @param lists keep the decisions
     * @param own makes links
     * @param io runs what blocks
     */
    public Administration(AccessLists lists, OwnTokens own, Executor io) {
        this.lists = lists;
        this.own = own;
        this.io = io;
    }

    /**
     * The users about whom something is decided.
     *
     * @param room a room
     * @return by user
     */
    public List<Decision> rights(String room) {
        return lists.of(Kind.RIGHT, room).stream().map(Administration::decision).toList();
    }

    /**
     * The links that count.
     *
     * @param room a room
     * @return by id
     */
    public List<Decision> links(String room) {
        return lists.of(Kind.LINK, room).stream().map(Administration::decision).toList();
    }

    private static Decision decision(AccessRow row) {
        return new Decision(
                row.subject(),
                Right.of(row.value()),
                row.changedBy(),
                Instant.ofEpochMilli(row.changedAt()),
                row.expiresAt() == 0 ? null : Instant.ofEpochMilli(row.expiresAt()));
    }

    /**
     * Gives a user a right instead of the one in the token.
     *
     * @param room a room
     * @param user whose
     * @param right which
     * @param by who decides
     * @param address whence
     * @return completes when it counts here; elsewhere within a second
     */
    public CompletableFuture<Decision> give(String room, String user, Right right, String by, String address) {
        return decide(
                "a right was given", by, address, () -> lists.decide(Kind.RIGHT, room, user, right.word(), null, by));
    }

    /**
     * Takes a decision about a user back: the token counts again.
     *
     * @param room a room
     * @param user whose
     * @param by who decides
     * @param address whence
     * @return completes when it counts here
     */
    public CompletableFuture<Decision> takeBack(String room, String user, String by, String address) {
        return decide("a right was taken back", by, address, () -> lists.decide(Kind.RIGHT, room, user, "", null, by));
    }

    /**
     * A link that was made.
     *
     * @param id names it
     * @param key opens the room
     * @param expires when it ends
     */
    public record Link(String id, String key, Instant expires) {
        /** Without the key, so that it is in no log. */
        @Override
        public String toString() {
            return "Link[id=" + id + "]";
        }
    }

    /**
     * Makes a link to a room.
     *
     * @param room a room
     * @param right what whoever has it may do
     * @param within how long it lasts
     * @param by who makes it
     * @param address whence
     * @return completes with the link when it counts here; elsewhere within a second
     */
    public CompletableFuture<Link> link(String room, Right right, Duration within, String by, String address) {
        OwnTokens.Made made = own.link(Map.of(room, right), within);
        return decide(
                        "a link was made",
                        by,
                        address,
                        () -> lists.decide(Kind.LINK, room, made.id(), right.word(), made.expires(), by))
                .thenApply(stored -> new Link(made.id(), made.text(), made.expires()));
    }

    /**
     * Ends a link and the connections of whoever came by it.
     *
     * @param room its room
     * @param id names it
     * @param by who decides
     * @param address whence
     * @return completes when it counts no more here
     */
    public CompletableFuture<Decision> endLink(String room, String id, String by, String address) {
        return decide("a link was ended", by, address, () -> lists.decide(Kind.LINK, room, id, "", null, by));
    }

    /**
     * Revokes one token.
     *
     * @param id its {@code jti}
     * @param by who decides
     * @param address whence
     * @return completes when it counts no more here
     */
    public CompletableFuture<Decision> revokeToken(String id, String by, String address) {
        return decide(
                "a token was revoked",
                by,
                address,
                () -> lists.decide(
                        Kind.TOKEN, "", id, Right.NONE.word(), Instant.now().plus(REMEMBERED), by));
    }

    /**
     * Revokes all tokens of a user that were made up to now.
     *
     * @param user whose
     * @param by who decides
     * @param address whence
     * @return completes when they count no more here
     */
    public CompletableFuture<Decision> revokeUser(String user, String by, String address) {
        Instant now = Instant.now();
        return decide(
                "the tokens of a user were revoked",
                by,
                address,
                () -> lists.decide(
                        Kind.USER, "", user, String.valueOf(now.getEpochSecond()), now.plus(REMEMBERED), by));
    }

    private CompletableFuture<Decision> decide(String what, String by, String address, Supplier<AccessRow> decision) {
        return CompletableFuture.supplyAsync(
                () -> {
                    AccessRow stored = decision.get();
                    AUDIT.atInfo()
                            .addKeyValue("user", by)
                            .addKeyValue("from", address)
                            .addKeyValue("room", stored.roomId())
                            .addKeyValue("subject", stored.subject())
                            .addKeyValue("right", stored.value())
                            .log(what);
                    return decision(stored);
                },
                io);
    }
}
