package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.concord.testing.Await;
import dev.concord.testing.postgres.PgVectorForTests;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Search as ./concord has it: the embedding model inside the server, no key, real texts. */
@Timeout(900)
class SearchTest {
    private static final Map<String, String> TEXTS = new LinkedHashMap<>();

    static {
        TEXTS.put("sourdough", """
                Feed the starter the evening before. Mix flour, water and salt, fold the dough every half hour, and let it rise overnight in the \
                fridge. Bake it in a hot, covered pot until the crust is dark.""");
        TEXTS.put("rye-loaf", """
                Rye bread needs no kneading. Stir rye flour and a ripe sour with warm water, fill the tin, wait until the surface shows holes, and \
                put it into the oven for an hour.""");
        TEXTS.put("lease", """
                The tenant pays the rent in advance on the first of each month. The landlord returns the deposit within six weeks after the end of \
                the contract, less the cost of repairs.""");
        TEXTS.put("orbit", """
                The probe burns its main engine for nine minutes to enter an orbit around Jupiter, then the antenna is turned to Earth and the \
                instruments are switched on one by one.""");
        TEXTS.put("meeting", """
                Present: everybody but Tom. The release moves to Thursday because two tests still fail. Ann writes to the customers, Bob looks at \
                the build server.""");
    }

    private record Hit(String room, double similarity) {}

    @TempDir
    Path directory;

    private static List<Hit> hits(ServerProcess server, String path) {
        HttpResponse<String> response = server.get(path);
        assertEquals(200, response.statusCode(), response::body);
        List<Hit> hits = new ArrayList<>();
        for (JsonNode hit : ServerProcess.json(response.body())) {
            hits.add(new Hit(
                    hit.get("room_id").textValue(), hit.get("similarity").doubleValue()));
        }
        return hits;
    }

    private static List<Hit> search(ServerProcess server, String question) {
        return hits(server, "/rooms/any/search?k=50&q=" + URLEncoder.encode(question, StandardCharsets.UTF_8));
    }

    private static List<String> rooms(List<Hit> hits) {
        return hits.stream().map(Hit::room).toList();
    }

    @Test
    void textsAreFoundByMeaningTheSameWayOnBothStores() {
        try (ServerProcess embedded = new ServerProcess(directory.resolve("embedded"));
                ServerProcess postgres = new ServerProcess(directory.resolve("postgres"))
                        .with("DATABASE_URL", PgVectorForTests.freshDatabase())) {
            for (ServerProcess server : List.of(embedded, postgres)) {
                server.searching().start();
                TEXTS.forEach((room, text) ->
                        assertEquals(201, server.put("/rooms/" + room, text).statusCode()));
                Await.until("every room is embedded", () -> server.metric("concord_embeddings_total") >= TEXTS.size());

                assertEquals(
                        "rye-loaf",
                        hits(server, "/rooms/sourdough/backlinks").get(0).room());
                assertEquals(
                        "sourdough",
                        hits(server, "/rooms/rye-loaf/backlinks").get(0).room());
                List<Hit> near = hits(server, "/rooms/sourdough/backlinks?k=50");
                assertEquals(List.of("rye-loaf"), rooms(near), "and nothing that has little in common with it");
                assertEquals(List.of(), search(server, "x"));
                assertEquals(
                        "lease",
                        search(server, "When do I get my deposit back?").get(0).room());
            }
            for (String question :
                    List.of("How long does bread bake?", "space flight", "who has to do what until the release")) {
                List<Hit> scanned = search(embedded, question);
                List<Hit> ranked = search(postgres, question);
                assertEquals(rooms(scanned), rooms(ranked), question);
                for (int i = 0; i < scanned.size(); i++) {
                    assertEquals(scanned.get(i).similarity(), ranked.get(i).similarity(), 1e-5, question);
                }
            }

            try (TestClient ann = new TestClient("ann").connect(embedded.socket("orbit"))) {
                ann.edit(document -> document.delete(0, document.length()));
                ann.type(0, "Water the tomatoes in the morning, and cut off the side shoots once a week.");
                ann.awaitAcks();
            }
            Await.until(
                    "the new content is found",
                    () -> rooms(search(embedded, "gardening")).equals(List.of("orbit")));
        }
    }
}
