package dev.concord.yjs.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.concord.yjs.Fixtures;
import dev.concord.yjs.NodeJudge;
import dev.concord.yjs.StateVector;
import dev.concord.yjs.UpdateFormat;
import dev.concord.yjs.YDocument;
import dev.concord.yjs.YOptions;
import dev.concord.yjs.protocol.HocuspocusFrame.Address;
import dev.concord.yjs.protocol.HocuspocusFrame.Addressed;
import dev.concord.yjs.protocol.HocuspocusFrame.Ping;
import dev.concord.yjs.protocol.HocuspocusFrame.Pong;
import dev.concord.yjs.protocol.HocuspocusMessage.Authenticated;
import dev.concord.yjs.protocol.HocuspocusMessage.Close;
import dev.concord.yjs.protocol.HocuspocusMessage.Stateless;
import dev.concord.yjs.protocol.HocuspocusMessage.SyncReply;
import dev.concord.yjs.protocol.HocuspocusMessage.SyncStatus;
import dev.concord.yjs.protocol.HocuspocusMessage.Token;
import dev.concord.yjs.protocol.HocuspocusMessage.TokenRequest;
import dev.concord.yjs.protocol.SyncMessage.Step;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Unmodified clients of y-websocket and providers of Hocuspocus, in node, against a server of a few lines that speaks to them through this
 * package. Sockets are lines on the process's input and output, so there are no ports and no times.
 */
class ClientsTest {
    private static final ProtocolLimits LIMITS = ProtocolLimits.DEFAULT;

    /** A document on a connection; the address is null with y-websocket. */
    private record Member(int socket, @Nullable Address address, boolean mayWrite) {}

    private static final class Room {
        final YDocument document = new YDocument(1, YOptions.SERVER);
        final Awareness<Member> awareness = new Awareness<>(LIMITS);
        final List<Member> members = new ArrayList<>();
    }

    private final Map<String, Room> rooms = new HashMap<>();
    /** The rooms by the URLs of the sockets of y-websocket. */
    private final Map<Integer, Room> opened = new HashMap<>();

    private PrintStream out = System.err;
    private int pongs;

