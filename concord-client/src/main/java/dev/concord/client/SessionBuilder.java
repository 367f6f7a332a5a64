package dev.concord.client;

import dev.concord.crdt.Document;
import dev.concord.crdt.Sites;
import dev.concord.wire.RoomId;
import java.net.URI;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** Builds one {@link ConcordSession}. Not thread-safe. */
public final class SessionBuilder {
    /** A longer address is refused by many servers on the way; the whole state comes instead. */
    private static final int VERSION_CHARACTERS = 2_000;

    private final SecureRandom secure = new SecureRandom();
    private final URI server;
    private final String room;
    final Loop loop;
    final Transport transport;
    final List<SessionListener> listeners = new ArrayList<>();
    final Credentials credentials = new Credentials();
    OutboxStore outbox = OutboxStore.NONE;
    DoubleSupplier random;
    String site;

    SessionBuilder(URI server, String room, Loop loop, Transport transport) {
        if (!RoomId.isValid(room)) {
            throw new IllegalArgumentException(
                    "room: must have 1 to 128 characters of A-Z a-z 0-9 . _ ~ -, and not be . or ..");
        }
        String scheme = server.getScheme() == null ? "" : server.getScheme().toLowerCase(Locale.ROOT);
        String socket = switch (scheme) {
            case "ws", "http" -> "ws";
            case "wss", "https" -> "wss";
            default -> throw new IllegalArgumentException("server: must begin with ws, wss, http or https: " + server);
        };
        if (server.getHost() == null) {
            throw new IllegalArgumentException("server: has no host: " + server);
        }
        String path = server.getRawPath() == null ? "" : server.getRawPath();
        String base = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        this.server = URI.create(socket + "://" + server.getRawAuthority() + base);
        this.room = room;
        this.loop = loop;
        this.transport = transport;
        this.random = secure::nextDouble;
        this.site = Sites.random(secure);
    }

    /**
     * Sets the store of unacknowledged edits. Without one, they are lost when the process ends.
     *
     * @param store used by this session alone, which closes it; closed, too, when {@link #build} throws
     * @return this
     */
    public SessionBuilder outbox(OutboxStore store) {
        outbox = store;
        return this;
    }

    /**
     * Adds a listener from the beginning.
     *
     * @param listener is notified of everything
     * @return this
     */
    public SessionBuilder listener(SessionListener listener) {
        listeners.add(listener);
        return this;
    }

    /**
     * Sets where the session gets its tokens. It asks before every attempt to connect, and when the server says that the token ends. It keeps
     * the token nowhere, and sends it as {@code Authorization: Bearer} where the transport sends headers and there is no other
     * {@link #header header} of that name, in the first frame otherwise; never in the address.
     *
     * <p>Where the source fails, or gives nothing for 30 s, the attempt has failed: {@link Status#reason} says so, listeners are notified of a
     * {@link CredentialException}, and the session tries again with the usual pauses. When the server refuses a token with 4401, the session asks for
     * another one and connects once more; if that is refused, too, it stops until {@link ConcordSession#open}.
     *
     * @param source gives tokens
     * @return this
     */
    public SessionBuilder token(TokenSource source) {
        credentials.source(source);
        return this;
    }

    /**
     * Adds a header to the requests that open the session's WebSockets, for a proxy, say. A transport that cannot send headers ignores it. The
     * value is not logged.
     *
     * @param name 1 or more letters, digits and {@code !#$%&'*+.^_`|~-}; a second value replaces the first. Not one that the handshake sets
     *     itself: {@code Host}, {@code Connection}, {@code Upgrade}, {@code Content-Length}, {@code Expect}, {@code Sec-WebSocket-…}
     * @param value ASCII characters without line ends
     * @return this
     * @throws IllegalArgumentException when the name or the value is not valid
     */
    public SessionBuilder header(String name, String value) {
        credentials.header(name, value);
        return this;
    }

    /**
     * Sets the random source for the pauses between attempts to connect.
     *
     * @param source gives numbers from 0 (inclusive) to 1 (exclusive)
     * @return this
     */
    public SessionBuilder random(DoubleSupplier source) {
        random = source;
        return this;
    }

    /**
     * Sets the site of this session's edits, for tests. It must be a new one for every session, see {@link Sites#random}.
     *
     * @param name the site
     * @return this
     */
    public SessionBuilder site(String name) {
        site = name;
        return this;
    }

    /**
     * Builds the session, which is offline until {@link ConcordSession#open}. May be called by any thread. Reads the outbox store, so it may
     * block, and throws what {@link OutboxStore#load} throws.
     *
     * @return the session
     * @throws dev.concord.crdt.InvalidOperationException when the site that was set is not well formed
     */
    public ConcordSession build() {
        try {
            return new ConcordSession(this);
        } catch (RuntimeException | Error e) {
            try {
                outbox.close();
            } catch (RuntimeException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
    }

    /** A site that nobody uses. */
    String newSite() {
        return Sites.random(secure);
    }

    /** Where to connect: with an epoch and a document, only what it is missing is asked for. */
    URI address(@Nullable String epoch, @Nullable Document document) {
        StringBuilder address = new StringBuilder()
                .append(server)
                .append("/rooms/")
                .append(room)
                .append("/ws?batch=1");
        if (epoch != null) {
            address.append("&epoch=").append(epoch);
        }
        if (epoch != null && document != null) {
            String version = Base64.getUrlEncoder().withoutPadding().encodeToString(document.version());
            if (version.length() <= VERSION_CHARACTERS) {
                address.append("&version=").append(version);
            }
        }
        return URI.create(address.toString());
    }
}
