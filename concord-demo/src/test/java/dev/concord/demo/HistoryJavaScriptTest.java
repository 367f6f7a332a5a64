package dev.concord.demo;

/** History and redo of own edits among those of others. */
final class HistoryJavaScriptTest extends JavaScriptTests {
    HistoryJavaScriptTest() {
        super("history.test.js");
    }
}
