package dev.concord.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.opts.AllowWeakRSAKey;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A pair of keys with which an issuer signs tokens, and of which it publishes one. */
public record Issuer(JWSAlgorithm algorithm, PrivateKey key, JWK published) {
    private static final int ED25519_BYTES = 32;

    /** A new pair for RS256, ES256 or EdDSA. */
    public static Issuer of(JWSAlgorithm algorithm, String keyId) {
        return algorithm.equals(JWSAlgorithm.RS256) ? rsa(2048, keyId) : generate(algorithm, 0, keyId);
    }

    public static Issuer rsa(int bits, String keyId) {
        return generate(JWSAlgorithm.RS256, bits, keyId);
    }

    private static Issuer generate(JWSAlgorithm algorithm, int bits, String keyId) {
        try {
            if (algorithm.equals(JWSAlgorithm.RS256)) {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(bits);
                KeyPair pair = generator.generateKeyPair();
                RSAKey key = new RSAKey.Builder((RSAPublicKey) pair.getPublic())
                        .keyID(keyId)
                        .build();
                return new Issuer(algorithm, pair.getPrivate(), key);
            }
            if (algorithm.equals(JWSAlgorithm.ES256)) {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
                generator.initialize(new ECGenParameterSpec("secp256r1"));
                KeyPair pair = generator.generateKeyPair();
                ECKey key = new ECKey.Builder(Curve.P_256, (ECPublicKey) pair.getPublic())
                        .keyID(keyId)
                        .build();
                return new Issuer(algorithm, pair.getPrivate(), key);
            }
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            byte[] encoded = pair.getPublic().getEncoded();
            byte[] x = Arrays.copyOfRange(encoded, encoded.length - ED25519_BYTES, encoded.length);
            return new Issuer(
                    algorithm,
                    pair.getPrivate(),
                    new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(x))
                            .keyID(keyId)
                            .build());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The set that these publish. */
    public static String set(Issuer... issuers) {
        return new JWKSet(Stream.of(issuers).map(Issuer::published).toList()).toString();
    }

    /** A token of this user for an hour. */
    public String token(String user, Map<String, String> rooms) {
        return sign(Tokens.claims(user, rooms, claims -> {}));
    }

    public String sign(JWTClaimsSet claims) {
        return sign(new JWSHeader.Builder(algorithm).keyID(published.getKeyID()).build(), claims);
    }

    public String sign(JWSHeader header, JWTClaimsSet claims) {
        try {
            if (key.getAlgorithm().startsWith("Ed")) {
                String signed = header.toBase64URL() + "." + Base64URL.encode(claims.toString());
                Signature signature = Signature.getInstance("Ed25519");
                signature.initSign(key);
                signature.update(signed.getBytes(StandardCharsets.US_ASCII));
                return signed + "." + Base64URL.encode(signature.sign());
            }
            SignedJWT jwt = new SignedJWT(header, claims);
            jwt.sign(
                    key.getAlgorithm().equals("RSA")
                            ? new RSASSASigner(key, Set.of(AllowWeakRSAKey.getInstance()))
                            : new ECDSASigner(key, Curve.P_256));
            return jwt.serialize();
        } catch (JOSEException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
