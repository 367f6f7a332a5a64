package dev.concord.server.http;

import dev.concord.wire.RoomId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** The pages on the class path and the files that they are made of. Each is read once; reading blocks. */
final class Pages {
    /** The pages and what they are made of, and the browser client, whose modules they import from their own folder. */
    private static final List<String> ROOTS = List.of("/dev/concord/demo/web/", "/dev/concord/js/");

    private static final String EDITOR = "/editor/";
    // No part may begin or end with a dot, so that none leads out of the folder.
    private static final String PART = "[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*";
    private static final Pattern FILE = Pattern.compile("/(" + PART + "/){0,6}" + PART);
    private static final Pattern IMPORT_MAP =
            Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL);
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "ts", "text/plain; charset=utf-8",
            "svg", "image/svg+xml",
            "png", "image/png",
            "json", "application/json");

    /**
     * A file to send.
     *
     * @param content as it is
     * @param gzip the same, compressed; null where that is not shorter
     * @param tag names this very content
     * @param importMapHash what a policy must allow besides scripts of this server, empty for most
     */
    @SuppressWarnings("ArrayRecordComponent") // pages are never compared
    record Page(String type, byte[] content, byte @Nullable [] gzip, String tag, Optional<String> importMapHash) {
        @Override
        public String toString() {
            return type + ", " + content.length + " bytes";
        }
    }

    private final Map<String, Page> pages = new ConcurrentHashMap<>();

    /** What is served at a path, empty when there is nothing. */
    Optional<Page> find(String path) {
        String file = fileAt(path);
        String type = TYPES.get(file.substring(file.lastIndexOf('.') + 1));
        if (type == null || !FILE.matcher(file).matches()) {
            return Optional.empty();
        }
        Page known = pages.get(file);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<Page> read = read(file.substring(1), type);
        // Absent names are not kept: there is no end of them.
        read.ifPresent(page -> pages.put(file, page));
        return read;
    }

    private static String fileAt(String path) {
        return switch (path) {
            case "/" -> "/index.html";
            case "/watch" -> "/watch.html";
            case "/home" -> "/home.html";
            default ->
                path.startsWith(EDITOR) && RoomId.isValid(path.substring(EDITOR.length())) ? "/editor.html" : path;
        };
    }

    private static Optional<Page> read(String name, String type) {
        try (InputStream in = open(name)) {
            if (in == null) {
                return Optional.empty();
            }
            byte[] content = in.readAllBytes();
            byte[] gzip = gzip(content);
            return Optional.of(new Page(
                    type,
                    content,
                    gzip.length < content.length ? gzip : null,
                    '"' + sha256(content).substring(0, 22) + '"',
                    name.endsWith(".html") ? importMapHash(content) : Optional.empty()));
        } catch (IOException e) {
            throw new UncheckedIOException("the page " + name + " cannot be read from the class path", e);
        }
    }

    private static @Nullable InputStream open(String name) {
        return ROOTS.stream()
                .map(root -> Pages.class.getResourceAsStream(root + name))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** An import map has to stand in the page itself: the policy names its hash, and so nothing else inline. */
    private static Optional<String> importMapHash(byte[] html) {
        Matcher map = IMPORT_MAP.matcher(new String(html, StandardCharsets.UTF_8));
        return map.find()
                ? Optional.of("'sha256-" + sha256(map.group(1).getBytes(StandardCharsets.UTF_8)) + "'")
                : Optional.empty();
    }

    private static String sha256(byte[] content) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
            out.write(content);
        }
        return compressed.toByteArray();
    }
}
