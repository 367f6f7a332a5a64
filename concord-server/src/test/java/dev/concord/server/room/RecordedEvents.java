package dev.concord.server.room;

import dev.concord.wire.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/** Counts. */
public final class RecordedEvents implements RoomEvents {
    public int opened;
    public int closed;
    public int failed;
    public int joined;
    public int left;
    public int applied;
    public int delivered;
    public int acknowledged;
    public int resynchronised;
    public int compactionFailures;
    public int remoteApplied;
    public int repaired;
    public int adopted;
    public int busRefused;
    public int busDropped;
    public long caughtUp;
    public int quarantined;
    public final List<Long> compacted = new ArrayList<>();
    public final List<ErrorCode> refused = new ArrayList<>();

    @Override
    public void roomOpened() {
        opened++;
    }

    @Override
    public void roomClosed() {
        closed++;
    }

    @Override
    public void roomFailed() {
        failed++;
    }

    @Override
    public void memberJoined() {
        joined++;
    }

    @Override
    public void memberLeft() {
        left++;
    }

    @Override
    public void opApplied(long nanos, int members) {
        applied++;
        delivered += members;
    }

    @Override
    public void opAcknowledged(long nanos) {
        acknowledged++;
    }

    @Override
    public void refused(ErrorCode code) {
        refused.add(code);
    }

    @Override
    public void resynchronised() {
        resynchronised++;
    }

    @Override
    public void compacted(long ops) {
        compacted.add(ops);
    }

    @Override
    public void compactionFailed() {
        compactionFailures++;
    }

    @Override
    public void caughtUp(long ops) {
        caughtUp += ops;
    }

    @Override
    public void quarantined(int rooms) {
        quarantined = rooms;
    }

    @Override
    public void remoteApplied(int members) {
        remoteApplied++;
    }

    @Override
    public void repaired(int ops) {
        repaired += ops;
    }

    @Override
    public void adopted() {
        adopted++;
    }

    @Override
    public void busRefused() {
        busRefused++;
    }

    @Override
    public void busDropped() {
        busDropped++;
    }
}
