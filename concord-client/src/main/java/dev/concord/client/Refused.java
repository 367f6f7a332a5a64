package dev.concord.client;

import dev.concord.crdt.Operation;
import dev.concord.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The server has refused something.
 *
 * @param code why, for programs
 * @param message what is wrong and what to do, for people
 * @param operation the edit that it does not take; null when it was no edit
 */
public record Refused(
        ErrorCode code, String message, @Nullable Operation operation) {}
