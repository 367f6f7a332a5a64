package dev.concord.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginsTest {
    private final Origins origins = new Origins(Set.of("https://app.example", "http://localhost:3000"));

    @Test
    void programsThatAreNotBrowsersSendNone() {
        assertTrue(origins.allows(null, "here"));
        assertTrue(origins.allows(null, null));
    }

    @ParameterizedTest
    @CsvSource({
        "https://app.example, here:8080, true",
        "HTTPS://App.Example, here:8080, true",
        "http://app.example, here:8080, false",
        "https://app.example:444, here:8080, false",
        "https://app.example.evil, here:8080, false",
        "https://evil-app.example, here:8080, false",
        "http://localhost:3000, here:8080, true",
        "http://localhost:3001, here:8080, false",
        "http://here:8080, here:8080, true",
        "http://HERE:8080, here:8080, true",
        "http://here, here:8080, false",
        "http://there:8080, here:8080, false",
        "here:8080, here:8080, false",
        "://here:8080, here:8080, false",
        "null, here:8080, false",
        "null, null, false",
        "'', '', false",
    })
    void onlyThoseThatAreNamedAndThisServersOwn(String origin, String host, boolean allowed) {
        assertEquals(allowed, origins.allows(origin, host));
    }

    @Test
    void withoutAHostThereIsNoOwnPage() {
        assertFalse(origins.allows("http://here", null));
    }

    @Test
    void aStarAllowsAll() {
        assertTrue(new Origins(Set.of("*")).allows("null", "here"));
        assertTrue(new Origins(Set.of("*")).allows("https://anywhere.example", null));
    }
}
