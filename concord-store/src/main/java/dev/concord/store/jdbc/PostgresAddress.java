package dev.concord.store.jdbc;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Where a PostgreSQL database is and who opens it, from one line of text. Printing it shows no password.
 *
 * <p>Accepted are {@code postgres://user:password@host:port/database?sslmode=…} (also {@code postgresql://}), where user, password and
 * database may be percent-encoded and parameters have libpq's names or the driver's, and {@code jdbc:postgresql:…} as the driver
 * documents it.
 */
public final class PostgresAddress {
    /** The two forms, for messages. */
    public static final String ACCEPTED =
            "postgres://user:password@host:port/database?sslmode=require, or jdbc:postgresql://host:port/database?user=…&password=…";

    /** The driver writes to stderr what its exceptions say as well. Held here, or the setting would be collected with the logger. */
    private static final Logger DRIVER_LOG = Logger.getLogger("org.postgresql");

    static {
        DRIVER_LOG.setLevel(Level.OFF);
    }

    private static final String JDBC = "jdbc:postgresql:";
    private static final Set<String> SSL_MODES =
            Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");
    /** What libpq calls otherwise than the driver. */
    private static final Map<String, String> LIBPQ = Map.of(
            "connect_timeout", "connectTimeout",
            "application_name", "ApplicationName",
            "channel_binding", "channelBinding",
            "keepalives", "tcpKeepAlive",
            "target_session_attrs", "targetServerType");

    private static final Map<String, String> SESSION_ATTRIBUTES = Map.of(
            "any", "any",
            "primary", "primary",
            "read-write", "primary",
            "standby", "secondary",
            "prefer-standby", "preferSecondary");

    private final String url;
    private final @Nullable String user;
    private final @Nullable String password;
    private final String shown;

    private PostgresAddress(String url, @Nullable String user, @Nullable String password) {
        this.url = url;
        this.user = user;
        this.password = password;
        int query = url.indexOf('?');
        String place = url.substring(JDBC.length(), query < 0 ? url.length() : query);
        this.shown = place.startsWith("//") ? place.substring(2) : place;
    }

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException when it is not valid; the message says what is wrong without repeating secrets
     */
    public static PostgresAddress parse(String text) {
        String address = text.strip();
        String lower = address.toLowerCase(Locale.ROOT);
        if (lower.startsWith("jdbc:")) {
            if (!lower.startsWith(JDBC)) {
                throw new IllegalArgumentException("names a database other than PostgreSQL");
            }
            return ofJdbc(JDBC + address.substring(JDBC.length()));
        }
        if (lower.startsWith("postgres://") || lower.startsWith("postgresql://")) {
            return ofUri(address.substring(address.indexOf("://") + 3));
        }
        throw new IllegalArgumentException("begins with neither postgres:// nor jdbc:postgresql:");
    }

    private static PostgresAddress ofJdbc(String address) {
        int question = address.indexOf('?');
        String base = question < 0 ? address : address.substring(0, question);
        String user = null;
        String password = null;
        List<String> kept = new ArrayList<>();
        for (String parameter : parameters(question < 0 ? "" : address.substring(question + 1))) {
            if (parameter.startsWith("user=")) {
                user = decoded(parameter.substring("user=".length()), "the user");
            } else if (parameter.startsWith("password=")) {
                password = decoded(parameter.substring("password=".length()), "the password");
            } else {
                kept.add(parameter);
            }
        }
        return checked(new PostgresAddress(withQuery(base, kept), user, password));
    }

    private static PostgresAddress ofUri(String address) {
        int question = address.indexOf('?');
        String before = question < 0 ? address : address.substring(0, question);
        int slash = before.lastIndexOf('/');
        String authority = slash < 0 ? before : before.substring(0, slash);
        String database = slash < 0 ? "" : decoded(before.substring(slash + 1), "the database's name");
        if (database.isEmpty()) {
            throw new IllegalArgumentException("names no database after the host");
        }
        int at = authority.lastIndexOf('@');
        String hosts = authority.substring(at + 1);
        if (hosts.isEmpty() || hosts.contains("/")) {
            throw new IllegalArgumentException(hosts.isEmpty() ? "names no host" : "has a / too many after the host");
        }
        String user = null;
        String password = null;
        if (at >= 0) {
            String credentials = authority.substring(0, at);
            int colon = credentials.indexOf(':');
            user = decoded(colon < 0 ? credentials : credentials.substring(0, colon), "the user");
            password = colon < 0 ? null : decoded(credentials.substring(colon + 1), "the password");
        }
        List<String> kept = new ArrayList<>();
        for (String parameter : parameters(question < 0 ? "" : address.substring(question + 1))) {
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            String value = equals < 0 ? "" : decoded(parameter.substring(equals + 1), "the parameter " + name);
            switch (name) {
                case "user" -> user = value;
                case "password" -> password = value;
                default -> kept.add(driverParameter(name, value));
            }
        }
        String base = JDBC + "//" + hosts + "/" + encoded(database);
        return checked(new PostgresAddress(withQuery(base, kept), user, password));
    }

    private static String driverParameter(String name, String value) {
        String known = LIBPQ.getOrDefault(name, name);
        if (!isDriverProperty(known)) {
            // Passed over in silence it might have been the one that asked for encryption.
            throw new IllegalArgumentException("has the unknown parameter \"" + name + "\"");
        }
        String meant = value;
        if (known.equals("sslmode") && !SSL_MODES.contains(value)) {
            throw new IllegalArgumentException("has an unknown sslmode; there are disable, allow, prefer, require,"
                    + " verify-ca and verify-full");
        }
        if (known.equals("targetServerType")) {
            meant = SESSION_ATTRIBUTES.getOrDefault(value, value);
        } else if (known.equals("tcpKeepAlive")) {
            meant = String.valueOf(!value.equals("0") && !value.equals("false"));
        }
        return known + "=" + encoded(meant);
    }

    private static PostgresAddress checked(PostgresAddress address) {
        driver(address.url);
        return address;
    }

    private static boolean isDriverProperty(String name) {
        try {
            return Arrays.stream(driver(JDBC + "any").getPropertyInfo(JDBC + "any", new Properties()))
                    .anyMatch(property -> property.name.equals(name));
        } catch (SQLException failure) {
            throw new IllegalStateException("the driver does not know its own properties", failure);
        }
    }

    private static Driver driver(String url) {
        try {
            return DriverManager.getDriver(url);
        } catch (SQLException noDriverTakesIt) {
            throw new IllegalArgumentException("cannot be read; is the port a number from 1 to 65535?");
        }
    }

    private static List<String> parameters(String query) {
        List<String> parameters = new ArrayList<>();
        for (String parameter : query.split("&", -1)) {
            if (!parameter.isEmpty()) {
                parameters.add(parameter);
            }
        }
        return parameters;
    }

    private static String withQuery(String base, List<String> parameters) {
        return parameters.isEmpty() ? base : base + "?" + String.join("&", parameters);
    }

    private static String decoded(String text, String what) {
        try {
            // Only in forms does + mean a space.
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "has a % in " + what + " that does not begin an escape; a % itself is written %25");
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** For the driver; without user and password. */
    String url() {
        return url;
    }

    @Nullable
    String user() {
        return user;
    }

    @Nullable
    String password() {
        return password;
    }

    /** Host, port and database; no user, password or parameter. */
    @Override
    public String toString() {
        return shown;
    }
}
