package dev.concord.demo;

/** The declarations for TypeScript say what there is. */
final class TypesJavaScriptTest extends JavaScriptTests {
    TypesJavaScriptTest() {
        super("types.test.js");
    }
}
