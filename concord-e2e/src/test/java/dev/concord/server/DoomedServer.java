package dev.concord.server;

import dev.concord.server.config.Config;
import dev.concord.store.RoomStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * The server with a store that ends the process, as abruptly as kill -9 does, right after a certain call of one of its methods has been
 * committed: before anybody is notified. {@code -Dconcord.doom.method=append} or {@code saveSnapshot}, {@code -Dconcord.doom.call=17},
 * counted from the moment at which the file {@code -Dconcord.doom.file} is there, so that all clients have come before.
 * It is a class of the tests; the packaged server has nothing of the kind.
 */
public final class DoomedServer {
    private static final int KILLED = 137;

    private DoomedServer() {}

    /** Serves until then. */
    public static void main(String[] arguments) throws Exception {
        Config config = Config.from(System.getenv());
        Supplier<RoomStore> opener = Stores.of(config);
        ConcordServer server = ConcordServer.start(config, () -> doomed(opener.get()));
        System.out.println("Concord is serving at http://127.0.0.1:" + server.port() + "/");
        System.out.flush();
    }

    private static RoomStore doomed(RoomStore store) {
        String fatal = System.getProperty("concord.doom.method");
        Path file = Path.of(System.getProperty("concord.doom.file"));
        int[] left = {Integer.getInteger("concord.doom.call")};
        return (RoomStore) Proxy.newProxyInstance(
                RoomStore.class.getClassLoader(), new Class<?>[] {RoomStore.class}, (proxy, method, arguments) -> {
                    Object result;
                    try {
                        result = method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    if (method.getName().equals(fatal) && Files.exists(file)) {
                        synchronized (left) {
                            if (--left[0] <= 0) {
                                Runtime.getRuntime().halt(KILLED);
                            }
                        }
                    }
                    return result;
                });
    }
}
