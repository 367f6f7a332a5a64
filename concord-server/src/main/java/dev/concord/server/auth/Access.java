package dev.concord.server.auth;

import dev.concord.server.auth.NotAuthenticatedException.Reason;
import dev.concord.store.AccessRow;
import dev.concord.store.AccessRow.Kind;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Lets people in, and says what they may do: what their token gives, and what the {@link AccessLists} change about it. The one place that asks
 * either. Thread-safe.
 */
public final class Access {
    /** Where rights come from. */
    public enum Source {
        /** From tokens; a decision about a user can only take rights away. */
        TOKEN,
        /** From decisions; of tokens only {@link Right#ADMIN} counts, so that somebody can decide. */
        ROOM,
        /** From both: a decision counts instead of the token. */
        BOTH
    }

    /** What the ids of links begin with: of a token with such an id, only what is decided about that link counts. */
    public static final String LINK = "link-";

    private final Authorizer authorizer;
    private final @Nullable AccessLists lists;
    private final Source source;
    /** Who has connections, and what to call when something is decided about them. */
    private final Map<String, Set<Runnable>> watched = new ConcurrentHashMap<>();

    /**
     * Access as an authorizer decides.
     *
     * @param authorizer names users and their rights
     */
    public Access(Authorizer authorizer) {
        this(authorizer, null, Source.TOKEN);
    }

    /**
     * Access as an authorizer and the lists decide.
     *
     * @param authorizer names users and their rights
     * @param lists change the rights of users; null for none
     * @param source which of the two counts
     */
    public Access(Authorizer authorizer, @Nullable AccessLists lists, Source source) {
        this.authorizer = authorizer;
        this.lists = lists;
        this.source = source;
        if (lists != null) {
            lists.onChange(this::changed);
        }
    }

    /**
     * Checks what somebody presents.
     *
     * @param credentials a token or none
     * @return completes on any thread as {@link Authorizer#authenticate} does
     */
    public CompletionStage<Caller> enter(Credentials credentials) {
        return authorizer
                .authenticate(credentials)
                .thenCompose(grant -> isRevoked(grant)
                        ? CompletableFuture.failedFuture(
                                new NotAuthenticatedException(Reason.REVOKED, "the token has been revoked"))
                        : CompletableFuture.completedFuture(new Caller(this, grant, credentials.address())));
    }

    /**
     * How to log that a token could not be checked.
     *
     * @param failure of {@link #enter}
     * @return {@link Level#DEBUG} for what cannot be reached, since that says so itself and anybody can ask at any rate
     */
    public static Level levelOf(@Nullable Throwable failure) {
        return failure instanceof IOException ? Level.DEBUG : Level.WARN;
    }

    /**
     * What is decided about users.
     *
     * @return null where nothing can be: nobody is known, or an application decides
     */
    public @Nullable AccessLists lists() {
        return lists;
    }

    /**
     * Has something called on any thread when the rights of a caller may have changed.
     *
     * @param caller who
     * @param changed is called at most once for each decision
     */
    public void watch(Caller caller, Runnable changed) {
        forEachName(
                caller,
                name -> watched.compute(name, (same, all) -> {
                    Set<Runnable> watching = all == null ? ConcurrentHashMap.newKeySet() : all;
                    watching.add(changed);
                    return watching;
                }));
    }

    /**
     * Ends {@link #watch}.
     *
     * @param caller who
     * @param changed the same
     */
    public void unwatch(Caller caller, Runnable changed) {
        forEachName(
                caller,
                name -> watched.computeIfPresent(name, (same, all) -> {
                    all.remove(changed);
                    return all.isEmpty() ? null : all;
                }));
    }

    private void forEachName(Caller caller, Consumer<String> task) {
        User user = caller.user();
        String token = caller.grant().tokenId();
        if (lists != null && user != null) {
            task.accept(user.id());
        }
        if (lists != null && token != null && (user == null || !token.equals(user.id()))) {
            task.accept(token);
        }
    }

    private void changed(String name) {
        Set<Runnable> all = watched.get(name);
        if (all != null) {
            all.forEach(Runnable::run);
        }
    }

    Right right(Grant grant, String room) {
        Right given = grant.right(room);
        String token = grant.tokenId();
        if (lists != null && token != null && token.startsWith(LINK)) {
            // Its right is in the store, and ends with the room.
            AccessRow link = lists.find(Kind.LINK, room, token);
            return link == null ? Right.NONE : Right.of(link.value());
        }
        User user = grant.user();
        AccessRow row = lists == null || user == null ? null : lists.find(Kind.RIGHT, room, user.id());
        Right decided = row == null ? null : Right.of(row.value());
        return switch (source) {
            case TOKEN -> decided == null || decided.includes(given) ? given : decided;
            case ROOM -> given == Right.ADMIN ? given : decided == null ? Right.NONE : decided;
            case BOTH -> decided == null ? given : decided;
        };
    }

    boolean isRevoked(Grant grant) {
        if (lists == null) {
            return false;
        }
        String token = grant.tokenId();
        if (token != null && lists.find(Kind.TOKEN, "", token) != null) {
            return true;
        }
        User user = grant.user();
        AccessRow row = user == null ? null : lists.find(Kind.USER, "", user.id());
        Instant issued = grant.issued();
        // Times in tokens are whole seconds: one of the very second counts as made before.
        return row != null && (issued == null || issued.getEpochSecond() <= Long.parseLong(row.value()));
    }
}
