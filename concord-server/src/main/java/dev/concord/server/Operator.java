package dev.concord.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.concord.crdt.Document;
import dev.concord.crdt.MalformedStateException;
import dev.concord.crdt.Sites;
import dev.concord.server.config.Config;
import dev.concord.server.config.ConfigException;
import dev.concord.server.history.Purge;
import dev.concord.server.refusal.Refusal;
import dev.concord.server.room.log.Replay;
import dev.concord.store.RoomCatalogue;
import dev.concord.store.RoomStore;
import dev.concord.store.RoomSummary;
import dev.concord.store.StoreException;
import dev.concord.store.StoredRoom;
import dev.concord.wire.RoomId;
import dev.concord.wire.RoomText;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What an operator does to stored rooms from the command line: list them, take one out, put one in. */
final class Operator {
    /** The words that a command line of an operator begins with. */
    static final Set<String> COMMANDS =
            Set.of("rooms", "export", "import", "delete", "purge", "verify", "export-user", "compact");

    static final String USAGE = """
              rooms [--json]                the rooms: sizes, log lengths, last snapshots
              export ROOM > FILE            one room as JSON, from the store that the settings name
              import ROOM < FILE            makes a room of an exported one, with an epoch of its own;
                                            --keep-epoch gives it the exported one's, so that clients that
                                            still hold text of that room merge it
              delete ROOM                   deletes a room and everything that is kept of it
              purge ROOM                    removes deleted text: versions, plans and the log; the text stays
              verify                        reads every room and every version, and names those that are damaged
              export-user USER              what is kept under somebody's name, as JSON
              compact                       rewrites the embedded store, without remains of what was deleted

            The embedded store belongs to one process: import, delete, purge and compact need the server to be stopped.
            """;

    private static final int PAGE = 200;
    private static final int FORMAT = 1;
    private static final JsonMapper JSON = new JsonMapper();

    /** The command line makes no sense. */
    private static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    /** The command cannot be done. */
    private static final class FailedException extends Exception {
        private static final long serialVersionUID = 1L;

        FailedException(String message) {
            super(message);
        }
    }

    private final Config config;
    private final InputStream in;
    private final PrintStream out;

    Operator(Config config, InputStream in, PrintStream out) {
        this.config = config;
        this.in = in;
        this.out = out;
    }

    /** Runs a command and returns the exit status: 0, 1 when it cannot be done, 2 when it makes no sense. */
    int run(List<String> command, PrintStream err) {
        try {
            switch (command.get(0)) {
                case "rooms" -> rooms(command.subList(1, command.size()));
                case "export" -> export(command.subList(1, command.size()));
                case "delete" -> delete(command.subList(1, command.size()));
                case "purge" -> purge(command.subList(1, command.size()));
                case "verify" -> verify(command.subList(1, command.size()));
                case "compact" -> compact(command.subList(1, command.size()));
                case "export-user" -> exportUser(command.subList(1, command.size()));
                default -> take(command.subList(1, command.size()));
            }
            return 0;
        } catch (UsageException | ConfigException e) {
            err.println("concord-server: " + e.getMessage());
            return 2;
        } catch (FailedException | StoreException | IOException e) {
            err.println("concord-server: " + e.getMessage());
            return 1;
        }
    }

    private void rooms(List<String> arguments) throws UsageException, ConfigException {
        boolean json = arguments.equals(List.of("--json"));
        if (!json && !arguments.isEmpty()) {
            throw new UsageException("usage: rooms [--json]");
        }
        try (RoomStore store = Stores.toRead(config)) {
            if (!json) {
                out.printf(
                        "%-40s %12s %12s %10s %12s  %s%n",
                        "room", "ops so far", "snapshot B", "log ops", "log B", "last snapshot");
            }
            String after = "";
            for (List<RoomSummary> page = store.rooms(after, PAGE); !page.isEmpty(); page = store.rooms(after, PAGE)) {
                page.forEach(json ? this::printJson : this::printLine);
                after = page.get(page.size() - 1).roomId();
            }
        }
    }

    private void printLine(RoomSummary room) {
        out.printf(
                "%-40s %12d %12d %10d %12d  %s%n",
                room.roomId(),
                room.lastSeq(),
                room.snapshotBytes(),
                room.logOps(),
                room.logBytes(),
                room.snapshotAt() == 0
                        ? "never"
                        : Instant.ofEpochMilli(room.snapshotAt()) + " at op " + room.snapshotSeq());
    }

    private void printJson(RoomSummary room) {
        ObjectNode json = JSON.createObjectNode();
        json.put("room", room.roomId())
                .put("epoch", room.epoch())
                .put("op_seq", room.lastSeq())
                .put("created_at", room.createdAt())
                .put("snapshot_seq", room.snapshotSeq())
                .put("snapshot_bytes", room.snapshotBytes())
                .put("snapshot_at", room.snapshotAt())
                .put("log_ops", room.logOps())
                .put("log_bytes", room.logBytes());
        out.println(json);
    }

    private void export(List<String> arguments) throws UsageException, ConfigException, FailedException {
        if (arguments.size() != 1) {
            throw new UsageException("usage: export ROOM");
        }
        String roomId = arguments.get(0);
        try (RoomStore store = Stores.toRead(config)) {
            Optional<StoredRoom> stored = store.load(roomId);
            if (stored.isEmpty()) {
                throw new FailedException("there is no room \"" + roomId + "\"");
            }
            Document document = Replay.of(roomId, stored.get(), Sites.random(new SecureRandom()));
            ObjectNode json = JSON.createObjectNode();
            json.put("concord_room", FORMAT)
                    .put("room", roomId)
                    .put("epoch", stored.get().epoch())
                    .put("op_seq", stored.get().lastSeq())
                    .put("digest", HexFormat.of().formatHex(document.digest()))
                    .put("text", document.text())
                    .put("state", document.encode());
            out.println(json);
        }
    }

