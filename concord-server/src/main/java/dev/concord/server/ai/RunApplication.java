package dev.concord.server.ai;

import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.server.refusal.Refusal;
import dev.concord.server.refusal.Refusal.Kind;
import dev.concord.server.room.EditOutcome;
import dev.concord.store.AiRun;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Applies one claimed run to its room. One thread, which may block. */
final class RunApplication {
    /** The document has moved on so that the run does not hold. */
    static final class StaleException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** The edits may be in the log or not. */
    static final class UnknownOutcomeException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final RoomCopy rooms;
    private final AiRun run;
    private final String site;
    private final int tries;
    private final long pauseMillis;
    private final PinnedEdits edits;
    private boolean applied;

    /**
     * A run to be applied.
     *
     * @param site of its operations
     * @param tries how often to look whether this instance knows what the run hangs on
     * @param pauseMillis between them
     */
    RunApplication(RoomCopy rooms, AiRun run, String site, int tries, long pauseMillis) {
        this.rooms = rooms;
        this.run = run;
        this.site = site;
        this.tries = tries;
        this.pauseMillis = pauseMillis;
        this.edits = PinnedEdits.fromJson(run.edits());
    }

    boolean isEmpty() {
        return edits.list().isEmpty();
    }

    /** Whether an instance that died had applied it. */
    boolean wasApplied() {
        return applied;
    }

    /** Waits until this instance knows what the run hangs on, and refuses a run that does not hold. */
    void prepare() {
        for (int attempt = 0; attempt < tries; attempt++) {
            Document document = copy();
            applied = document.offsetOf(new ElementId(site, 1)) >= 0;
            if (applied) {
                return;
            }
            if (edits.isKnown(document)) {
                if (!edits.holds(document)) {
                    throw new StaleException();
                }
                return;
            }
            pause();
        }
        throw new Refusal(
                Kind.UNAVAILABLE,
                "not_caught_up",
                "this server has not yet received what the run was planned on; try again");
    }

    private void pause() {
        try {
            Thread.sleep(pauseMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(Kind.UNAVAILABLE, "stopping", "the server is stopping; try again");
        }
    }

    /** Makes the edits; returns when they are durable. */
    List<Operation> apply() {
        Document copy = copy();
        if (!edits.holds(copy)) {
            throw new StaleException();
        }
        List<Operation> operations = edits.operations(copy);
        CompletableFuture<EditOutcome> outcome = rooms.call(
                run.roomId(),
                room -> room.epoch().equals(run.epoch())
                        ? room.edit(operations, edits::holds)
                        : CompletableFuture.completedFuture(EditOutcome.STALE));
        switch (awaitOutcome(outcome)) {
            case STORED -> {
                return operations;
            }
            case STALE -> throw new StaleException();
            case ROOM_FULL ->
                throw new Refusal(
                        Kind.CONFLICT, "room_full", "the document would become too large; nothing was applied");
            case INVALID_TEXT ->
                throw new Refusal(
                        Kind.CONFLICT, "invalid_text", "an edit holds what a text may not hold; nothing was applied");
            case UNAVAILABLE ->
                throw new Refusal(
                        Kind.UNAVAILABLE,
                        "store_unavailable",
                        "the store accepts nothing at the moment; nothing was applied");
            case UNKNOWN -> throw new UnknownOutcomeException();
        }
        throw new IllegalStateException("an outcome without a case");
    }

    /** What has become of the run, once it is applied, by whichever instance. */
    Decision decision(@Nullable Long version, int operations) {
        return new Decision("applied", version, operations, edits.inserted(site), edits.removed());
    }

    /** Once the edits were handed to the room, no answer means that they may be there and wait for the store. */
    private static EditOutcome awaitOutcome(CompletableFuture<EditOutcome> outcome) {
        return RoomCopy.await(outcome, UnknownOutcomeException::new, UnknownOutcomeException::new);
    }

    private Document copy() {
        RoomCopy.Copy copy = rooms.of(run.roomId(), site);
        if (!copy.epoch().equals(run.epoch())) {
            throw new StaleException();
        }
        return copy.document();
    }
}
