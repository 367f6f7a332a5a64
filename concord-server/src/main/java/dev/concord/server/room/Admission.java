package dev.concord.server.room;

import dev.concord.crdt.ConflictException;
import dev.concord.crdt.Document;
import dev.concord.crdt.InvalidOperationException;
import dev.concord.crdt.Operation;
import dev.concord.crdt.Outcome;
import dev.concord.crdt.Side;
import dev.concord.server.config.Limits;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.RoomText;
import org.jspecify.annotations.Nullable;

/** What a room takes: asks the engine once about each op, and compares with the limits. On the room's loop. */
final class Admission {
    /**
     * What the room does with an op.
     *
     * @param outcome what applying the op would do; null when it is refused
     * @param code why it is refused; null when it is not
     * @param text for people, why it is refused
     */
    record Verdict(@Nullable Outcome outcome, @Nullable ErrorCode code, String text) {
        static final Verdict APPLY = new Verdict(Outcome.APPLIED, null, "");
        static final Verdict WAIT = new Verdict(Outcome.PENDING, null, "");
        static final Verdict KNOWN = new Verdict(Outcome.DUPLICATE, null, "");

        static final Verdict PENDING_FULL =
                refused(ErrorCode.PENDING_FULL, "too much is pending in this room; send what this op refers to first");

        static Verdict refused(ErrorCode code, @Nullable String text) {
            return new Verdict(null, code, String.valueOf(text));
        }

        boolean isKnown() {
            return outcome == Outcome.DUPLICATE;
        }
    }

    private final Document document;
    private final Limits.Rooms limits;
    private final PendingShares shares;

    Admission(Document document, Limits.Rooms limits) {
        this.document = document;
        this.limits = limits;
        this.shares = new PendingShares(document, limits);
    }

    /** What to do with an op that a member of this {@link Member#origin origin} sent. */
    Verdict ofMember(Operation operation, Object origin) {
        Verdict verdict = check(operation);
        if (verdict.isKnown() || (verdict.code() != null && verdict.code() != ErrorCode.PENDING_FULL)) {
            return verdict;
        }
        String fault = putsMarkFirst(operation)
                ? "value: begins with a byte order mark, U+FEFF, and so would the text"
                : OperationBounds.fault(document, operation);
        if (fault != null) {
            // Also when it had to wait anyway: it never will be taken.
            return Verdict.refused(ErrorCode.INVALID_OP, fault);
        }
        if (verdict.outcome() == Outcome.PENDING && !shares.fits(origin, operation)) {
            return Verdict.PENDING_FULL;
        }
        if (verdict.code() == null && isTooLong(inserted(operation))) {
            return Verdict.refused(
                    ErrorCode.ROOM_FULL,
                    "the document would pass " + limits.chars() + " characters; delete some or start a new room");
        }
        return verdict;
    }

    /** What to do with an op of a member or of another instance, whatever the document's length. */
    Verdict check(Operation operation) {
        try {
            Outcome outcome = document.check(operation);
            if (outcome == Outcome.DUPLICATE) {
                // Also where the text was stored before there was a rule for what it may hold.
                return Verdict.KNOWN;
            }
            String fault = RoomText.fault(operation);
            if (fault != null) {
                return Verdict.refused(ErrorCode.INVALID_OP, "value: " + fault);
            }
            if (outcome == Outcome.APPLIED) {
                return Verdict.APPLY;
            }
            return isPendingFull(operation) ? Verdict.PENDING_FULL : Verdict.WAIT;
        } catch (ConflictException e) {
            return Verdict.refused(
                    ErrorCode.CONFLICT, e.getMessage() + "; this site's ids are in use, edit under a new site");
        } catch (InvalidOperationException e) {
            return Verdict.refused(ErrorCode.INVALID_OP, e.getMessage());
        }
    }

    /** An op of a member was applied that has to wait. */
    void waits(Operation operation, Object origin) {
        shares.added(origin, operation);
    }

    /**
     * Whether an op would make the text begin with U+FEFF, by going before what it begins with. Only asked of edits that are made here: inside of
     * the text the mark is a character like any other, which undo has to be able to bring back.
     */
    boolean putsMarkFirst(Operation operation) {
        return operation instanceof Operation.Insert insert
                && RoomText.beginsWithMark(insert.value())
                && insert.anchor().side() == Side.BEFORE
                && document.offsetOf(insert.anchor().element()) == 0;
    }

    /** Whether so many more characters would make the document too long. */
    boolean isTooLong(long inserted) {
        return inserted > 0 && document.length() + inserted > limits.chars();
    }

    /** How many characters an op inserts. */
    static long inserted(Operation operation) {
        return operation instanceof Operation.Insert insert ? insert.value().length() : 0;
    }

    private boolean isPendingFull(Operation operation) {
        return document.pendingCount() >= limits.pending()
                || document.pendingElements() + operation.length() > limits.chars();
    }
}
