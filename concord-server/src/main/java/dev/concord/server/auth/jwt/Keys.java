package dev.concord.server.auth.jwt;

import com.nimbusds.jose.JWSHeader;
import java.security.Key;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Where the keys of tokens come from. Thread-safe. */
interface Keys {
    /**
     * The keys with which a token of this header may be signed. Does not block.
     *
     * @param header whose algorithm is not checked yet
     * @return completes with none where the algorithm is not one of those that the keys are for; exceptionally when no key could be had so far
     */
    CompletionStage<List<Key>> candidates(JWSHeader header);
}
