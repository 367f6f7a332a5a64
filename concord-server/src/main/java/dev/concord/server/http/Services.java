package dev.concord.server.http;

import dev.concord.server.auth.Access;
import dev.concord.server.auth.admin.Administration;
import dev.concord.server.config.Limits;
import dev.concord.server.config.Secret;
import dev.concord.server.input.InputBudget;
import dev.concord.server.input.NewRooms;
import dev.concord.server.room.RoomDirectory;
import dev.concord.server.ws.EventLoops;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What requests are answered from.
 *
 * @param access lets people in
 * @param administration decides who may do what; null where nothing can be decided
 * @param metricsToken without which nobody gets the metrics; not set to give them to everybody
 * @param readiness completes with what is not ready, empty when all is
 * @param io runs what blocks
 * @param readers runs what takes time in proportion to a document
 * @param newRooms bounds how many rooms are created
 * @param input bounds what connections hold that is not complete
 */
record Services(
        RoomDirectory rooms,
        Access access,
        @Nullable Administration administration,
        EventLoops loops,
        Pages pages,
        Requests requests,
        Supplier<String> metrics,
        Secret metricsToken,
        Supplier<CompletableFuture<String>> readiness,
        Executor io,
        Executor readers,
        InputBudget input,
        NewRooms newRooms,
        Limits limits) {}
