package dev.concord.demo;

import dev.concord.testing.browser.JavaScriptSuite;

/** The test modules of the pages' own modules. */
final class JavaScriptTest extends JavaScriptSuite {
    JavaScriptTest() {
        super("concord-demo", PageFiles::serve, "history", "key", "pane", "rescue", "weather");
    }
}
