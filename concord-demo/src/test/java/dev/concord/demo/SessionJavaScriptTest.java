package dev.concord.demo;

/** The session against a server that misbehaves on purpose. */
final class SessionJavaScriptTest extends JavaScriptTests {
    SessionJavaScriptTest() {
        super("session.test.js");
    }
}
