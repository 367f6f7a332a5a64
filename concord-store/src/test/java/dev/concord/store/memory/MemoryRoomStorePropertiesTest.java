package dev.concord.store.memory;

import dev.concord.store.RoomStore;
import dev.concord.store.testing.RoomStoreProperties;

class MemoryRoomStorePropertiesTest extends RoomStoreProperties {
    private static final RoomStore STORE = new MemoryRoomStore();

    @Override
    protected RoomStore store() {
        return STORE;
    }
}
