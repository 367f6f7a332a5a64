package dev.concord.bench.trial;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.concord.client.Transport;
import java.net.URI;
import java.util.List;

/** A connection by the client's own transport, over the WebSocket of the JDK. */
final class JdkWire implements Wire {
    private final Transport.Link link;
    private final Tally tally;

    JdkWire(Transport transport, URI address, Receiver receiver, Tally tally) {
        this.tally = tally;
        this.link = transport.connect(address, new Transport.Handler() {
            @Override
            public void frame(String frame) {
                byte[] bytes = frame.getBytes(UTF_8);
                tally.bytesDown.add(bytes.length);
                receiver.text(bytes, 0, bytes.length);
            }

            @Override
            public void closed(int code, String reason) {
                receiver.closed(code, reason);
            }
        });
    }

    @Override
    public void send(List<byte[]> messages) {
        for (byte[] message : messages) {
            tally.bytesUp.add(message.length);
            link.send(new String(message, UTF_8));
        }
    }

    @Override
    public void abort() {
        link.close();
    }
}