    @Test
    void realClientsWorkOnAServerOfTheseParts() throws Exception {
        String problem = NodeJudge.install();
        assertTrue(problem.isEmpty() || !NodeJudge.isRequired(), problem);
        assumeTrue(problem.isEmpty(), problem);
        Process node = new ProcessBuilder("node", "clients.mjs")
                .directory(NodeJudge.HOME.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        JsonNode last = Fixtures.JSON.createObjectNode();
        try (BufferedReader lines =
                        new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8));
                PrintStream toNode = new PrintStream(node.getOutputStream(), true, StandardCharsets.UTF_8)) {
            out = toNode;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = Fixtures.JSON.readTree(line);
                take(last);
            }
        } finally {
            node.destroy();
        }

        check(last.get("yWebsocket"), "notes");
        check(last.get("hocuspocus"), "minutes/2026");
        assertTrue(pongs >= 2, "pings are answered");
    }

    private void check(JsonNode said, String room) {
        YDocument document = rooms.get(room).document;
        assertEquals(said.get("text").asText(), document.text("body").text());
        assertArrayEquals(Fixtures.base64(said.get("state")), document.encode());
    }

    private void take(JsonNode line) {
        if (line.has("failure")) {
            throw new AssertionError(line.get("failure").asText());
        }
        if (line.has("open")) {
            open(line.get("open").asInt(), line.get("url").asText());
        } else if (line.has("closed")) {
            int socket = line.get("closed").asInt();
            for (Room room : rooms.values()) {
                for (Member member : List.copyOf(room.members)) {
                    if (member.socket == socket) {
                        leave(room, member);
                    }
                }
            }
        } else if (line.has("frame")) {
            int socket = line.get("socket").asInt();
            byte[] frame = Fixtures.base64(line.get("frame"));
            if (opened.containsKey(socket)) {
                Room room = opened.get(socket);
                Member member = new Member(socket, null, true);
                for (YWebsocketMessage message : YWebsocket.read(frame, LIMITS)) {
                    yWebsocket(room, member, message);
                }
            } else if (Hocuspocus.read(frame, LIMITS) instanceof Addressed addressed) {
                hocuspocus(socket, addressed.address(), addressed.message());
            } else {
                assertEquals(new Pong(), Hocuspocus.read(frame, LIMITS));
                pongs++;
            }
        }
    }

    private void open(int socket, String url) {
        if (url.contains("/hocuspocus")) {
            write(socket, Hocuspocus.write(new Ping()));
        } else if (url.contains("token=wrong")) {
            write(socket, YWebsocket.write(new PermissionDenied("no such token")));
            ObjectNode close = Fixtures.JSON.createObjectNode().put("socket", socket);
            out.println(close.put("code", 4403).put("reason", "forbidden"));
            // What it has already sent is read by nobody.
            opened.put(socket, new Room());
        } else {
            Room room = room(url.replaceAll(".*/yjs/|\\?.*", ""));
            Member member = new Member(socket, null, true);
            opened.put(socket, room);
            join(room, member);
            send(
                    member,
                    new SyncMessage(
                            Step.STATE_VECTOR, room.document.stateVector().toBytes()));
        }
    }

    private void yWebsocket(Room room, Member member, YWebsocketMessage message) {
        if (message instanceof SyncMessage sync) {
            sync(room, member, sync, false);
        } else if (message instanceof AwarenessUpdate update) {
            tell(room, room.awareness.apply(update, member, 0));
        } else {
            assertEquals(new QueryAwareness(), message);
            send(member, room.awareness.all());
        }
    }

    private void hocuspocus(int socket, Address address, HocuspocusMessage message) {
        Room room = room(address.document());
        Member member = room.members.stream()
                .filter(known -> known.socket == socket && address.equals(known.address))
                .findAny()
                .orElse(null);
        if (message instanceof Token token) {
            if (member != null) {
                write(member, new Stateless("got " + token.token()));
            } else if (token.token().equals("wrong")) {
                send(new Member(socket, address, false), new PermissionDenied("no such token"));
            } else {
                member = new Member(socket, address, token.token().equals("right"));
                write(member, new Authenticated(member.mayWrite));
                join(room, member);
            }
        } else if (member == null) {
            return;
        } else if (message instanceof SyncMessage sync) {
            sync(room, member, sync, true);
        } else if (message instanceof SyncReply reply) {
            sync(room, member, reply.message(), false);
        } else if (message instanceof AwarenessUpdate update) {
            tell(room, room.awareness.apply(update, member, 0));
        } else if (message instanceof Stateless stateless) {
            switch (stateless.payload()) {
                case "close" -> {
                    leave(room, member);
                    write(member, new Close("as you wish"));
                }
                case "ask for the token" -> write(member, new TokenRequest());
                default -> write(member, new Stateless("echo " + stateless.payload()));
            }
        } else {
            assertEquals(new Close(""), message);
            leave(room, member);
        }
    }

    private void sync(Room room, Member member, SyncMessage message, boolean wantsVector) {
        if (message.step() == Step.STATE_VECTOR) {
            byte[] difference = room.document.encode(UpdateFormat.V1, StateVector.of(message.content()));
            send(member, new SyncMessage(Step.DIFFERENCE, difference));
            if (wantsVector) {
                send(
                        member,
                        new SyncMessage(
                                Step.STATE_VECTOR, room.document.stateVector().toBytes()));
            }
            return;
        }
        byte[] news = room.document.news(message.content(), UpdateFormat.V1);
        boolean isSaved = member.mayWrite || (message.step() == Step.DIFFERENCE && news.length == 0);
        if (member.mayWrite && news.length > 0) {
            room.document.apply(news);
            for (Member other : room.members) {
                send(other, new SyncMessage(Step.UPDATE, news));
            }
        }
        if (member.address != null) {
            write(member, new SyncStatus(isSaved));
        }
    }

    private void join(Room room, Member member) {
        room.members.add(member);
        if (!room.awareness.states().isEmpty()) {
            send(member, room.awareness.all());
        }
    }

    private void leave(Room room, Member member) {
        room.members.remove(member);
        tell(room, room.awareness.leave(member));
    }

    private void tell(Room room, AwarenessChange change) {
        if (!change.isEmpty()) {
            for (Member member : room.members) {
                send(member, change.update());
            }
        }
    }

    private Room room(String name) {
        return rooms.computeIfAbsent(name, key -> new Room());
    }

    private <M extends YWebsocketMessage & HocuspocusMessage> void send(Member member, M message) {
        if (member.address == null) {
            write(member.socket, YWebsocket.write(message));
        } else {
            write(member, message);
        }
    }

    private void write(Member member, HocuspocusMessage message) {
        write(member.socket, Hocuspocus.write(new Addressed(member.address, message)));
    }

    private void write(int socket, byte[] frame) {
        ObjectNode line = Fixtures.JSON.createObjectNode().put("socket", socket);
        out.println(line.put("frame", Base64.getEncoder().encodeToString(frame)));
    }
}
