package dev.concord.bench.trial;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Makes tokens as an issuer does, with a secret or a key of its own. */
final class TrialTokens {
    /** The kinds of signatures. */
    enum Kind {
        HS256,
        RS256,
        ES256,
        EDDSA
    }

    static final String SECRET = "a secret of at least thirty-two bytes, for a trial";

    private static final int COORDINATE_BYTES = 32;
    private static final int RSA_BITS = 2048;

    private final Kind kind;
    private final @Nullable PrivateKey key;
    private final String published;

    TrialTokens(Kind kind) throws GeneralSecurityException {
        this.kind = kind;
        switch (kind) {
            case RS256 -> {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(RSA_BITS);
                KeyPair pair = generator.generateKeyPair();
                RSAPublicKey rsa = (RSAPublicKey) pair.getPublic();
                key = pair.getPrivate();
                published = set("\"kty\":\"RSA\",\"n\":\"" + base64(bytes(rsa.getModulus(), RSA_BITS / Byte.SIZE))
                        + "\",\"e\":\"" + base64(rsa.getPublicExponent().toByteArray()) + '"');
            }
            case ES256 -> {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
                generator.initialize(new ECGenParameterSpec("secp256r1"));
                KeyPair pair = generator.generateKeyPair();
                ECPublicKey ec = (ECPublicKey) pair.getPublic();
                key = pair.getPrivate();
                published = set("\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\""
                        + base64(bytes(ec.getW().getAffineX(), COORDINATE_BYTES)) + "\",\"y\":\""
                        + base64(bytes(ec.getW().getAffineY(), COORDINATE_BYTES)) + '"');
            }
            case EDDSA -> {
                KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
                byte[] encoded = pair.getPublic().getEncoded();
                key = pair.getPrivate();
                published = set("\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\""
                        + base64(Arrays.copyOfRange(encoded, encoded.length - COORDINATE_BYTES, encoded.length))
                        + '"');
            }
            default -> {
                key = null;
                published = "";
            }
        }
    }

    private static String set(String members) {
        return "{\"keys\":[{\"kid\":\"trial\"," + members + "}]}";
    }

    /** A number without a sign in so many bytes. */
    private static byte[] bytes(BigInteger number, int length) {
        byte[] signed = number.toByteArray();
        byte[] bytes = new byte[length];
        int copied = Math.min(length, signed.length);
        System.arraycopy(signed, signed.length - copied, bytes, length - copied, copied);
        return bytes;
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The key as a set; empty for a secret. */
    String published() {
        return published;
    }

    /** A token for an hour that may write every room. */
    String token(String user) throws GeneralSecurityException {
        String algorithm = kind == Kind.EDDSA ? "EdDSA" : kind.name();
        String header = "{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\",\"kid\":\"trial\"}";
        String claims = "{\"sub\":\"" + user + "\",\"exp\":" + (Instant.now().getEpochSecond() + 3600)
                + ",\"rooms\":{\"*\":\"write\"}}";
        String signed = base64(header.getBytes(UTF_8)) + "." + base64(claims.getBytes(UTF_8));
        return signed + "." + base64(sign(signed.getBytes(UTF_8)));
    }

    private byte[] sign(byte[] bytes) throws GeneralSecurityException {
        PrivateKey signing = key;
        if (signing == null) {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
            return mac.doFinal(bytes);
        }
        Signature signature = Signature.getInstance(Map.of(
                        Kind.RS256, "SHA256withRSA",
                        Kind.ES256, "SHA256withECDSAinP1363Format",
                        Kind.EDDSA, "Ed25519")
                .getOrDefault(kind, ""));
        signature.initSign(signing);
        signature.update(bytes);
        return signature.sign();
    }
}
