package dev.concord.server.input;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Bounds the rooms that are created within an hour, by each address and by all together. Thread-safe. */
public final class NewRooms {
    private static final double HOUR = Duration.ofHours(1).toNanos();
    /** Addresses are forgotten when there are so many of them, those first that may create the most. */
    private static final int MAX_ADDRESSES = 10_000;

    /** How many rooms may be created now; it grows with time up to the bound of an hour. */
    private static final class Allowance {
        final int perHour;
        double left;
        long nanos;

        Allowance(int perHour, long nanos) {
            this.perHour = perHour;
            this.left = perHour;
            this.nanos = nanos;
        }

        double at(long now) {
            left = Math.min(perHour, left + (now - nanos) * (perHour / HOUR));
            nanos = now;
            return left;
        }
    }

    private final int perAddress;
    private final LongSupplier clock;
    private final Allowance all;
    private final Map<InetAddress, Allowance> addresses = new HashMap<>();
    private long refused;

    /**
     * None was created yet.
     *
     * @param perAddress rooms an hour that one address may create, and at once after a quiet hour
     * @param perServer rooms an hour that all may create
     * @param clock nanoseconds that only go forward
     */
    public NewRooms(int perAddress, int perServer, LongSupplier clock) {
        this.perAddress = perAddress;
        this.clock = clock;
        this.all = new Allowance(perServer, clock.getAsLong());
    }

    /**
     * Counts a room that is about to be created.
     *
     * @param address of the creator; null for this machine, which is bounded as the server is
     * @return false, and nothing counted, when it would be one too many
     */
    public synchronized boolean take(@Nullable InetAddress address) {
        long now = clock.getAsLong();
        Allowance own = address == null ? null : addresses.get(address);
        if (own == null && address != null) {
            forget(now);
            own = new Allowance(perAddress, now);
            addresses.put(address, own);
        }
        if (all.at(now) < 1 || (own != null && own.at(now) < 1)) {
            refused++;
            return false;
        }
        all.left--;
        if (own != null) {
            own.left--;
        }
        return true;
    }

    private void forget(long now) {
        if (addresses.size() < MAX_ADDRESSES) {
            return;
        }
        addresses.values().removeIf(allowance -> allowance.at(now) >= perAddress);
        if (addresses.size() >= MAX_ADDRESSES) {
            // So many who created rooms in an hour: what all may create together holds.
            addresses.clear();
        }
    }

    /**
     * How many rooms were refused.
     *
     * @return never falls
     */
    public synchronized long refused() {
        return refused;
    }
}
