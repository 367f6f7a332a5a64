package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tests of faults can fail: each {@link PlantedMistake} is compiled into a copy of the server, in a class loader of its own, and faults at
 * random or at each point must find it.
 */
@Tag("soak")
@Timeout(300)
class PlantedMistakesTest {
    private static final List<String> TRIALS = List.of("several", "room");

    @TempDir
    Path directory;

    @TestFactory
    Stream<DynamicTest> everyMistakeIsFound() {
        return PlantedMistake.ALL.stream()
                .map(mistake -> DynamicTest.dynamicTest(mistake.name(), () -> {
                    Path classes = compile(mistake);
                    // What one finds the other need not look for.
                    Optional<String> found = TRIALS.stream()
                            .filter(trial -> !passes(classes, trial))
                            .findFirst();
                    System.out.println("planted: " + mistake.name() + "; found by " + found.orElse("nothing"));
                    assertTrue(found.isPresent(), "nothing finds it");
                }));
    }

    @Test
    void withoutAMistakeNothingIsFound() throws IOException {
        Path none = Files.createDirectory(directory.resolve("none"));
        for (String trial : TRIALS) {
            assertTrue(passes(none, trial), trial);
        }
    }

    /** Compiles one class against the others as they are. */
    private Path compile(PlantedMistake mistake) throws IOException {
        String path = "dev/concord/server/room/" + mistake.type() + ".java";
        String source = mistake.in(Files.readString(Path.of("src/main/java").resolve(path)));
        Path file = directory.resolve("source").resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, source);
        Path classes = Files.createTempDirectory(directory, "classes");
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        said,
                        said,
                        "-proc:none",
                        "-nowarn",
                        "-d",
                        classes.toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        file.toString());
        assertEquals(0, status, () -> said.toString(StandardCharsets.UTF_8));
        return classes;
    }

    private static boolean passes(Path classes, String trial) {
        try {
            new ServerCopy(classes)
                    .loadClass("dev.concord.server.room.FaultTrial")
                    .getMethod(trial)
                    .invoke(null);
            return true;
        } catch (InvocationTargetException e) {
            return false;
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(trial, e);
        }
    }

    /** The server and its tests once more, with the classes of a directory in place of their own. */
    private static final class ServerCopy extends ClassLoader {
        private final Path replaced;

        ServerCopy(Path replaced) {
            super(PlantedMistakesTest.class.getClassLoader());
            this.replaced = replaced;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("dev.concord.server.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            Path own = replaced.resolve(file);
            try (InputStream in =
                    Files.exists(own) ? Files.newInputStream(own) : getParent().getResourceAsStream(file)) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
