package dev.concord.demo;

/** Hostile and large inputs: none of them may take quadratic time. */
final class CostJavaScriptTest extends JavaScriptTests {
    CostJavaScriptTest() {
        super("cost.test.js");
    }
}
