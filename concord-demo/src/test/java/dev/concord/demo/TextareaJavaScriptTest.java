package dev.concord.demo;

/** The binding of a textarea: small edits, carets, composition. */
final class TextareaJavaScriptTest extends JavaScriptTests {
    TextareaJavaScriptTest() {
        super("textarea.test.js");
    }
}
