package dev.concord.testing.browser;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** A test class for modules written in JavaScript: starts a Chromium and a web server, and runs the modules in {@link JavaScriptModules}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class JavaScriptSuite {
    private final String mavenModule;
    private final Supplier<WebFiles> server;
    private final List<String> modules;
    private @Nullable Chromium chromium;
    private @Nullable WebFiles files;

    /**
     * A suite of these modules.
     *
     * @param mavenModule where the test class is, for the command that replays a failure
     * @param server starts the web server, which has a page {@code /blank}
     * @param modules names of test modules, {@code codec} for {@code codec.test.js}
     */
    protected JavaScriptSuite(String mavenModule, Supplier<WebFiles> server, String... modules) {
        this.mavenModule = mavenModule;
        this.server = server;
        this.modules = List.of(modules);
    }

    @BeforeAll
    protected final void start() {
        chromium = Chromium.start();
        files = server.get();
    }

    @AfterAll
    protected final void stop() {
        if (chromium != null) {
            chromium.close();
        }
        if (files != null) {
            files.close();
        }
    }

    @TestFactory
    protected final Stream<DynamicNode> inChromium() {
        if (chromium == null || files == null) {
            throw new IllegalStateException("not started");
        }
        return JavaScriptModules.run(getClass(), mavenModule, chromium, files.address() + "/blank", modules);
    }
}
