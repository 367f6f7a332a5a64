package dev.concord.store.memory;

import dev.concord.store.RoomStore;
import dev.concord.store.testing.VersionStoreContract;
import java.util.function.LongSupplier;

class MemoryVersionStoreTest extends VersionStoreContract {
    @Override
    protected RoomStore open(LongSupplier clock) {
        return new MemoryRoomStore(clock);
    }
}
