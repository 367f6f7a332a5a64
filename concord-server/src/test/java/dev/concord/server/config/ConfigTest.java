package dev.concord.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConfigTest {
    private static Config with(String variable, String value) throws ConfigException {
        return Config.from(Map.of(variable, value));
    }

    @Test
    void nothingIsNeeded() throws ConfigException {
        Config config = Config.from(Map.of("PATH", "/bin"));
        assertEquals(8080, config.port());
        assertEquals("127.0.0.1", config.host());
        assertFalse(config.database().isSet());
        assertEquals(Path.of("concord-data"), config.dataDirectory());
        assertEquals(Set.of(), config.allowedOrigins());
        assertEquals("INFO", config.logLevel());
        assertEquals(Optional.empty(), config.redis());
        assertEquals(Limits.DEFAULT, config.limits());
    }

    @Test
    void everyVariableIsRead() throws ConfigException {
        Map<String, String> environment = new HashMap<>(Map.of(
                "PORT", "0",
                "CONCORD_HOST", "::1",
                "CONCORD_DATA_DIR", "/data",
                "DATABASE_URL", "postgres://ann:s3cret@db/concord",
                "CONCORD_ALLOWED_ORIGINS", " https://App.example , ,http://localhost:3000",
                "CONCORD_LOG_LEVEL", "debug",
                "CONCORD_MAX_FRAME_BYTES", "1024",
                "CONCORD_MAX_OPS_PER_SECOND", " 7 ",
                "CONCORD_MAX_CONNECTIONS_PER_ADDRESS", "8"));
        environment.putAll(Map.of(
                "CONCORD_MAX_ROOM_CHARS", "9",
                "CONCORD_MAX_PENDING", "10",
                "CONCORD_MAX_BODY_BYTES", "1025",
                "CONCORD_MEMBER_QUEUE_BYTES", "65536",
                "CONCORD_UNLOAD_SECONDS", "0",
                "CONCORD_VERSION_SECONDS", "60",
                "CONCORD_AUTOMATIC_VERSIONS", "7",
                "REDIS_URL", "rediss://user:pass@one:6380,two:6380",
                "CONCORD_REDIS_CLUSTER", "TRUE",
                "CONCORD_PRESENCE_SECONDS", "3"));
        environment.putAll(Map.of(
                "CONCORD_MAX_OP_BYTES_PER_SECOND", "65536",
                "CONCORD_NEW_ROOMS_PER_HOUR_PER_ADDRESS", "14",
                "CONCORD_NEW_ROOMS_PER_HOUR", "15",
                "CONCORD_MAX_VERSIONS", "16"));
        environment.putAll(Map.of(
                "CONCORD_ALLOWED_HOSTS", "docs.example",
                "CONCORD_MAX_INPUT_BYTES", "1048576",
                "GEMINI_API_KEY", "k3y",
                "CONCORD_GEMINI_BASE_URL", "http://localhost:9",
                "CONCORD_GEMINI_MODEL", "text-model",
                "CONCORD_GEMINI_EMBEDDING_MODEL", "embedding-model",
                "CONCORD_GEMINI_TIMEOUT_SECONDS", "11",
                "CONCORD_AI_CALLS_PER_MINUTE", "12",
                "CONCORD_AI_ROOM_CALLS_PER_MINUTE", "13"));
        environment.putAll(Map.of(
                "CONCORD_AUTH", "jwt",
                "CONCORD_OPEN", "false",
                "CONCORD_AUTH_GRANTS", "both",
                "CONCORD_AUTH_SECRET", "thirty-two bytes of a secret, or more",
                "CONCORD_AUTH_ISSUER", "https://id.example",
                "CONCORD_AUTH_AUDIENCE", "concord"));
        environment.putAll(Map.of(
                "CONCORD_AUTOMATIC_VERSION_DAYS", "30",
                "CONCORD_NAMED_VERSION_DAYS", "31",
                "CONCORD_KEEP_VERSIONS", "32",
                "CONCORD_IDLE_ROOM_DAYS", "33",
                "CONCORD_SEARCH", "false"));
        environment.put("CONCORD_METRICS_TOKEN", "metrics of the operator");
        // Not beside a secret, see below.
        environment.put("CONCORD_AUTH_JWKS", "");
        for (Setting setting : Setting.values()) {
            assertTrue(environment.containsKey(setting.name()), setting.name() + " is not tested here");
        }

        Config config = Config.from(environment);

        assertEquals(0, config.port());
        assertEquals("::1", config.host());
        assertEquals(Set.of("docs.example"), config.allowedHosts());
        assertEquals(1 << 20, config.limits().connections().inputBytes());
        assertEquals("postgres://ann:s3cret@db/concord", config.database().value());
        assertFalse(config.toString().contains("s3cret"), "secrets are not printed");
        assertFalse(config.toString().contains("k3y"), "secrets are not printed");
        assertFalse(config.toString().contains("thirty-two"), "secrets are not printed");
        assertEquals(
                new AuthConfig(
                        AuthConfig.Mode.JWT,
                        AuthConfig.Source.BOTH,
                        new Secret("thirty-two bytes of a secret, or more"),
                        null,
                        "https://id.example",
                        "concord",
                        new Secret("metrics of the operator")),
                config.auth());
        assertFalse(config.toString().contains("metrics of the operator"), "secrets are not printed");
        assertEquals("text-model", config.ai().textModel());
        assertFalse(config.ai().search());
        assertEquals(
                new RetentionLimits(
                        Duration.ofDays(30), Duration.ofDays(31), 32, Duration.ofDays(33), Duration.ofHours(1)),
                config.limits().history().retention());
        assertTrue(config.limits().history().retention().isOn());
        assertFalse(RetentionLimits.NONE.isOn());
        assertEquals(Duration.ofSeconds(11), config.ai().timeout());
        assertEquals(Path.of("/data"), config.dataDirectory());
        assertEquals(Set.of("https://app.example", "http://localhost:3000"), config.allowedOrigins());
        assertEquals("DEBUG", config.logLevel());
        Limits limits = config.limits();
        assertEquals(1024, limits.connections().frameBytes());
        assertEquals(7, limits.connections().opsPerSecond());
        assertEquals(8, limits.connections().perAddress());
        assertEquals(9, limits.rooms().chars());
        assertEquals(10, limits.rooms().pending());
        assertEquals(1025, limits.http().bodyBytes());
        assertEquals(65536, limits.connections().queueBytes());
        assertEquals(Duration.ZERO, limits.rooms().unloadAfter());
        assertEquals(Duration.ofSeconds(3), limits.presence().expiry());
        assertEquals(Duration.ofMinutes(1), limits.history().interval());
        assertEquals(7, limits.history().automatic());
        assertEquals(16, limits.history().named());
        assertEquals(65_536, limits.connections().opBytesPerSecond());
        assertEquals(new Limits.NewRooms(14, 15), limits.connections().newRooms());
        RedisAddress redis = config.redis().orElseThrow();
        assertTrue(redis.cluster());
        assertEquals("user:pass@one:6380,two:6380", redis.uri().getRawAuthority());
        assertEquals("rediss://one:6380,two:6380", redis.toString(), "no password where it might be logged");
    }

    @Test
    void aServerIsOpenToANetworkOnlyWhenThatIsMeant() throws ConfigException {
        assertEquals(AuthConfig.Mode.NONE, Config.from(Map.of()).auth().mode());
        assertEquals(
                AuthConfig.Mode.LINKS,
                Config.from(Map.of("CONCORD_HOST", "0.0.0.0")).auth().mode());
        assertEquals(
                AuthConfig.Mode.NONE,
                Config.from(Map.of("CONCORD_HOST", "0.0.0.0", "CONCORD_OPEN", "true"))
                        .auth()
                        .mode());
        ConfigException refused = assertThrows(
                ConfigException.class, () -> Config.from(Map.of("CONCORD_HOST", "0.0.0.0", "CONCORD_AUTH", "none")));
        assertEquals(1, refused.getMessage().lines().count());
        assertTrue(refused.getMessage().contains("CONCORD_OPEN=true"), refused::getMessage);
        assertEquals(
                AuthConfig.Mode.LINKS,
                Config.from(Map.of("CONCORD_AUTH", "links")).auth().mode());
    }

    @Test
    void aSecretThatIsTooShortIsRefusedAndNotPrinted() {
        ConfigException refused = assertThrows(
                ConfigException.class,
                () -> Config.from(Map.of("CONCORD_AUTH", "jwt", "CONCORD_AUTH_SECRET", "hunter2")));
        assertTrue(refused.getMessage().startsWith("CONCORD_AUTH_SECRET: it has 7 bytes"), refused::getMessage);
        assertFalse(refused.getMessage().contains("hunter2"));
        assertThrows(ConfigException.class, () -> Config.from(Map.of("CONCORD_AUTH", "jwt")));
        ConfigException metrics =
                assertThrows(ConfigException.class, () -> Config.from(Map.of("CONCORD_METRICS_TOKEN", "hunter2")));
        assertFalse(metrics.getMessage().contains("hunter2"));
    }

    @Test
    void aSecretMayBeInAFile(@TempDir Path directory) throws Exception {
        String secret = "thirty-two bytes of a secret, or more";
        for (Setting setting : Setting.SECRETS) {
            assertTrue(Config.help().contains(setting.name() + "_FILE"), setting.name());
        }
        Path file = Files.writeString(directory.resolve("secret"), secret + "\n");
        Map<String, String> environment = Map.of("CONCORD_AUTH", "jwt", "CONCORD_AUTH_SECRET_FILE", file.toString());
        assertEquals(new Secret(secret), Config.from(environment).auth().secret());
        Map<String, String> both = new HashMap<>(environment);
        both.put("CONCORD_AUTH_SECRET", secret);
        Map<String, String> missing =
                Map.of("DATABASE_URL_FILE", directory.resolve("none").toString());
        Path large = Files.writeString(directory.resolve("large"), "x".repeat(70_000));
        Map<String, String> tooLong = Map.of("GEMINI_API_KEY_FILE", large.toString());
        for (Map<String, String> wrong : List.of(both, missing, tooLong)) {
            ConfigException refused = assertThrows(ConfigException.class, () -> Config.from(wrong));
            assertTrue(refused.getMessage().contains("_FILE: "), refused::getMessage);
        }
    }

    @Test
    void keysOfTokensAreAFileOrAnAddressThatNobodyCanChangeOnTheWay(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("keys.json"), "{}");
        for (String[] both : new String[][] {
            {"https://id.example/keys", "https://id.example/keys"},
            {"http://127.0.0.1:8000/keys", "http://127.0.0.1:8000/keys"},
            {file.toString(), file.toUri().toString()}
        }) {
            Config config = Config.from(Map.of("CONCORD_AUTH", "jwt", "CONCORD_AUTH_JWKS", both[0]));
            assertEquals(both[1], String.valueOf(config.auth().keys()));
        }
        for (String wrong : List.of(
                "http://id.example/keys",
                "ftp://id.example/keys",
                "https://ann:secret@id.example/keys",
                directory.resolve("none.json").toString())) {
            ConfigException refused = assertThrows(
                    ConfigException.class,
                    () -> Config.from(Map.of("CONCORD_AUTH", "jwt", "CONCORD_AUTH_JWKS", wrong)));
            assertTrue(refused.getMessage().startsWith("CONCORD_AUTH_JWKS: "), refused::getMessage);
        }
        assertThrows(
                ConfigException.class,
                () -> Config.from(Map.of(
                        "CONCORD_AUTH", "jwt",
                        "CONCORD_AUTH_SECRET", "thirty-two bytes of a secret, or more",
                        "CONCORD_AUTH_JWKS", "https://id.example/keys")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PORT | 65536",
                "PORT | -1",
                "PORT | http",
                "PORT | 80.5",
                "PORT | 99999999999999999999",
                "CONCORD_HOST | two words",
                "CONCORD_HOST | http://host/",
                "CONCORD_ALLOWED_ORIGINS | app.example",
                "CONCORD_ALLOWED_ORIGINS | https://app.example/path",
                "CONCORD_ALLOWED_ORIGINS | https://app.example/",
                "CONCORD_ALLOWED_ORIGINS | https://app.example?q",
                "CONCORD_ALLOWED_ORIGINS | https://app.example#part",
                "CONCORD_ALLOWED_ORIGINS | https://user@app.example",
                "CONCORD_ALLOWED_ORIGINS | https://ok.example,nonsense",
                "CONCORD_ALLOWED_ORIGINS | null",
                "CONCORD_AUTH | password",
                "CONCORD_LOG_LEVEL | VERBOSE",
                "CONCORD_MAX_FRAME_BYTES | 1023",
                "CONCORD_MAX_FRAME_BYTES | 16777217",
                "CONCORD_MAX_OPS_PER_SECOND | 0",
                "CONCORD_MAX_OPS_PER_SECOND | 10000001",
                "CONCORD_MAX_CONNECTIONS_PER_ADDRESS | 0",
                "CONCORD_MAX_CONNECTIONS_PER_ADDRESS | 1000001",
                "CONCORD_MAX_ROOM_CHARS | 0",
                "CONCORD_MAX_ROOM_CHARS | 100000001",
                "CONCORD_MAX_PENDING | 0",
                "CONCORD_MAX_INPUT_BYTES | 1048575",
                "CONCORD_ALLOWED_HOSTS | docs.example:8080",
                "CONCORD_ALLOWED_HOSTS | https://docs.example",
                "CONCORD_MAX_PENDING | 10000001",
                "CONCORD_MAX_BODY_BYTES | 1023",
                "CONCORD_MAX_BODY_BYTES | 67108865",
                "CONCORD_MEMBER_QUEUE_BYTES | 65535",
                "CONCORD_MEMBER_QUEUE_BYTES | 67108865",
                "CONCORD_REDIS_CLUSTER | yes",
                "CONCORD_PRESENCE_SECONDS | 2",
                "CONCORD_PRESENCE_SECONDS | 601",
                "CONCORD_UNLOAD_SECONDS | -1",
                "CONCORD_UNLOAD_SECONDS | 86401",
                "CONCORD_UNLOAD_SECONDS | 5s",
                "CONCORD_VERSION_SECONDS | 86401",
                "CONCORD_AUTOMATIC_VERSIONS | 0",
                "CONCORD_MAX_VERSIONS | 0",
                "CONCORD_NEW_ROOMS_PER_HOUR | 0",
                "CONCORD_NEW_ROOMS_PER_HOUR_PER_ADDRESS | many",
                "CONCORD_MAX_OP_BYTES_PER_SECOND | 65535",
            })
    void aBadValueIsOneLineThatNamesVariableValueAndWhatIsAccepted(String variable, String value) {
        String message =
                assertThrows(ConfigException.class, () -> with(variable, value)).getMessage();
        assertTrue(message.startsWith(variable + ": "), message);
        assertTrue(message.contains("; accepted: " + Setting.valueOf(variable).accepted), message);
        assertEquals(1, message.lines().count(), message);
        String[] parts = value.split(",", -1);
        assertTrue(message.contains(parts[parts.length - 1]), message);
    }

    @Test
    void aPathThatIsNoneIsRefused() {
        String message = assertThrows(ConfigException.class, () -> with("CONCORD_DATA_DIR", "a\0b"))
                .getMessage();
        assertEquals("CONCORD_DATA_DIR: \"a?b\" is not a path; accepted: a path", message);
    }

    @Test
    void aBadValueCannotBreakTheLineOrFloodIt() {
        for (Function<String, String> bad : Set.<Function<String, String>>of(x -> x + "\nmore", x -> x.repeat(5_000))) {
            String message = assertThrows(ConfigException.class, () -> with("PORT", bad.apply("x")))
                    .getMessage();
            assertEquals(1, message.lines().count());
            assertTrue(message.length() < 200, message);
        }
    }

    @ParameterizedTest
    @EnumSource(Setting.class)
    void blankIsTheDefaultAndTheHelpNamesEverything(Setting setting) throws ConfigException {
        assertEquals(Config.from(Map.of()), with(setting.name(), "  "));
        String help = Config.help();
        assertTrue(help.contains("  " + setting.name() + "\n"));
        assertTrue(help.contains(setting.meaning));
        assertTrue(help.contains(setting.accepted));
        assertFalse(setting.accepted.isBlank());
        if (!setting.defaultValue.isEmpty()) {
            assertEquals(Config.from(Map.of()), with(setting.name(), setting.defaultValue));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://h:1s3cret",
                "redis:s3cret",
                "redis://",
                "redis://:s3cret@",
                "redis://:s3cret@bad host",
                "redis://:s3cret@one,two",
                "redis://:s3cret@h/path",
                "redis://:s3cret@h#x",
            })
    void aBadRedisAddressIsRefusedAndItsPasswordNotPrinted(String address) {
        String message = assertThrows(ConfigException.class, () -> with("REDIS_URL", address))
                .getMessage();
        assertTrue(message.startsWith("REDIS_URL: "), message);
        assertTrue(message.contains("; accepted: " + Setting.REDIS_URL.accepted), message);
        assertFalse(message.contains("s3cret"), message);
    }

    @Test
    void anyOriginMayBeAllowed() throws ConfigException {
        assertEquals(Set.of("*"), with("CONCORD_ALLOWED_ORIGINS", "*").allowedOrigins());
        assertEquals(
                Set.of("docs.example", "[::2]"),
                with("CONCORD_ALLOWED_HOSTS", " Docs.Example, ,[::2]").allowedHosts());
    }
}
