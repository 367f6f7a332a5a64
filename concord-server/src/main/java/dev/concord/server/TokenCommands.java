package dev.concord.server;

import dev.concord.server.auth.Right;
import dev.concord.server.auth.admin.Lifetime;
import dev.concord.server.auth.jwt.OwnTokens;
import dev.concord.server.config.AuthConfig;
import dev.concord.server.config.Config;
import dev.concord.server.config.ConfigException;
import dev.concord.store.RoomStore;
import dev.concord.store.StoreException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes tokens and links from the command line. */
final class TokenCommands {
    /** The words that such a command line begins with. */
    static final Set<String> COMMANDS = Set.of("token", "link");

    static final String USAGE = """
              token --sub USER --room 'NAME=RIGHT' [--room …] [--expires 8h]
                                            a token of a user, for scripts: signed with CONCORD_AUTH_SECRET where
                                            it is set, or else with the key of the store that the settings name
              link --admin [--expires 7d]   a link for an administrator of all rooms
              link --room 'NAME=RIGHT' [--expires 8h]
                                            a link to a room; POST /rooms/{room}/links makes one that is listed
            """;

    private static final Duration DEFAULT_TOKEN = Duration.ofHours(8);

    /** What the command line asks for. */
    private record Asked(
            @Nullable String user,
            Map<String, Right> rooms,
            boolean admin,
            @Nullable Duration within) {}

    /** The command line makes no sense. */
    private static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    private final Config config;
    private final PrintStream out;

    TokenCommands(Config config, PrintStream out) {
        this.config = config;
        this.out = out;
    }

    /** Runs a command and returns the exit status: 0, 1 when it cannot be done, 2 when it makes no sense. */
    int run(List<String> command, PrintStream err) {
        try {
            Asked asked = parse(command.subList(1, command.size()));
            if (command.get(0).equals("token")) {
                out.println(token(asked));
            } else {
                out.println(link(asked));
            }
            return 0;
        } catch (UsageException | ConfigException e) {
            err.println("concord-server: " + e.getMessage());
            return 2;
        } catch (StoreException e) {
            err.println("concord-server: " + e.getMessage());
            return 1;
        }
    }

    private static Asked parse(List<String> words) throws UsageException {
        String user = null;
        Map<String, Right> rooms = new LinkedHashMap<>();
        boolean admin = false;
        Duration within = null;
        Iterator<String> rest = words.iterator();
        while (rest.hasNext()) {
            String word = rest.next();
            if (word.equals("--admin")) {
                admin = true;
                continue;
            }
            if (!rest.hasNext()) {
                throw new UsageException(word + " needs a value, or is not known; see --help");
            }
            String value = rest.next();
            switch (word) {
                case "--sub" -> user = value;
                case "--expires" -> {
                    within = Lifetime.parse(value);
                    if (within == null) {
                        throw new UsageException("--expires takes a time like 30m, 8h or 7d, not \"" + value + "\"");
                    }
                }
                case "--room" -> room(value, rooms);
                default -> throw new UsageException("unknown option \"" + word + "\"; see --help");
            }
        }
        return new Asked(user, rooms, admin, within);
    }

    private static void room(String value, Map<String, Right> rooms) throws UsageException {
        int equals = value.lastIndexOf('=');
        Right right = equals < 1 ? Right.NONE : Right.of(value.substring(equals + 1));
        if (right == Right.NONE) {
            throw new UsageException(
                    "--room takes a name or a pattern and a right, like notes=write or team-*=read, not \"" + value
                            + "\"");
        }
        rooms.put(value.substring(0, equals), right);
    }

    private String token(Asked asked) throws UsageException, ConfigException {
        if (asked.user() == null || asked.rooms().isEmpty() || asked.admin()) {
            throw new UsageException("usage: token --sub USER --room 'NAME=RIGHT' [--room …] [--expires 8h]");
        }
        Duration within = asked.within() == null ? DEFAULT_TOKEN : asked.within();
        AuthConfig auth = config.auth();
        return auth.secret().isSet()
                ? OwnTokens.signed(
                        auth.secret().value(), asked.user(), asked.rooms(), within, auth.issuer(), auth.audience())
                : own().token(asked.user(), asked.rooms(), within).text();
    }

    private String link(Asked asked) throws UsageException, ConfigException {
        if (asked.user() != null || asked.admin() != asked.rooms().isEmpty()) {
            throw new UsageException("usage: link --admin [--expires 7d], or link --room 'NAME=RIGHT' [--expires 8h]");
        }
        Duration within = asked.within() == null ? RightsParts.ADMINISTRATOR : asked.within();
        String key = own().open(asked.admin() ? RightsParts.EVERYTHING : asked.rooms(), within)
                .text();
        String room = asked.admin() ? null : asked.rooms().keySet().iterator().next();
        return Main.url(config.host(), config.port()) + (room == null || room.endsWith("*") ? "home" : "editor/" + room)
                + "#k=" + key;
    }

    /** Makes tokens with the key that the servers on the store share. */
    private OwnTokens own() throws ConfigException {
        try (RoomStore store = Stores.toRead(config)) {
            byte[] key = store.accessRows().key(OwnTokens.KEY_NAME);
            if (key == null) {
                throw new StoreException(
                        "the store has no key yet: start the server once with CONCORD_AUTH=links or jwt");
            }
            return new OwnTokens(key, Clock.systemUTC());
        }
    }
}
