package dev.concord.client;

import dev.concord.crdt.Bias;
import dev.concord.crdt.Caret;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.InvalidOperationException;
import dev.concord.wire.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who is here. Shows this client to the others, at most every 80 ms and at least every 10 s, and forgets those of whom nothing was received
 * for a few such beats.
 */
final class Presences {
    private static final long THROTTLE_MILLIS = 80;
    private static final long HEARTBEAT_MILLIS = 10_000;
    private static final long FORGET_MILLIS = 35_000;
    private static final String GREY = "#64748b";
    private static final Pattern COLOR = Pattern.compile("#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})");

    private record Seen(Peer peer, long millis) {}

    private String client;
    private final Loop loop;
    private final ToIntFunction<Caret> offsetOf;
    private final Consumer<Message> send;
    private final Consumer<List<Peer>> onChange;
    private final Map<String, Seen> peers = new LinkedHashMap<>();
    private String user = "";
    private String color = GREY;
    private @Nullable Caret caret;
    private @Nullable Caret anchor;
    private Loop.@Nullable Timer throttle;
    private Loop.@Nullable Timer heartbeat;

    Presences(
            String client,
            Loop loop,
            ToIntFunction<Caret> offsetOf,
            Consumer<Message> send,
            Consumer<List<Peer>> onChange) {
        this.client = client;
        this.loop = loop;
        this.offsetOf = offsetOf;
        this.send = send;
        this.onChange = onChange;
    }

    List<Peer> peers() {
        return peers.values().stream().map(Seen::peer).toList();
    }

    void setUser(String name, String hexColor) {
        if (!COLOR.matcher(hexColor).matches()) {
            throw new IllegalArgumentException("color: must be a hex colour like #2DD4BF, but is " + hexColor);
        }
        user = name;
        color = hexColor;
        soon();
    }

    void select(Caret newCaret, Caret newAnchor) {
        if (newCaret.equals(caret) && newAnchor.equals(anchor)) {
            return;
        }
        caret = newCaret;
        anchor = newAnchor;
        soon();
    }

    /** The session has a new name from now on; the old one leaves, if the others know it from this connection. */
    void rename(String name) {
        leave();
        client = name;
        soon();
    }

    /** The connection is up; the server sends again who is here. */
    void start() {
        stop();
        announce();
    }

    /** Says goodbye, so that the others need not wait for the server to notice. */
    void leave() {
        if (heartbeat != null && isIntroduced()) {
            Map<String, @Nullable Object> extras = new LinkedHashMap<>();
            extras.put("client", client);
            extras.put("left", true);
            send.accept(new Message.Presence(user, 0, color, extras));
        }
    }

    void stop() {
        if (throttle != null) {
            throttle.cancel();
            throttle = null;
        }
        if (heartbeat != null) {
            heartbeat.cancel();
            heartbeat = null;
        }
        if (!peers.isEmpty()) {
            peers.clear();
            onChange.accept(peers());
        }
    }

    void receive(Message.Presence presence) {
        Map<String, @Nullable Object> extras = presence.extras();
        String key = extras.get("client") instanceof String id ? id : "user " + presence.user();
        if (key.equals(client)) {
            return;
        }
        if (Boolean.TRUE.equals(extras.get("left"))) {
            if (peers.remove(key) == null) {
                return;
            }
        } else {
            // Colours go into styles of many kinds, so nothing but a colour may pass.
            String shown = COLOR.matcher(presence.color()).matches() ? presence.color() : GREY;
            Peer peer = new Peer(
                    key,
                    presence.user(),
                    shown,
                    presence.cursor(),
                    caretOf(extras.get("caret")),
                    caretOf(extras.get("anchor")));
            peers.put(key, new Seen(peer, loop.millis()));
        }
        onChange.accept(peers());
    }

    /** Nobody is shown who has neither a name nor a caret. */
    private boolean isIntroduced() {
        return !user.isEmpty() || caret != null;
    }

    private void soon() {
        if (throttle == null && heartbeat != null) {
            throttle = loop.schedule(
                    () -> {
                        throttle = null;
                        announce();
                    },
                    THROTTLE_MILLIS);
        }
    }

    private void announce() {
        if (heartbeat != null) {
            heartbeat.cancel();
        }
        heartbeat = loop.schedule(
                () -> {
                    forget();
                    announce();
                },
                HEARTBEAT_MILLIS);
        if (isIntroduced()) {
            Map<String, @Nullable Object> extras = new LinkedHashMap<>();
            extras.put("client", client);
            write(extras, "caret", caret);
            write(extras, "anchor", anchor);
            int cursor = caret == null ? 0 : Math.max(0, offsetOf.applyAsInt(caret));
            send.accept(new Message.Presence(user.isEmpty() ? "anonymous" : user, cursor, color, extras));
        }
    }

    private void forget() {
        long oldest = loop.millis() - FORGET_MILLIS;
        if (peers.values().removeIf(seen -> seen.millis() < oldest)) {
            onChange.accept(peers());
        }
    }

    private static void write(Map<String, @Nullable Object> extras, String field, @Nullable Caret position) {
        if (position != null) {
            Map<String, Object> element = new LinkedHashMap<>();
            element.put("site", position.element().site());
            element.put("counter", position.element().counter());
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("element", element);
            fields.put("side", position.bias() == Bias.LEFT ? "after" : "before");
            extras.put(field, fields);
        }
    }

    /** What somebody sent as a position, null when it is none. */
    private static @Nullable Caret caretOf(@Nullable Object position) {
        if (!(position instanceof Map<?, ?> fields)
                || !(fields.get("element") instanceof Map<?, ?> element)
                || !(element.get("site") instanceof String site)
                || !(element.get("counter") instanceof Number counter)) {
            return null;
        }
        boolean after = "after".equals(fields.get("side"));
        boolean integer = counter instanceof Integer || counter instanceof Long;
        if (!integer || !(after || "before".equals(fields.get("side")))) {
            return null;
        }
        try {
            return new Caret(new ElementId(site, counter.longValue()), after ? Bias.LEFT : Bias.RIGHT);
        } catch (InvalidOperationException e) {
            return null;
        }
    }
}
