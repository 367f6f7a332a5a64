package dev.concord.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The tables of what each route and each message needs, in the protocol's page, against what the server has. */
class RightsTableTest {
    private static final Path PROTOCOL = Path.of(System.getProperty("concord.basedir", ".."), "docs", "PROTOCOL.md");
    private static final Pattern ROUTE = Pattern.compile("`((?:GET|PUT|POST|DELETE|PATCH) [^`]+)`");
    private static final Map<String, Need> RIGHTS = Map.of(
            "none", Need.NOTHING,
            "`CONCORD_METRICS_TOKEN`, where it is set", Need.METRICS,
            "any token", Need.SOMEBODY,
            "`read`", Need.READ,
            "`write`", Need.WRITE,
            "`admin`", Need.ADMIN,
            "`admin` of all rooms", Need.OPERATOR);

    private static String table(String heading) throws IOException {
        String page = Files.readString(PROTOCOL);
        int start = page.indexOf(heading);
        return page.substring(start, page.indexOf("\n\n", start));
    }

    @Test
    void everyRouteNeedsWhatTheTableSays() throws IOException {
        Map<String, Need> documented = new TreeMap<>();
        for (String row : table("| right | for |").split("\n", -1)) {
            String[] cells = row.split(" \\| ", 2);
            String right = cells[0].replaceFirst("^\\| ", "");
            Matcher routes = ROUTE.matcher(row);
            while (routes.find()) {
                documented.put(routes.group(1), RIGHTS.getOrDefault(right, Need.OPENING));
            }
        }
        assertEquals(documented, new TreeMap<>(Routes.needs()));
    }

    @Test
    void everyMessageHasARow() throws IOException, WireException {
        Set<String> documented = new TreeSet<>();
        Matcher types = Pattern.compile("`([a-z]+)`(?=[^|\n]*\\|[^|\n]+\\|$)", Pattern.MULTILINE)
                .matcher(table("| message of a client | right |"));
        while (types.find()) {
            documented.add(types.group(1));
        }
        Set<String> sent = new TreeSet<>();
        Path golden = Path.of(
                System.getProperty("concord.basedir", ".."), "concord-wire", "src", "test", "resources", "golden");
        Set<Class<?>> seen = new HashSet<>();
        try (var files = Files.list(golden)) {
            for (Path file : files.toList()) {
                String json = Files.readString(file);
                if (json.startsWith("{\"t\":")) {
                    sent.add(json.substring(6, json.indexOf('"', 6)));
                    WireCodec.read(json.getBytes(StandardCharsets.UTF_8))
                            .forEach(message -> seen.add(message.getClass()));
                }
            }
        }
        // Every type of the wire has a sample, so none is missing here.
        Set<Class<?>> all = new HashSet<>(Set.of(Message.class.getPermittedSubclasses()));
        all.remove(Message.Unknown.class);
        assertEquals(all, seen);
        assertEquals(sent, documented);
    }
}
