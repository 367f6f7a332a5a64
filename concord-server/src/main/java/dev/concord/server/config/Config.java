package dev.concord.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of one server.
 *
 * @param port 0 to 65535; 0 takes a free one
 * @param host address to listen on
 * @param database address of the PostgreSQL database that keeps the rooms; not set for the embedded store
 * @param dataDirectory directory of the embedded store
 * @param allowedOrigins web origins allowed besides the server's own; {@code *} allows all
 * @param allowedHosts names under which the server answers, in lower case, besides those of its own machine; none for all
 * @param auth who is let in
 * @param ai which models are asked
 * @param logLevel ERROR, WARN, INFO or DEBUG
 * @param redis where several instances meet; empty for one alone
 * @param limits all bounds
 */
public record Config(
        int port,
        String host,
        Secret database,
        Path dataDirectory,
        Set<String> allowedOrigins,
        Set<String> allowedHosts,
        AuthConfig auth,
        AiConfig ai,
        String logLevel,
        Optional<RedisAddress> redis,
        Limits limits) {

    private static final int MAX_SECRET_FILE = 64 << 10;

    /**
     * Reads the environment.
     *
     * @param environment variables by name, as {@link System#getenv()}
     * @return the configuration
     * @throws ConfigException for the first value that cannot be used
     */
    public static Config from(Map<String, String> environment) throws ConfigException {
        Values values = new Values(withFiles(environment));
        Limits d = Limits.DEFAULT;
        Limits limits = new Limits(
                new Limits.Connections(
                        values.integer(Setting.CONCORD_MAX_FRAME_BYTES, 1 << 10, 16 << 20),
                        values.integer(Setting.CONCORD_MAX_OPS_PER_SECOND, 1, 10_000_000),
                        values.integer(Setting.CONCORD_MAX_OP_BYTES_PER_SECOND, 64 << 10, 1 << 30),
                        values.integer(Setting.CONCORD_MAX_CONNECTIONS_PER_ADDRESS, 1, 1_000_000),
                        new Limits.NewRooms(
                                values.integer(Setting.CONCORD_NEW_ROOMS_PER_HOUR_PER_ADDRESS, 1, 10_000_000),
                                values.integer(Setting.CONCORD_NEW_ROOMS_PER_HOUR, 1, 100_000_000)),
                        values.integer(Setting.CONCORD_MEMBER_QUEUE_BYTES, 64 << 10, 64 << 20),
                        values.integer(Setting.CONCORD_MAX_INPUT_BYTES, 1 << 20, 1 << 30),
                        d.connections().handshake(),
                        d.connections().idle()),
                new Limits.Http(values.integer(Setting.CONCORD_MAX_BODY_BYTES, 1 << 10, 64 << 20)),
                new Limits.Rooms(
                        values.integer(Setting.CONCORD_MAX_ROOM_CHARS, 1, 100_000_000),
                        values.integer(Setting.CONCORD_MAX_PENDING, 1, 10_000_000),
                        Duration.ofSeconds(values.integer(Setting.CONCORD_UNLOAD_SECONDS, 0, 86_400)),
                        d.rooms().elementsPerTurn()),
                d.compaction(),
                new Limits.Presence(
                        d.presence().bytes(),
                        d.presence().tick(),
                        Duration.ofSeconds(values.integer(Setting.CONCORD_PRESENCE_SECONDS, 3, 600))),
                d.peers(),
                new HistoryLimits(
                        Duration.ofSeconds(values.integer(Setting.CONCORD_VERSION_SECONDS, 0, 86_400)),
                        values.integer(Setting.CONCORD_AUTOMATIC_VERSIONS, 1, 10_000),
                        values.integer(Setting.CONCORD_MAX_VERSIONS, 1, 1_000_000),
                        d.history().elements(),
                        d.history().steps(),
                        new RetentionLimits(
                                Duration.ofDays(values.integer(Setting.CONCORD_AUTOMATIC_VERSION_DAYS, 0, 36_500)),
                                Duration.ofDays(values.integer(Setting.CONCORD_NAMED_VERSION_DAYS, 0, 36_500)),
                                values.integer(Setting.CONCORD_KEEP_VERSIONS, 0, 1_000_000),
                                Duration.ofDays(values.integer(Setting.CONCORD_IDLE_ROOM_DAYS, 0, 36_500)),
                                d.history().retention().interval())),
                d.shutdown());
        return new Config(
                values.integer(Setting.PORT, 0, 65_535),
                values.host(),
                new Secret(values.text(Setting.DATABASE_URL)),
                values.path(Setting.CONCORD_DATA_DIR),
                values.origins(),
                values.hosts(),
                values.auth(),
                values.ai(),
                values.logLevel(),
                values.redis(),
                limits);
    }

    /** Puts what files hold in the place of the variables that name them. */
    private static Map<String, String> withFiles(Map<String, String> environment) throws ConfigException {
        Map<String, String> whole = new HashMap<>(environment);
        for (Setting setting : Setting.SECRETS) {
            String twin = setting.name() + Setting.FILE;
            String file = environment.getOrDefault(twin, "").strip();
            if (file.isEmpty()) {
                continue;
            }
            if (!environment.getOrDefault(setting.name(), "").isBlank()) {
                throw new ConfigException(twin, setting.name() + " is set as well", "one of the two");
            }
            try (InputStream in = Files.newInputStream(Path.of(file))) {
                byte[] value = in.readNBytes(MAX_SECRET_FILE + 1);
                if (value.length > MAX_SECRET_FILE) {
                    throw new ConfigException(
                            twin, "the file is too long", "a file of at most " + MAX_SECRET_FILE + " bytes");
                }
                whole.put(setting.name(), new String(value, StandardCharsets.UTF_8));
            } catch (IOException | InvalidPathException e) {
                throw new ConfigException(twin, "the file cannot be read", "a file with the value");
            }
        }
        return whole;
    }

    /**
     * The list of variables for {@code --help}.
     *
     * @return one line each: name, meaning, accepted values, default
     */
    public static String help() {
        StringBuilder help = new StringBuilder();
        for (Setting setting : Setting.values()) {
            help.append("  ")
                    .append(setting.name())
                    .append("\n      ")
                    .append(setting.meaning)
                    .append("\n      accepted: ")
                    .append(setting.accepted)
                    .append("; default: ")
                    .append(setting.defaultValue.isEmpty() ? "none" : setting.defaultValue)
                    .append('\n');
            if (Setting.SECRETS.contains(setting)) {
                help.append("      or, instead: ")
                        .append(setting.name())
                        .append(Setting.FILE)
                        .append(", a file that holds it\n");
            }
        }
        return help.toString();
    }

    /** Reads single values, each fault naming its variable. */
    private record Values(Map<String, String> environment) {
        /** Bytes of a secret: as long as the shortest hash. */
        private static final int MIN_SECRET = 32;

        private static final int MAX_SECRET = 1024;
        /** Characters of the token for metrics: too many to be tried out. */
        private static final int MIN_TOKEN = 16;

        private String text(Setting setting) {
            String value = environment.get(setting.name());
            return value == null || value.isBlank() ? setting.defaultValue : value.strip();
        }

        int integer(Setting setting, int min, int max) throws ConfigException {
            String value = text(setting);
            try {
                long number = Long.parseLong(value);
                if (number >= min && number <= max) {
                    return (int) number;
                }
            } catch (NumberFormatException e) {
                throw new ConfigException(setting.name(), quoted(value) + " is not an integer", setting.accepted);
            }
            throw new ConfigException(setting.name(), quoted(value) + " is out of range", setting.accepted);
        }

        String host() throws ConfigException {
            String host = text(Setting.CONCORD_HOST);
            if (!host.matches("[A-Za-z0-9._:%-]+")) {
                throw new ConfigException(
                        Setting.CONCORD_HOST.name(),
                        quoted(host) + " is not a valid address",
                        Setting.CONCORD_HOST.accepted);
            }
            return host;
        }

        Path path(Setting setting) throws ConfigException {
            try {
                return Path.of(text(setting));
            } catch (InvalidPathException e) {
                throw new ConfigException(setting.name(), quoted(text(setting)) + " is not a path", setting.accepted);
            }
        }

        Set<String> origins() throws ConfigException {
            Set<String> origins = new LinkedHashSet<>();
            for (String part : text(Setting.CONCORD_ALLOWED_ORIGINS).split(",", -1)) {
                String origin = part.strip().toLowerCase(Locale.ROOT);
                if (origin.isEmpty()) {
                    continue;
                }
                if (!origin.equals("*") && !isOrigin(origin)) {
                    throw new ConfigException(
                            Setting.CONCORD_ALLOWED_ORIGINS.name(),
                            quoted(origin) + " is not a valid origin",
                            Setting.CONCORD_ALLOWED_ORIGINS.accepted);
                }
                origins.add(origin);
            }
            return origins;
        }

        Set<String> hosts() throws ConfigException {
            Set<String> hosts = new LinkedHashSet<>();
            for (String part : text(Setting.CONCORD_ALLOWED_HOSTS).split(",", -1)) {
                String host = part.strip().toLowerCase(Locale.ROOT);
                if (host.isEmpty()) {
                    continue;
                }
                if (!host.matches("\\[[0-9a-f:.]+\\]|[a-z0-9._-]+")) {
                    throw new ConfigException(
                            Setting.CONCORD_ALLOWED_HOSTS.name(),
                            quoted(host) + " is not a valid host name",
                            Setting.CONCORD_ALLOWED_HOSTS.accepted);
                }
                hosts.add(host);
            }
            return hosts;
        }

        AuthConfig auth() throws ConfigException {
            AuthConfig.Mode mode = mode();
            Secret secret = new Secret(text(Setting.CONCORD_AUTH_SECRET));
            int bytes = secret.value().getBytes(StandardCharsets.UTF_8).length;
            if (secret.isSet() && (bytes < MIN_SECRET || bytes > MAX_SECRET)) {
                throw new ConfigException(
                        Setting.CONCORD_AUTH_SECRET.name(),
                        "it has " + bytes + " bytes",
                        Setting.CONCORD_AUTH_SECRET.accepted);
            }
            URI keys = keys();
            if (mode == AuthConfig.Mode.JWT && !secret.isSet() && keys == null) {
                throw new ConfigException(
                        Setting.CONCORD_AUTH_SECRET.name(),
                        "it or CONCORD_AUTH_JWKS is needed to check tokens",
                        Setting.CONCORD_AUTH_SECRET.accepted);
            }
            if (secret.isSet() && keys != null) {
                throw new ConfigException(
                        Setting.CONCORD_AUTH_JWKS.name(),
                        "CONCORD_AUTH_SECRET is set as well",
                        "one of the two, so that no token can choose");
            }
            return new AuthConfig(
                    mode,
                    word(Setting.CONCORD_AUTH_GRANTS, AuthConfig.Source.class),
                    secret,
                    keys,
                    optional(Setting.CONCORD_AUTH_ISSUER),
                    optional(Setting.CONCORD_AUTH_AUDIENCE),
                    metricsToken());
        }

        private Secret metricsToken() throws ConfigException {
            String token = text(Setting.CONCORD_METRICS_TOKEN);
            if (!token.isEmpty() && token.length() < MIN_TOKEN) {
                throw new ConfigException(
                        Setting.CONCORD_METRICS_TOKEN.name(),
                        "it has " + token.length() + " characters",
                        Setting.CONCORD_METRICS_TOKEN.accepted);
            }
            return new Secret(token);
        }

        /** Where public keys are: what does not look like a URL is a file. */
        private @Nullable URI keys() throws ConfigException {
            Setting setting = Setting.CONCORD_AUTH_JWKS;
            String text = text(setting);
            if (text.isEmpty()) {
                return null;
            }
            if (!text.contains("://")) {
                Path file = path(setting);
                if (!Files.isReadable(file)) {
                    throw new ConfigException(
                            setting.name(), quoted(text) + " is not a file that can be read", setting.accepted);
                }
                return file.toUri();
            }
            URI url = url(setting);
            if (url == null || url.getRawUserInfo() != null) {
                throw new ConfigException(setting.name(), "it may hold no user", setting.accepted);
            }
            if (!"https".equals(url.getScheme()) && !isLoopback(url.getHost())) {
                throw new ConfigException(
                        setting.name(), "whoever is between could put in keys of their own", setting.accepted);
            }
            return url;
        }

        /** What is asked of people, by where the server listens: it is open to a network only when that is meant. */
        private AuthConfig.Mode mode() throws ConfigException {
            boolean open = flag(Setting.CONCORD_OPEN) || isLoopback(host());
            if (text(Setting.CONCORD_AUTH).isEmpty()) {
                return open ? AuthConfig.Mode.NONE : AuthConfig.Mode.LINKS;
            }
            AuthConfig.Mode mode = word(Setting.CONCORD_AUTH, AuthConfig.Mode.class);
            if (mode == AuthConfig.Mode.NONE && !open) {
                throw new ConfigException(
                        Setting.CONCORD_AUTH.name(),
                        "with none, everybody who reaches " + host() + " can read and change every room",
                        "links or jwt; or CONCORD_OPEN=true if that is meant");
            }
            return mode;
        }

        private <E extends Enum<E>> E word(Setting setting, Class<E> type) throws ConfigException {
            String value = text(setting);
            for (E constant : type.getEnumConstants()) {
                if (constant.name().equalsIgnoreCase(value)) {
                    return constant;
                }
            }
            throw new ConfigException(setting.name(), quoted(value) + " is not one of them", setting.accepted);
        }

        private static boolean isLoopback(String host) {
            try {
                return InetAddress.getByName(host).isLoopbackAddress();
            } catch (UnknownHostException e) {
                return false;
            }
        }

        private @Nullable String optional(Setting setting) {
            String value = text(setting);
            return value.isEmpty() ? null : value;
        }

        String logLevel() throws ConfigException {
            String level = text(Setting.CONCORD_LOG_LEVEL).toUpperCase(Locale.ROOT);
            if (!Set.of("ERROR", "WARN", "INFO", "DEBUG").contains(level)) {
                throw new ConfigException(
                        Setting.CONCORD_LOG_LEVEL.name(),
                        quoted(level) + " is not a valid level",
                        Setting.CONCORD_LOG_LEVEL.accepted);
            }
            return level;
        }

        Optional<RedisAddress> redis() throws ConfigException {
            boolean cluster = flag(Setting.CONCORD_REDIS_CLUSTER);
            String address = text(Setting.REDIS_URL);
            if (address.isEmpty()) {
                return Optional.empty();
            }
            URI uri;
            try {
                uri = new URI(address);
            } catch (URISyntaxException e) {
                // Not even in part: it may hold a password.
                throw redisFault("it is not a URL");
            }
            boolean scheme = "redis".equals(uri.getScheme()) || "rediss".equals(uri.getScheme());
            String authority = uri.getRawAuthority();
            if (!scheme || authority == null) {
                throw redisFault("it does not begin with redis:// or rediss:// and a host");
            }
            for (String host :
                    authority.substring(authority.lastIndexOf('@') + 1).split(",", -1)) {
                if (!host.matches("(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")) {
                    throw redisFault("a host in it is not a valid address");
                }
            }
            if (!cluster && authority.indexOf(',') >= 0) {
                throw redisFault("several hosts need CONCORD_REDIS_CLUSTER=true");
            }
            if (!String.valueOf(uri.getRawPath()).matches("/?[0-9]{0,4}") || uri.getRawFragment() != null) {
                throw redisFault("after the host there may be the number of a database only");
            }
            return Optional.of(new RedisAddress(uri, cluster));
        }

        private static ConfigException redisFault(String problem) {
            return new ConfigException(Setting.REDIS_URL.name(), problem, Setting.REDIS_URL.accepted);
        }

        private boolean flag(Setting setting) throws ConfigException {
            String value = text(setting).toLowerCase(Locale.ROOT);
            if (!value.equals("true") && !value.equals("false")) {
                throw new ConfigException(
                        setting.name(), quoted(value) + " is neither true nor false", setting.accepted);
            }
            return value.equals("true");
        }

        AiConfig ai() throws ConfigException {
            return new AiConfig(
                    new Secret(text(Setting.GEMINI_API_KEY)),
                    url(Setting.CONCORD_GEMINI_BASE_URL),
                    model(Setting.CONCORD_GEMINI_MODEL),
                    model(Setting.CONCORD_GEMINI_EMBEDDING_MODEL),
                    Duration.ofSeconds(integer(Setting.CONCORD_GEMINI_TIMEOUT_SECONDS, 1, 20)),
                    AiLimits.DEFAULT.withQuotas(
                            integer(Setting.CONCORD_AI_CALLS_PER_MINUTE, 1, 100_000),
                            integer(Setting.CONCORD_AI_ROOM_CALLS_PER_MINUTE, 1, 100_000)),
                    flag(Setting.CONCORD_SEARCH));
        }

        private String model(Setting setting) throws ConfigException {
            String model = text(setting);
            // It becomes a part of a path.
            if (!model.matches("[A-Za-z0-9._-]+")) {
                throw new ConfigException(
                        setting.name(), quoted(model) + " is not the name of a model", setting.accepted);
            }
            return model;
        }

        private @Nullable URI url(Setting setting) throws ConfigException {
            String text = text(setting);
            if (text.isEmpty()) {
                return null;
            }
            try {
                URI url = URI.create(text);
                if (url.getHost() != null && ("https".equals(url.getScheme()) || "http".equals(url.getScheme()))) {
                    return url;
                }
            } catch (IllegalArgumentException e) {
                // Refused below.
            }
            throw new ConfigException(setting.name(), quoted(text) + " is not a valid URL", setting.accepted);
        }

        private static boolean isOrigin(String origin) {
            try {
                URI uri = URI.create(origin);
                return uri.getScheme() != null
                        && uri.getHost() != null
                        && (uri.getRawPath() == null || uri.getRawPath().isEmpty())
                        && uri.getRawQuery() == null
                        && uri.getRawFragment() == null
                        && uri.getRawUserInfo() == null;
            } catch (IllegalArgumentException e) {
                return false;
            }
        }

        private static String quoted(String value) {
            String shown = value.length() > 60 ? value.substring(0, 60) + "…" : value;
            return "\"" + shown.replaceAll("\\p{Cntrl}", "?") + "\"";
        }
    }
}
