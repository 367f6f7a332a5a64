package dev.concord.server.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class NewRoomsTest {
    private long now = Long.MAX_VALUE - Duration.ofMinutes(20).toNanos();

    private static InetAddress address(int number) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {10, 0, (byte) (number >> 8), (byte) number});
    }

    private static int taken(NewRooms rooms, int times) throws UnknownHostException {
        int taken = 0;
        for (int i = 0; i < times; i++) {
            taken += rooms.take(address(1)) ? 1 : 0;
        }
        return taken;
    }

    @Test
    void anAddressAndAllTogetherAreBounded() throws Exception {
        NewRooms rooms = new NewRooms(3, 5, () -> now);
        for (int i = 0; i < 3; i++) {
            assertTrue(rooms.take(address(1)));
        }
        assertFalse(rooms.take(address(1)));
        assertTrue(rooms.take(address(2)));
        assertTrue(rooms.take(null));
        assertFalse(rooms.take(address(3)), "all together");
        assertFalse(rooms.take(null));
        assertEquals(3, rooms.refused());
    }

    @Test
    void anHourLaterThereMayBeAsManyAgain() throws Exception {
        NewRooms rooms = new NewRooms(2, 100, () -> now);
        assertEquals(2, taken(rooms, 2));
        now += Duration.ofMinutes(29).toNanos();
        assertFalse(rooms.take(address(1)));
        now += Duration.ofMinutes(2).toNanos();
        assertTrue(rooms.take(address(1)));
        assertFalse(rooms.take(address(1)));
        now += Duration.ofHours(5).toNanos();
        assertEquals(2, taken(rooms, 2));
        assertFalse(rooms.take(address(1)));
    }

    @Test
    void manyAddressesDoNotTakeMemoryWithoutEnd() throws Exception {
        NewRooms rooms = new NewRooms(2, 1_000_000, () -> now);
        for (int i = 0; i < 60_000; i++) {
            assertTrue(rooms.take(address(i)));
        }
        assertTrue(rooms.take(address(59_999)));
        assertFalse(rooms.take(address(59_999)), "the last ones are known");
    }
}
