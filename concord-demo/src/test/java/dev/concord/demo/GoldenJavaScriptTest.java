package dev.concord.demo;

/** The sample frames that the Java codec is held to. */
final class GoldenJavaScriptTest extends JavaScriptTests {
    GoldenJavaScriptTest() {
        super("golden.test.js");
    }
}
