package dev.concord.server.ai;

import dev.concord.ai.PlannedEdit;
import dev.concord.crdt.Bias;
import dev.concord.crdt.Caret;
import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import java.util.ArrayList;
import java.util.List;

/**
 * A planned edit, tied to elements instead of offsets, so that it lands where it was meant when the text has moved.
 *
 * @param at the place, stuck to the element in front of it
 * @param spans the elements that are replaced, in document order; empty for an insert
 * @param index the offset in the text that the model saw
 * @param removed the text that is replaced
 * @param text what comes there
 */
record PinnedEdit(Caret at, List<Span> spans, int index, String removed, String text) {
    /**
     * Elements of one site that stand side by side.
     *
     * @param first the first of them
     * @param length how many, with consecutive counters
     */
    record Span(ElementId first, int length) {
        ElementId element(int k) {
            return new ElementId(first.site(), first.counter() + k);
        }
    }

    /** Ties an edit to the elements of the document that was planned on. */
    static PinnedEdit of(PlannedEdit edit, Document document) {
        List<Span> spans = new ArrayList<>();
        String removed = document.text(edit.start(), edit.end());
        int offset = 0;
        while (offset < removed.length()) {
            ElementId id = document.idAt(edit.start() + offset);
            Span last = spans.isEmpty() ? null : spans.get(spans.size() - 1);
            if (last != null && last.element(last.length()).equals(id)) {
                spans.set(spans.size() - 1, new Span(last.first(), last.length() + 1));
            } else {
                spans.add(new Span(id, 1));
            }
            offset += Character.charCount(removed.codePointAt(offset));
        }
        return new PinnedEdit(document.caretAt(edit.start(), Bias.LEFT), spans, edit.start(), removed, edit.text());
    }

    /** Whether the document has everything that this hangs on. */
    boolean isKnown(Document document) {
        if (document.offsetOf(at) < 0) {
            return false;
        }
        for (Span span : spans) {
            if (document.offsetOf(span.first()) < 0 || document.offsetOf(span.element(span.length() - 1)) < 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether what it replaces stands there as it was: the same elements, all of them, with nothing in between. */
    boolean holds(Document document) {
        if (spans.isEmpty()) {
            return isKnown(document);
        }
        int start = document.offsetOf(spans.get(0).first());
        if (start < 0
                || removed.length() > document.length() - start
                || !document.text(start, start + removed.length()).equals(removed)) {
            return false;
        }
        int offset = 0;
        for (Span span : spans) {
            for (int k = 0; k < span.length(); k++) {
                if (!document.idAt(start + offset).equals(span.element(k))) {
                    return false;
                }
                offset += Character.charCount(removed.codePointAt(offset));
            }
        }
        return true;
    }

    /** Makes the edit on a copy of the document, for which it {@link #holds}. */
    void apply(Document copy, List<Operation> operations) {
        int start =
                spans.isEmpty() ? copy.offsetOf(at) : copy.offsetOf(spans.get(0).first());
        operations.addAll(copy.delete(start, removed.length()));
        if (!text.isEmpty()) {
            operations.addAll(copy.insert(start, text));
        }
    }

    /** Where it stands in a document now. */
    int offsetIn(Document document) {
        return spans.isEmpty()
                ? document.offsetOf(at)
                : document.offsetOf(spans.get(0).first());
    }

    boolean isInsert() {
        return spans.isEmpty();
    }
}
