package dev.concord.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.concord.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Many members of one room that do nothing but move their carets, on one thread and without reading what they receive: they count the frames.
 * So the load leaves most of the machine to the server.
 */
final class PresenceCrowd implements AutoCloseable {
    private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(US_ASCII);

    private final Selector selector = Selector.open();
    private final List<Member> members = new ArrayList<>();
    private final ByteBuffer incoming = ByteBuffer.allocateDirect(1 << 18);

    private static final class Member {
        final SocketChannel socket;
        final int number;
        /** Bytes of the end of the HTTP response that were seen. */
        int head;
        /** The header of the frame that is coming, as far as it is here. */
        final byte[] header = new byte[10];

        int headerBytes;
        /** Bytes of the frame's payload that are still to come. */
        long left;

        long frames;

        Member(SocketChannel socket, int number) {
            this.socket = socket;
            this.number = number;
        }

        void take(ByteBuffer bytes) {
            while (head < END_OF_HEAD.length && bytes.hasRemaining()) {
                byte next = bytes.get();
                head = next == END_OF_HEAD[head] ? head + 1 : next == END_OF_HEAD[0] ? 1 : 0;
            }
            while (bytes.hasRemaining()) {
                if (left > 0) {
                    int skipped = (int) Math.min(left, bytes.remaining());
                    bytes.position(bytes.position() + skipped);
                    left -= skipped;
                    continue;
                }
                header[headerBytes++] = bytes.get();
                if (headerBytes == headerSize()) {
                    left = payload();
                    headerBytes = 0;
                    if ((header[0] & 0xf) == 1) {
                        frames++;
                    }
                }
            }
        }

        private int headerSize() {
            int length = headerBytes < 2 ? 0 : header[1] & 0x7f;
            return length < 126 ? 2 : length == 126 ? 4 : 10;
        }

        private long payload() {
            int length = header[1] & 0x7f;
            if (length < 126) {
                return length;
            }
            long size = 0;
            for (int i = 2; i < (length == 126 ? 4 : 10); i++) {
                size = (size << 8) | (header[i] & 0xff);
            }
            return size;
        }
    }

    /** Connects so many, and waits until each has its sync. */
    PresenceCrowd(int port, String room, int size) throws IOException {
        for (int i = 0; i < size; i++) {
            SocketChannel socket = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            String request = "GET /rooms/" + room + "/ws HTTP/1.1\r\nHost: 127.0.0.1:" + port
                    + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
            socket.write(ByteBuffer.wrap(request.getBytes(US_ASCII)));
            socket.configureBlocking(false);
            Member member = new Member(socket, i);
            socket.register(selector, SelectionKey.OP_READ, member);
            members.add(member);
            long deadline = System.nanoTime() + Await.DEADLINE.toNanos();
            while (member.frames == 0) {
                if (System.nanoTime() > deadline) {
                    throw new IOException("member " + i + " got no sync");
                }
                listen(System.nanoTime());
            }
        }
    }

    /**
     * All move their carets so often, evenly spread over each second, and are notified of one another. A second begins once all of the one before it
     * has come: on a busy machine two moves of one member could otherwise follow each other so closely that only the later one is passed on.
     *
     * @return how many frames came
     */
    long move(int seconds) throws IOException {
        long before = received();
        int size = members.size();
        for (int second = 0; second < seconds; second++) {
            long start = System.nanoTime();
            for (int i = 0; i < size; i++) {
                listen(start + i * Duration.ofSeconds(1).toNanos() / size);
                Member member = members.get(i);
                member.socket.write(presence(member.number, second));
            }
            long expected = before + (second + 1L) * size * (size - 1);
            long deadline = System.nanoTime() + Await.DEADLINE.toNanos();
            while (received() < expected && System.nanoTime() < deadline) {
                listen(System.nanoTime() + Duration.ofMillis(20).toNanos());
            }
        }
        return received() - before;
    }

    private long received() {
        return members.stream().mapToLong(member -> member.frames).sum();
    }

    /** Takes what comes until a moment, at least once. */
    private void listen(long untilNanos) throws IOException {
        do {
            long millis = Math.max(0, (untilNanos - System.nanoTime()) / 1_000_000);
            if (millis == 0) {
                selector.selectNow();
            } else {
                selector.select(millis);
            }
            for (SelectionKey key : selector.selectedKeys()) {
                Member member = (Member) key.attachment();
                incoming.clear();
                if (member.socket.read(incoming) < 0) {
                    throw new IOException("member " + member.number + " was sent away");
                }
                member.take(incoming.flip());
            }
            selector.selectedKeys().clear();
        } while (System.nanoTime() < untilNanos);
    }

    private static ByteBuffer presence(int number, int cursor) {
        byte[] json = ("{\"t\":\"presence\",\"user\":\"member-" + number + "\",\"cursor\":" + cursor
                        + ",\"color\":\"#2DD4BF\",\"client\":\"c" + number + "\"}")
                .getBytes(UTF_8);
        // Masked with zeros: as far as the protocol goes, a mask like any other.
        ByteBuffer frame = ByteBuffer.allocate(json.length + 6);
        frame.put((byte) 0x81).put((byte) (0x80 | json.length)).putInt(0).put(json);
        return frame.flip();
    }

    @Override
    public void close() throws IOException {
        for (Member member : members) {
            member.socket.close();
        }
        selector.close();
    }
}
