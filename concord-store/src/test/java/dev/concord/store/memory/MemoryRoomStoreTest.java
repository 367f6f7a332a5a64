package dev.concord.store.memory;

import dev.concord.store.RoomStore;
import dev.concord.store.testing.RoomStoreContract;

class MemoryRoomStoreTest extends RoomStoreContract {
    @Override
    protected RoomStore open() {
        return new MemoryRoomStore();
    }
}
