package dev.concord.server.redis;

import dev.concord.server.cluster.Bus;
import dev.concord.server.cluster.PresenceBoard;
import java.net.URI;
import java.time.Clock;

/** One server's use of Redis: the bus and the presence board over one pair of connections. Thread-safe. */
public final class Redis implements AutoCloseable {
    private final RedisLink link;
    private final RedisBus bus;
    private final RedisPresence board;

    /**
     * Begins to connect in the background; never fails because Redis is away.
     *
     * @param address {@code redis://} or {@code rediss://}, with the password in it; several hosts separated by commas for a cluster
     * @param cluster whether it is a Redis Cluster
     * @param instance names this server among all
     * @param clock for the expiry of presence
     */
    public Redis(URI address, boolean cluster, String instance, Clock clock) {
        RedisLink[] made = new RedisLink[1];
        this.bus = new RedisBus(instance, () -> made[0].live(), (live, failure) -> made[0].suspect(live, failure));
        this.link = new RedisLink(address, cluster, bus::prepare, bus::connected);
        made[0] = link;
        this.board = new RedisPresence(link::live, clock);
        link.start();
    }

    /**
     * The bus.
     *
     * @return the same each time
     */
    public Bus bus() {
        return bus;
    }

    /**
     * The presence board.
     *
     * @return the same each time
     */
    public PresenceBoard board() {
        return board;
    }

    /**
     * Messages handed to Redis.
     *
     * @return a count since the start
     */
    public long published() {
        return bus.published();
    }

    /**
     * Messages that came from Redis, own ones included.
     *
     * @return a count since the start
     */
    public long received() {
        return bus.received();
    }

    /**
     * Messages that could not be handed to Redis: what they said is recovered later.
     *
     * @return a count since the start
     */
    public long lost() {
        return bus.lost();
    }

    @Override
    public void close() {
        link.close();
    }
}
