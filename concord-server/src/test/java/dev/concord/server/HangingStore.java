package dev.concord.server;

import dev.concord.store.ForwardingStore;
import dev.concord.store.RoomHead;
import dev.concord.store.RoomStore;
import dev.concord.store.StoreUnavailableException;
import dev.concord.store.StoredRoom;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A store of several servers that does not come to the end of reading a room, until its thread is interrupted. */
public final class HangingStore extends ForwardingStore {
    private final CountDownLatch asked;

    /**
     * Stands before another store.
     *
     * @param store answers everything else
     * @param asked counted down by each call that hangs
     */
    public HangingStore(RoomStore store, CountDownLatch asked) {
        super(store);
        this.asked = asked;
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public Optional<StoredRoom> load(String roomId) {
        throw hang();
    }

    @Override
    public Map<String, RoomHead> heads(Collection<String> roomIds) {
        throw hang();
    }

    private StoreUnavailableException hang() {
        asked.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        return new StoreUnavailableException("interrupted", null);
    }
}
