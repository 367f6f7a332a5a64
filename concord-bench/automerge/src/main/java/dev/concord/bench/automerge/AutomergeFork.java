package dev.concord.bench.automerge;

import dev.concord.bench.Effort;
import dev.concord.bench.Figure;
import dev.concord.bench.Stopwatch;
import dev.concord.bench.Trace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.automerge.ChangeHash;
import org.automerge.Document;
import org.automerge.ObjectId;
import org.automerge.ObjectType;
import org.automerge.Transaction;

/** One measurement of automerge in a JVM of its own; prints a {@link Figure}. Every run checks the text that it ends with. */
public final class AutomergeFork {
    private static final int COPIES = 5;

    private AutomergeFork() {}

    /**
     * The measuring process.
     *
     * @param args {@code VERSION}, or work, trace, file of the trace or empty, effort
     * @throws IOException when the trace cannot be read
     */
    public static void main(String[] args) throws IOException {
        System.out.println(
                args[0].equals("VERSION")
                        ? version()
                        : measure(args[0], Trace.open(args[1], args[2]), Effort.parse(args[3])));
    }

    static String version() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = AutomergeFork.class.getResourceAsStream("/automerge-version.properties")) {
            if (in == null) {
                throw new IOException("automerge-version.properties is missing from the jar");
            }
            properties.load(in);
        }
        return properties.getProperty("version", "of unknown version");
    }

    static Figure measure(String work, Trace trace, Effort effort) throws IOException {
        return switch (work) {
            case "LOCAL" -> timed(() -> replayed(trace).free(), effort);
            case "ENCODED" -> timed(() -> changes(trace), effort);
            case "MERGE" -> {
                List<byte[]> changes = changes(trace);
                yield timed(() -> merge(changes, trace), effort);
            }
            case "LOAD" -> {
                byte[] state = state(trace);
                yield timed(() -> load(state, trace).free(), effort);
            }
            case "OPS_SIZE" ->
                Figure.size(changes(trace).stream()
                                .mapToInt(change -> change.length)
                                .sum()
                        / (double) trace.edits());
            case "STATE_SIZE" -> Figure.size(state(trace).length / 1000.0);
            case "STATE_DEFLATED" -> Figure.size(deflated(state(trace)).length / 1000.0);
            case "HEAP" -> Figure.size(memory(trace));
            default -> throw new IllegalArgumentException(work);
        };
    }

    private static Figure timed(Runnable work, Effort effort) {
        return Stopwatch.timed(work, () -> {}, effort);
    }

    /** The document with an empty text in it, and where that is. */
    private record Begun(Document document, ObjectId text) {
        static Begun begin() {
            Document document = new Document(new byte[] {1});
            try (Transaction transaction = document.startTransaction()) {
                ObjectId text = transaction.set(ObjectId.ROOT, "t", ObjectType.TEXT);
                transaction.commit();
                return new Begun(document, text);
            }
        }
    }

    /** All edits in one transaction, which is the cheapest way and reads as it goes. */
    private static Document replayed(Trace trace) {
        Begun begun = Begun.begin();
        try (Transaction transaction = begun.document().startTransaction()) {
            for (int i = 0; i < trace.edits(); i++) {
                transaction.spliceText(begun.text(), trace.offsets()[i], trace.deleted()[i], trace.inserted()[i]);
            }
            transaction.commit();
        }
        check(begun.document(), begun.text(), trace);
        return begun.document();
    }

    /** A change for every edit, which is what is sent when each keystroke travels as it comes. */
    private static List<byte[]> changes(Trace trace) {
        Begun begun = Begun.begin();
        Document document = begun.document();
        List<byte[]> changes = new ArrayList<>();
        changes.add(document.encodeChangesSince(new ChangeHash[0]));
        for (int i = 0; i < trace.edits(); i++) {
            ChangeHash[] before = document.getHeads();
            try (Transaction transaction = document.startTransaction()) {
                transaction.spliceText(begun.text(), trace.offsets()[i], trace.deleted()[i], trace.inserted()[i]);
                transaction.commit();
            }
            changes.add(document.encodeChangesSince(before));
        }
        check(document, begun.text(), trace);
        document.free();
        return changes;
    }

    private static void merge(List<byte[]> changes, Trace trace) {
        Document document = new Document(new byte[] {2});
        changes.forEach(document::applyEncodedChanges);
        check(document, text(document), trace);
        document.free();
    }

    private static byte[] state(Trace trace) {
        Document document = replayed(trace);
        byte[] state = document.save();
        document.free();
        return state;
    }

    private static Document load(byte[] state, Trace trace) {
        Document document = Document.load(state);
        check(document, text(document), trace);
        return document;
    }

    /** Lives outside the heap: what the process grows by. */
    private static double memory(Trace trace) throws IOException {
        byte[] state = state(trace);
        load(state, trace).free();
        List<Document> kept = new ArrayList<>();
        long before = residentKilobytes();
        for (int i = 0; i < COPIES; i++) {
            kept.add(Document.load(state));
        }
        double each = (residentKilobytes() - before) * 1.024 / COPIES;
        kept.forEach(document -> check(document, text(document), trace));
        return each;
    }

    private static long residentKilobytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.UTF_8).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow(() -> new IOException("the memory of this process is not known"));
    }

    private static ObjectId text(Document document) {
        return ((org.automerge.AmValue.Text) document.get(ObjectId.ROOT, "t").orElseThrow()).getId();
    }

    private static void check(Document document, ObjectId text, Trace trace) {
        if (!document.text(text).orElseThrow().equals(trace.end())) {
            throw new IllegalStateException(trace.name() + " does not end with its recorded text");
        }
    }

    private static byte[] deflated(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(out, new Deflater(9, true))) {
            deflater.write(bytes);
        }
        return out.toByteArray();
    }
}
