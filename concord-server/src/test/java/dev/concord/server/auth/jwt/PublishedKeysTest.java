package dev.concord.server.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.X509CertUtils;
import com.nimbusds.jwt.PlainJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.concord.server.auth.Credentials;
import dev.concord.server.auth.Grant;
import dev.concord.server.auth.Issuer;
import dev.concord.server.auth.NotAuthenticatedException;
import dev.concord.server.auth.Right;
import dev.concord.server.auth.Tokens;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens whose public keys an endpoint publishes, over real connections with TLS. */
@Timeout(60)
class PublishedKeysTest {
    private static final Map<String, String> ROOMS = Map.of("*", "write");

    private static final Issuer FIRST = Issuer.of(JWSAlgorithm.RS256, "first");
    private static final Issuer SECOND = Issuer.of(JWSAlgorithm.ES256, "second");

    @TempDir
    private static Path directory;

    private static SSLContext trusted;

    /** What the endpoint does with a request. */
    private interface Answer {
        void give(HttpExchange exchange) throws IOException;
    }

    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicLong time = new AtomicLong();
    private final CountDownLatch release = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile Answer answer = set(FIRST);
    private HttpServer endpoint;
    private JwtAuthorizer authorizer;

    @BeforeAll
    static void makeACertificate() throws Exception {
        Path store = directory.resolve("endpoint.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "endpoint",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, keytool.waitFor(), said);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "changeit".toCharArray());
        KeyStore certificates = KeyStore.getInstance("PKCS12");
        certificates.load(null, null);
        certificates.setCertificateEntry(
                "endpoint", X509CertUtils.parse(keys.getCertificate("endpoint").getEncoded()));
        TrustManagerFactory others = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        others.init(certificates);
        trusted = SSLContext.getInstance("TLS");
        trusted.init(own.getKeyManagers(), others.getTrustManagers(), null);
    }

    @BeforeEach
    void start() throws IOException {
        HttpsServer secure = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(trusted));
        endpoint = secure;
        endpoint.setExecutor(threads);
        endpoint.createContext("/keys", exchange -> {
            asked.incrementAndGet();
            try (exchange) {
                answer.give(exchange);
            }
        });
        endpoint.start();
        authorizer = checking(source(Duration.ofSeconds(20)));
    }

    @AfterEach
    void stop() {
        release.countDown();
        endpoint.stop(0);
        threads.shutdownNow();
    }

    private KeySource source(Duration patience) {
        HttpClient client = HttpClient.newBuilder()
                .sslContext(trusted)
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        URI address = URI.create("https://127.0.0.1:" + endpoint.getAddress().getPort() + "/keys");
        return KeySource.address(client, address, patience);
    }

    private JwtAuthorizer checking(KeySource source) {
        return new JwtAuthorizer(new PublishedKeys(source, time::get), null, null, null, Clock.systemUTC());
    }

    private static Answer set(Issuer... issuers) {
        return text(200, Issuer.set(issuers));
    }

    private static Answer text(int status, String text) {
        return exchange -> {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        };
    }

    private CompletableFuture<Grant> enter(String token) {
        return authorizer.authenticate(new Credentials(token, "here")).toCompletableFuture();
    }

    private Throwable refused(String token) {
        return assertThrows(CompletionException.class, enter(token)::join).getCause();
    }

    private void assertInvalid(String token) {
        assertEquals(
                NotAuthenticatedException.Reason.INVALID,
                assertInstanceOf(NotAuthenticatedException.class, refused(token))
                        .reason());
    }

