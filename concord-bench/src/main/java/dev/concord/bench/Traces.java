package dev.concord.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the editing histories are: in the jar, but for the one that may not be copied, which has to be found. */
final class Traces {
    /** Has the targets of its own; not part of the project because its licence is not stated. */
    static final String PAPER = "automerge-paper";

    static final String SESSION = "friendsforever";
    static final String VARIABLE = "CONCORD_TRACES";
    private static final List<String> OWN = List.of("sveltecomponent", "rustcode", "seph-blog1");
    private static final String ENDING = ".json.gz";
    /** Looked at when no path is given, from the working directory. */
    private static final List<Path> COMMON_PLACES =
            List.of(Path.of("."), Path.of("traces"), Path.of("../traces"), Path.of("../shared/traces"));

    private Traces() {}

    /** The histories of one writer that can be had; what each is read from. */
    static List<String> sequential(Optional<Path> paper) {
        List<String> names = new ArrayList<>();
        if (paper.isPresent()) {
            names.add(PAPER);
        }
        names.addAll(OWN);
        return names;
    }

    /** The file of automerge-paper: from the option, else from the environment, else from where it commonly is. */
    static Optional<Path> paper(Options options, Map<String, String> environment) {
        String option = options.value("--traces");
        if (option != null) {
            return Optional.of(given("--traces", option));
        }
        String variable = environment.getOrDefault(VARIABLE, "");
        if (!variable.isEmpty()) {
            return Optional.of(given(VARIABLE, variable));
        }
        return COMMON_PLACES.stream()
                .map(place -> place.resolve(PAPER + ENDING))
                .filter(Files::isReadable)
                .findFirst();
    }

    private static Path given(String by, String path) {
        Path named = Path.of(path);
        return Stream.of(named, named.resolve(PAPER + ENDING))
                .filter(Files::isRegularFile)
                .filter(Files::isReadable)
                .findFirst()
                .orElseThrow(() -> new BadUsageException(by + " is " + path + ", which "
                        + (Files.exists(named) ? "has no readable " : "does not exist: name ") + PAPER + ENDING
                        + (Files.exists(named) ? "" : " or its directory")));
    }

    /** Opens a history by its file, or, when that is empty, from the jar. */
    static InputStream open(String name, String file) throws IOException {
        if (!file.isEmpty()) {
            return Files.newInputStream(Path.of(file));
        }
        InputStream in = Traces.class.getResourceAsStream("/traces/" + name + ENDING);
        if (in == null) {
            throw new IOException("the trace " + name + " is missing from the jar");
        }
        return in;
    }

    static Trace read(String name, String file) throws IOException {
        try (InputStream in = open(name, file)) {
            return Trace.read(name, in);
        }
    }

    /** Puts a history of the jar where another program can read it. */
    static Path copy(String name, Path directory) throws IOException {
        Path copy = directory.resolve(name + ENDING);
        try (InputStream in = open(name, "")) {
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        return copy;
    }
}
