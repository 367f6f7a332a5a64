package dev.concord.server;

import dev.concord.store.ForwardingStore;
import dev.concord.store.memory.MemoryRoomStore;

/** A store that several servers write to. */
final class SharedStore extends ForwardingStore {
    SharedStore(MemoryRoomStore store) {
        super(store);
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public void close() {}
}
