package dev.concord.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.server.auth.Access;
import dev.concord.server.auth.Caller;
import dev.concord.server.auth.Credentials;
import dev.concord.server.auth.Right;
import dev.concord.server.auth.Tokens;
import dev.concord.server.auth.jwt.JwtAuthorizer;
import dev.concord.server.auth.jwt.OwnTokens;
import dev.concord.store.jdbc.SqliteStore;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens and links from the command line, checked as a server checks them. */
class TokenCommandsTest {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();

    private int run(String... words) {
        environment.put("CONCORD_DATA_DIR", directory.toString());
        return Main.run(
                List.of(words), environment, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    }

    private String printed() {
        return out.toString(UTF_8).strip();
    }

    private static Caller enter(JwtAuthorizer authorizer, String token) {
        return new Access(authorizer)
                .enter(new Credentials(token, "here"))
                .toCompletableFuture()
                .join();
    }

    @Test
    void aTokenIsSignedWithTheSecretOfTheOperator() {
        environment.put("CONCORD_AUTH_SECRET", Tokens.SECRET);
        environment.put("CONCORD_AUTH_AUDIENCE", "concord");
        assertEquals(0, run("token", "--sub", "ann", "--room", "notes=write", "--room", "team-*=read"), err::toString);
        Caller ann = enter(JwtAuthorizer.ofSecret(Tokens.SECRET, null, null, "concord", Clock.systemUTC()), printed());
        assertEquals("ann", ann.key());
        assertEquals(Right.WRITE, ann.right("notes"));
        assertEquals(Right.READ, ann.right("team-x"));
        assertEquals(Right.NONE, ann.right("other"));
    }

    @Test
    void aLinkIsSignedWithTheKeyOfTheStore() {
        assertEquals(1, run("link", "--admin"));
        assertTrue(err.toString(UTF_8).contains("no store"), err::toString);
        byte[] key = new byte[OwnTokens.KEY_BYTES];
        key[0] = 1;
        try (SqliteStore store = SqliteStore.open(directory)) {
            store.accessRows().key(OwnTokens.KEY_NAME, key);
            // Beside a server that has the store open.
            assertEquals(0, run("link", "--admin"), err::toString);
        }
        String link = printed();
        assertTrue(link.startsWith("http://127.0.0.1:8080/home#k="), link);
        Caller administrator = enter(
                JwtAuthorizer.ofLinks(new OwnTokens(key, Clock.systemUTC())), link.substring(link.indexOf('=') + 1));
        assertTrue(administrator.isOperator());
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        for (String[] words : new String[][] {
            {"token"},
            {"token", "--sub", "ann"},
            {"token", "--sub", "ann", "--room", "notes"},
            {"token", "--sub", "ann", "--room", "notes=owner"},
            {"token", "--sub", "ann", "--room", "notes=read", "--expires", "soon"},
            {"link"},
            {"link", "--admin", "--sub", "ann"},
            {"link", "--room"},
            {"link", "--shared", "yes"}
        }) {
            assertEquals(2, run(words), String.join(" ", words));
        }
    }
}
