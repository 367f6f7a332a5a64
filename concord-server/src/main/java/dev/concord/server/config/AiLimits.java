package dev.concord.server.config;

import java.time.Duration;

/**
 * Every bound of what models are asked for.
 *
 * @param selectionChars UTF-16 units of a selection: 20,000, some ten pages
 * @param instructionChars of an instruction or a search: 4,000; who needs more wants a document
 * @param authorChars of the name of who asks: 64
 * @param shownChars of a document that a model is shown: 200,000, some 50,000 tokens
 * @param callsPerUser calls that one user may have made within a minute: 20
 * @param callsPerRoom calls that may be made for one room within a minute: 60
 * @param concurrent calls under way at once: 16; each holds a thread that waits
 * @param run from an instruction to its plan, all turns together: 50 s, below the time after which an unanswered connection is closed
 * @param kept how long a plan waits for a decision: 1 h
 * @param claim how long carrying a decision out may take before another instance may take over: 30 s
 * @param waiting plans of one room that are listed: 20
 */
public record AiLimits(
        int selectionChars,
        int instructionChars,
        int authorChars,
        int shownChars,
        int callsPerUser,
        int callsPerRoom,
        int concurrent,
        Duration run,
        Duration kept,
        Duration claim,
        int waiting) {
    /** The limits of a server that nobody configured. */
    public static final AiLimits DEFAULT = new AiLimits(
            20_000,
            4_000,
            64,
            200_000,
            20,
            60,
            16,
            Duration.ofSeconds(50),
            Duration.ofHours(1),
            Duration.ofSeconds(30),
            20);

    /**
     * The same with other quotas.
     *
     * @param user calls per minute of one user
     * @param room calls per minute for one room
     * @return the limits
     */
    public AiLimits withQuotas(int user, int room) {
        return new AiLimits(
                selectionChars,
                instructionChars,
                authorChars,
                shownChars,
                user,
                room,
                concurrent,
                run,
                kept,
                claim,
                waiting);
    }
}
