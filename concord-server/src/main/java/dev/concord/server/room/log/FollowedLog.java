package dev.concord.server.room.log;

import dev.concord.crdt.Operation;
import dev.concord.server.room.HandOver;
import dev.concord.server.room.OwnCommits;
import dev.concord.server.room.RoomContext;
import dev.concord.server.room.RoomLog;
import dev.concord.store.StoredRoom;

/** The log of one room: follows it, and compacts it as it grows. */
final class FollowedLog implements RoomLog {
    private final LogFollower follower;
    private final Compactor compactor;
    private final HandOver ends;

    FollowedLog(RoomContext context, Host host, OwnCommits own, Archive archive, StoredRoom stored) {
        this.ends = new HandOver(context.loop());
        this.follower = new LogFollower(context, host, own, archive, ends, stored.lastSeq(), this::compact);
        this.compactor = new Compactor(context, host, follower::appliedSeq, archive, ends, stored.stateSeq());
    }

    @Override
    public long appliedSeq() {
        return follower.appliedSeq();
    }

    @Override
    public void committed() {
        follower.committed();
        compactor.advanced();
    }

    @Override
    public void received(Operation operation) {
        follower.received(operation);
    }

    @Override
    public boolean hasUnconfirmed() {
        return follower.hasUnconfirmed();
    }

    @Override
    public void catchUp() {
        follower.look();
    }

    @Override
    public void catchUp(long lastSeq) {
        follower.expect(lastSeq);
        follower.storeOverdue();
    }

    @Override
    public void compact() {
        compactor.advanced();
    }

    @Override
    public void finish(Runnable done) {
        compactor.finish(done);
    }

    @Override
    public void watch() {
        ends.watch();
    }

    @Override
    public boolean isIdle() {
        return !follower.isReading() && !compactor.isBusy();
    }
}
