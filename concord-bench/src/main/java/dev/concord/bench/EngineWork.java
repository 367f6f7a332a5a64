package dev.concord.bench;

import dev.concord.crdt.ChangeSink;
import dev.concord.crdt.Document;
import dev.concord.crdt.OperationReader;
import dev.concord.crdt.OperationSink;
import dev.concord.crdt.OperationWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is measured on the history of one writer. Each work checks the text that it ends with. */
enum EngineWork {
    LOCAL("local replay", Unit.GAP_BUFFERS, 4.5, 4.5) {
        @Override
        Runnable prepare(Trace trace) {
            return () -> check(trace, replay(trace, OperationSink.NONE));
        }
    },
    // 20 ms beside a gap buffer of 1.9 ms, where the targets were set.
    ENCODED("local replay, ops encoded", Unit.GAP_BUFFERS, 20 / 1.9, 20 / 1.9) {
        @Override
        Runnable prepare(Trace trace) {
            return () -> {
                OperationWriter writer = new OperationWriter();
                check(trace, replay(trace, writer));
                if (writer.toBytes().length < trace.edits()) {
                    throw new IllegalStateException(trace.name() + " was not encoded in whole");
                }
            };
        }
    },
    MERGE("merging them one by one", Unit.GAP_BUFFERS, 9.0, 9.0) {
        @Override
        Runnable prepare(Trace trace) {
            byte[] ops = encoded(trace);
            return () -> {
                Document merged = new Document("b");
                OperationReader reader = new OperationReader(ops);
                while (reader.hasNext()) {
                    merged.apply(reader, ChangeSink.NONE);
                }
                check(trace, merged);
            };
        }
    },
    LOAD("load and text", Unit.MILLISECONDS, 2.5, null) {
        @Override
        Runnable prepare(Trace trace) {
            byte[] state = replay(trace, OperationSink.NONE).encode();
            return () -> check(trace, Document.load("c", state));
        }
    },
    OPS_SIZE("encoded ops", Unit.BYTES_AN_EDIT, 10.0, null) {
        @Override
        double size(Trace trace) {
            return encoded(trace).length / (double) trace.edits();
        }
    },
    STATE_SIZE("whole state", Unit.KILOBYTES, 55.0, null) {
        @Override
        double size(Trace trace) {
            return replay(trace, OperationSink.NONE).encode().length / 1000.0;
        }
    },
    HEAP("heap of the loaded document", Unit.KILOBYTES, 1000.0, null) {
        @Override
        double size(Trace trace) {
            byte[] state = replay(trace, OperationSink.NONE).encode();
            Document[] kept = new Document[HEAP_COPIES];
            long before = usedHeap();
            for (int i = 0; i < kept.length; i++) {
                kept[i] = Document.load("h", state);
            }
            double each = (usedHeap() - before) / 1000.0 / kept.length;
            for (Document document : kept) {
                check(trace, document);
            }
            return each;
        }
    };

    /** What a figure counts. */
    enum Unit {
        GAP_BUFFERS("x gap buffer"),
        MILLISECONDS("ms"),
        BYTES_AN_EDIT("bytes an edit"),
        KILOBYTES("KB");

        final String title;

        Unit(String title) {
            this.title = title;
        }
    }

    static final int HEAP_COPIES = 20;

    final String title;
    final Unit unit;
    private final @Nullable Double referenceTarget;
    private final @Nullable Double target;

    EngineWork(String title, Unit unit, @Nullable Double referenceTarget, @Nullable Double target) {
        this.title = title;
        this.unit = unit;
        this.referenceTarget = referenceTarget;
        this.target = target;
    }

    /** The figure to reach; null when this work has none on this trace. */
    @Nullable
    Double target(boolean reference) {
        return reference ? referenceTarget : target;
    }

    boolean isTimed() {
        return unit == Unit.GAP_BUFFERS || unit == Unit.MILLISECONDS;
    }

    /** Makes what the work needs; what is returned is timed. */
    Runnable prepare(Trace trace) {
        throw new UnsupportedOperationException(name());
    }

    /** Weighs instead of timing. */
    double size(Trace trace) {
        throw new UnsupportedOperationException(name());
    }

    /** The same history on a text without metadata. */
    static Runnable gapBuffer(Trace trace) {
        return () -> {
            GapBuffer buffer = new GapBuffer();
            for (int i = 0; i < trace.edits(); i++) {
                if (trace.deleted()[i] > 0) {
                    buffer.delete(trace.offsets()[i], trace.deleted()[i]);
                }
                if (!trace.inserted()[i].isEmpty()) {
                    buffer.insert(trace.offsets()[i], trace.inserted()[i]);
                }
            }
            check(trace.name(), trace.end(), buffer.toString());
        };
    }

    static void check(String name, String expected, String text) {
        if (!expected.equals(text)) {
            throw new IllegalStateException(String.format(Locale.ROOT, "%s does not end with its recorded text", name));
        }
    }

    static void check(Trace trace, Document document) {
        check(trace.name(), trace.end(), document.text());
    }

    static byte[] encoded(Trace trace) {
        OperationWriter writer = new OperationWriter();
        replay(trace, writer);
        return writer.toBytes();
    }

    static Document replay(Trace trace, OperationSink sink) {
        Document document = new Document("a");
        for (int i = 0; i < trace.edits(); i++) {
            if (trace.deleted()[i] > 0) {
                document.delete(trace.offsets()[i], trace.deleted()[i], sink);
            }
            if (!trace.inserted()[i].isEmpty()) {
                document.insert(trace.offsets()[i], trace.inserted()[i], sink);
            }
        }
        return document;
    }

    static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
