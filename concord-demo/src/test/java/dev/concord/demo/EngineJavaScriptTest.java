package dev.concord.demo;

/** The engine beside the reference model, order, conflicts, offsets. */
final class EngineJavaScriptTest extends JavaScriptTests {
    EngineJavaScriptTest() {
        super("engine.test.js");
    }
}
