package dev.concord.server.room.log;

import dev.concord.crdt.Document;
import dev.concord.server.config.Limits;
import dev.concord.server.room.HandOver;
import dev.concord.server.room.RoomContext;
import dev.concord.server.room.RoomEvents;
import dev.concord.server.room.RoomHost;
import dev.concord.server.room.RoomLoop;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when a room's log is compacted into its snapshot: after so many ops or so much time, whichever comes first, one compaction at a time.
 *
 * <p>The work is done away from the loop, from what is stored. It costs about what loading the room costs, so the next compaction waits until
 * the last one's time has passed {@link #PACE} times: a large document that is typed in fast is compacted less often. Past {@link #BACKLOG}
 * ops there is no waiting, which bounds the log.
 */
final class Compactor {
    private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);
    /** Compaction takes at most about a sixteenth of one thread for each room. */
    private static final long PACE = 15;
    /** Ops in the log beyond which compactions follow each other without a pause. Replaying them takes a tenth of a second. */
    static final int BACKLOG = 20_000;

    private final RoomContext context;
    private final RoomHost room;
    private final LongSupplier appliedSeq;
    private final Archive archive;
    private final HandOver ends;
    private final Limits.Compaction limits;
    private final RoomLoop loop;
    private final RoomEvents events;

    private boolean timed;
    private boolean compacting;
    private long notBeforeNanos;
    private long coveredSeq;
    private @Nullable Runnable whenDone;
    private boolean finalRun;
    private boolean failing;

    /**
     * For a room whose stored snapshot covers the log up to a place.
     *
     * @param appliedSeq the place up to which everything is in the document
     * @param ends brings the end of a compaction to the loop
     */
    Compactor(
            RoomContext context,
            RoomHost room,
            LongSupplier appliedSeq,
            Archive archive,
            HandOver ends,
            long coveredSeq) {
        this.context = context;
        this.room = room;
        this.appliedSeq = appliedSeq;
        this.archive = archive;
        this.ends = ends;
        this.limits = context.limits().compaction();
        this.loop = context.loop();
        this.events = context.events();
        this.notBeforeNanos = loop.nanoTime();
        this.coveredSeq = coveredSeq;
    }

    /** Notes that the log may have grown. */
    void advanced() {
        long uncovered = uncovered();
        if (uncovered <= 0) {
            return;
        }
        boolean paced = loop.nanoTime() - notBeforeNanos >= 0;
        if (!compacting && uncovered >= limits.ops() && (paced || (uncovered >= BACKLOG && !failing))) {
            compact();
        } else {
            compactLater();
        }
    }

    /** Whether a compaction is under way, or ops wait for one. */
    boolean isBusy() {
        return compacting || uncovered() > 0;
    }

    private long uncovered() {
        return appliedSeq.getAsLong() - coveredSeq;
    }

    private void compact() {
        if (compacting || room.isClosed()) {
            return;
        }
        compacting = true;
        long started = loop.nanoTime();
        try {
            archive.compact(
                    context.id(),
                    context.epoch(),
                    room.lastEditor(),
                    compacted -> ends.bring(() -> tryToTake(compacted, started)));
        } catch (RuntimeException | Error fault) {
            failed(fault, started);
        }
    }

    private void tryToTake(Archive.Compacted compacted, long startedNanos) {
        try {
            compacted(compacted, startedNanos);
        } catch (RuntimeException | Error fault) {
            failed(fault, startedNanos);
        }
    }

    /** A compaction that never ends would be the last one, and keep the room in memory. */
    private void failed(Throwable fault, long startedNanos) {
        LOG.atError().addKeyValue("room", context.id()).setCause(fault).log("could not be compacted");
        if (compacting) {
            finished(new Archive.Compacted(-1, null), startedNanos);
        }
    }

    private void compacted(Archive.Compacted compacted, long startedNanos) {
        if (compacted.damage() != null && !room.isClosed() && whenDone == null) {
            // What is stored cannot be read, and what is in memory holds all of it.
            // What is applied while it is encoded may be in it, too, and is known when the log is read after this
            // place.
            long seq = appliedSeq.getAsLong();
            room.read(Document::encode, (state, fault) -> {
                if (state == null) {
                    failed(fault == null ? new IllegalStateException("nothing was read") : fault, startedNanos);
                } else {
                    replace(state, seq, startedNanos);
                }
            });
        } else {
            finished(compacted, startedNanos);
        }
    }

    private void replace(byte[] state, long seq, long startedNanos) {
        try {
            archive.replace(
                    context.id(),
                    context.epoch(),
                    state,
                    seq,
                    replaced -> ends.bring(
                            () -> finished(new Archive.Compacted(replaced.coveredSeq(), null), startedNanos)));
        } catch (RuntimeException | Error fault) {
            failed(fault, startedNanos);
        }
    }

    private void finished(Archive.Compacted compacted, long startedNanos) {
        compacting = false;
        failing = compacted.failed();
        long now = loop.nanoTime();
        if (compacted.failed()) {
            events.compactionFailed();
            // A store that is away is not asked again at every op.
            notBeforeNanos = now + limits.interval().toNanos();
        } else {
            events.compacted(Math.max(0, compacted.coveredSeq() - coveredSeq));
            coveredSeq = Math.max(coveredSeq, compacted.coveredSeq());
            notBeforeNanos = now + (now - startedNanos) * PACE;
        }
        if (whenDone != null) {
            runFinal();
        } else if (compacted.failed()) {
            compactLater();
        } else {
            advanced();
        }
    }

    /** Compacts what is left, after a compaction that is under way, and runs something when that is stored or has failed. */
    void finish(Runnable done) {
        whenDone = done;
        if (!compacting) {
            runFinal();
        }
    }

    private void runFinal() {
        Runnable done = whenDone;
        if (uncovered() > 0 && !finalRun && !room.isClosed()) {
            finalRun = true;
            compact();
        } else if (done != null) {
            whenDone = null;
            done.run();
        }
    }

    private void compactLater() {
        if (!timed) {
            loop.schedule(this::tick, limits.interval());
            timed = true;
        }
    }

    private void tick() {
        timed = false;
        if (compacting || room.isClosed()) {
            // The end of the compaction takes care of the rest.
            return;
        }
        Duration early = Duration.ofNanos(notBeforeNanos - loop.nanoTime());
        if (early.isNegative() || early.isZero()) {
            if (uncovered() > 0) {
                compact();
            }
        } else {
            loop.schedule(this::tick, early);
            timed = true;
        }
    }
}
