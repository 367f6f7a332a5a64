package dev.concord.bench.trial;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A connection that sends any frames at all, and counts how the server answers them. */
final class HostileConnection {
    private static final int TIMEOUT_MILLIS = 60_000;
    private static final int MASKED = 0x80;
    private static final int TEXT = 0x81;
    private static final int CLOSE = 0x88;
    private static final Pattern CODE = Pattern.compile("\"t\":\"error\",\"code\":\"([a-z_]+)\"");
    private static final Pattern TYPE = Pattern.compile("\"t\":\"([a-z_]+)\"");

    private final Socket socket = new Socket();
    private final OutputStream out;
    private final Map<String, LongAdder> answers;
    private volatile boolean closed;

    HostileConnection(URI address, Map<String, LongAdder> answers) throws IOException {
        this.answers = answers;
        socket.setSoTimeout(TIMEOUT_MILLIS);
        try {
            socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), TIMEOUT_MILLIS);
            out = socket.getOutputStream();
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 15);
            RawWire.shakeHands(address, in, out);
            Thread reader = new Thread(() -> read(in), "hostile-reader");
            reader.setDaemon(true);
            reader.start();
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    boolean isClosed() {
        return closed;
    }

    void send(HostileFrames.Frame frame) throws IOException {
        byte[] payload = frame.payload();
        int header = payload.length <= 125 ? 6 : payload.length <= 0xffff ? 8 : 14;
        byte[] bytes = new byte[header + payload.length];
        bytes[0] = (byte) frame.first();
        if (header == 6) {
            bytes[1] = (byte) (MASKED | payload.length);
        } else {
            bytes[1] = (byte) (MASKED | (header == 8 ? 126 : 127));
            for (int i = header - 5; i > 1; i--) {
                bytes[i] = (byte) (payload.length >>> Math.min(31, 8 * (header - 5 - i)));
            }
        }
        // A mask of zeros leaves the payload as it is.
        System.arraycopy(payload, 0, bytes, header, payload.length);
        out.write(bytes);
    }

    void abort() {
        closed = true;
        try {
            socket.close();
        } catch (IOException e) {
            // it is closed all the same
        }
    }

    private void read(InputStream in) {
        try {
            while (true) {
                int first = octet(in);
                int second = octet(in);
                long length = second;
                if (second >= 126) {
                    length = 0;
                    for (int left = second == 126 ? 2 : 8; left > 0; left--) {
                        length = (length << 8) | octet(in);
                    }
                }
                byte[] payload = in.readNBytes((int) length);
                if (payload.length < length) {
                    throw new EOFException();
                }
                if (first == TEXT) {
                    count(new String(payload, 0, Math.min(payload.length, 120), UTF_8));
                } else if (first == CLOSE) {
                    int code = payload.length < 2 ? 1005 : ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
                    count("close " + code, 1);
                    return;
                }
            }
        } catch (IOException e) {
            if (!closed) {
                count("lost", 1);
            }
        } finally {
            abort();
        }
    }

    private void count(String json) {
        Matcher code = CODE.matcher(json);
        Matcher type = TYPE.matcher(json);
        count(code.find() ? "error " + code.group(1) : type.find() ? type.group(1) : "something else", 1);
    }

    private void count(String answer, int times) {
        answers.computeIfAbsent(answer, a -> new LongAdder()).add(times);
    }

    private static int octet(InputStream in) throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException();
        }
        return octet;
    }

    /** A place to count answers in. */
    static Map<String, LongAdder> counters() {
        return new ConcurrentHashMap<>();
    }
}
