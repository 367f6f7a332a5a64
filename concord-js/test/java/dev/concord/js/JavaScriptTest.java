package dev.concord.js;

import dev.concord.testing.browser.Chromium;
import dev.concord.testing.browser.JavaScriptModules;
import dev.concord.testing.browser.WebFiles;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** The test modules of the package, in pages of a real Chromium. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JavaScriptTest {
    private static final List<String> MODULES = List.of(
            "bounds",
            "codec",
            "codemirror",
            "cost",
            "engine",
            "golden",
            "session",
            "store",
            "textarea",
            "types",
            "undo");

    private Chromium chromium;
    private WebFiles files;

    @BeforeAll
    void start() {
        chromium = Chromium.start();
        files = PackageFiles.serve();
    }

    @AfterAll
    void stop() {
        if (chromium != null) {
            chromium.close();
        }
        if (files != null) {
            files.close();
        }
    }

    @TestFactory
    Stream<DynamicNode> inChromium() {
        return JavaScriptModules.run(getClass(), "concord-js", chromium, files.address() + "/blank", MODULES);
    }
}
