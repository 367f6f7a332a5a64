package dev.concord.demo;

/** The binding of CodeMirror 6, through the real editor. */
final class CodeMirrorJavaScriptTest extends JavaScriptTests {
    CodeMirrorJavaScriptTest() {
        super("codemirror.test.js");
    }
}