    private void later() {
        time.addAndGet(PublishedKeys.PAUSE.toNanos());
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "ES256", "EdDSA"})
    void aTokenOfAPublishedKeyLetsIn(String algorithm) {
        Issuer issuer = Issuer.of(JWSAlgorithm.parse(algorithm), "key");
        Issuer other = Issuer.of(JWSAlgorithm.parse(algorithm), "key");
        answer = set(FIRST, issuer);
        Grant grant = enter(issuer.token("ann", ROOMS)).join();
        assertEquals(Right.WRITE, grant.right("notes"));
        assertInvalid(other.token("ann", ROOMS));
        String token = issuer.token("ann", ROOMS);
        assertInvalid(token.substring(0, token.length() - 8) + "AAAAAAAA");
        assertInvalid(token.substring(0, token.lastIndexOf('.') + 9));
        // The issuer need not name the key.
        assertEquals(
                Right.WRITE,
                enter(issuer.sign(new JWSHeader(issuer.algorithm()), Tokens.claims("ann", ROOMS, claims -> {})))
                        .join()
                        .right("notes"));
    }

    @Test
    void aKeyThatIsNewIsReadAndOneThatWasWithdrawnIsForgotten() {
        enter(FIRST.token("ann", ROOMS)).join();
        assertEquals(1, asked.get());
        answer = set(SECOND);
        later();
        enter(SECOND.token("ann", ROOMS)).join();
        assertEquals(2, asked.get());
        assertInvalid(FIRST.token("ann", ROOMS));
    }

    @Test
    void unknownKeysDoNotMakeTheEndpointBeAskedAgainAndAgain() {
        enter(FIRST.token("ann", ROOMS)).join();
        later();
        for (int i = 0; i < 100; i++) {
            assertInvalid(Issuer.of(JWSAlgorithm.ES256, "unknown" + i).token("eve", ROOMS));
        }
        assertEquals(2, asked.get());
    }

    @Test
    void whileKeysAreReadNobodyOfAKnownKeyWaits() {
        AtomicBoolean hangs = new AtomicBoolean();
        KeySource endpoint = source(Duration.ofSeconds(20));
        authorizer = checking(() -> hangs.get() ? new CompletableFuture<>() : endpoint.read());
        enter(FIRST.token("ann", ROOMS)).join();
        hangs.set(true);
        later();
        CompletableFuture<Grant> unknown = enter(SECOND.token("eve", ROOMS));
        for (int i = 0; i < 100; i++) {
            assertTrue(enter(FIRST.token("ann", ROOMS)).isDone());
        }
        assertFalse(unknown.isDone());
    }

    @Test
    void anEndpointThatIsTooSlowIsGivenUp() {
        AtomicBoolean hangs = new AtomicBoolean();
        KeySource patient = source(Duration.ofSeconds(20));
        KeySource hasty = source(Duration.ofMillis(300));
        authorizer = checking(() -> hangs.get() ? hasty.read() : patient.read());
        enter(FIRST.token("ann", ROOMS)).join();
        answer = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            awaitRelease();
        };
        hangs.set(true);
        later();
        // Not refused as a wrong token would be: nobody knows whether it is one.
        assertInstanceOf(IOException.class, refused(SECOND.token("eve", ROOMS)));
        assertInstanceOf(IOException.class, refused(SECOND.token("eve", ROOMS)));
        assertEquals(Right.WRITE, enter(FIRST.token("ann", ROOMS)).join().right("notes"));
    }

    private void awaitRelease() {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void tokensThatWaitForKeysAreBounded() {
        CompletableFuture<byte[]> never = new CompletableFuture<>();
        authorizer = checking(() -> never);
        List<String> tokens = List.of(FIRST.token("ann", ROOMS));
        List<CompletableFuture<Grant>> waiting = java.util.stream.Stream.generate(() -> enter(tokens.get(0)))
                .limit(PublishedKeys.MAX_WAITING)
                .toList();
        assertFalse(waiting.get(waiting.size() - 1).isDone());
        assertInstanceOf(IOException.class, refused(tokens.get(0)));
        never.complete(Issuer.set(FIRST).getBytes(StandardCharsets.UTF_8));
        waiting.forEach(CompletableFuture::join);
        enter(tokens.get(0)).join();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "500 | {}",
                "404 | ''",
                "204 | ''",
                "200 | ''",
                "200 | <html>",
                "200 | []",
                "200 | null",
                "200 | {}",
                "200 | {\"keys\":7}",
                "200 | {\"keys\":[]}",
                "200 | {\"keys\":[7]}",
                "200 | {\"keys\":[{}]}",
                "200 | {\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
                "200 | {\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}",
                "200 | {\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}]}",
                "200 | {\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}"
            })
    void anEndpointThatServesGarbageTakesNoKeyAway(int status, String body) {
        enter(FIRST.token("ann", ROOMS)).join();
        answer = text(status, body);
        later();
        assertInstanceOf(IOException.class, refused(SECOND.token("eve", ROOMS)));
        assertEquals(2, asked.get());
        assertTrue(enter(FIRST.token("ann", ROOMS)).isDone());
        enter(FIRST.token("ann", ROOMS)).join();
        answer = set(FIRST, SECOND);
        later();
        enter(SECOND.token("ann", ROOMS)).join();
    }

    @Test
    void anEndpointThatIsAwaySendsElsewhereOrNeverEndsTakesNoKeyAway() {
        enter(FIRST.token("ann", ROOMS)).join();
        answer = exchange -> {
            exchange.getResponseHeaders().set("Location", "/elsewhere");
            exchange.sendResponseHeaders(302, -1);
        };
        later();
        assertInstanceOf(IOException.class, refused(SECOND.token("eve", ROOMS)));
        answer = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] spaces = " ".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
            while (release.getCount() > 0) {
                exchange.getResponseBody().write(spaces);
            }
        };
        later();
        assertInstanceOf(IOException.class, refused(SECOND.token("eve", ROOMS)));
        endpoint.stop(0);
        later();
        assertInstanceOf(IOException.class, refused(SECOND.token("eve", ROOMS)));
        enter(FIRST.token("ann", ROOMS)).join();
    }

    @Test
    void anEndpointWithACertificateOfSomebodyElseIsNotAsked() {
        URI address = URI.create("https://127.0.0.1:" + endpoint.getAddress().getPort() + "/keys");
        authorizer = checking(KeySource.address(HttpClient.newHttpClient(), address, Duration.ofSeconds(20)));
        assertInstanceOf(IOException.class, refused(FIRST.token("ann", ROOMS)));
        assertEquals(0, asked.get());
    }

    @Test
    void aFileIsReadAgainForAKeyThatIsNew() throws Exception {
        Path file = directory.resolve("keys.json");
        Files.writeString(file, Issuer.set(FIRST));
        authorizer = checking(KeySource.file(file, threads));
        enter(FIRST.token("ann", ROOMS)).join();
        Files.writeString(file, Issuer.set(FIRST, SECOND));
        later();
        enter(SECOND.token("ann", ROOMS)).join();
        Files.delete(file);
        later();
        assertInstanceOf(
                IOException.class,
                refused(Issuer.of(JWSAlgorithm.ES256, "third").token("eve", ROOMS)));
        enter(FIRST.token("ann", ROOMS)).join();
        Files.writeString(file, " ".repeat(KeySource.MAX_BYTES + 1));
        later();
        assertInstanceOf(
                IOException.class,
                refused(Issuer.of(JWSAlgorithm.ES256, "third").token("eve", ROOMS)));
    }

    @Test
    void noKeyIsTakenForAnotherKind() throws Exception {
        answer = set(FIRST, SECOND);
        enter(FIRST.token("ann", ROOMS)).join();
        var claims = Tokens.claims("eve", ROOMS, nothing -> {});
        assertInvalid(new PlainJWT(claims).serialize());
        // The public key as if it were a secret, in the forms in which libraries have taken it for one.
        RSAKey key = FIRST.published().toRSAKey();
        for (String secret : List.of(
                key.toJSONString(),
                key.getModulus().toString(),
                new String(key.toRSAPublicKey().getEncoded(), StandardCharsets.ISO_8859_1),
                pem(key.toRSAPublicKey().getEncoded()))) {
            for (JWSAlgorithm algorithm : List.of(JWSAlgorithm.HS256, JWSAlgorithm.HS512)) {
                assertInvalid(Tokens.signed(secret, algorithm, claims));
            }
        }
        // One key under the name of another, and the sender's own in the header.
        Issuer eve = Issuer.of(JWSAlgorithm.ES256, "first");
        assertInvalid(eve.token("eve", ROOMS));
        assertInvalid(eve.sign(
                new JWSHeader.Builder(JWSAlgorithm.ES256).jwk(eve.published()).build(), claims));
        assertInvalid(eve.sign(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .keyID("second")
                        .jwkURL(URI.create("https://eve.example/keys"))
                        .build(),
                claims));
    }

    private static String pem(byte[] key) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + java.util.Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
                + "\n-----END PUBLIC KEY-----\n";
    }

    @Test
    void keysThatAreWeakOrForSomethingElseAreNotUsed() throws ParseException {
        Issuer weak = Issuer.rsa(1024, "weak");
        Issuer other = Issuer.of(JWSAlgorithm.RS256, "for encryption");
        JWK secret = new OctetSequenceKey.Builder(Tokens.SECRET.getBytes(StandardCharsets.UTF_8))
                .keyID("secret")
                .build();
        JWK encrypting = new RSAKey.Builder(other.published().toRSAKey())
                .keyUse(KeyUse.ENCRYPTION)
                .build();
        answer = text(
                200,
                "{\"keys\":[" + weak.published().toJSONString() + "," + secret.toJSONString() + ","
                        + encrypting.toJSONString() + "," + FIRST.published().toJSONString()
                        + ",{\"kty\":\"new\",\"kid\":\"x\"}]}");
        enter(FIRST.token("ann", ROOMS)).join();
        assertInvalid(other.token("eve", ROOMS));
        assertInvalid(weak.token("eve", ROOMS));
        assertInvalid(Tokens.of("eve", ROOMS));
        assertFalse(PublishedKey.ofSet(Issuer.set(FIRST, weak).getBytes(StandardCharsets.UTF_8)).stream()
                .anyMatch(key -> "weak".equals(key.jwk().getKeyID())));
    }
}
