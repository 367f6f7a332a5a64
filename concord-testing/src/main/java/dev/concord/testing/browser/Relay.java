package dev.concord.testing.browser;

import com.microsoft.playwright.WebSocketRoute;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The least that a server may be: it understands no operation, keeps the frames that hold some, hands them to all who join, passes
 * everything on and acknowledges. That clients converge through it is their own doing.
 */
public final class Relay {
    private static final Pattern OP = Pattern.compile("\"t\":\"op\",\"seq\":(\\d+)");
    private static final byte[] EMPTY_STATE = {'C', 'D', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    private static final byte[] EMPTY_VERSION = {'C', 'V', 1, 0};

    private final List<WebSocketRoute> members = new ArrayList<>();
    private final Set<String> log = new LinkedHashSet<>();
    private boolean refusing;

    /**
     * Lets somebody in: for {@code Page.routeWebSocket}.
     *
     * @param member who comes
     */
    public void join(WebSocketRoute member) {
        if (refusing) {
            member.close(new WebSocketRoute.CloseOptions().setCode(1013));
            return;
        }
        Base64.Encoder base64 = Base64.getEncoder();
        member.onMessage(frame -> pass(member, frame.text()));
        member.onClose((code, reason) -> members.remove(member));
        members.add(member);
        member.send("{\"t\":\"sync\",\"state\":\"" + base64.encodeToString(EMPTY_STATE) + "\",\"version\":\""
                + base64.encodeToString(EMPTY_VERSION) + "\",\"epoch\":\"e\"}");
        log.forEach(member::send);
    }

    /** Breaks all connections and takes no new ones until {@link #restore}. */
    public void fail() {
        refusing = true;
        List.copyOf(members).forEach(member -> member.close(new WebSocketRoute.CloseOptions().setCode(1012)));
        members.clear();
    }

    /** Takes connections again. */
    public void restore() {
        refusing = false;
    }

    private void pass(WebSocketRoute sender, String frame) {
        Matcher op = OP.matcher(frame);
        @Nullable String seq = null;
        while (op.find()) {
            seq = op.group(1);
        }
        members.stream().filter(member -> member != sender).forEach(member -> member.send(frame));
        if (seq != null) {
            log.add(frame);
            sender.send("{\"t\":\"ack\",\"seq\":" + seq + "}");
        }
    }
}
