package dev.concord.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * An editing history by one writer, as columns: at an offset so many UTF-16 units go and a text comes.
 *
 * @param name what it is called
 * @param offsets where each edit is made
 * @param deleted how many units go
 * @param inserted what comes, empty for nothing
 * @param end the text that it must end with
 */
@SuppressWarnings("ArrayRecordComponent") // traces are never compared
public record Trace(String name, int[] offsets, int[] deleted, String[] inserted, String end) {
    /** Reads the JSON of github.com/josephg/editing-traces; positions there are code points. */
    static Trace read(String name, InputStream gzipped) throws IOException {
        JsonNode json = new ObjectMapper().readTree(new GZIPInputStream(gzipped));
        List<JsonNode> patches = new ArrayList<>();
        json.get("txns").forEach(txn -> txn.get("patches").forEach(patches::add));
        int[] offsets = new int[patches.size()];
        int[] deleted = new int[patches.size()];
        String[] inserted = new String[patches.size()];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = patches.get(i).get(0).asInt();
            deleted[i] = patches.get(i).get(1).asInt();
            inserted[i] = patches.get(i).get(2).asText();
            if (inserted[i].codePoints().anyMatch(Character::isSupplementaryCodePoint)) {
                throw new IOException(name + " has characters outside the BMP, where code points are no offsets");
            }
        }
        return new Trace(
                name, offsets, deleted, inserted, json.get("endContent").asText());
    }

    /**
     * Reads a history.
     *
     * @param name what it is called
     * @param file where it is; empty for one of the jar
     * @return the history
     * @throws IOException when it cannot be read
     */
    public static Trace open(String name, String file) throws IOException {
        return Traces.read(name, file);
    }

    /**
     * How many edits it has.
     *
     * @return their number
     */
    public int edits() {
        return offsets.length;
    }
}
