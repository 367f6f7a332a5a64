package dev.concord.server.room;

import dev.concord.wire.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/** Counts. */
final class RecordedEvents implements RoomEvents {
    int opened;
    int closed;
    int failed;
    int joined;
    int left;
    int applied;
    int delivered;
    int acknowledged;
    int resynchronised;
    int compactionFailures;
    int remoteApplied;
    int healed;
    int adopted;
    int busRefused;
    int busDropped;
    long caughtUp;
    int quarantined;
    final List<Long> compacted = new ArrayList<>();
    final List<ErrorCode> refused = new ArrayList<>();

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
    public void healed(int ops) {
        healed += ops;
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
