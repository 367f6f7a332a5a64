package dev.concord.server.room;

import dev.concord.server.config.Limits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a room's log is folded into its snapshot: after so many ops or so much time, whichever comes first, one fold at a time.
 *
 * <p>The work is done away from the loop, from what is stored. It costs about what loading the room costs, so the next fold waits until
 * the last one's time has passed {@link #PACE} times: a large document that is typed in fast is folded less often. Past {@link #BACKLOG}
 * ops there is no waiting, which bounds the log.
 */
final class Folder {
    /** Folding takes at most about a sixteenth of one thread for each room. */
    private static final long PACE = 15;
    /** Ops in the log beyond which folds follow each other without a pause. Replaying them takes a tenth of a second. */
    static final int BACKLOG = 20_000;

    private final Room room;
    private final Archive archive;
    private final Limits limits;
    private final RoomLoop loop;
    private final RoomEvents events;

    private boolean timed;
    private boolean folding;
    private long notBeforeNanos;
    private long coveredSeq;
    private @Nullable Runnable whenDone;
    private boolean finalFold;
    private boolean failing;

    /** For a room whose stored snapshot covers the log up to a place. */
    Folder(Room room, long coveredSeq, Archive archive, Limits limits, RoomLoop loop, RoomEvents events) {
        this.room = room;
        this.archive = archive;
        this.limits = limits;
        this.loop = loop;
        this.events = events;
        this.notBeforeNanos = loop.nanoTime();
        this.coveredSeq = coveredSeq;
    }

    /** Notes that the log may have grown. */
    void advanced() {
        long behind = behind();
        if (behind <= 0) {
            return;
        }
        boolean paced = loop.nanoTime() - notBeforeNanos >= 0;
        if (!folding && behind >= limits.compaction().ops() && (paced || (behind >= BACKLOG && !failing))) {
            fold();
        } else {
            foldLater();
        }
    }

    /** Whether a fold is under way, or ops wait for one. */
    boolean isBusy() {
        return folding || behind() > 0;
    }

    private long behind() {
        return room.appliedSeq() - coveredSeq;
    }

    private void fold() {
        if (folding || room.isClosed()) {
            return;
        }
        folding = true;
        long started = loop.nanoTime();
        archive.fold(room.id(), room.epoch(), folded -> loop.execute(() -> folded(folded, started)));
    }

    private void folded(Archive.Folded folded, long startedNanos) {
        if (folded.damage() != null && !room.isClosed() && whenDone == null) {
            // What is stored cannot be read, and what is in memory holds all of it.
            archive.mend(
                    room.id(),
                    room.epoch(),
                    room.encode(),
                    room.appliedSeq(),
                    mended ->
                            loop.execute(() -> finished(new Archive.Folded(mended.coveredSeq(), null), startedNanos)));
        } else {
            finished(folded, startedNanos);
        }
    }

    private void finished(Archive.Folded folded, long startedNanos) {
        folding = false;
        failing = folded.failed();
        long now = loop.nanoTime();
        if (folded.failed()) {
            events.foldFailed();
            // A store that is away is not asked again at every op.
            notBeforeNanos = now + limits.compaction().interval().toNanos();
        } else {
            events.folded(Math.max(0, folded.coveredSeq() - coveredSeq));
            coveredSeq = Math.max(coveredSeq, folded.coveredSeq());
            notBeforeNanos = now + (now - startedNanos) * PACE;
        }
        if (whenDone != null) {
            finish();
        } else if (folded.failed()) {
            foldLater();
        } else {
            advanced();
        }
    }

    /** Folds what is left, after a fold that is under way, and tells when that is stored or has failed. */
    void foldFinally(Runnable done) {
        whenDone = done;
        if (!folding) {
            finish();
        }
    }

    private void finish() {
        Runnable done = whenDone;
        if (behind() > 0 && !finalFold && !room.isClosed()) {
            finalFold = true;
            fold();
        } else if (done != null) {
            whenDone = null;
            done.run();
        }
    }

    private void foldLater() {
        if (!timed) {
            timed = true;
            loop.schedule(this::tick, limits.compaction().interval());
        }
    }

    private void tick() {
        timed = false;
        if (folding || room.isClosed()) {
            // The end of the fold looks after the rest.
            return;
        }
        Duration early = Duration.ofNanos(notBeforeNanos - loop.nanoTime());
        if (early.isNegative() || early.isZero()) {
            if (behind() > 0) {
                fold();
            }
        } else {
            timed = true;
            loop.schedule(this::tick, early);
        }
    }
}
