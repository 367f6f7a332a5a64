package dev.concord.bench;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;

/**
 * One measurement in a JVM of its own, so that none is compiled for what another did before it. A timed work runs in turns with the
 * gap buffer on the same history; figures are CPU milliseconds of the measuring thread, medians after a warm-up.
 */
public final class EngineFork {
    static final String OWN = System.getProperty("java.class.path");
    private static final String SESSION = "SESSION";

    private EngineFork() {}

    /** Measures a work on a trace, in a new JVM, with the engine of a class path; the file is empty for a trace of the jar. */
    static Figure work(String classPath, EngineWork work, String trace, String file, Effort effort) throws IOException {
        return start(classPath, List.of(work.name(), trace, file, effort.toString()));
    }

    /** Measures a work with the engine of this JVM's class path. */
    static Figure work(EngineWork work, String trace, String file, Effort effort) throws IOException {
        return work(OWN, work, trace, file, effort);
    }

    static Figure session(Effort effort) throws IOException {
        return session(OWN, effort);
    }

    static Figure session(String classPath, Effort effort) throws IOException {
        return start(classPath, List.of(SESSION, Traces.SESSION, "", effort.toString()));
    }

    static Figure hostile(String classPath, Hostile shape, int size, Effort effort) throws IOException {
        return start(classPath, List.of(shape.name(), String.valueOf(size), "", effort.toString()));
    }

    private static Figure start(String classPath, List<String> args) throws IOException {
        return Figure.parse(Fork.java(classPath, EngineFork.class.getName(), args));
    }

    /**
     * The measuring process.
     *
     * @param args work, trace or size, file of the trace or empty, effort
     * @throws IOException when the trace cannot be read
     */
    public static void main(String[] args) throws IOException {
        System.out.println(measure(args[0], args[1], args[2], Effort.parse(args[3])));
    }

    static Figure measure(String work, String input, String file, Effort effort) throws IOException {
        if (work.equals(SESSION)) {
            try (InputStream in = Traces.open(input, file)) {
                return Stopwatch.timed(Session.read(in)::play, () -> {}, effort);
            }
        }
        if (Arrays.stream(Hostile.values()).anyMatch(shape -> shape.name().equals(work))) {
            return Stopwatch.timed(Hostile.valueOf(work).prepare(Integer.parseInt(input)), () -> {}, effort);
        }
        EngineWork known = EngineWork.valueOf(work);
        Trace trace = Traces.read(input, file);
        return known.isTimed()
                ? Stopwatch.timed(known.prepare(trace), EngineWork.gapBuffer(trace), effort)
                : Figure.size(known.size(trace));
    }
}
