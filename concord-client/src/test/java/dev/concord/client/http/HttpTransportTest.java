package dev.concord.client.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.client.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Links to a server that does what the test says. */
@Timeout(60)
class HttpTransportTest {
    private static final String HANDSHAKE_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final byte[] PING = {(byte) 0x89, 0};

    @Test
    void a_link_that_is_closed_while_its_server_reads_nothing_is_given_up() throws Exception {
        try (ServerSocket listening = listen()) {
            Ending ending = new Ending();
            Transport.Link link = new HttpTransport().connect(address(listening), ending);
            try (Socket accepted = listening.accept()) {
                shakeHands(accepted);
                for (int i = 0; i < 8; i++) {
                    link.send("x".repeat(1 << 20));
                }
                link.close();
                assertGivenUp(ending, accepted);
            }
        }
    }

    @Test
    void so_is_one_that_was_closed_before_it_was_open() throws Exception {
        try (ServerSocket listening = listen()) {
            Ending ending = new Ending();
            Transport.Link link = new HttpTransport().connect(address(listening), ending);
            for (int i = 0; i < 8; i++) {
                link.send("x".repeat(1 << 20));
            }
            link.close();
            try (Socket accepted = listening.accept()) {
                shakeHands(accepted);
                assertGivenUp(ending, accepted);
            }
        }
    }

    @Test
    void headers_are_in_the_request_that_opens_the_socket() throws Exception {
        try (ServerSocket listening = listen()) {
            Transport transport = new HttpTransport();
            assertTrue(transport.sendsHeaders());
            Map<String, String> headers = Map.of("Authorization", "Bearer t.o-k_en", "X-Tenant", "a b");
            Transport.Link link = transport.connect(address(listening), headers, new Ending());
            try (Socket accepted = listening.accept()) {
                List<String> request = shakeHands(accepted);
                assertTrue(request.contains("authorization: bearer t.o-k_en"), request::toString);
                assertTrue(request.contains("x-tenant: a b"), request::toString);
                link.close();
            }
        }
    }

    @Test
    void a_server_that_answers_401_counts_as_one_that_closes_with_4401() throws Exception {
        try (ServerSocket listening = listen()) {
            Ending ending = new Ending();
            new HttpTransport().connect(address(listening), Map.of("Authorization", "Bearer old"), ending);
            try (Socket accepted = listening.accept()) {
                accepted.getOutputStream()
                        .write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1));
                assertEquals(4401, ending.code.get(15, TimeUnit.SECONDS));
            }
        }
    }

    /** The handler learns of it, and nobody takes what the server sends from then on. */
    private static void assertGivenUp(Ending ending, Socket accepted) throws Exception {
        assertEquals(Transport.BROKEN, ending.code.get(15, TimeUnit.SECONDS));
        OutputStream out = accepted.getOutputStream();
        assertThrows(IOException.class, () -> {
            while (true) {
                out.write(PING);
            }
        });
    }

    private static ServerSocket listen() throws IOException {
        ServerSocket listening = new ServerSocket();
        // Before it is bound, or the window has its usual size.
        listening.setReceiveBufferSize(4_096);
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        listening.setSoTimeout(10_000);
        return listening;
    }

    private static URI address(ServerSocket listening) {
        return URI.create("ws://127.0.0.1:" + listening.getLocalPort() + "/");
    }

    /** Returns the lines of the request, in lower case. */
    private static List<String> shakeHands(Socket accepted) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(accepted.getInputStream(), ISO_8859_1), 1);
        String key = "";
        List<String> request = new ArrayList<>();
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            request.add(line.toLowerCase(Locale.ROOT));
            if (line.regionMatches(true, 0, "Sec-WebSocket-Key:", 0, 18)) {
                key = line.substring(18).strip();
            }
        }
        byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + HANDSHAKE_SUFFIX).getBytes(ISO_8859_1));
        accepted.getOutputStream()
                .write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Accept: " + Base64.getEncoder().encodeToString(digest) + "\r\n\r\n")
                        .getBytes(ISO_8859_1));
        return request;
    }

    private static final class Ending implements Transport.Handler {
        private final CompletableFuture<Integer> code = new CompletableFuture<>();

        @Override
        public void frame(String frame) {}

        @Override
        public void closed(int closeCode, String reason) {
            code.complete(closeCode);
        }
    }
}
