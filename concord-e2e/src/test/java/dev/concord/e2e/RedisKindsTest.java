package dev.concord.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.testing.Await;
import dev.concord.testing.network.FreePort;
import dev.concord.testing.postgres.PostgresForTests;
import dev.concord.testing.redis.OwnRedis;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two instances with each kind of Redis that they may be given: behind TLS and a password, and a cluster. */
@ExtendWith(ServerLogs.class)
@Timeout(900)
class RedisKindsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path home;

    @Test
    void tls_and_a_password() throws Exception {
        AtomicInteger tls = new AtomicInteger();
        Path trusted = certificate();
        try (OwnRedis redis = OwnRedis.start(() -> List.of(
                "--requirepass",
                "secret",
                "--tls-port",
                nextPort(tls),
                "--tls-cert-file",
                home.resolve("cert.pem").toString(),
                "--tls-key-file",
                home.resolve("key.pem").toString(),
                "--tls-auth-clients",
                "no"))) {
            int port = tls.get();
            assertTrue(redis.command("PING").startsWith("-NOAUTH"));
            String[] trust = {
                "-Djavax.net.ssl.trustStore=" + trusted, "-Djavax.net.ssl.trustStorePassword=" + new String(PASSWORD)
            };
            togetherThrough("rediss://:secret@127.0.0.1:" + port, "false", trust);
            refuses("rediss://:wrong@127.0.0.1:" + port, trust);
            // Nobody vouches for its certificate.
            refuses("rediss://:secret@127.0.0.1:" + port);
        }
    }

    @Tag("long")
    @Test
    void a_cluster() throws IOException {
        List<OwnRedis> nodes = new ArrayList<>();
        Map<OwnRedis, Integer> buses = new HashMap<>();
        try {
            for (int i = 0; i < 3; i++) {
                AtomicInteger bus = new AtomicInteger();
                String configuration = home.resolve("nodes-" + i + ".conf").toString();
                OwnRedis node = OwnRedis.start(() -> List.of(
                        "--cluster-enabled",
                        "yes",
                        "--cluster-port",
                        nextPort(bus),
                        "--cluster-config-file",
                        configuration));
                nodes.add(node);
                buses.put(node, bus.get());
            }
            for (int i = 0; i < nodes.size(); i++) {
                int from = i * 16384 / 3;
                int to = (i + 1) * 16384 / 3 - 1;
                assertEquals("+OK", nodes.get(i).command("CLUSTER ADDSLOTSRANGE " + from + " " + to));
                assertEquals("+OK", nodes.get(i).command("CLUSTER SET-CONFIG-EPOCH " + (i + 1)));
            }
            for (OwnRedis node : nodes) {
                assertEquals(
                        "+OK", nodes.get(0).command("CLUSTER MEET 127.0.0.1 " + node.port() + " " + buses.get(node)));
            }
            Await.until("the cluster is one", () -> nodes.stream().allMatch(RedisKindsTest::knowsAllSlots));
            String hosts = nodes.stream()
                    .map(node -> "127.0.0.1:" + node.port())
                    .collect(Collectors.joining(",", "redis://", ""));
            togetherThrough(hosts, "true");
        } finally {
            nodes.forEach(OwnRedis::close);
        }
    }

    /** A free port, for a command line; the number tells which it was. */
    private static String nextPort(AtomicInteger number) {
        number.set(FreePort.next());
        return String.valueOf(number.get());
    }

    /** Whether a node of a cluster knows who has the slots of thirty channels, which lie all over. */
    private static boolean knowsAllSlots(OwnRedis node) {
        for (int i = 0; i < 30; i++) {
            String answer = node.command("SPUBLISH probe-" + i + " x");
            if (!answer.startsWith(":") && !answer.startsWith("-MOVED")) {
                return false;
            }
        }
        return true;
    }

    /** Edits and carets of either instance reach the other through Redis, in several rooms, which a cluster spreads over its nodes. */
    private void togetherThrough(String redis, String cluster, String... jvm) {
        String database = PostgresForTests.freshDatabase();
        try (ServerProcess a = server("a", redis, jvm)
                        .with("DATABASE_URL", database)
                        .with("CONCORD_REDIS_CLUSTER", cluster)
                        .start();
                ServerProcess b = server("b", redis, jvm)
                        .with("DATABASE_URL", database)
                        .with("CONCORD_REDIS_CLUSTER", cluster)
                        .start()) {
            for (ServerProcess server : List.of(a, b)) {
                Await.until("it is ready", () -> server.get("/readyz").statusCode() == 200);
            }
            for (int i = 0; i < 8; i++) {
                String room = "room-" + i;
                try (TestClient ann = new TestClient("ann").connect(a.socket(room));
                        TestClient bob = new TestClient("bob").connect(b.socket(room))) {
                    ann.type(0, "from a");
                    bob.awaitText("from a");
                    bob.type(6, ", from b");
                    ann.awaitText("from a, from b");
                    ann.present("Ann", 3);
                    bob.awaitThat("the caret arrives", () -> bob.knows("Ann"));
                    ann.awaitAcks();
                    bob.awaitAcks();
                }
            }
            assertTrue(a.metric("concord_bus_received_total") > 0);
            assertTrue(b.metric("concord_bus_received_total") > 0);
        }
    }

    private void refuses(String redis, String... jvm) {
        try (ServerProcess server =
                server("refused-" + redis.hashCode() + jvm.length, redis, jvm).start()) {
            assertEquals(503, server.get("/readyz").statusCode());
            assertTrue(server.get("/readyz").body().toLowerCase(Locale.ROOT).contains("redis"));
            assertTrue(!server.log().contains("secret"), "a password in the log");
        }
    }

    private ServerProcess server(String name, String redis, String... jvm) {
        try {
            return new ServerProcess(Files.createDirectories(home.resolve(name)))
                    .with("REDIS_URL", redis)
                    .jvm(jvm);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Makes a key and a certificate for 127.0.0.1, as PEM for Redis. Returns a store that trusts it. */
    private Path certificate() throws IOException, GeneralSecurityException, InterruptedException {
        Path keys = home.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "redis",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-validity",
                        "2",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .inheritIO()
                .start();
        assertEquals(0, keytool.waitFor());
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD);
        }
        Certificate certificate = store.getCertificate("redis");
        pem("PRIVATE KEY", store.getKey("redis", PASSWORD).getEncoded(), "key.pem");
        pem("CERTIFICATE", certificate.getEncoded(), "cert.pem");
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("redis", certificate);
        Path trusted = home.resolve("trust.p12");
        try (OutputStream out = Files.newOutputStream(trusted)) {
            trust.store(out, PASSWORD);
        }
        return trusted;
    }

    private void pem(String kind, byte[] der, String file) throws IOException {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der);
        Files.writeString(
                home.resolve(file), "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
    }
}
