package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/** A session with an undo manager that Yjs recorded, see {@code undo.mjs}: the engine does the same, and must get the same. */
final class UndoSession {
    private UndoSession() {}

    /** Returns how many steps undid or redid something. */
    static int run(JsonNode session) {
        YDocument own = RecordedSession.client(session.get("ids").get(0).asLong());
        YDocument other = RecordedSession.client(session.get("ids").get(1).asLong());
        YType[] scope = new YType[session.get("scope").size()];
        for (int i = 0; i < scope.length; i++) {
            scope[i] = own.root(session.get("scope").get(i).asText());
        }
        YUndo undo = new YUndo(own, Set.of("own"), 1_000_000, () -> 1, scope);
        int undone = 0;
        int number = 0;
        for (JsonNode step : session.get("steps")) {
            String what = "step " + number++ + " " + step.get("do") + " " + step.get("op");
            byte[] made = new byte[0];
            switch (step.get("do").asText()) {
                case "undo" -> made = undo.undo();
                case "redo" -> made = undo.redo();
                case "end" -> undo.endStep();
                case "theirs" -> other.edit(() -> RecordedSession.edit(other, step.get("op")));
                case "take" -> own.apply(Fixtures.base64(step.get("update")));
                case "give" -> {
                    other.apply(own.encode(UpdateFormat.V1, other.stateVector()));
                    assertEquals(hex(step.get("state")), Fixtures.hex(other.encode()), what);
                }
                case "edit" ->
                    made = own.edit(
                            step.get("tracked").asBoolean() ? "own" : "program",
                            () -> RecordedSession.edit(own, step.get("op")));
                default -> throw new AssertionError(what);
            }
            if (step.has("own")) {
                assertEquals(step.get("text").asText(), own.text("text").text(), what);
                if (!step.get("do").asText().equals("take")) {
                    assertEquals(hex(step.get("update")), Fixtures.hex(made), what);
                }
                assertEquals(hex(step.get("own")), Fixtures.hex(own.encode()), what);
                assertEquals(step.get("undo").asInt() > 0, undo.canUndo(), what);
                assertEquals(step.get("redo").asInt() > 0, undo.canRedo(), what);
            }
            undone += made.length > 0 && !step.get("do").asText().equals("edit") ? 1 : 0;
        }
        own.checkInvariants();
        return undone;
    }

    private static String hex(JsonNode base64) {
        return Fixtures.hex(Fixtures.base64(base64));
    }
}
