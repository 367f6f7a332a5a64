package dev.concord.server.room;

import dev.concord.server.config.Limits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a changed room is folded into its snapshot: after so many ops or so much time, whichever comes first, one at a time.
 *
 * <p>The state is encoded on the room's loop, so a fold waits until the last one's encoding time has passed {@link #PACE} times:
 * folding never takes more than a few percent of a loop, however large the document and however fast the typing.
 */
final class Folder {
    private static final long PACE = 30;

    private final Room room;
    private final SnapshotWriter snapshots;
    private final Limits limits;
    private final RoomLoop loop;
    private final RoomEvents events;

    private long changes;
    private boolean timed;
    private boolean writing;
    private long notBeforeNanos;
    private long coveredSeq;
    private @Nullable Runnable whenDone;
    private boolean finalFold;

    Folder(Room room, SnapshotWriter snapshots, Limits limits, RoomLoop loop, RoomEvents events) {
        this.room = room;
        this.snapshots = snapshots;
        this.limits = limits;
        this.loop = loop;
        this.events = events;
        this.notBeforeNanos = loop.nanoTime();
        this.coveredSeq = room.durableSeq();
    }

    /** Notes an applied op. */
    void changed() {
        changes++;
        if (changes >= limits.foldOps() && !writing && loop.nanoTime() - notBeforeNanos >= 0) {
            fold();
        } else {
            foldLater();
        }
    }

    /** Whether a snapshot is being written, or changes wait for one. */
    boolean isBusy() {
        return writing || changes > 0;
    }

    /** Folds now, unless there is nothing to fold. */
    void fold() {
        if (changes == 0 || writing || room.isClosed()) {
            return;
        }
        long opSeq = room.durableSeq();
        long folding = changes;
        changes = 0;
        writing = true;
        long started = loop.nanoTime();
        byte[] state = room.encode();
        long ended = loop.nanoTime();
        notBeforeNanos = ended + (ended - started) * PACE;
        snapshots.write(
                room.id(), room.epoch(), state, opSeq, stored -> loop.execute(() -> finished(stored, opSeq, folding)));
    }

    /** Folds what is left, after a fold that is under way, and tells when that is stored or has failed. */
    void foldFinally(Runnable done) {
        whenDone = done;
        if (!writing) {
            finish();
        }
    }

    private void finish() {
        Runnable done = whenDone;
        if (changes > 0 && !finalFold && !room.isClosed()) {
            finalFold = true;
            fold();
        } else if (done != null) {
            whenDone = null;
            done.run();
        }
    }

    private void finished(boolean stored, long opSeq, long folded) {
        writing = false;
        if (stored) {
            events.folded(opSeq - coveredSeq);
            coveredSeq = opSeq;
        } else {
            events.foldFailed();
            changes += folded;
            // A store that is away is not asked again at every op.
            notBeforeNanos = loop.nanoTime() + limits.foldInterval().toNanos();
            foldLater();
        }
        if (whenDone != null) {
            finish();
            return;
        }
        if (room.durableSeq() > opSeq && changes == 0) {
            // Ops that the state held before they were durable: the next fold lets the log forget them.
            changes = 1;
            foldLater();
        }
    }

    private void foldLater() {
        if (!timed) {
            timed = true;
            loop.schedule(this::tick, limits.foldInterval());
        }
    }

    private void tick() {
        timed = false;
        if (writing) {
            foldLater();
            return;
        }
        Duration early = Duration.ofNanos(notBeforeNanos - loop.nanoTime());
        if (early.isNegative() || early.isZero()) {
            fold();
        } else {
            timed = true;
            loop.schedule(this::tick, early);
        }
    }
}
