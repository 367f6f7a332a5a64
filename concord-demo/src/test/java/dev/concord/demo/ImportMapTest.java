package dev.concord.demo;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The editor's import map names files that the build has put there: their addresses carry versions. */
final class ImportMapTest {
    @Test
    void everyModuleIsThere() throws IOException {
        try (InputStream in = getClass().getResourceAsStream("web/editor.html")) {
            String html = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            List<String> modules = Pattern.compile("\"/(vendor/[^\"]+)\"")
                    .matcher(html)
                    .results()
                    .map(MatchResult::group)
                    .toList();
            assertFalse(modules.isEmpty());
            for (String module : modules) {
                String name = "web" + module.replace("\"", "");
                assertNotNull(getClass().getResource(name), name);
            }
        }
    }
}
