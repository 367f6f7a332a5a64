package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The versions of one room, as its server's HTTP routes give them. */
record RoomHistory(ServerProcess server, String room) {
    /** A version in the list. */
    record Version(long id, long opSeq, String label, boolean automatic) {}

    Version capture(String label) {
        HttpResponse<String> response =
                server.post("/rooms/" + room + "/versions", "{\"label\":\"" + label + "\",\"author\":\"test\"}");
        assertEquals(201, response.statusCode(), response::body);
        JsonNode captured = ServerProcess.json(response.body());
        return new Version(
                captured.get("id").longValue(), captured.get("op_seq").longValue(), label, false);
    }

    /** The newest hundred, oldest first. */
    List<Version> versions() {
        List<Version> versions = new ArrayList<>();
        for (JsonNode version : get("/versions?limit=100")) {
            versions.add(new Version(
                    version.get("id").longValue(),
                    version.get("op_seq").longValue(),
                    version.get("label").textValue(),
                    version.get("automatic").booleanValue()));
        }
        versions.sort(Comparator.comparingLong(Version::opSeq));
        return versions;
    }

    String text(long version) {
        return get("/versions/" + version).get("text").textValue();
    }

    void restore(long version) {
        JsonNode answer = json(server.post("/rooms/" + room + "/restore", "{\"version_id\":" + version + "}"));
        assertTrue(answer.get("applied").booleanValue());
    }

    JsonNode replay(long from, long to) {
        return get("/replay?from=" + from + "&to=" + to);
    }

    /** Taking what was removed out of the one text, and putting what was added in, must make the other. */
    void checkDifference(long from, String first, String to, String second) {
        JsonNode difference = get("/diff?from=" + from + "&to=" + to);
        assertEquals(0, difference.get("moved").size());
        StringBuilder text = new StringBuilder(first);
        JsonNode removed = difference.get("removed");
        for (int i = removed.size() - 1; i >= 0; i--) {
            int offset = removed.get(i).get("from").intValue();
            String gone = removed.get(i).get("text").textValue();
            assertEquals(gone, text.substring(offset, offset + gone.length()));
            text.delete(offset, offset + gone.length());
        }
        for (JsonNode added : difference.get("added")) {
            text.insert(added.get("to").intValue(), added.get("text").textValue());
        }
        assertEquals(second, text.toString());
    }

    private JsonNode get(String path) {
        return json(server.get("/rooms/" + room + path));
    }

    private static JsonNode json(HttpResponse<String> response) {
        assertEquals(200, response.statusCode(), response::body);
        return ServerProcess.json(response.body());
    }
}
