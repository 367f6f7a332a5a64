package dev.concord.demo;

/** States and versions: round trips, canonical bytes, broken bytes. */
final class CodecJavaScriptTest extends JavaScriptTests {
    CodecJavaScriptTest() {
        super("codec.test.js");
    }
}
