package dev.concord.bench.micro;

import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.infra.Blackhole;

/** Calls that leave the document as it is. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Reading {
    /**
     * The ids at random offsets.
     *
     * @param scattered the document
     * @param blackhole takes the ids
     */
    @Benchmark
    @OperationsPerInvocation(Scattered.CALLS)
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public void offsetToId(Scattered scattered, Blackhole blackhole) {
        for (int offset : scattered.offsets) {
            blackhole.consume(scattered.document.idAt(offset));
        }
    }

    /**
     * The offsets of random ids.
     *
     * @param scattered the document
     * @param blackhole takes the offsets
     */
    @Benchmark
    @OperationsPerInvocation(Scattered.CALLS)
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public void idToOffset(Scattered scattered, Blackhole blackhole) {
        for (ElementId id : scattered.ids) {
            blackhole.consume(scattered.document.offsetOf(id));
        }
    }

    /**
     * The whole text.
     *
     * @param scattered the document
     * @return the text
     */
    @Benchmark
    public String text(Scattered scattered) {
        return scattered.document.text();
    }

    /**
     * The whole state, written.
     *
     * @param scattered the document
     * @return the bytes
     */
    @Benchmark
    public byte[] encode(Scattered scattered) {
        return scattered.document.encode();
    }

    /**
     * The whole state, read.
     *
     * @param scattered the state
     * @return the document
     */
    @Benchmark
    public Document load(Scattered scattered) {
        return scattered.copy("me");
    }

    /**
     * What a reconnecting client sends.
     *
     * @param scattered the document
     * @return the version
     */
    @Benchmark
    public byte[] version(Scattered scattered) {
        return scattered.document.version();
    }

    /**
     * What it gets when it is missing a hundred edits.
     *
     * @param scattered the document and the version
     * @return the partial state
     */
    @Benchmark
    public byte[] difference(Scattered scattered) {
        return scattered.document.difference(scattered.olderVersion);
    }
}
