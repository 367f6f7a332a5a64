package dev.concord.bench.micro;

import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.crdt.OperationSink;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Calls that change a document: a thousand on a copy that was just loaded, so that it stays as large as it is said to be. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Scattered.CALLS)
public class Changing {
    /** The copy that is changed. */
    @State(Scope.Thread)
    public static class Copy {
        Document document = new Document("me");

        /**
         * Loads it.
         *
         * @param scattered what it is a copy of
         */
        @Setup(Level.Invocation)
        public void load(Scattered scattered) {
            document = scattered.copy("me");
        }
    }

    /**
     * A sentence typed in the middle.
     *
     * @param copy the document
     * @return the document
     */
    @Benchmark
    public Document typeCharacter(Copy copy) {
        Document document = copy.document;
        int at = document.length() / 2;
        for (int i = 0; i < Scattered.CALLS; i++) {
            document.insert(at + i, "x", OperationSink.NONE);
        }
        return document;
    }

    /**
     * A character each at random places.
     *
     * @param copy the document
     * @param scattered the places
     * @return the document
     */
    @Benchmark
    public Document insertAnywhere(Copy copy, Scattered scattered) {
        for (int offset : scattered.offsets) {
            copy.document.insert(offset, "x", OperationSink.NONE);
        }
        return copy.document;
    }

    /**
     * A character each at random places.
     *
     * @param copy the document
     * @param scattered the places
     * @return the document
     */
    @Benchmark
    public Document deleteAnywhere(Copy copy, Scattered scattered) {
        for (int offset : scattered.offsets) {
            copy.document.delete(offset, 1, OperationSink.NONE);
        }
        return copy.document;
    }

    /**
     * Inserts of somebody else at random places, the text changes reported.
     *
     * @param copy the document
     * @param scattered the operations
     * @return the document
     */
    @Benchmark
    public Document applyRemote(Copy copy, Scattered scattered) {
        for (Operation operation : scattered.remote) {
            copy.document.apply(operation);
        }
        return copy.document;
    }
}
