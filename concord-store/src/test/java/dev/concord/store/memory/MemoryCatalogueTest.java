package dev.concord.store.memory;

import dev.concord.store.RoomStore;
import dev.concord.store.testing.CatalogueContract;
import java.util.function.LongSupplier;

class MemoryCatalogueTest extends CatalogueContract {
    @Override
    protected RoomStore open(LongSupplier clock) {
        return new MemoryRoomStore(clock);
    }
}
