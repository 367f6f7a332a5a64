package dev.concord.bench;

import dev.concord.yjs.YDocument;
import dev.concord.yjs.YOptions;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One measurement of documents compatible with Yjs in a JVM of its own: CPU milliseconds, medians after a warm-up. */
public final class YjsFork {
    private static final int HEAP_COPIES = 20;
    private static final int MAX_COLLECTIONS = 10;
    private static final long CLIENT = 1_234_567_890L;

    private YjsFork() {}

    static Figure work(YjsWork work, Path updates, Effort effort) throws IOException {
        return start(List.of(work.name(), updates.toString(), effort.toString()));
    }

    static Figure hostile(YjsHostile shape, int size, Effort effort) throws IOException {
        return start(List.of(shape.name(), String.valueOf(size), effort.toString()));
    }

    private static Figure start(List<String> args) throws IOException {
        return Figure.parse(Fork.java(System.getProperty("java.class.path"), YjsFork.class.getName(), args));
    }

    /**
     * The measuring process.
     *
     * @param args work or hostile shape, file of updates or size, effort
     * @throws IOException when the updates cannot be read
     */
    public static void main(String[] args) throws IOException {
        Effort effort = Effort.parse(args[2]);
        for (YjsHostile shape : YjsHostile.values()) {
            if (shape.name().equals(args[0])) {
                System.out.println(Stopwatch.timed(shape.prepare(Integer.parseInt(args[1])), () -> {}, effort));
                return;
            }
        }
        YjsWork work = YjsWork.valueOf(args[0]);
        List<byte[]> updates = read(Path.of(args[1]));
        if (work == YjsWork.HEAP) {
            byte[] state = merged(updates).encode();
            updates.clear();
            System.out.println(Figure.size(heap(state)));
        } else {
            System.out.println(measure(work, updates, effort));
        }
    }

    private static Figure measure(YjsWork work, List<byte[]> updates, Effort effort) {
        byte[] state = merged(updates).encode();
        YDocument loaded = load(state);
        Object[] kept = new Object[1];
        return switch (work) {
            case ONE_BY_ONE -> Stopwatch.timed(() -> kept[0] = merged(updates), () -> {}, effort);
            case LOAD -> Stopwatch.timed(() -> kept[0] = load(state), () -> {}, effort);
            case ENCODE -> Stopwatch.timed(() -> kept[0] = loaded.encode(), () -> {}, effort);
            case TEXT -> Stopwatch.timed(() -> kept[0] = loaded.text("text").text(), () -> {}, effort);
            case HEAP -> throw new IllegalArgumentException("a heap is weighed, not timed");
        };
    }

    private static YDocument merged(List<byte[]> updates) {
        YDocument document = new YDocument(9, YOptions.SERVER);
        updates.forEach(document::apply);
        return document;
    }

    private static YDocument load(byte[] state) {
        YDocument document = new YDocument(9, YOptions.SERVER);
        document.apply(state);
        return document;
    }

    private static double heap(byte[] state) {
        YDocument[] kept = new YDocument[HEAP_COPIES];
        // What loading needs once is no part of a document.
        load(state);
        long before = settledHeap();
        for (int i = 0; i < kept.length; i++) {
            kept[i] = load(state);
        }
        double each = (settledHeap() - before) / 1000.0 / kept.length;
        for (YDocument document : kept) {
            if (document.pendingCount() > 0) {
                throw new IllegalStateException("something waits");
            }
        }
        return each;
    }

    /** Collects until that no longer frees anything: the history's updates may go only then. */
    private static long settledHeap() {
        long used = EngineWork.usedHeap();
        for (int i = 0; i < MAX_COLLECTIONS; i++) {
            long again = EngineWork.usedHeap();
            if (again >= used) {
                break;
            }
            used = again;
        }
        return used;
    }

    /** Types a history and writes the updates that it makes, each with its length, for all programs. The text is checked. */
    static int write(Trace trace, Path file) throws IOException {
        YDocument document = new YDocument(CLIENT);
        List<byte[]> updates = new ArrayList<>();
        for (int i = 0; i < trace.edits(); i++) {
            int at = trace.offsets()[i];
            int deleted = trace.deleted()[i];
            String inserted = trace.inserted()[i];
            if (deleted > 0) {
                updates.add(document.edit(() -> document.text("text").delete(at, deleted)));
            }
            if (!inserted.isEmpty()) {
                updates.add(document.edit(() -> document.text("text").insert(at, inserted)));
            }
        }
        if (!document.text("text").text().equals(trace.end())) {
            throw new IllegalStateException(trace.name() + " ends with another text");
        }
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            out.writeInt(updates.size());
            for (byte[] update : updates) {
                out.writeInt(update.length);
                out.write(update);
            }
        }
        return updates.size();
    }

    private static List<byte[]> read(Path file) throws IOException {
        List<byte[]> updates = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            for (int left = in.readInt(); left > 0; left--) {
                updates.add(in.readNBytes(in.readInt()));
            }
        }
        return updates;
    }
}
