package dev.concord.demo;

/** The network and the counters of the watching page. */
final class WeatherJavaScriptTest extends JavaScriptTests {
    WeatherJavaScriptTest() {
        super("weather.test.js");
    }
}
