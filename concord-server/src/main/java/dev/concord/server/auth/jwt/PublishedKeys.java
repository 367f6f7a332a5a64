package dev.concord.server.auth.jwt;

import com.nimbusds.jose.JWSHeader;
import java.io.IOException;
import java.security.Key;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Public keys that the issuer of tokens publishes as a set (JWKS, RFC 7517). They are in memory: a token of a known key is never kept waiting, whatever
 * has become of the source. An unknown key makes the set be read again, at most once in {@link #PAUSE}. A set that cannot be read, or that has no key
 * of use, leaves those that are known. Thread-safe.
 */
final class PublishedKeys implements Keys {
    /** Between the beginnings of two readings. */
    static final Duration PAUSE = Duration.ofSeconds(10);

    /** Tokens that wait for one reading; more are refused for the moment. */
    static final int MAX_WAITING = 1000;

    /** Keys that are tried with a token that names none. */
    private static final int MAX_TRIED = 8;

    private static final Logger LOG = LoggerFactory.getLogger(PublishedKeys.class);

    private final KeySource source;
    private final LongSupplier nanoTime;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile List<PublishedKey> known = List.of();
    /** The last reading, which may still go on. */
    private @Nullable CompletableFuture<Void> reading;

    private long begun;

    /**
     * No keys, until they are read.
     *
     * @param source publishes them
     * @param nanoTime the time, in ns since any beginning
     */
    PublishedKeys(KeySource source, LongSupplier nanoTime) {
        this.source = source;
        this.nanoTime = nanoTime;
    }

    @Override
    public CompletionStage<List<Key>> candidates(JWSHeader header) {
        if (!PublishedKey.ALGORITHMS.contains(header.getAlgorithm())) {
            return CompletableFuture.completedFuture(List.of());
        }
        List<Key> found = find(header);
        if (!found.isEmpty()) {
            return CompletableFuture.completedFuture(found);
        }
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            return CompletableFuture.failedFuture(new IOException("too many tokens wait for their keys"));
        }
        return refresh()
                .whenComplete((read, failure) -> waiting.decrementAndGet())
                .thenApply(read -> find(header));
    }

    private List<Key> find(JWSHeader header) {
        return known.stream()
                .filter(key -> key.fits(header))
                .limit(MAX_TRIED)
                .map(PublishedKey::key)
                .toList();
    }

    /**
     * Reads the set again, unless that has just been done. Does not block.
     *
     * @return completes as the last reading does
     */
    synchronized CompletableFuture<Void> refresh() {
        long now = nanoTime.getAsLong();
        if (reading == null || (reading.isDone() && now - begun >= PAUSE.toNanos())) {
            begun = now;
            reading = source.read().handle(this::take);
        }
        return reading;
    }

    private @Nullable Void take(byte @Nullable [] set, @Nullable Throwable failure) {
        if (set == null || failure != null) {
            throw failed(failure);
        }
        List<PublishedKey> keys;
        try {
            keys = PublishedKey.ofSet(set);
        } catch (ParseException | IllegalArgumentException e) {
            throw failed(e);
        }
        if (keys.isEmpty()) {
            throw failed(new IOException("there is no key of use in it"));
        }
        if (!keys.equals(known)) {
            LOG.info("the keys of tokens were read, {} of use", keys.size());
        }
        known = keys;
        return null;
    }

    private CompletionException failed(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
        String reason = cause instanceof TimeoutException ? "it took too long" : String.valueOf(cause);
        LOG.warn(
                "the keys of tokens could not be read, the {} that are known go on to count: {}", known.size(), reason);
        return new CompletionException(new IOException("the keys of tokens could not be read: " + reason));
    }
}
