package dev.concord.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.concord.server.config.Limits;
import dev.concord.server.room.Absence;
import dev.concord.server.room.Room;
import dev.concord.server.room.RoomCallback;
import dev.concord.server.room.RoomView;
import dev.concord.server.ws.JoinRequest;
import dev.concord.server.ws.Upgrade;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A room itself: its text, who is here, making one, and the WebSocket. */
final class RoomRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(RoomRoutes.class);

    private final Services services;
    private final UpgradeCheck upgrades;

    RoomRoutes(Services services) {
        this.services = services;
        this.upgrades = new UpgradeCheck(services.origins());
    }

    void addTo(RouteTable table) {
        table.get(
                "/rooms/{room}",
                exchange -> answer(exchange, (room, to) -> to.json(HttpResponseStatus.OK, json(room.view()))));
        table.put("/rooms/{room}", this::make);
        table.get(
                "/rooms/{room}/presence",
                exchange -> answer(exchange, (room, to) -> to.json(HttpResponseStatus.OK, presence(room))));
        table.get("/rooms/{room}/ws", this::upgrade);
    }

    private void upgrade(Exchange exchange) {
        JoinRequest join = upgrades.check(exchange);
        if (join != null) {
            // Stays busy: what a client sends ahead of the handshake is not HTTP and is dropped.
            exchange.leaveHttp().run();
            new Upgrade(
                            services.rooms(),
                            services.loops(),
                            services.limits(),
                            exchange.context(),
                            exchange.request(),
                            join)
                    .start();
        }
    }

    private void make(Exchange exchange) {
        Responses responses = exchange.responses();
        String roomId = exchange.room();
        String type = exchange.request().headers().get(HttpHeaderNames.CONTENT_TYPE, "text/plain");
        if (!type.split(";", -1)[0].strip().equalsIgnoreCase("text/plain")) {
            responses.problem(
                    HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE, "not_text", "send the text as text/plain in UTF-8");
            return;
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(
                            ByteBufUtil.getBytes(exchange.request().content())))
                    .toString()
                    .replace("\r\n", "\n")
                    .replace('\r', '\n');
        } catch (CharacterCodingException e) {
            responses.problem(HttpResponseStatus.BAD_REQUEST, "not_utf8", "the body is not UTF-8");
            return;
        }
        if (text.length() > services.limits().rooms().chars()) {
            tooLarge(responses, services.limits());
            return;
        }
        services.rooms()
                .create(roomId, text)
                .whenComplete((made, failure) -> exchange.onLoop(() -> {
                    if (failure != null) {
                        unavailable(responses, failure);
                    } else if (made) {
                        responses.json(
                                HttpResponseStatus.CREATED,
                                Responses.object().put("room", roomId).put("length", text.length()));
                    } else {
                        responses.problem(
                                HttpResponseStatus.CONFLICT,
                                "room_exists",
                                "there is a room of this name; choose another or edit this one");
                    }
                }));
    }

    /** Answers from the room's loop, bringing the room into memory when needed. */
    private void answer(Exchange exchange, BiConsumer<Room, Responses> answer) {
        Responses responses = exchange.responses();
        services.rooms().run(exchange.room(), false, new RoomCallback() {
            @Override
            public void enter(Room room) {
                answer.accept(room, responses);
            }

            @Override
            public void absent(Absence reason) {
                switch (reason) {
                    case MISSING ->
                        responses.problem(
                                HttpResponseStatus.NOT_FOUND,
                                "no_such_room",
                                "no such room; it is made by PUT or by opening it over a WebSocket");
                    case UNAVAILABLE ->
                        responses.problem(
                                HttpResponseStatus.SERVICE_UNAVAILABLE,
                                "room_unavailable",
                                "the room cannot be loaded just now; the server's log says why");
                }
            }
        });
    }

    private static void unavailable(Responses responses, Throwable failure) {
        LOG.warn("a room could not be made: {}", failure.toString());
        responses.problem(
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                "store_unavailable",
                "the store does not take it just now; try again later");
    }

    private static void tooLarge(Responses responses, Limits limits) {
        responses.problem(
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                "too_large",
                "a room may have " + limits.rooms().chars() + " characters");
    }

    private static JsonNode json(RoomView view) {
        return Responses.object()
                .put("room", view.room())
                .put("text", view.text())
                .put("length", view.length())
                .put("op_seq", view.opSeq())
                .put("digest", view.digest())
                .put("epoch", view.epoch());
    }

    private static ArrayNode presence(Room room) {
        ArrayNode all = Responses.array();
        for (Message.Presence presence : room.present()) {
            all.addRawValue(new RawValue(new String(WireCodec.write(presence), StandardCharsets.UTF_8)));
        }
        return all;
    }
}