    private static String only(List<String> arguments, String usage) throws UsageException {
        if (arguments.size() != 1) {
            throw new UsageException("usage: " + usage);
        }
        return arguments.get(0);
    }

    private void delete(List<String> arguments) throws UsageException, ConfigException, FailedException {
        String roomId = only(arguments, "delete ROOM");
        try (RoomStore store = Stores.of(config).get()) {
            if (store.delete(roomId).isEmpty()) {
                throw new FailedException("there is no room \"" + roomId + "\"");
            }
        }
        out.println("deleted room " + roomId);
    }

    private void purge(List<String> arguments) throws UsageException, ConfigException, FailedException {
        String roomId = only(arguments, "purge ROOM");
        try (RoomStore store = Stores.of(config).get()) {
            Purge.purge(store, roomId, Sites.random(new SecureRandom()));
        } catch (Refusal missing) {
            throw new FailedException("there is no room \"" + roomId + "\"");
        }
        out.println("purged room " + roomId);
    }

    private void verify(List<String> arguments) throws UsageException, ConfigException, FailedException {
        if (!arguments.isEmpty()) {
            throw new UsageException("usage: verify");
        }
        int damaged;
        try (RoomStore store = Stores.toRead(config)) {
            damaged = new Verification(store, out).run();
        }
        if (damaged > 0) {
            throw new FailedException(damaged + " damaged; restore them from a backup, or delete them");
        }
    }

    private void compact(List<String> arguments) throws UsageException, ConfigException, FailedException {
        if (!arguments.isEmpty()) {
            throw new UsageException("usage: compact");
        }
        try (RoomStore store = Stores.of(config).get()) {
            if (!store.compact()) {
                throw new FailedException("only the embedded store can be compacted; PostgreSQL has VACUUM for it");
            }
        }
        out.println("compacted");
    }

    private void exportUser(List<String> arguments) throws UsageException, ConfigException {
        String user = only(arguments, "export-user USER");
        ObjectNode json = JSON.createObjectNode();
        json.put("user", user);
        ArrayNode all = json.putArray("named_in");
        try (RoomStore store = Stores.toRead(config)) {
            for (RoomCatalogue.Mention mention : store.catalogue().mentions(user)) {
                all.addObject()
                        .put("kind", mention.kind())
                        .put("room", mention.roomId())
                        .put("id", mention.id())
                        .put("text", mention.text())
                        .put("at", mention.at());
            }
        }
        out.println(json);
    }

    private void take(List<String> arguments) throws UsageException, ConfigException, FailedException, IOException {
        boolean keepEpoch = arguments.contains("--keep-epoch");
        List<String> names =
                arguments.stream().filter(word -> !word.startsWith("--")).toList();
        if (names.size() != 1 || arguments.size() != (keepEpoch ? 2 : 1)) {
            throw new UsageException("usage: import ROOM [--keep-epoch]");
        }
        String roomId = names.get(0);
        if (!RoomId.isValid(roomId)) {
            throw new UsageException(
                    "a room's name has 1 to 128 characters of A-Z a-z 0-9 . _ ~ -, and is not . or ..");
        }
        JsonNode json = read();
        byte[] state;
        String epoch = json.path("epoch").asText();
        try {
            state = json.path("state").binaryValue();
            Document document = Document.load(Sites.random(new SecureRandom()), state);
            if (!HexFormat.of()
                    .formatHex(document.digest())
                    .equals(json.path("digest").asText())) {
                throw new FailedException("the input is damaged: its state does not match its digest");
            }
            int cleaned = clean(document);
            if (cleaned > 0) {
                state = document.encode();
                out.println(cleaned + " characters that a text may not hold were replaced or left out");
            }
        } catch (MalformedStateException | IOException e) {
            throw new FailedException("the input is damaged: its state cannot be read");
        }
        if (epoch.isEmpty() || !keepEpoch) {
            epoch = Sites.random(new SecureRandom());
        }
        try (RoomStore store = Stores.of(config).get()) {
            if (!store.create(roomId, epoch, state)) {
                throw new FailedException("there is a room \"" + roomId
                        + "\" already; import under another name, or delete that one first");
            }
        }
        out.println("created room " + roomId);
    }

    /** Makes the text of an older server keep the rule of {@link RoomText}; returns how many characters were in the way. */
    private static int clean(Document document) {
        String text = document.text();
        if (RoomText.fault(text) == null) {
            return 0;
        }
        int cleaned = 0;
        // From the end, so that what comes earlier keeps its place.
        for (int i = text.length() - 1; i >= 0; i--) {
            char c = text.charAt(i);
            boolean control = Character.isISOControl(c) && c != '\n' && c != '\t';
            if (control) {
                document.delete(i, 1);
                if (c == '\r' && !text.startsWith("\n", i + 1)) {
                    document.insert(i, "\n");
                }
                cleaned++;
            }
        }
        while (document.length() > 0 && document.text(0, 1).equals("\uFEFF")) {
            document.delete(0, 1);
            cleaned++;
        }
        return cleaned;
    }

    private JsonNode read() throws FailedException, IOException {
        JsonNode json;
        try {
            json = JSON.readTree(in);
        } catch (JsonProcessingException e) {
            throw new FailedException("the input is not JSON: " + e.getOriginalMessage());
        }
        if (json == null
                || json.path("concord_room").asInt() != FORMAT
                || !json.path("state").isTextual()) {
            throw new FailedException("the input is not an exported room");
        }
        return json;
    }
}
