package dev.concord.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.server.auth.Tokens;
import dev.concord.server.config.AuthConfig;
import dev.concord.server.config.Secret;
import dev.concord.server.http.Routes;
import dev.concord.store.RoomStore;
import dev.concord.store.memory.MemoryRoomStore;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A room that somebody may not read takes the steps of a room that is not there, and no other: neither of them is looked up. So the two take the same
 * time, which a test cannot measure reliably.
 */
@Timeout(120)
class HiddenRoomsTest {
    private static final String HIDDEN = "hidden";
    private static final String NONE = "nowhere";
    private static final AuthConfig AUTH =
            new AuthConfig(AuthConfig.Mode.JWT, AuthConfig.Source.BOTH, new Secret(Tokens.SECRET), null, null);
    private static final String ROOT = Tokens.of("root", Map.of("*", "admin"));
    private static final String EVE = Tokens.of("eve", Map.of("own-*", "admin"));

    /** The calls of the store that name one of the two. */
    private final Set<String> lookedUp = ConcurrentHashMap.newKeySet();

    /** A part of a store that notes what is asked about. */
    private <T> T watched(Class<T> part, Object real) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            if (arguments != null) {
                for (Object argument : arguments) {
                    if (HIDDEN.equals(argument) || NONE.equals(argument)) {
                        lookedUp.add(part.getSimpleName() + "." + method.getName() + " of " + argument);
                    }
                }
            }
            Object result;
            try {
                result = method.invoke(real, arguments);
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
            Class<?> type = method.getReturnType();
            return type.isInterface() && type.getName().startsWith("dev.concord.store")
                    ? watched(type, result)
                    : result;
        };
        return part.cast(Proxy.newProxyInstance(part.getClassLoader(), new Class<?>[] {part}, handler));
    }

    private static HttpResponse<String> ask(ServerFixture server, String token, String method, String path)
            throws Exception {
        boolean body = method.equals("PUT") || method.equals("POST") || method.equals("PATCH");
        return server.send(server.request(path)
                .header("Authorization", "Bearer " + token)
                .method(
                        method,
                        body ? HttpRequest.BodyPublishers.ofString("{}") : HttpRequest.BodyPublishers.noBody()));
    }

    @Test
    void neitherIsLookedUpAndBothAnswerAlike() throws Exception {
        // Not by the server, which would have something left to do about it.
        MemoryRoomStore real = new MemoryRoomStore();
        assertTrue(real.create(HIDDEN, "e", null));
        RoomStore store = watched(RoomStore.class, real);
        try (ServerFixture server = ServerFixture.startAsking(store, AUTH)) {
            List<String> routes = new ArrayList<>(Routes.words().keySet());
            routes.removeIf(route -> !route.contains("{room}") || route.endsWith("/ws"));
            assertFalse(routes.isEmpty());
            for (String route : routes) {
                String method = route.substring(0, route.indexOf(' '));
                String path = route.substring(route.indexOf(' ') + 1);
                HttpResponse<String> hidden = ask(server, EVE, method, path(path, HIDDEN));
                HttpResponse<String> none = ask(server, EVE, method, path(path, NONE));
                assertEquals(404, hidden.statusCode(), route);
                assertEquals(none.body(), hidden.body(), route);
            }
            for (String room : List.of(HIDDEN, NONE)) {
                try (RawConnection member = new RawConnection(server.port())) {
                    member.send(RawConnection.upgrade("/rooms/" + room + "/ws", "Authorization: Bearer " + EVE));
                    assertEquals(101, member.response().status());
                    assertEquals(4403, member.frame().closeCode());
                }
            }
            assertEquals(Set.of(), lookedUp);

            assertEquals(200, ask(server, ROOT, "GET", "/rooms/" + HIDDEN).statusCode());
            assertNotEquals(Set.of(), lookedUp, "what is looked up is seen");
        }
    }

    private static String path(String path, String room) {
        return path.replace("{room}", room).replace("{version}", "1").replaceAll("\\{\\w+\\}", "x");
    }
}
