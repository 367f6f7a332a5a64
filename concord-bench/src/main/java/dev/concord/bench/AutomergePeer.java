package dev.concord.bench;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Automerge on the JVM, from a jar that is built apart so that this one does not need it. */
final class AutomergePeer implements Peer {
    /** System property: the jar that has {@link #MAIN} and automerge itself. */
    static final String JAR = "concord.bench.automerge";

    private static final String MAIN = "dev.concord.bench.automerge.AutomergeFork";
    // A run on a large history takes seconds, and the work is done in native code that needs no warm-up.
    private static final Effort EFFORT = new Effort(2, 500, 500);

    private final String classPath;
    private final String version;

    private AutomergePeer(String classPath, String version) {
        this.classPath = classPath;
        this.version = version;
    }

    static Optional<Peer> built(PrintStream err) throws IOException {
        String jar = System.getProperty(JAR, "");
        if (jar.isEmpty() || !Files.isReadable(Path.of(jar))) {
            err.println("automerge is skipped: its jar is not built, or could not be fetched");
            return Optional.empty();
        }
        String classPath = System.getProperty("java.class.path") + File.pathSeparator + jar;
        return Optional.of(new AutomergePeer(classPath, Fork.java(classPath, MAIN, List.of("VERSION"))));
    }

    @Override
    public String title() {
        return "automerge-java " + version;
    }

    @Override
    public double measure(PeerWork work, String trace, String file) throws IOException {
        Figure figure = Figure.parse(Fork.java(classPath, MAIN, List.of(work.name(), trace, file, EFFORT.toString())));
        return figure.value() + figure.collector();
    }

    @Override
    public boolean does(PeerWork work) {
        return work != PeerWork.SESSION;
    }
}
