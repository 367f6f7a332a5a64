package dev.concord.client;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Plays a server by hand: says what the test says, and keeps what it receives. */
final class ScriptedTransport implements Transport {
    final List<URI> addresses = new ArrayList<>();
    final List<String> frames = new ArrayList<>();
    final List<Map<String, String>> headers = new ArrayList<>();
    boolean sendsHeaders;
    boolean closed;
    private Handler handler;

    @Override
    public Link connect(URI address, Handler to) {
        addresses.add(address);
        handler = to;
        return new Link() {
            @Override
            public void send(String frame) {
                frames.add(frame);
            }

            @Override
            public void close() {
                closed = true;
            }
        };
    }

    @Override
    public Link connect(URI address, Map<String, String> more, Handler to) {
        headers.add(more);
        return connect(address, to);
    }

    @Override
    public boolean sendsHeaders() {
        return sendsHeaders;
    }

    void send(String frame) {
        handler.frame(frame);
    }

    /** The server ends the connection. */
    void end(int code) {
        handler.closed(code, "");
    }

    /** Ends the connection, and counts the milliseconds until the next attempt. */
    long pauseAfterClose(HandLoop loop, int code) {
        int attempts = addresses.size();
        handler.closed(code, "");
        loop.settle();
        long begun = loop.millis();
        while (addresses.size() == attempts) {
            loop.advance(1);
        }
        return loop.millis() - begun;
    }
}
