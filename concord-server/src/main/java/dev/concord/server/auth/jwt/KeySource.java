package dev.concord.server.auth.jwt;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Where a set of public keys is published. Thread-safe. */
@FunctionalInterface
interface KeySource {
    /** Bytes of a set: room for hundreds of keys. */
    int MAX_BYTES = 256 << 10;

    /**
     * Reads the set. Does not block.
     *
     * @return completes with at most {@link #MAX_BYTES}; exceptionally when it cannot be had
     */
    CompletableFuture<byte[]> read();

    /**
     * A file, which is read again each time.
     *
     * @param file holds the set
     * @param io runs what blocks
     */
    static KeySource file(Path file, Executor io) {
        return () -> CompletableFuture.supplyAsync(
                () -> {
                    try (InputStream in = Files.newInputStream(file)) {
                        byte[] set = in.readNBytes(MAX_BYTES + 1);
                        if (set.length > MAX_BYTES) {
                            throw new IOException("more than " + MAX_BYTES + " bytes");
                        }
                        return set;
                    } catch (IOException e) {
                        throw new CompletionException(e);
                    }
                },
                io);
    }

    /**
     * An address.
     *
     * @param client follows no redirects, so that only the configured host is asked
     * @param address answers with the set
     * @param patience from the beginning to the last byte of an answer
     */
    static KeySource address(HttpClient client, URI address, Duration patience) {
        HttpRequest request = HttpRequest.newBuilder(address)
                .header("Accept", "application/jwk-set+json, application/json")
                .timeout(patience)
                .build();
        return () -> {
            CompletableFuture<HttpResponse<byte[]>> answer =
                    client.sendAsync(request, head -> new BoundedBody(MAX_BYTES));
            // The request's own patience ends with the head of the answer.
            return answer.copy()
                    .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                    .whenComplete((response, failure) -> {
                        if (failure != null) {
                            answer.cancel(true);
                        }
                    })
                    .thenApply(response -> {
                        if (response.statusCode() != 200) {
                            throw new CompletionException(new IOException("status " + response.statusCode()));
                        }
                        return response.body();
                    });
        };
    }
}
