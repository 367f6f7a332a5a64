package dev.concord.server.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The files of the demo on the class path. Each is read once; reading blocks. */
final class Pages {
    private static final String ROOT = "/dev/concord/demo/web/";
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "ts", "text/plain; charset=utf-8",
            "svg", "image/svg+xml",
            "png", "image/png",
            "json", "application/json");

    @SuppressWarnings("ArrayRecordComponent") // pages are never compared
    record Page(String type, byte[] content) {
        @Override
        public String toString() {
            return type + ", " + content.length + " bytes";
        }
    }

    private final Map<String, Optional<Page>> pages = new ConcurrentHashMap<>();

    /** A file by its name, empty when there is none of that name and a known ending. */
    Optional<Page> find(String name) {
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type == null || !name.matches("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)+")) {
            return Optional.empty();
        }
        Optional<Page> known = pages.get(name);
        if (known == null) {
            known = read(name, type);
            // Absent names are not kept: there is no end of them.
            known.ifPresent(page -> pages.put(name, Optional.of(page)));
        }
        return known;
    }

    private static Optional<Page> read(String name, String type) {
        try (InputStream in = Pages.class.getResourceAsStream(ROOT + name)) {
            return in == null ? Optional.empty() : Optional.of(new Page(type, in.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException("the page " + name + " cannot be read from the class path", e);
        }
    }
}
