package dev.concord.js;

import static java.util.stream.Collectors.joining;

import dev.concord.testing.browser.WebFiles;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Modules that are published as CommonJS only, as React's are, in the form that a page can import. */
final class CommonJs {
    private static final Pattern REQUIRED = Pattern.compile("\\brequire\\(\"([^\"]+)\"\\)");
    private static final Pattern EXPORTED = Pattern.compile("\\bexports\\.(\\w+)\\s*=[^=]");

    private CommonJs() {}

    /**
     * Files as ES modules.
     *
     * @param files where the CommonJS modules are
     * @return the source of the ES modules, under the same names
     */
    static WebFiles.Source asModules(WebFiles.Source files) {
        return name -> {
            try (InputStream in = files.open(name)) {
                if (in == null) {
                    return null;
                }
                String module = asModule(new String(in.readAllBytes(), StandardCharsets.UTF_8));
                return new ByteArrayInputStream(module.getBytes(StandardCharsets.UTF_8));
            }
        };
    }

    private static String asModule(String source) {
        List<String> required = names(REQUIRED, source).toList();
        StringBuilder module = new StringBuilder();
        for (int i = 0; i < required.size(); i++) {
            module.append("import * as required" + i + " from '" + required.get(i) + "';\n");
        }
        module.append("const required = {");
        for (int i = 0; i < required.size(); i++) {
            module.append("'" + required.get(i) + "': required" + i + ",");
        }
        return module.append("};\nconst require = (name) => required[name];\n")
                .append("const process = { env: { NODE_ENV: 'development' } };\nconst exports = {};\n")
                .append(source)
                .append(names(EXPORTED, source).collect(joining(", ", "\nexport const { ", " } = exports;\n")))
                .toString();
    }

    private static Stream<String> names(Pattern pattern, String source) {
        return pattern.matcher(source)
                .results()
                .map((MatchResult found) -> found.group(1))
                .distinct();
    }
}
