package dev.concord.js;

import dev.concord.testing.browser.JavaScriptSuite;

/** The test modules of the package, in pages of a real Chromium. */
final class JavaScriptTest extends JavaScriptSuite {
    JavaScriptTest() {
        super(
                "concord-js",
                PackageFiles::serve,
                "bindings",
                "bounds",
                "codec",
                "codemirror",
                "cost",
                "credentials",
                "engine",
                "golden",
                "monaco",
                "react",
                "session",
                "store",
                "textarea",
                "types",
                "undo",
                "worker");
    }
}
