package dev.concord.server.auth.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import dev.concord.server.auth.Authorizer;
import dev.concord.server.auth.Credentials;
import dev.concord.server.auth.Grant;
import dev.concord.server.auth.NotAuthenticatedException;
import dev.concord.server.auth.NotAuthenticatedException.Reason;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.Key;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Lets in whoever has a signed token (JWT, RFC 7519). The algorithm is not the token's choice: each source of keys names those that its keys are
 * for. {@code exp} and {@code sub} are required, {@code nbf} is checked, {@code iss} and {@code aud} where they are configured.
 */
public final class JwtAuthorizer implements Authorizer {
    /** By how much clocks may differ. */
    public static final Duration SKEW = Duration.ofSeconds(60);
    /** For an answer with published keys: less than a connection waits for its token. */
    static final Duration PATIENCE = Duration.ofSeconds(5);
    /** Of a token; longer ones are refused before they are looked at. */
    static final int MAX_CHARS = 8192;

    /** The keys of one token, on their way to the library. */
    record Candidates(List<Key> keys) implements SecurityContext {}

    private final @Nullable Keys keys;
    private final @Nullable OwnTokens own;
    private final DefaultJWTProcessor<Candidates> processor = new DefaultJWTProcessor<>();

    /**
     * Checks tokens.
     *
     * @param keys with which the operator's tokens are signed; null for none
     * @param own checks the tokens that servers make themselves; null for none
     * @param issuer what {@code iss} must be; null for any
     * @param audience what {@code aud} must contain; null for any
     * @param clock tells the time
     */
    JwtAuthorizer(
            @Nullable Keys keys,
            @Nullable OwnTokens own,
            @Nullable String issuer,
            @Nullable String audience,
            Clock clock) {
        this.keys = keys;
        this.own = own;
        configure(processor, issuer, audience, clock);
    }

    /** Sets the library up to take signed tokens only, with the keys and claims that are asked for. */
    static void configure(
            DefaultJWTProcessor<Candidates> processor,
            @Nullable String issuer,
            @Nullable String audience,
            Clock clock) {
        JWTClaimsSet.Builder exact = new JWTClaimsSet.Builder();
        if (issuer != null) {
            exact.issuer(issuer);
        }
        DefaultJWTClaimsVerifier<Candidates> claims =
                new DefaultJWTClaimsVerifier<>(audience, exact.build(), Set.of("exp", "sub")) {
                    @Override
                    protected Date currentTime() {
                        return Date.from(clock.instant());
                    }
                };
        claims.setMaxClockSkew((int) SKEW.toSeconds());
        processor.setJWTClaimsSetVerifier(claims);
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWSVerifierFactory(new EdDsa.Factory());
        processor.setJWSKeySelector((header, candidates) -> candidates.keys());
    }

    /**
     * Checks tokens of the servers' own only.
     *
     * @param own checks them
     * @return the authorizer
     */
    public static JwtAuthorizer ofLinks(OwnTokens own) {
        return new JwtAuthorizer(null, own, null, null, Clock.systemUTC());
    }

    /**
     * Checks tokens that are signed with a shared secret, and those of the servers' own.
     *
     * @param secret at least 32 bytes of UTF-8
     * @param own checks the servers' own
     * @param issuer what {@code iss} must be; null for any
     * @param audience what {@code aud} must contain; null for any
     * @param clock tells the time
     * @return the authorizer
     */
    public static JwtAuthorizer ofSecret(
            String secret, @Nullable OwnTokens own, @Nullable String issuer, @Nullable String audience, Clock clock) {
        return new JwtAuthorizer(new SecretKey(secret), own, issuer, audience, clock);
    }

    /**
     * Checks tokens that are signed with a private key, whose public one the issuer publishes, and those of the servers' own. Begins to read the
     * published keys.
     *
     * @param published a file or an address of HTTP
     * @param own checks the servers' own
     * @param issuer what {@code iss} must be; null for any
     * @param audience what {@code aud} must contain; null for any
     * @param io runs what blocks
     * @return the authorizer
     */
    public static JwtAuthorizer ofPublished(
            URI published, OwnTokens own, @Nullable String issuer, @Nullable String audience, Executor io) {
        KeySource source = "file".equals(published.getScheme())
                ? KeySource.file(Path.of(published), io)
                : KeySource.address(
                        HttpClient.newBuilder()
                                .version(HttpClient.Version.HTTP_1_1)
                                .connectTimeout(PATIENCE)
                                .followRedirects(HttpClient.Redirect.NEVER)
                                .build(),
                        published,
                        PATIENCE);
        JwtAuthorizer authorizer = new JwtAuthorizer(
                new PublishedKeys(source, System::nanoTime), own, issuer, audience, Clock.systemUTC());
        authorizer.refresh();
        return authorizer;
    }

    /** Begins to read keys again that are published, so that those that were withdrawn are forgotten. Call it at an interval. */
    public void refresh() {
        if (keys instanceof PublishedKeys published) {
            // What went wrong has been logged, and the next call tries again.
            @SuppressWarnings("unused")
            CompletableFuture<Void> reading = published.refresh();
        }
    }

    @Override
    public CompletionStage<Grant> authenticate(Credentials credentials) {
        String token = credentials.token();
        if (token == null || token.isEmpty()) {
            return refused(Reason.MISSING, "a token is needed");
        }
        SignedJWT jwt;
        try {
            if (token.length() > MAX_CHARS) {
                return refused(Reason.INVALID, "the token is longer than " + MAX_CHARS + " characters");
            }
            jwt = SignedJWT.parse(token);
        } catch (ParseException | IllegalArgumentException e) {
            return refused(Reason.INVALID, "the token is not a signed JWT");
        }
        if (own != null && OwnTokens.KEY_ID.equals(jwt.getHeader().getKeyID())) {
            return check(own.processor(), jwt, own.candidates(jwt.getHeader()));
        }
        if (keys == null) {
            return refused(Reason.INVALID, "the token is signed with no key of this server");
        }
        return keys.candidates(jwt.getHeader()).thenCompose(candidates -> check(processor, jwt, candidates));
    }

    private static CompletionStage<Grant> check(
            DefaultJWTProcessor<Candidates> processor, SignedJWT jwt, List<Key> candidates) {
        if (candidates.isEmpty()) {
            return refused(Reason.INVALID, "the token is signed with no key of this server");
        }
        try {
            return CompletableFuture.completedFuture(JwtGrant.of(processor.process(jwt, new Candidates(candidates))));
        } catch (ExpiredJWTException e) {
            return refused(Reason.EXPIRED, "the token has ended");
        } catch (BadJWTException e) {
            return refused(Reason.INVALID, "the token is not for this server, or not valid now: " + e.getMessage());
        } catch (BadJOSEException | JOSEException | ParseException | IllegalArgumentException e) {
            return refused(Reason.INVALID, "the token's signature or form is not valid");
        }
    }

    private static CompletionStage<Grant> refused(Reason reason, String message) {
        return CompletableFuture.failedFuture(new NotAuthenticatedException(reason, message));
    }
}
