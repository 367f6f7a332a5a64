package dev.concord.client;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who a session is, for the server: where its tokens come from, and headers. No token is kept here. */
final class Credentials {
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");
    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e]*");
    private static final String AUTHORIZATION = "Authorization";
    /** The handshake's own. */
    private static final Set<String> RESERVED = Set.of("connection", "content-length", "expect", "host", "upgrade");

    private @Nullable TokenSource source;
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    void source(TokenSource tokens) {
        source = tokens;
    }

    /** Throws an exception that does not show the value. */
    void header(String name, String value) {
        if (!HEADER_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("header: \"" + name + "\" is not the name of a header");
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (RESERVED.contains(lower) || lower.startsWith("sec-websocket-")) {
            throw new IllegalArgumentException("header: " + name + " is set by the transport");
        }
        if (!HEADER_VALUE.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "header: " + name + " must have a value of ASCII characters without line ends");
        }
        // First: a key that is there would keep its old spelling.
        headers.remove(name);
        headers.put(name, value);
    }

    boolean hasToken() {
        return source != null;
    }

    /** Exactly one of the two is called, on any thread, perhaps at once. */
    void ask(boolean renew, Consumer<@Nullable String> given, Consumer<CredentialException> failed) {
        TokenSource tokens = source;
        if (tokens == null) {
            given.accept(null);
            return;
        }
        CompletionStage<@Nullable String> answer;
        try {
            answer = Objects.requireNonNull(tokens.token(renew), "token: the source returns null for a stage");
        } catch (RuntimeException e) {
            failed.accept(new CredentialException(e));
            return;
        }
        answer.whenComplete((token, failure) -> {
            if (failure != null) {
                Throwable cause = failure instanceof CompletionException ? failure.getCause() : null;
                failed.accept(new CredentialException(cause == null ? failure : cause));
            } else if (token != null && !TOKEN.matcher(token).matches()) {
                failed.accept(new CredentialException(
                        new IllegalArgumentException("token: must have visible ASCII characters only")));
            } else {
                given.accept(token);
            }
        });
    }

    /** The headers of one attempt, with the token among them unless the application has an {@code Authorization} of its own. */
    Map<String, String> headers(@Nullable String token) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        if (token != null && !headers.containsKey(AUTHORIZATION)) {
            all.put(AUTHORIZATION, "Bearer " + token);
        }
        return all;
    }

    /** Whether a transport that takes headers carries the token in them. */
    boolean areHeadersEnough() {
        return !headers.containsKey(AUTHORIZATION);
    }
}
