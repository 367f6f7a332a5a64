package dev.concord.demo;

/** Undo and redo of own edits among those of others. */
final class UndoJavaScriptTest extends JavaScriptTests {
    UndoJavaScriptTest() {
        super("undo.test.js");
    }
}
