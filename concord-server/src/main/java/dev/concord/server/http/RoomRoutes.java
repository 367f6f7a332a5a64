package dev.concord.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.concord.server.refusal.Refusal;
import dev.concord.server.room.Room;
import dev.concord.server.room.RoomAbsentException;
import dev.concord.server.room.RoomView;
import dev.concord.server.ws.JoinRequest;
import dev.concord.server.ws.Upgrade;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A room itself: its text, who is here, making one, and the WebSocket. */
final class RoomRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(RoomRoutes.class);

    private final Services services;
    private final UpgradeCheck upgrades;
    private final WrittenViews views = new WrittenViews();

    RoomRoutes(Services services) {
        this.services = services;
        this.upgrades = new UpgradeCheck(services.requests());
    }

    void addTo(RouteTable table) {
        table.get("/rooms/{room}", Need.READ, this::view);
        table.put("/rooms/{room}", Need.WRITE, this::create);
        table.delete("/rooms/{room}", Need.ADMIN, this::delete);
        table.get(
                "/rooms/{room}/presence",
                Need.READ,
                exchange -> exchange.answer(
                        HttpResponseStatus.OK,
                        call(exchange, room -> CompletableFuture.completedFuture(presence(room))),
                        json -> json));
        table.get("/rooms/{room}/ws", Need.OPENING, this::upgrade);
    }

    private void upgrade(Exchange exchange) {
        JoinRequest join = upgrades.check(exchange);
        // Stays busy: what a client sends ahead of the handshake is not HTTP and is dropped.
        exchange.leaveHttp().run();
        new Upgrade(
                        services.rooms(),
                        services.access(),
                        services.loops(),
                        services.limits(),
                        services.input(),
                        services.newRooms(),
                        exchange.context(),
                        exchange.request(),
                        join)
                .start();
    }

    private void create(Exchange exchange) {
        services.requests().requireAllowedOrigin(exchange);
        String roomId = exchange.room();
        String text = Requests.plainText(exchange);
        if (text.length() > services.limits().rooms().chars()) {
            throw new Problem(
                    HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                    "too_large",
                    "a room may have " + services.limits().rooms().chars() + " characters");
        }
        if (!services.newRooms().take(ConnectionLimit.counted(exchange.context().channel()))) {
            throw new Problem(
                    HttpResponseStatus.TOO_MANY_REQUESTS,
                    "too_many_rooms",
                    "too many rooms were created within an hour; try again later");
        }
        exchange.answer(
                HttpResponseStatus.CREATED,
                services.rooms()
                        .create(roomId, text, CatalogueRoutes.by(exchange.caller()))
                        .handle((created, failure) -> created(roomId, created, failure)),
                created -> Responses.object().put("room", roomId).put("length", text.length()));
    }

    private static boolean created(String roomId, @Nullable Boolean created, @Nullable Throwable failure) {
        if (failure != null) {
            throw storeUnavailable(roomId, "created", failure);
        }
        if (!Boolean.TRUE.equals(created)) {
            throw new Problem(
                    HttpResponseStatus.CONFLICT,
                    "room_exists",
                    "a room with this name exists; choose another name, or edit this room");
        }
        return true;
    }

    private void delete(Exchange exchange) {
        services.requests().requireAllowedOrigin(exchange);
        String roomId = exchange.room();
        exchange.done(services.rooms().delete(roomId).handle((deleted, failure) -> {
            if (failure != null) {
                throw storeUnavailable(roomId, "deleted", failure);
            }
            if (!deleted) {
                throw Refusal.noSuchRoom();
            }
            return true;
        }));
    }

    private static Problem storeUnavailable(String roomId, String done, Throwable failure) {
        LOG.atWarn().addKeyValue("room", roomId).log("a room could not be {}: {}", done, failure.toString());
        return new Problem(
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                "store_unavailable",
                "the store accepts nothing at the moment; try again later");
    }

    private void view(Exchange exchange) {
        exchange.answer(
                HttpResponseStatus.OK, call(exchange, Room::view).thenApplyAsync(views::json, services.readers()));
    }

    /** Asks the room on its loop, bringing it into memory when needed. */
    private <T> CompletableFuture<T> call(Exchange exchange, Function<Room, CompletableFuture<T>> question) {
        return services.rooms()
                .call(exchange.room(), question)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                        failure instanceof RoomAbsentException absent ? Refusal.of(absent.reason()) : failure));
    }

    static JsonNode json(RoomView view) {
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
