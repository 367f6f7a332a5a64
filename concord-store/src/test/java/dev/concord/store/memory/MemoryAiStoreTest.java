package dev.concord.store.memory;

import dev.concord.store.RoomStore;
import dev.concord.store.testing.AiStoreContract;

class MemoryAiStoreTest extends AiStoreContract {
    @Override
    protected RoomStore open() {
        return new MemoryRoomStore();
    }
}
