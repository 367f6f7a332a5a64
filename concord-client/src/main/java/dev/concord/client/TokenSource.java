package dev.concord.client;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Gives a session the tokens that say to the server who it is, see {@link SessionBuilder#token}. */
@FunctionalInterface
public interface TokenSource {
    /**
     * Begins to get a token. Called on the session's loop before every attempt to connect, and when the server says that the token ends. Must not
     * block, and should not wait for a person: after 30 s the attempt is given up and the next one asks again. Then fail, and call
     * {@link ConcordSession#reconnectNow} when they have signed in.
     *
     * @param renew whether the last token was refused, or ends soon, so that the same one will not do
     * @return completes, on any thread, with one or more visible ASCII characters, or with null to connect without a token; or with an exception,
     *     which makes this a failed attempt, as does one that is thrown
     */
    CompletionStage<@Nullable String> token(boolean renew);
}
