package dev.concord.server.config;

import java.util.EnumSet;
import java.util.Set;

/** The environment variables of the server, with their defaults, as {@code --help} lists them. */
enum Setting {
    PORT("8080", "port to listen on; 0 takes a free one", "0 to 65535"),
    CONCORD_HOST(
            "127.0.0.1", "address to listen on; 0.0.0.0 opens the server to the network", "an address or a host name"),
    DATABASE_URL(
            "",
            "PostgreSQL database that keeps the rooms, instead of the embedded store",
            "postgres://user:password@host:port/database?sslmode=require, or jdbc:postgresql:…"),
    CONCORD_DATA_DIR("concord-data", "directory of the embedded store; created when missing", "a path"),
    CONCORD_ALLOWED_ORIGINS(
            "",
            "web origins whose pages may connect, besides the server's own",
            "origins like https://app.example, separated by commas, or *"),
    CONCORD_ALLOWED_HOSTS(
            "",
            "names under which the server answers, besides those of its own machine; empty for all",
            "host names without ports, separated by commas"),
    CONCORD_AUTH(
            "",
            "who gets in: everybody, whoever has a link, or whoever has a token or a link; without it none on a loopback address, links on others",
            "none, links or jwt"),
    CONCORD_OPEN("false", "whether everybody may get in although the address is not a loopback one", "true or false"),
    CONCORD_AUTH_GRANTS(
            "both",
            "where rights come from: tokens, which lists of rooms can only lower; those lists; or both, where a list counts instead of a token",
            "token, room or both"),
    CONCORD_AUTH_SECRET(
            "",
            "secret with which tokens are signed (HS256, HS384 or HS512)",
            "32 to 1024 bytes; at least 48 for HS384 and 64 for HS512"),
    CONCORD_AUTH_JWKS(
            "",
            "public keys with which tokens are checked (RS256, ES256 or EdDSA), instead of a secret: a JSON Web Key Set",
            "a file, or an https URL; http for loopback addresses only"),
    CONCORD_AUTH_ISSUER("", "what the iss of a token must be; empty for any", "a text"),
    CONCORD_AUTH_AUDIENCE("", "what the aud of a token must contain; empty for any", "a text"),
    CONCORD_METRICS_TOKEN(
            "", "token without which nobody gets /metrics; empty to answer everybody", "at least 16 characters"),
    CONCORD_MAX_FRAME_BYTES("1048576", "largest WebSocket message", "1024 to 16777216"),
    CONCORD_MAX_OPS_PER_SECOND("100000", "ops a second that one connection may send", "1 to 10000000"),
    CONCORD_MAX_OP_BYTES_PER_SECOND(
            "16777216", "bytes a second that one connection may send in ops", "65536 to 1073741824"),
    CONCORD_MAX_CONNECTIONS_PER_ADDRESS("1000", "connections from one address; loopback is exempt", "1 to 1000000"),
    CONCORD_NEW_ROOMS_PER_HOUR_PER_ADDRESS(
            "10000", "rooms an hour that one address may create; loopback is exempt", "1 to 10000000"),
    CONCORD_NEW_ROOMS_PER_HOUR("1000000", "rooms an hour that all may create together", "1 to 100000000"),
    CONCORD_MAX_ROOM_CHARS("10000000", "visible characters (UTF-16 units) in one room", "1 to 100000000"),
    CONCORD_MAX_PENDING("100000", "runs and ranges in one room that wait for text they refer to", "1 to 10000000"),
    CONCORD_MAX_BODY_BYTES("8388608", "largest body of an HTTP request", "1024 to 67108864"),
    CONCORD_MEMBER_QUEUE_BYTES(
            "1048576", "unsent bytes for one slow reader before it is resynchronised", "65536 to 67108864"),
    CONCORD_MAX_INPUT_BYTES(
            "67108864",
            "unfinished frames and bodies of all connections together; at most a quarter of the direct memory",
            "1048576 to 1073741824"),
    CONCORD_UNLOAD_SECONDS("30", "seconds without members after which a room leaves memory", "0 to 86400"),
    REDIS_URL(
            "",
            "the Redis through which several instances behave like one; without it there is one instance",
            "redis://[:password@]host[:port][/database] or rediss:// for TLS; for a cluster several hosts, separated by commas"),
    CONCORD_REDIS_CLUSTER("false", "whether REDIS_URL is a Redis Cluster", "true or false"),
    CONCORD_PRESENCE_SECONDS(
            "15", "seconds after which the members of a lost instance disappear for the others", "3 to 600"),
    CONCORD_VERSION_SECONDS(
            "600", "seconds of activity after which the server captures a version itself; 0 for never", "0 to 86400"),
    CONCORD_MAX_VERSIONS("1000", "versions captured by people that a room keeps", "1 to 1000000"),
    CONCORD_AUTOMATIC_VERSIONS("50", "versions captured by the server itself that a room keeps", "1 to 10000"),
    CONCORD_AUTOMATIC_VERSION_DAYS(
            "0", "days after which versions captured by the server are deleted; 0 for never", "0 to 36500"),
    CONCORD_NAMED_VERSION_DAYS(
            "0", "days after which versions captured by people are deleted; 0 for never", "0 to 36500"),
    CONCORD_KEEP_VERSIONS(
            "0",
            "the newest versions captured by people that a room keeps, older ones are deleted; 0 for all",
            "0 to 1000000"),
    CONCORD_IDLE_ROOM_DAYS("0", "days without a change after which a room is deleted; 0 for never", "0 to 36500"),
    CONCORD_SEARCH("true", "whether rooms can be searched by meaning; false keeps no vectors", "true or false"),
    GEMINI_API_KEY("", "key for Gemini; without one the AI routes answer 503 and everything else works", "a key"),
    CONCORD_GEMINI_BASE_URL("", "where Gemini is reached, instead of Google's own address", "an http or https URL"),
    CONCORD_GEMINI_MODEL("gemini-flash-latest", "model that proposes text and plans edits", "a model's name"),
    CONCORD_GEMINI_EMBEDDING_MODEL(
            "gemini-embedding-001", "model that embeds texts for search when there is a key", "a model's name"),
    CONCORD_GEMINI_TIMEOUT_SECONDS("20", "seconds for one call of Gemini", "1 to 20"),
    CONCORD_AI_CALLS_PER_MINUTE("20", "calls of AI routes a minute from one address", "1 to 100000"),
    CONCORD_AI_ROOM_CALLS_PER_MINUTE("60", "calls of AI routes a minute for one room", "1 to 100000"),
    CONCORD_LOG_LEVEL("INFO", "how much is logged", "ERROR, WARN, INFO or DEBUG");

    final String defaultValue;
    final String meaning;
    final String accepted;

    /** Those whose value must not be seen; each has a twin that names a file with it, for secrets that are mounted. */
    static final Set<Setting> SECRETS =
            EnumSet.of(DATABASE_URL, CONCORD_AUTH_SECRET, CONCORD_METRICS_TOKEN, REDIS_URL, GEMINI_API_KEY);

    /** What the name of the twin ends with. */
    static final String FILE = "_FILE";

    Setting(String defaultValue, String meaning, String accepted) {
        this.defaultValue = defaultValue;
        this.meaning = meaning;
        this.accepted = accepted;
    }
}
