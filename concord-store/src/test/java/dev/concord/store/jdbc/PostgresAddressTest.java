package dev.concord.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresAddressTest {
    private static void assertRead(String text, String url, String user, String password) {
        PostgresAddress address = PostgresAddress.parse(text);
        assertEquals(url, address.url());
        assertEquals(user, address.user());
        assertEquals(password, address.password());
    }

    @Test
    void both_forms_are_read() {
        assertRead(
                "postgres://ann:s3cret@db.example:6543/concord?sslmode=disable",
                "jdbc:postgresql://db.example:6543/concord?sslmode=disable",
                "ann",
                "s3cret");
        assertRead("postgresql://db/concord", "jdbc:postgresql://db/concord", null, null);
        assertRead(" POSTGRES://ann@[::1]:5432/c ", "jdbc:postgresql://[::1]:5432/c", "ann", null);
        assertRead(
                "jdbc:postgresql://db:5432/concord?user=ann&ssl=true&password=s3cret",
                "jdbc:postgresql://db:5432/concord?ssl=true",
                "ann",
                "s3cret");
        assertRead("jdbc:postgresql://db/concord", "jdbc:postgresql://db/concord", null, null);
    }

    @Test
    void percent_escapes_are_decoded_once_and_a_plus_stays() {
        assertRead(
                "postgres://a%40b:p%3A%2F%25+%C3%A9@db/my%20data%3F",
                "jdbc:postgresql://db/my%20data%3F", "a@b", "p:/%+\u00e9");
        assertRead(
                "postgres://db/c?user=ann&password=p%26q&application_name=a%20b",
                "jdbc:postgresql://db/c?ApplicationName=a%20b", "ann", "p&q");
    }

    @Test
    void names_of_libpq_become_the_drivers() {
        assertRead(
                "postgres://a:b@h1:1,h2:2/c?connect_timeout=7&target_session_attrs=read-write&keepalives=0",
                "jdbc:postgresql://h1:1,h2:2/c?connectTimeout=7&targetServerType=primary&tcpKeepAlive=false",
                "a",
                "b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgres://ann:s3cret@db:port/c",
                "postgres://ann:s3cret@db:99999/c",
                "postgres://ann:s3cret@db",
                "postgres://ann:s3cret@db/",
                "postgres://ann:s3cret@/c",
                "postgres://ann:s3cret%zz@db/c",
                "postgres://ann:s3cret@db/c/d",
                "postgres://ann:s3cret@db/c?sslmode=yes",
                "postgres://ann:s3cret@db/c?ssl_mode=require",
                "jdbc:mysql://ann:s3cret@db/c",
                "mysql://ann:s3cret@db/c",
                "ann:s3cret",
            })
    void what_is_no_address_is_refused_without_telling_the_secret(String text) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> PostgresAddress.parse(text));
        assertFalse(refusal.getMessage().contains("s3"), refusal.getMessage());
        assertFalse(refusal.getMessage().contains("\n"), refusal.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "postgres://ann:s3cret@db:1/c?sslmode=disable, db:1/c",
        "jdbc:postgresql://db:1/c?user=ann&password=s3cret, db:1/c",
        "jdbc:postgresql:c, c",
    })
    void printing_an_address_shows_the_place_only(String text, String shown) {
        assertEquals(shown, PostgresAddress.parse(text).toString());
    }

    @Test
    void encryption_that_was_asked_for_reaches_the_driver() {
        assertTrue(PostgresAddress.parse("postgres://a@b/c?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem")
                .url()
                .endsWith("?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem"));
        assertNull(PostgresAddress.parse("postgres://b/c").password());
    }
}
