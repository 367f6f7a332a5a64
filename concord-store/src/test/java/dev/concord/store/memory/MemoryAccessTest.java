package dev.concord.store.memory;

import dev.concord.store.RoomStore;
import dev.concord.store.testing.AccessContract;
import java.util.function.LongSupplier;

class MemoryAccessTest extends AccessContract {
    @Override
    protected RoomStore open(LongSupplier clock) {
        return new MemoryRoomStore(clock);
    }
}
