package dev.concord.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.function.Consumer;

/** Makes tokens as an issuer does, sound ones and others. */
public final class Tokens {
    public static final String SECRET = "a secret of at least thirty-two bytes, for tests";

    private Tokens() {}

    /** A token of this user for an hour. */
    public static String of(String user, Map<String, String> rooms) {
        return with(user, rooms, claims -> {});
    }

    /** The same with other claims. */
    public static String with(String user, Map<String, String> rooms, Consumer<JWTClaimsSet.Builder> change) {
        return signed(SECRET, JWSAlgorithm.HS256, claims(user, rooms, change));
    }

    public static JWTClaimsSet claims(String user, Map<String, String> rooms, Consumer<JWTClaimsSet.Builder> change) {
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .subject(user)
                .expirationTime(Date.from(Instant.now().plusSeconds(3600)))
                .claim("rooms", rooms);
        change.accept(claims);
        return claims.build();
    }

    public static String signed(String secret, JWSAlgorithm algorithm, JWTClaimsSet claims) {
        try {
            SignedJWT jwt = new SignedJWT(new JWSHeader(algorithm), claims);
            jwt.sign(new MACSigner(secret));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
