package dev.concord.js;

import static dev.concord.testing.browser.WebFiles.classPath;
import static dev.concord.testing.browser.WebFiles.folder;
import static dev.concord.testing.browser.WebFiles.project;

import dev.concord.testing.browser.WebFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The package as pages see it: its modules at the root and in {@code /src/}, {@code /test/}, an empty page at {@code /blank} and the fixtures that are shared with Java. */
final class PackageFiles {
    /** What CodeMirror's modules are made of, by the names that they import each other under. */
    private static final Map<String, String> PEERS = new TreeMap<>(Map.of(
            "@codemirror/commands", "dist/index.js",
            "@codemirror/language", "dist/index.js",
            "@codemirror/state", "dist/index.js",
            "@codemirror/view", "dist/index.js",
            "@lezer/common", "dist/index.js",
            "@lezer/highlight", "dist/index.js",
            "@marijn/find-cluster-break", "src/index.js",
            "crelt", "index.js",
            "style-mod", "src/style-mod.js",
            "w3c-keyname", "index.js"));

    /** Monaco's modules are AMD's: this loads them. */
    private static final String MONACO = "min/vs/loader.js";

    /** React's modules in their form for development, which is strict and complains; they are CommonJS. */
    private static final Map<String, String> COMMON_JS = new TreeMap<>(Map.of(
            "react", "react/cjs/react.development.js",
            "react-dom", "react-dom/cjs/react-dom.development.js",
            "react-dom/client", "react-dom/cjs/react-dom-client.development.js",
            "scheduler", "scheduler/cjs/scheduler.development.js"));

    private PackageFiles() {}

    static WebFiles serve() {
        String html = "<!doctype html><title>tests</title><script type=\"importmap\">" + importMap() + "</script>";
        return new WebFiles()
                .page("/blank", html)
                .serve("/", folder(project().resolve("concord-js/src")))
                .serve("/src/", folder(project().resolve("concord-js/src")))
                .serve(
                        "/package/",
                        name -> folder(project().resolve("concord-js/src")).open(name + ".js"))
                .serve("/examples/", PackageFiles::example)
                .serve("/docs/", folder(project().resolve("docs")))
                .serve("/test/", folder(project().resolve("concord-js/test")))
                .serve("/peers/", classPath("/META-INF/resources/webjars/"))
                .serve("/common-js/", CommonJs.asModules(classPath("/META-INF/resources/webjars/")))
                .fixtures("/golden/", project().resolve("concord-wire/src/test/resources/golden"))
                .fixtures("/fixtures/", project().resolve("concord-crdt/src/test/resources/fixtures"));
    }

    /** An example with the import map that a bundler makes unnecessary. */
    private static @Nullable InputStream example(String name) throws IOException {
        try (InputStream in = folder(project().resolve("concord-js/examples")).open(name)) {
            if (in == null) {
                return null;
            }
            String html = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("<title>", "<script type=\"importmap\">" + importMap() + "</script><title>");
            return new ByteArrayInputStream(html.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String importMap() {
        StringJoiner imports = new StringJoiner(",", "{\"imports\":{", "}}");
        imports.add("\"@concord-dev/client\":\"/src/concord.js\"");
        for (String part : List.of("codemirror", "monaco", "react")) {
            imports.add("\"@concord-dev/client/" + part + "\":\"/src/" + part + ".js\"");
        }
        imports.add("\"monaco-editor\":\"/test/monaco-module.js\"");
        PEERS.forEach((name, main) -> {
            String artifact = name.replace("@", "").replace("/", "__");
            imports.add("\"" + name + "\":\"/peers/" + artifact + "/" + version(artifact) + "/" + main + "\"");
        });
        imports.add(
                "\"monaco-editor/loader\":\"/peers/monaco-editor/" + version("monaco-editor") + "/" + MONACO + "\"");
        COMMON_JS.forEach((name, path) -> {
            String artifact = path.substring(0, path.indexOf('/'));
            String rest = path.substring(artifact.length());
            imports.add("\"" + name + "\":\"/common-js/" + artifact + "/" + version(artifact) + rest + "\"");
        });
        return imports.toString();
    }

    private static String version(String artifact) {
        String name = "/META-INF/maven/org.webjars.npm/" + artifact + "/pom.properties";
        try (InputStream in = PackageFiles.class.getResourceAsStream(name)) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
