package dev.concord.demo;

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

/** The test modules of the pages' own modules. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JavaScriptTest {
    private Chromium chromium;
    private WebFiles files;

    @BeforeAll
    void start() {
        chromium = Chromium.start();
        files = PageFiles.serve();
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
        return JavaScriptModules.run(
                getClass(), "concord-demo", chromium, files.address() + "/blank", List.of("history", "weather"));
    }
}
