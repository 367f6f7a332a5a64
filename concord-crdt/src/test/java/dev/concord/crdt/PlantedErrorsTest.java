package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * The tests can fail: each {@link Plant} is compiled into a copy of the engine, in a class loader of its own, and each kind of
 * test is run on that copy and must find it. Without a plant they pass in the same setting.
 */
class PlantedErrorsTest {
    /** The tests of each kind. Of the examples one class is enough; of the others so is one test. */
    private static final Map<String, List<String>> KINDS = new LinkedHashMap<>();

    static {
        KINDS.put("example", List.of("OrderTest"));
        KINDS.put("property", List.of("ConvergenceTest", "OrderTest"));
        KINDS.put("exhaustive", List.of("SmallScopeTest"));
        KINDS.put("simulator", List.of("NetworkSimulatorTest"));
    }

    /** Tries that find every plant. */
    private static final int ENOUGH = 500;
    /** Tries that show that the tests run on a copy at all. */
    private static final int FEW = 10;

    @TempDir
    Path directory;

    @TestFactory
    @Timeout(300)
    Stream<DynamicTest> everyKindOfTestFindsEveryPlant() {
        return Plant.ALL.stream()
                .map(plant -> DynamicTest.dynamicTest(plant.name(), () -> {
                    Path classes = compile(plant.type(), plant.in(source(plant.type())));
                    List<String> missed = new ArrayList<>();
                    for (Map.Entry<String, List<String>> kind : KINDS.entrySet()) {
                        TestExecutionSummary summary = run(classes, kind.getKey(), kind.getValue(), ENOUGH);
                        assertTrue(
                                summary.getTestsStartedCount() > 0, "no test of this kind was run: " + kind.getKey());
                        if (summary.getTestsFailedCount() == 0) {
                            missed.add(kind.getKey());
                        }
                    }
                    System.out.println("planted: " + plant.name() + "; found by " + (KINDS.size() - missed.size())
                            + " of " + KINDS.size() + " kinds of test");
                    assertEquals(List.of(), missed, "kinds of test that did not find it");
                }));
    }

    @TestFactory
    @Timeout(300)
    Stream<DynamicTest> withoutAPlantTheyPass() {
        return KINDS.entrySet().stream()
                .map(kind -> DynamicTest.dynamicTest(kind.getKey(), () -> {
                    Path classes = compile("Placement", source("Placement"));
                    TestExecutionSummary summary = run(classes, kind.getKey(), kind.getValue(), FEW);
                    StringWriter failures = new StringWriter();
                    summary.printFailuresTo(new PrintWriter(failures), 5);
                    assertEquals(0, summary.getTestsFailedCount(), failures::toString);
                    assertTrue(summary.getTestsSucceededCount() > 0);
                }));
    }

    private static String source(String type) throws IOException {
        return Files.readString(Path.of("src/main/java/dev/concord/crdt/" + type + ".java"));
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

    private static TestExecutionSummary run(Path classes, String kind, List<String> tests, int tries) throws Exception {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        PrintStream out = System.out;
        String scope = System.setProperty("concord.scope", "small");
        String usual = System.setProperty("concord.tries", String.valueOf(tries));
        try (EngineCopy copy = new EngineCopy(classes)) {
            // Extensions are found by the context class loader: those that know the copy. Hooks of properties are found
            // once and
            // kept, so they stay those of the engine itself.
            if (!kind.equals("property")) {
                Thread.currentThread().setContextClassLoader(copy);
            }
            System.setOut(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
            LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
            List<DiscoverySelector> selectors = new ArrayList<>();
            for (String test : tests) {
                selectors.add(DiscoverySelectors.selectClass(copy.loadClass("dev.concord.crdt." + test)));
            }
            request.selectors(selectors);
            String engine = kind.equals("property") ? "jqwik" : "junit-jupiter";
            request.filters(EngineFilter.includeEngines(engine));
            request.configurationParameter("jqwik.tries.default", String.valueOf(tries));
            request.configurationParameter(
                    "jqwik.database", classes.resolve("jqwik").toString());
            request.configurationParameter("jqwik.shrinking.default", "OFF");
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherFactory.create().execute(request.build(), listener);
            return listener.getSummary();
        } finally {
            System.setOut(out);
            Thread.currentThread().setContextClassLoader(before);
            restore("concord.scope", scope);
            restore("concord.tries", usual);
        }
    }

    private static void restore(String property, String value) {
        if (value == null) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, value);
        }
    }

    /** The engine and its tests once more, with the classes of a directory in place of their own. */
    private static final class EngineCopy extends ClassLoader implements AutoCloseable {
        private final Path replaced;

        EngineCopy(Path replaced) {
            super(PlantedErrorsTest.class.getClassLoader());
            this.replaced = replaced;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("dev.concord.crdt.")) {
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

        @Override
        public void close() {}
    }
}
