package dev.concord.server.auth.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.concord.server.auth.Access;
import dev.concord.server.auth.Right;
import java.security.Key;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tokens that servers make themselves, for links and for the command line: HS256 with a key that all servers of one store share. Thread-safe. */
public final class OwnTokens {
    /** The name of the key in the store. */
    public static final String KEY_NAME = "links";
    /** Bytes of the key. */
    public static final int KEY_BYTES = 32;
    /** The {@code kid} of these tokens. */
    static final String KEY_ID = "concord";

    private static final String ISSUER = "concord";
    private static final int ID_BYTES = 9;

    /**
     * A token that was made.
     *
     * @param id names it, to revoke it
     * @param text what is presented
     * @param expires when it ends
     */
    public record Made(String id, String text, Instant expires) {
        /** Without the token, so that it is in no log. */
        @Override
        public String toString() {
            return "Made[id=" + id + ", expires=" + expires + "]";
        }
    }

    private final byte[] key;
    private final SecretKey secret;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final DefaultJWTProcessor<JwtAuthorizer.Candidates> processor = new DefaultJWTProcessor<>();

    /**
     * Tokens that are signed with a key.
     *
     * @param key {@link #KEY_BYTES} bytes
     * @param clock tells the time
     */
    public OwnTokens(byte[] key, Clock clock) {
        this.key = key.clone();
        this.secret = new SecretKey(key);
        this.clock = clock;
        JwtAuthorizer.configure(processor, ISSUER, null, clock);
    }

    /**
     * A link: a token of nobody in particular, who chooses a name. It gives what the store says of it.
     *
     * @param rooms rights by pattern, for people
     * @param within how long it lasts
     * @return the token; its user has the token's id
     */
    public Made link(Map<String, Right> rooms, Duration within) {
        return make(Access.LINK, null, rooms, within);
    }

    /**
     * A token of whoever has it, who chooses a name.
     *
     * @param rooms rights by pattern
     * @param within how long it lasts
     * @return the token; its user has the token's id
     */
    public Made open(Map<String, Right> rooms, Duration within) {
        return make("open-", null, rooms, within);
    }

    /**
     * A token of a user.
     *
     * @param user the user's id
     * @param rooms rights by pattern
     * @param within how long it lasts
     * @return the token
     */
    public Made token(String user, Map<String, Right> rooms, Duration within) {
        return make("token-", user, rooms, within);
    }

    private Made make(String kind, @Nullable String user, Map<String, Right> rooms, Duration within) {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String id = kind + HexFormat.of().formatHex(bytes);
        Instant now = clock.instant();
        Instant end = now.plus(within);
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .subject(user == null ? id : user)
                .jwtID(id)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(end))
                .claim("rooms", words(rooms));
        try {
            SignedJWT jwt = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(KEY_ID).build(), claims.build());
            jwt.sign(new MACSigner(key));
            return new Made(id, jwt.serialize(), end);
        } catch (JOSEException e) {
            throw new IllegalStateException("a token could not be signed", e);
        }
    }

    /**
     * A token of a user that is signed with the secret of the operator.
     *
     * @param secret at least 32 bytes of UTF-8
     * @param user the user's id
     * @param rooms rights by pattern
     * @param within how long it lasts
     * @param issuer for {@code iss}; null for none
     * @param audience for {@code aud}; null for none
     * @return the token
     */
    public static String signed(
            String secret,
            String user,
            Map<String, Right> rooms,
            Duration within,
            @Nullable String issuer,
            @Nullable String audience) {
        Instant now = Instant.now();
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(issuer)
                .subject(user)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(within)))
                .claim("rooms", words(rooms));
        if (audience != null) {
            claims.audience(audience);
        }
        try {
            SignedJWT jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims.build());
            jwt.sign(new MACSigner(secret));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException("a token could not be signed", e);
        }
    }

    private static Map<String, String> words(Map<String, Right> rooms) {
        Map<String, String> words = new TreeMap<>();
        rooms.forEach((pattern, right) -> words.put(pattern, right.word()));
        return words;
    }

    List<Key> candidates(JWSHeader header) {
        return secret.now(header);
    }

    DefaultJWTProcessor<JwtAuthorizer.Candidates> processor() {
        return processor;
    }
}
