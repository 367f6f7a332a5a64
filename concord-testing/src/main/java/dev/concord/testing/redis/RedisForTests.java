package dev.concord.testing.redis;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A real Redis for tests: the one that {@code CONCORD_TEST_REDIS_URL} names, else {@code redis-server} from the PATH, else one in Docker,
 * else the embedded binary. One for each JVM. Where none can be had the test is skipped and says why, or fails under
 * {@code -Dconcord.require=all}. Tests that stop and start it take an {@link OwnRedis}.
 */
public final class RedisForTests {
    private static final String VARIABLE = "CONCORD_TEST_REDIS_URL";
    private static final int PORT = 6379;

    private static @Nullable String url;

    private RedisForTests() {}

    /** The address of a running Redis, which the tests of this JVM share: use room ids of your own. */
    public static synchronized String url() {
        if (url == null) {
            url = find();
        }
        return url;
    }

    private static String find() {
        String named = System.getenv(VARIABLE);
        if (named != null && !named.isBlank()) {
            return named.strip();
        }
        boolean docker = System.getenv("DOCKER_HOST") != null || Files.exists(Path.of("/var/run/docker.sock"));
        boolean onPath = OwnRedis.executable()
                .filter(path -> path.getFileName().toString().equals("redis-server"))
                .isPresent();
        if (docker && !onPath) {
            return container();
        }
        OwnRedis own = OwnRedis.start();
        Runtime.getRuntime().addShutdownHook(new Thread(own::stop));
        return own.url();
    }

    @SuppressWarnings("resource") // lives as long as the JVM; Testcontainers removes it
    private static String container() {
        GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse("redis:7")).withExposedPorts(PORT);
        container.start();
        return "redis://" + container.getHost() + ":" + container.getMappedPort(PORT);
    }

    /** Skips the test that asks, or fails it where nothing may be skipped. */
    static RuntimeException none() {
        String text = "no Redis for the tests: install redis-server, or set " + VARIABLE;
        return System.getProperty("concord.require", "").equals("all")
                ? new IllegalStateException(text)
                : new TestAbortedException(text);
    }
}
