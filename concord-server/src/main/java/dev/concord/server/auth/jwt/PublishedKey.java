package dev.concord.server.auth.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One public key of a set (RFC 7517) for one of the algorithms that are taken.
 *
 * @param jwk says what the key is for
 * @param key the same, as the library takes it
 */
record PublishedKey(JWK jwk, Key key) {
    /** None of them works with a shared secret, so no public key can be taken for one. */
    static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256, JWSAlgorithm.EdDSA);

    /** Bits of an RSA key (RFC 7518, section 3.3). */
    private static final int MIN_RSA = 2048;

    /** A longer one is slow to check. */
    private static final int MAX_RSA = 8192;

    /**
     * The keys of a set that can be used; what is of other kinds is passed over (RFC 7517, section 5).
     *
     * @throws ParseException when it is not a set
     */
    static List<PublishedKey> ofSet(byte[] set) throws ParseException {
        Map<String, Object> json = JSONObjectUtils.parse(new String(set, StandardCharsets.UTF_8), KeySource.MAX_BYTES);
        Map<String, Object>[] members = json == null ? null : JSONObjectUtils.getJSONObjectArray(json, "keys");
        if (members == null) {
            throw new ParseException("there is no \"keys\"", 0);
        }
        List<PublishedKey> keys = new ArrayList<>();
        for (Map<String, Object> member : members) {
            PublishedKey key = of(member);
            if (key != null) {
                keys.add(key);
            }
        }
        return keys;
    }

    private static @Nullable PublishedKey of(Map<String, Object> member) {
        try {
            JWK jwk = JWK.parse(member);
            if (jwk instanceof RSAKey rsa && rsa.size() >= MIN_RSA && rsa.size() <= MAX_RSA) {
                return new PublishedKey(jwk, rsa.toRSAPublicKey());
            }
            if (jwk instanceof ECKey ec && Curve.P_256.equals(ec.getCurve())) {
                return new PublishedKey(jwk, ec.toECPublicKey());
            }
            if (jwk instanceof OctetKeyPair pair && Curve.Ed25519.equals(pair.getCurve())) {
                return new PublishedKey(jwk, EdDsa.key(pair.getDecodedX()));
            }
        } catch (ParseException | JOSEException | IllegalArgumentException | IllegalStateException e) {
            // One that this library does not know, or that is damaged.
            return null;
        }
        return null;
    }

    boolean fits(JWSHeader header) {
        JWKMatcher matcher = JWKMatcher.forJWSHeader(header);
        return matcher != null && matcher.matches(jwk);
    }
}
