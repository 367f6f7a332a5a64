package dev.concord.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.store.Embeddings;
import dev.concord.store.Embeddings.Neighbour;
import dev.concord.store.RoomStore;
import dev.concord.store.testing.AiStoreContract;
import dev.concord.testing.postgres.PgVectorForTests;
import dev.concord.testing.postgres.PostgresForTests;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The contract on a real PostgreSQL with pgvector, and the way there from one without it. */
class PgVectorStoreTest extends AiStoreContract {
    private String url;

    @Override
    protected RoomStore open() {
        url = PgVectorForTests.freshDatabase();
        return PostgresStore.open(PostgresAddress.parse(url));
    }

    private static String plan(String database, String query) throws SQLException {
        try (Connection connection = PostgresForTests.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute("set enable_seqscan = off");
            statement.execute("set enable_sort = off");
            StringBuilder plan = new StringBuilder();
            try (ResultSet row = statement.executeQuery("explain " + query)) {
                while (row.next()) {
                    plan.append(row.getString(1)).append('\n');
                }
            }
            return plan.toString();
        }
    }

    @Test
    void theColumnIsAVectorAndTheIndexServesTheRanking() throws Exception {
        assertEquals("pgvector, HNSW", store.embeddings().ranking());
        String zeros = "[" + "0,".repeat(767) + "1]";
        String plan =
                plan(url, "select room_id from doc_embeddings order by embedding <=> '" + zeros + "'::vector limit 5");
        assertTrue(plan.contains("doc_embeddings_hnsw"), plan);
        try (Connection connection = PostgresForTests.connect(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select format_type(atttypid, atttypmod), pg_get_indexdef("
                        + "'doc_embeddings_hnsw'::regclass) from pg_attribute where attrelid = 'doc_embeddings'::regclass"
                        + " and attname = 'embedding'")) {
            assertTrue(row.next());
            assertEquals("vector(768)", row.getString(1));
            assertTrue(row.getString(2).contains("vector_cosine_ops"), row.getString(2));
        }
    }

    @Test
    void aDatabaseWithoutTheExtensionIsServedByAScanAndTakesItIntoUseAtTheNextStart() throws Exception {
        String admin = PgVectorForTests.freshDatabase();
        String name = admin.replaceFirst(".*/([^?]*).*", "$1");
        String user = "u_" + name;
        // Not allowed to create extensions, as where the operator has to.
        PostgresForTests.execute(admin, "create role " + user + " login password 'p'");
        PostgresForTests.execute(admin, "grant all on schema public to " + user);
        String limited = admin.replaceFirst("://[^@/]*@", "://").replaceFirst("://", "://" + user + ":p@");

        float[] axis = new float[Embeddings.DIMENSIONS];
        axis[3] = 1;
        float[] slanted = new float[Embeddings.DIMENSIONS];
        slanted[3] = 0.8f;
        slanted[4] = 0.6f;
        List<Neighbour> scanned;
        try (RoomStore first = PostgresStore.open(PostgresAddress.parse(limited))) {
            for (String room : List.of("a", "b")) {
                first.create(room, "e", new byte[] {1});
            }
            first.embeddings().save("a", "e", slanted, "m", 0);
            first.embeddings().save("b", "e", axis, "m", 0);
            scanned = first.embeddings().nearest(axis, "m", 5);
            assertEquals("exact scan", first.embeddings().ranking());
        }
        assertEquals(List.of("b", "a"), scanned.stream().map(Neighbour::roomId).collect(Collectors.toList()));

        PostgresForTests.execute(admin, "create extension vector");
        try (RoomStore second = PostgresStore.open(PostgresAddress.parse(limited))) {
            List<Neighbour> ranked = second.embeddings().nearest(axis, "m", 5);
            assertEquals("pgvector, HNSW", second.embeddings().ranking());
            assertEquals(
                    List.of("b", "a"), ranked.stream().map(Neighbour::roomId).collect(Collectors.toList()));
            for (int i = 0; i < 2; i++) {
                assertEquals(scanned.get(i).similarity(), ranked.get(i).similarity(), 1e-6);
            }
        }
    }
}
