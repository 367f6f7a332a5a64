package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tests can fail: each {@link Plant} is compiled into a copy of the engine, in a class loader of its own, and ordinary tests, the recorded
 * sessions or the simulated network must find it.
 */
class PlantedErrorsTest {
    private static final List<String> TRIALS = List.of("ordinary", "recorded", "undone", "simulated");

    /** What one trial may take; they take seconds. */
    private static final int MAX_MINUTES = 5;

    @TempDir
    Path directory;

    @TestFactory
    Stream<DynamicTest> everyPlantIsFound() {
        return Plant.ALL.stream()
                .map(plant -> DynamicTest.dynamicTest(plant.name(), () -> {
                    Path classes = compile(plant.type(), plant.in(source(plant.type())));
                    List<String> found = new ArrayList<>();
                    for (String trial : TRIALS) {
                        // What one finds the dearer ones need not look for.
                        if (found.isEmpty() && !passes(classes, trial)) {
                            found.add(trial);
                        }
                    }
                    System.out.println("planted: " + plant.name() + "; found by " + found);
                    assertTrue(!found.isEmpty(), "nothing finds it");
                }));
    }

    @Test
    void withoutAPlantTheyPass() throws Exception {
        Path classes = compile("Placement", source("Placement"));
        for (String trial : TRIALS) {
            assertTrue(passes(classes, trial), trial);
        }
    }

    private static String source(String type) throws IOException {
        return Files.readString(Path.of("src/main/java/dev/concord/yjs/" + type + ".java"));
    }

    /** Compiles one class against the others as they are. */
    private Path compile(String type, String source) throws IOException {
        Path sources = Files.createDirectories(directory.resolve("source"));
        Path classes = Files.createTempDirectory(directory, "classes");
        Path file = Files.writeString(sources.resolve(type + ".java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = compiler.run(
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

    /** An engine with an error in it may never come to an end; that is found, too. */
    private static boolean passes(Path classes, String trial) throws Exception {
        Method method =
                new EngineCopy(classes).loadClass("dev.concord.yjs.PlantTrial").getMethod(trial);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                method.invoke(null);
            } catch (InvocationTargetException e) {
                failure.set(e.getCause());
            } catch (IllegalAccessException e) {
                failure.set(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        thread.join(TimeUnit.MINUTES.toMillis(MAX_MINUTES));
        if (thread.isAlive()) {
            System.out.println(trial + " does not end");
            return false;
        }
        return failure.get() == null;
    }

    /** The engine and its tests once more, with the classes of a directory in place of their own. */
    private static final class EngineCopy extends ClassLoader {
        private final Path replaced;

        EngineCopy(Path replaced) {
            super(PlantedErrorsTest.class.getClassLoader());
            this.replaced = replaced;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("dev.concord.yjs.")) {
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
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
