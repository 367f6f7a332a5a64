package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

/** A document with a plain string beside it that follows only the text changes which the document reports. */
final class Replay {
    final Document document;
    private final StringBuilder mirror = new StringBuilder();

    Replay(String site) {
        this(new Document(site));
    }

    Replay(Document document) {
        this.document = document;
        mirror.append(document.text());
    }

    void apply(Operation op) {
        follow(document.apply(op).changes());
    }

    void apply(OperationReader op) {
        follow(document.apply(op).changes());
    }

    void merge(byte[] state) {
        follow(document.merge(state));
    }

    List<Operation> insert(int offset, String text) {
        String expected =
                new StringBuilder(document.text()).insert(offset, text).toString();
        List<Operation> ops = document.insert(offset, text);
        assertEquals(expected, document.text(), "local intention of an insert at " + offset);
        mirror.insert(offset, text);
        return ops;
    }

    List<Operation> delete(int offset, int length) {
        String expected = new StringBuilder(document.text())
                .delete(offset, offset + length)
                .toString();
        List<Operation> ops = document.delete(offset, length);
        assertEquals(expected, document.text(), "local intention of a delete at " + offset);
        mirror.delete(offset, offset + length);
        return ops;
    }

    /** An edit that was made in the document by other means. */
    void mirrored(int offset, int removed, String inserted) {
        mirror.replace(offset, offset + removed, inserted);
    }

    void check() {
        document.checkInvariants();
        assertEquals(document.text(), mirror.toString(), "text changes");
        assertEquals(mirror.length(), document.length());
    }

    void follow(List<TextChange> changes) {
        for (TextChange change : changes) {
            mirror.replace(change.offset(), change.offset() + change.removed(), change.inserted());
        }
    }
}
