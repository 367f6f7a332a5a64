package dev.concord.server.auth.jwt;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACVerifier;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.crypto.spec.SecretKeySpec;

/** One secret that whoever makes tokens shares with the server: at least as long as the hash that is used (RFC 7518, section 3.2). */
final class SecretKey implements Keys {
    private final List<Key> key;
    private final Set<JWSAlgorithm> algorithms;

    /** The secret's bytes are those of its UTF-8. */
    SecretKey(String secret) {
        this(secret.getBytes(StandardCharsets.UTF_8));
    }

    SecretKey(byte[] secret) {
        key = List.of(new SecretKeySpec(secret, "HmacSHA256"));
        algorithms = MACVerifier.getCompatibleAlgorithms(secret.length * Byte.SIZE);
    }

    @Override
    public CompletionStage<List<Key>> candidates(JWSHeader header) {
        return CompletableFuture.completedFuture(now(header));
    }

    /** The same, at once. */
    List<Key> now(JWSHeader header) {
        return algorithms.contains(header.getAlgorithm()) ? key : List.of();
    }
}
