package dev.concord.server.ai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.concord.ai.PlannedEdit;
import dev.concord.crdt.Bias;
import dev.concord.crdt.Caret;
import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import java.util.ArrayList;
import java.util.List;

/** The edits of one run, in ascending order of the text that was planned on. */
final class PinnedEdits {
    private static final JsonMapper MAPPER = new JsonMapper();

    private final List<PinnedEdit> edits;

    private PinnedEdits(List<PinnedEdit> edits) {
        this.edits = List.copyOf(edits);
    }

    static PinnedEdits of(List<PlannedEdit> edits, Document document) {
        return new PinnedEdits(
                edits.stream().map(edit -> PinnedEdit.of(edit, document)).toList());
    }

    List<PinnedEdit> list() {
        return edits;
    }

    boolean isKnown(Document document) {
        return edits.stream().allMatch(edit -> edit.isKnown(document));
    }

    boolean holds(Document document) {
        return edits.stream().allMatch(edit -> edit.holds(document));
    }

    /** The operations that make all edits; last to first, so that those at one place come to stand in their order. */
    List<Operation> operations(Document copy) {
        List<Operation> operations = new ArrayList<>();
        for (int i = edits.size() - 1; i >= 0; i--) {
            edits.get(i).apply(copy, operations);
        }
        return operations;
    }

    /** What {@link #operations} inserts: a site's counters begin with 1 and follow the order of the operations. */
    List<Decision.Piece> inserted(String site) {
        List<Decision.Piece> pieces = new ArrayList<>();
        long counter = 1;
        for (int i = edits.size() - 1; i >= 0; i--) {
            String text = edits.get(i).text();
            if (!text.isEmpty()) {
                int length = text.codePointCount(0, text.length());
                pieces.add(new Decision.Piece(new ElementId(site, counter), length, text));
                counter += length;
            }
        }
        return pieces;
    }

    /** What {@link #operations} deletes. */
    List<Decision.Piece> removed() {
        List<Decision.Piece> pieces = new ArrayList<>();
        for (PinnedEdit edit : edits) {
            int from = 0;
            for (PinnedEdit.Span span : edit.spans()) {
                int to = edit.removed().offsetByCodePoints(from, span.length());
                pieces.add(new Decision.Piece(
                        span.first(), span.length(), edit.removed().substring(from, to)));
                from = to;
            }
        }
        return pieces;
    }

    /** As kept in the store. */
    String toJson() {
        ArrayNode all = MAPPER.createArrayNode();
        for (PinnedEdit edit : edits) {
            ObjectNode node = all.addObject();
            node.putArray("at")
                    .add(edit.at().element().site())
                    .add(edit.at().element().counter());
            ArrayNode spans = node.putArray("spans");
            for (PinnedEdit.Span span : edit.spans()) {
                spans.addArray()
                        .add(span.first().site())
                        .add(span.first().counter())
                        .add(span.length());
            }
            node.put("index", edit.index()).put("removed", edit.removed()).put("text", edit.text());
        }
        return all.toString();
    }

    static PinnedEdits fromJson(String json) {
        try {
            List<PinnedEdit> edits = new ArrayList<>();
            for (JsonNode node : MAPPER.readTree(json)) {
                List<PinnedEdit.Span> spans = new ArrayList<>();
                for (JsonNode span : node.get("spans")) {
                    spans.add(new PinnedEdit.Span(id(span), span.get(2).asInt()));
                }
                edits.add(new PinnedEdit(
                        new Caret(id(node.get("at")), Bias.LEFT),
                        spans,
                        node.get("index").asInt(),
                        node.get("removed").asText(),
                        node.get("text").asText()));
            }
            return new PinnedEdits(edits);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the edits of a run in the store cannot be read", e);
        }
    }

    private static ElementId id(JsonNode node) {
        long counter = node.get(1).asLong();
        return counter == 0 ? ElementId.HEAD : new ElementId(node.get(0).asText(), counter);
    }
}
