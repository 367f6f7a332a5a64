package dev.concord.server.input;

import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the unfinished input of all connections together and of each address: parts of frames, messages and bodies that are held until the
 * rest has come. When a bound is passed, the connections that hold the most lose theirs, one after the other, so that an honest one, which
 * holds little and for a moment, does not notice. Thread-safe; an account belongs to one connection and its thread.
 */
public final class InputBudget {
    /**
     * What one connection holds. Small amounts are not counted: they change with every read and are bounded by the number of connections.
     */
    public final class Account implements AutoCloseable {
        private static final int STEP = 16 << 10;

        private final @Nullable InetAddress address;
        private final Runnable shed;
        private volatile long charged;
        /** Being ended; guarded by the budget. */
        private boolean condemned;

        private boolean closed;

        private Account(@Nullable InetAddress address, Runnable shed) {
            this.address = address;
            this.shed = shed;
        }

        /**
         * Sets how much the connection holds now.
         *
         * @param bytes what it holds, overhead included
         */
        public void hold(long bytes) {
            long next = closed ? 0 : bytes / STEP * STEP;
            long change = next - charged;
            if (change == 0) {
                return;
            }
            if (charged == 0) {
                accounts.add(this);
            }
            charged = next;
            if (next == 0) {
                accounts.remove(this);
            }
            charge(address, change);
        }

        /** The connection holds nothing any more. */
        @Override
        public void close() {
            closed = true;
            hold(0);
        }
    }

    private final long maxBytes;
    private final long maxBytesPerAddress;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong shed = new AtomicLong();
    private final Map<InetAddress, Long> byAddress = new ConcurrentHashMap<>();
    /** Those that hold something. */
    private final Set<Account> accounts = ConcurrentHashMap.newKeySet();

    /**
     * A budget of which nothing is used.
     *
     * @param maxBytes of all connections together
     * @param maxBytesPerAddress of the connections from one address
     */
    public InputBudget(long maxBytes, long maxBytesPerAddress) {
        this.maxBytes = maxBytes;
        this.maxBytesPerAddress = maxBytesPerAddress;
    }

    /**
     * An account for a new connection.
     *
     * @param address where it comes from; null for one that only the bound of all counts, as for those from the server's own machine, where a
     *     proxy stands for many
     * @param shed ends the connection; called at most once, on any thread
     * @return nothing held yet
     */
    public Account open(@Nullable InetAddress address, Runnable shed) {
        return new Account(address, shed);
    }

    /**
     * What all connections hold.
     *
     * @return bytes, small amounts left out
     */
    public long bytes() {
        return bytes.get();
    }

    /**
     * How often a connection was ended to keep a bound.
     *
     * @return a count since the start
     */
    public long shed() {
        return shed.get();
    }

    private void charge(@Nullable InetAddress address, long change) {
        long all = bytes.addAndGet(change);
        long ofAddress = 0;
        if (address != null) {
            Long sum = byAddress.merge(address, change, Long::sum);
            ofAddress = sum == null ? 0 : sum;
            byAddress.remove(address, 0L);
        }
        if (change > 0 && ofAddress > maxBytesPerAddress) {
            shed(maxBytesPerAddress, account -> address != null && address.equals(account.address));
        }
        if (change > 0 && all > maxBytes) {
            shed(maxBytes, account -> true);
        }
    }

    /** Ends connections, the greediest first, until the others keep the bound. Those that are being ended do not count any more. */
    private synchronized void shed(long bound, Predicate<Account> among) {
        List<Account> greediestFirst = accounts.stream()
                .filter(among.and(account -> !account.condemned))
                .sorted(Comparator.comparingLong((Account account) -> account.charged)
                        .reversed())
                .toList();
        long held =
                greediestFirst.stream().mapToLong(account -> account.charged).sum();
        for (Account account : greediestFirst) {
            if (held <= bound) {
                return;
            }
            held -= account.charged;
            account.condemned = true;
            shed.incrementAndGet();
            account.shed.run();
        }
    }
}
