package dev.concord.bench.trial;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Many connections that present a token each at once: how many a server lets in with a second of processor time, with each kind of signature and
 * without tokens.
 */
final class SignInTrial {
    private static final int ROOM_MEMBERS = 100;
    private static final int PATIENCE_MS = 120_000;
    private static final int EXTENDED = 126;
    private static final int LONG = 127;
    private static final int LENGTH = 0x7f;

    /** What is asked for. */
    record Plan(int members, Path jar) {}

    private final Plan plan;
    private final PrintStream out;
    private final Tally tally = new Tally();

    SignInTrial(Plan plan, PrintStream out) {
        this.plan = plan;
        this.out = out;
    }

    /** Runs to the end; the tally has the faults that were found. */
    Tally run() throws IOException {
        try {
            measure(null);
            for (TrialTokens.Kind kind : TrialTokens.Kind.values()) {
                measure(kind);
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("tokens cannot be signed", e);
        }
        return tally;
    }

    private void measure(TrialTokens.@Nullable Kind kind) throws IOException, GeneralSecurityException {
        Path home = Files.createTempDirectory("concord-trial");
        TrialServer server = new TrialServer(plan.jar(), home, tally);
        try {
            TrialTokens tokens = kind == null ? null : new TrialTokens(kind);
            Map<String, String> settings = new HashMap<>();
            if (tokens != null) {
                settings.put("CONCORD_AUTH", "jwt");
                if (tokens.published().isEmpty()) {
                    settings.put("CONCORD_AUTH_SECRET", TrialTokens.SECRET);
                } else {
                    Path keys = Files.writeString(home.resolve("keys.json"), tokens.published());
                    settings.put("CONCORD_AUTH_JWKS", keys.toString());
                }
            }
            server.start(List.of("-Xmx256m"), settings);
            // The first time makes the server ready: classes, code, rooms.
            join(server, tokens);
            Duration before = server.cpu();
            long began = System.nanoTime();
            join(server, tokens);
            double seconds = (System.nanoTime() - began) / 1e9;
            double cpu = server.cpu().minus(before).toNanos() / 1e9;
            out.printf(
                    Locale.ROOT,
                    "%-14s %,d let in after %.1f s; %.0f a second of processor time, %.3f ms each%n",
                    kind == null ? "without tokens" : kind.name(),
                    plan.members(),
                    seconds,
                    plan.members() / cpu,
                    1e3 * cpu / plan.members());
        } finally {
            server.end(tally.faults().isEmpty());
            TrialServer.removeHome(home);
        }
    }

    /** Connects all, has all of them ask at once, and waits until each has its room. */
    private void join(TrialServer server, @Nullable TrialTokens tokens) throws IOException, GeneralSecurityException {
        List<Socket> members = new ArrayList<>();
        try {
            List<byte[]> requests = new ArrayList<>();
            int port = server.address("any").getPort();
            for (int i = 0; i < plan.members(); i++) {
                String authorization =
                        tokens == null ? "" : "Authorization: Bearer " + tokens.token("user-" + i) + "\r\n";
                requests.add(("GET /rooms/room-" + i / ROOM_MEMBERS + "/ws HTTP/1.1\r\nHost: localhost\r\n"
                                + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                                + authorization + "\r\n")
                        .getBytes(ISO_8859_1));
            }
            for (int i = 0; i < plan.members(); i++) {
                Socket member = new Socket(InetAddress.getLoopbackAddress(), port);
                member.setSoTimeout(PATIENCE_MS);
                members.add(member);
            }
            for (int i = 0; i < plan.members(); i++) {
                members.get(i).getOutputStream().write(requests.get(i));
            }
            for (Socket member : members) {
                String first = first(new DataInputStream(member.getInputStream()));
                if (!first.startsWith("{\"t\":\"sync\"")) {
                    tally.fault("instead of a room comes " + first);
                }
            }
        } finally {
            for (Socket member : members) {
                member.close();
            }
        }
    }

    /** The first frame after the answer to the upgrade. */
    private static String first(DataInputStream in) throws IOException {
        int ends = 0;
        StringBuilder answer = new StringBuilder();
        while (ends < 4) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("after " + answer);
            }
            answer.append((char) next);
            ends = next == (ends % 2 == 0 ? '\r' : '\n') ? ends + 1 : 0;
        }
        if (!answer.toString().startsWith("HTTP/1.1 101 ")) {
            return answer.toString();
        }
        in.readUnsignedByte();
        long length = in.readUnsignedByte() & LENGTH;
        if (length == EXTENDED) {
            length = in.readUnsignedShort();
        } else if (length == LONG) {
            length = in.readLong();
        }
        return new String(in.readNBytes((int) length), UTF_8);
    }
}
