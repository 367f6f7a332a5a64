package dev.concord.bench.trial;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * A connection whose bytes are all its own (RFC 6455): messages in any number of fragments, pings between them, segments of any size
 * down to single bytes, and a reader that may dawdle.
 */
final class RawWire implements Wire {
    private static final int TIMEOUT_MILLIS = 600_000;
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final int MAX_CONTROL = 125;
    private static final int MAX_PINGS = 64;
    private static final int BROKEN = 1006;
    private static final int NO_CODE = 1005;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final Receiver receiver;
    private final Tally tally;
    private final Random random;
    private final boolean dawdles;
    private final Deque<byte[]> pings = new ArrayDeque<>();
    private byte[] outgoing = new byte[1 << 16];
    private int filled;

    /** Connects and shakes hands. */
    RawWire(URI address, Receiver receiver, Tally tally, Random random, boolean dawdles) throws IOException {
        this.receiver = receiver;
        this.tally = tally;
        this.random = random;
        this.dawdles = dawdles;
        this.socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        if (dawdles) {
            socket.setReceiveBufferSize(4096);
        }
        try {
            socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), TIMEOUT_MILLIS);
            in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            out = socket.getOutputStream();
            shakeHands(address, in, out);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Asks for a WebSocket and reads the answer, up to the first frame. */
    static void shakeHands(URI address, InputStream in, OutputStream out) throws IOException {
        String request = "GET " + address.getPath() + " HTTP/1.1\r\nHost: " + address.getAuthority()
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
        out.write(request.getBytes(ISO_8859_1));
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("no answer to the handshake");
            }
            answer.append((char) next);
        }
        if (!answer.toString().startsWith("HTTP/1.1 101 ")) {
            throw new IOException("the handshake was refused: "
                    + answer.toString().lines().findFirst().orElse(""));
        }
    }

    /** Reads until the end, in a thread of its own. */
    void start(String name) {
        Thread reader = new Thread(this::read, name);
        reader.setDaemon(true);
        reader.start();
    }

    @Override
    public void send(List<byte[]> messages) throws IOException {
        filled = 0;
        for (byte[] message : messages) {
            put(message);
        }
        tally.bytesUp.add(filled);
        write();
    }

    /** One message: mostly whole, else in fragments cut anywhere, also within a character. */
    private void put(byte[] message) {
        if (random.nextInt(8) != 0) {
            frame(FINAL | TEXT, message, 0, message.length);
            if (random.nextInt(50) == 0) {
                ping();
            }
            return;
        }
        int at = 0;
        int opcode = TEXT;
        while (true) {
            int left = message.length - at;
            int length = random.nextInt(4) == 0 ? random.nextInt(4) : random.nextInt(left + 1);
            int end = Math.min(message.length, at + length);
            boolean last = end == message.length && random.nextInt(4) != 0;
            frame((last ? FINAL : 0) | opcode, message, at, end);
            if (last) {
                return;
            }
            at = end;
            opcode = CONTINUATION;
            if (random.nextInt(4) == 0) {
                ping();
            }
        }
    }

    private void ping() {
        byte[] content = new byte[random.nextInt(MAX_CONTROL + 1)];
        random.nextBytes(content);
        synchronized (pings) {
            if (pings.size() >= MAX_PINGS) {
                return;
            }
            pings.add(content);
        }
        frame(FINAL | PING, content, 0, content.length);
    }

    private void frame(int first, byte[] bytes, int from, int to) {
        int length = to - from;
        reserve(length + 14);
        outgoing[filled++] = (byte) first;
        if (length <= MAX_CONTROL) {
            outgoing[filled++] = (byte) (MASKED | length);
        } else if (length <= 0xffff) {
            outgoing[filled++] = (byte) (MASKED | 126);
            number(length, 2);
        } else {
            outgoing[filled++] = (byte) (MASKED | 127);
            number(length, 8);
        }
        int mask = random.nextInt(64) == 0 ? -random.nextInt(2) : random.nextInt();
        number(mask, 4);
        for (int i = 0; i < length; i++) {
            outgoing[filled++] = (byte) (bytes[from + i] ^ (mask >>> (24 - 8 * (i & 3))));
        }
    }

    private void number(long number, int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            outgoing[filled++] = (byte) (number >>> shift);
        }
    }

    private void reserve(int more) {
        if (filled + more > outgoing.length) {
            outgoing = Arrays.copyOf(outgoing, Math.max(filled + more, 2 * outgoing.length));
        }
    }

    /** In one piece, in pieces of any size, or byte after byte. */
    private void write() throws IOException {
        int kind = random.nextInt(40);
        int at = 0;
        if (kind == 0) {
            for (int end = Math.min(filled, 300); at < end; at++) {
                out.write(outgoing, at, 1);
            }
        } else if (kind < 8) {
            for (int pieces = 0; pieces < 16 && at < filled; pieces++) {
                int length = Math.min(filled - at, 1 + random.nextInt(1 + random.nextInt(3000)));
                out.write(outgoing, at, length);
                at += length;
            }
        }
        out.write(outgoing, at, filled - at);
    }

    @Override
    public void abort() {
        try {
            socket.close();
        } catch (IOException e) {
            // it is closed all the same
        }
    }

    private void read() {
        int code = BROKEN;
        String reason = "";
        byte[] payload = new byte[1 << 16];
        try {
            while (true) {
                int first = octet();
                int second = octet();
                if ((second & MASKED) != 0 || (first & 0x70) != 0 || (first & FINAL) == 0) {
                    receiver.fault("a frame begins with " + Integer.toHexString((first << 8) | second));
                    break;
                }
                int length = length(second);
                if (length < 0 || length > 1 << 30) {
                    receiver.fault("a frame says that it has " + length + " bytes");
                    break;
                }
                if (payload.length < length) {
                    payload = new byte[Math.max(length, 2 * payload.length)];
                }
                if (in.readNBytes(payload, 0, length) < length) {
                    throw new EOFException();
                }
                tally.bytesDown.add(length);
                int opcode = first & 0xf;
                if (opcode == TEXT) {
                    receiver.text(payload, 0, length);
                } else if (opcode == PONG) {
                    pong(Arrays.copyOf(payload, length));
                } else if (opcode == CLOSE) {
                    code = length < 2 ? NO_CODE : ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
                    reason = length < 2 ? "" : new String(payload, 2, length - 2, UTF_8);
                    break;
                } else if (opcode != PING) {
                    receiver.fault("a frame has opcode " + opcode);
                    break;
                }
                if (dawdles && random.nextInt(200) == 0) {
                    LockSupport.parkNanos(random.nextInt(40_000_000));
                }
            }
        } catch (IOException e) {
            reason = String.valueOf(e.getMessage());
        } finally {
            abort();
            receiver.closed(code, reason);
        }
    }

    private int octet() throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException();
        }
        return octet;
    }

    private int length(int second) throws IOException {
        if (second < 126) {
            return second;
        }
        long length = 0;
        for (int bytes = second == 126 ? 2 : 8; bytes > 0; bytes--) {
            length = (length << 8) | octet();
        }
        return length > Integer.MAX_VALUE ? -1 : (int) length;
    }

    /** The server may leave pings of a connection that does not read unanswered. */
    private void pong(byte[] content) {
        synchronized (pings) {
            while (!pings.isEmpty()) {
                if (Arrays.equals(pings.poll(), content)) {
                    tally.pongs.increment();
                    return;
                }
            }
        }
        receiver.fault("a pong of " + content.length + " bytes answers no ping");
    }
}
