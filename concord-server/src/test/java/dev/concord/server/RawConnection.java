package dev.concord.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A socket on which a test says every byte itself, and reads what comes back as HTTP or as WebSocket frames. */
final class RawConnection implements AutoCloseable {
    private static final int PATIENCE_MS = 60_000;
    private static final byte[] MASK = {1, 2, 3, 4};

    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;
    static final int FINAL = 0x80;

    /** An answer. */
    record Response(int status, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.get(name);
        }
    }

    /** A frame from the server. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int opcode, byte[] payload) {
        int closeCode() {
            assertEquals(CLOSE, opcode);
            return ByteBuffer.wrap(payload).getShort() & 0xffff;
        }
    }

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;

    RawConnection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MS);
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
    }

    /** A connection that has become a WebSocket. */
    static RawConnection webSocket(int port, String path) throws IOException {
        RawConnection connection = new RawConnection(port);
        connection.send(upgrade(path));
        assertEquals(101, connection.response().status());
        return connection;
    }

    static String upgrade(String path, String... headers) {
        StringBuilder request =
                new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + "Sec-WebSocket-Version: 13\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return request.append("\r\n").toString();
    }

    void send(String text) throws IOException {
        send(text.getBytes(ISO_8859_1));
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** Reads an answer to a GET. */
    Response response() throws IOException {
        return response(true);
    }

    /** Reads an answer; a HEAD has no body. */
    Response response(boolean body) throws IOException {
        String[] status = line().split(" ", 3);
        assertEquals("HTTP/1.1", status[0]);
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("Content-Length", "0"));
        String content = body ? new String(in.readNBytes(length), UTF_8) : "";
        return new Response(Integer.parseInt(status[1]), headers, content);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("after \"" + line + "\"");
            }
            line.write(b);
        }
        return line.toString(ISO_8859_1).stripTrailing();
    }

    /** Whether the server ends the connection while nothing is sent. */
    boolean endsByItself() throws IOException {
        return endsWithin(PATIENCE_MS);
    }

    /** Whether the connection ends in a time in which nothing else comes. */
    boolean endsWithin(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException reset) {
            return true;
        } finally {
            socket.setSoTimeout(PATIENCE_MS);
        }
    }

    /** A masked frame, as clients send it. */
    static byte[] frame(int firstByte, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
        frame.put((byte) firstByte);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 1 << 16) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        frame.put(MASK);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ MASK[i % 4]));
        }
        byte[] bytes = new byte[frame.position()];
        frame.flip().get(bytes);
        return bytes;
    }

    void text(String json) throws IOException {
        send(frame(FINAL | TEXT, json.getBytes(UTF_8)));
    }

    void message(Message message) throws IOException {
        send(frame(FINAL | TEXT, WireCodec.write(message)));
    }

    /** The next frame that is no ping. */
    Frame frame() throws IOException {
        while (true) {
            int first = in.readUnsignedByte();
            assertTrue((first & FINAL) != 0, "the server does not send fragments");
            long length = in.readUnsignedByte();
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = in.readLong();
            }
            byte[] payload = new byte[(int) length];
            in.readFully(payload);
            if ((first & 0x0f) != PING) {
                return new Frame(first & 0x0f, payload);
            }
        }
    }

    /** The next frame, which has one message. */
    <T extends Message> T read(Class<T> type) throws IOException {
        Frame frame = frame();
        String text = new String(frame.payload(), UTF_8);
        assertEquals(TEXT, frame.opcode(), text);
        try {
            List<Message> messages = WireCodec.read(frame.payload());
            assertEquals(1, messages.size(), text);
            assertTrue(
                    type.isInstance(messages.get(0)), () -> "expected " + type.getSimpleName() + ", but got " + text);
            return type.cast(messages.get(0));
        } catch (WireException e) {
            throw new AssertionError(text, e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
