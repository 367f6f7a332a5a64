package dev.concord.server.room;

import dev.concord.store.RoomStore;
import dev.concord.store.StoreException;
import dev.concord.store.StoreUnavailableException;
import dev.concord.store.memory.MemoryRoomStore;
import java.lang.reflect.Proxy;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** One instance's way to a store that others may use as well: it commits on demand, and may be away. */
interface SimulatedStore extends RoomStore {
    void goAway();

    void comeBack();

    boolean isAway();

    /** Commits pass from now on. */
    void letCommit();

    /** No commit passes from now on. */
    void holdCommits();

    /** The instance is killed: what has not been committed never is. */
    void die();

    /** In front of a store; {@code shared} when other instances use it. */
    static SimulatedStore of(MemoryRoomStore disk, boolean shared, Seams seams) {
        Semaphore commits = new Semaphore(0);
        boolean[] away = new boolean[1];
        boolean[] dead = new boolean[1];
        Object lock = new Object();
        return (SimulatedStore) Proxy.newProxyInstance(
                SimulatedStore.class.getClassLoader(),
                new Class<?>[] {SimulatedStore.class},
                (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "goAway", "comeBack" -> {
                            synchronized (lock) {
                                away[0] = method.getName().equals("goAway");
                            }
                            return null;
                        }
                        case "isAway" -> {
                            synchronized (lock) {
                                return away[0];
                            }
                        }
                        case "letCommit" -> {
                            commits.release(1_000_000);
                            return null;
                        }
                        case "holdCommits" -> {
                            commits.drainPermits();
                            return null;
                        }
                        case "die" -> {
                            synchronized (lock) {
                                dead[0] = true;
                            }
                            commits.release(1_000_000_000);
                            return null;
                        }
                        case "isShared" -> {
                            return shared;
                        }
                        case "close" -> {
                            return null;
                        }
                        case "append" -> commits.acquireUninterruptibly();
                        default -> {
                            // Passed on below.
                        }
                    }
                    synchronized (lock) {
                        if (away[0] || dead[0]) {
                            throw new StoreUnavailableException("planned", null);
                        }
                        String point = "RoomStore." + method.getName();
                        Supplier<Object> call = () -> Seams.invoke(method, disk, arguments);
                        return method.getName().equals("append")
                                ? seams.at(point, call, () -> new StoreException("planted"))
                                : seams.at(point, call, () -> new StoreUnavailableException("planted", null));
                    }
                });
    }
}
