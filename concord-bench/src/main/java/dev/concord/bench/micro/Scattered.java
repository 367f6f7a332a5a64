package dev.concord.bench.micro;

import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A document that three writers have edited at random places: about as many runs as edits, which real histories stay far below. */
@State(Scope.Benchmark)
public class Scattered {
    static final int CALLS = 1000;
    private static final int LATE_EDITS = 100;

    /** How many edits the document has seen. */
    @Param({"1000", "10000", "100000"})
    public int edits;

    /** The document; benchmarks that change one load a copy. */
    Document document = new Document("reader");

    byte[] state = new byte[0];
    /** The version of a replica that is missing the last hundred edits. */
    byte[] olderVersion = new byte[0];
    /** Places in the text, good for as many inserts or deletes as there are calls. */
    int[] offsets = new int[0];

    ElementId[] ids = new ElementId[0];
    /** Inserts by somebody else who has the document. */
    List<Operation> remote = List.of();

    /** Makes all of it, always the same. */
    @Setup(Level.Trial)
    public void make() {
        Random random = new Random(1);
        Document[] writers = {new Document("ann"), new Document("bob"), new Document("cleo")};
        for (int edit = 0; edit < edits; edit++) {
            if (edit == edits - LATE_EDITS) {
                olderVersion = writers[0].version();
            }
            Document writer = writers[random.nextInt(writers.length)];
            List<Operation> operations = edit(writer, random);
            for (Document other : writers) {
                if (other != writer) {
                    operations.forEach(other::apply);
                }
            }
        }
        state = writers[0].encode();
        document = Document.load("reader", state);
        offsets = random.ints(CALLS, 0, document.length() - CALLS).toArray();
        ids = new ElementId[CALLS];
        for (int i = 0; i < CALLS; i++) {
            ids[i] = document.idAt(offsets[i]);
        }
        Document other = copy("other");
        remote = new ArrayList<>();
        for (int offset : offsets) {
            remote.addAll(other.insert(offset, "x"));
        }
    }

    Document copy(String site) {
        return Document.load(site, state);
    }

    private static List<Operation> edit(Document writer, Random random) {
        int length = writer.length();
        if (length > 8 && random.nextInt(4) == 0) {
            return writer.delete(random.nextInt(length - 4), 1 + random.nextInt(4));
        }
        return writer.insert(random.nextInt(length + 1), "abcdefgh".substring(random.nextInt(4)));
    }
}
