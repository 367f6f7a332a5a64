package dev.concord.server;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.server.config.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the documentation names exists: paths, links, commands, classes, settings, routes, metrics. And how it is written. */
class DocumentationTest {
    private static final Path ROOT = Path.of(System.getProperty("concord.basedir", ".."))
            .toAbsolutePath()
            .normalize();
    private static final Set<String> GENERATED = Set.of("target", "node_modules", ".git", ".idea", "concord-data");
    private static final Set<String> SOURCES = Set.of("java", "js", "mjs", "ts", "sh", "xml", "yml", "json", "sql");
    private static final int MAX_COLUMNS = 120;

    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w*)\n(.*?)^```");
    private static final Pattern MAIN =
            Pattern.compile("concord-[a-z-]+/(?:src/(?!main/resources/peers/)|test/).*\\.(?:java|js|ts|sql)");
    private static final Pattern SPOKEN = Pattern.compile(
            "(?s)/\\*.*?\\*/|//[^\n]*|--[^\n]*|\"(?:[^\"\\\\\n]|\\\\.)*\"|'(?:[^'\\\\\n]|\\\\.)*'|`(?:[^`\\\\]|\\\\.)*`");
    /** What is not wrapped: blocks of code, and tables that a program writes. */
    private static final Pattern BLANK = Pattern.compile("(?ms)^```.*?^```|^<!-- (bench:\\w+) -->.*?<!-- /\\1 -->");

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern CLASS_NAME = Pattern.compile("[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+");
    private static final Pattern PATH = Pattern.compile("(?:\\./)?(?:[\\w.-]+/)+[\\w.-]*");
    private static final Pattern SETTING =
            Pattern.compile("\\b(?:CONCORD_[A-Z_]+[A-Z]|DATABASE_URL|REDIS_URL|GEMINI_API_KEY|PORT)\\b");
    private static final Pattern METRIC = Pattern.compile("\\bconcord_[a-z_]+");
    private static final Pattern ROUTE =
            Pattern.compile("(?:(?:GET|PUT|POST|DELETE) )?(/[a-z][a-zA-Z0-9_./{}-]*)(?:\\?.*)?");
    private static final Pattern PROPERTY = Pattern.compile("-D(concord\\.[a-z.]+[a-z])");
    private static final Pattern TEST_NAME = Pattern.compile("-D(?:it\\.)?test='?([\\w.,*]+)");
    private static final Pattern MODULES = Pattern.compile("-pl ([\\w,/-]+)");
    private static final Pattern PROFILES = Pattern.compile("-P([\\w,]+)");
    private static final Pattern SUBCOMMAND = Pattern.compile("\\./concord(?: ([a-z]+)(?: ([a-z]+))?)?");

    /** Words that are not used any more, in prose and in what users read, and what is said instead. */
    private static final Map<Pattern, String> WORDS = words(Map.ofEntries(
            Map.entry("[Ff]olds?|[Ff]olded|[Ff]olding", "compact, compaction"),
            Map.entry("[Hh]all", "RoomLocator"),
            Map.entry("[Hh]eals?|[Hh]ealed|[Hh]ealing", "anti-entropy, bulk sync, recover"),
            Map.entry("[Ll]evell(?:ed|ing)", "caught up"),
            Map.entry("RoomFounder|founder", "RoomCreator"),
            Map.entry("AnchorsFirst|anchors first", "TopologicalOrder, in topological order"),
            Map.entry("Heirs|heirs", "Replacements"),
            Map.entry("[Mm]ended", "fixed"),
            Map.entry("[Ll]acks?|[Ll]acked|[Ll]acking", "is missing"),
            Map.entry("[Hh]ears?|(?<!#)[Hh]eard", "receives, is notified"),
            Map.entry("[Tt]old of|(?:is|are|was|were|be|being) told(?! apart| from)", "is notified"),
            Map.entry("is no (?:valid|address|number|URL|room id)", "is not a valid …"),
            Map.entry(
                    "(?:one|directly|right|stands?|lies|nearest|counter|offset|element|child|run|item|place|index|last) behind|behind (?:the last|it|its)",
                    "after"),
            Map.entry("introduce(?=[(`])", "setUser"),
            Map.entry("hurry", "reconnectNow"),
            Map.entry("most[A-Z]\\w*", "max…")));

    /** Such words in names of metrics, where they stand after a dot or an underscore. */
    private static final Pattern OLD_METRIC =
            Pattern.compile("\\bconcord[._][a-z._]*?(?:fold|heal(?!th)|hall|mend|lack|heard|told)\\w*");

    /** These are looked for in pages only. */
    private static final Map<Pattern, String> PAGE_WORDS = words(Map.of(
            "anew", "again",
            "(?:kept|keeps?|is|are) aside", "orphaned",
            "#+ (?:The way of|How .* is shown to be right|Take part|Look after|Read on).*",
                    "a heading that names the contents"));

    private static Map<Pattern, String> words(Map<String, String> words) {
        Map<Pattern, String> patterns = new TreeMap<>((a, b) -> a.pattern().compareTo(b.pattern()));
        words.forEach((word, instead) -> patterns.put(Pattern.compile("(?<![.\\w])(?:" + word + ")\\b"), instead));
        return patterns;
    }

    /** The tree, read once: it is some megabytes. */
    private static final class Tree {
        final Map<Path, String> pages = new TreeMap<>();
        final Map<Path, String> sources = new TreeMap<>();
        final Set<String> identifiers = new HashSet<>();
        final String text;

        Tree() throws IOException {
            StringBuilder all = new StringBuilder();
            Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    return GENERATED.contains(directory.getFileName().toString())
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    String name = file.getFileName().toString();
                    String extension = name.substring(name.lastIndexOf('.') + 1);
                    Path relative = ROOT.relativize(file);
                    if (extension.equals("md")) {
                        pages.put(relative, Files.readString(file).replace("\r\n", "\n"));
                    } else if ((SOURCES.contains(extension) || isScript(relative))
                            && !name.equals("DocumentationTest.java")
                            && !name.equals("package-lock.json")) {
                        String source = Files.readString(file);
                        sources.put(relative, source);
                        all.append(source).append('\n');
                        identifiers.add(name.replaceFirst("\\.[^.]*$", ""));
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
            text = all.toString();
            WORD.matcher(text).results().forEach(word -> identifiers.add(word.group()));
        }

        private static boolean isScript(Path file) {
            return file.equals(Path.of("concord")) || file.equals(Path.of(".ci", "run"));
        }

        /** Every page but those that tell of the past. */
        void forEachPage(BiConsumer<Path, String> check) {
            pages.forEach((path, page) -> {
                if (!path.equals(Path.of("CHANGELOG.md")) && !path.startsWith(Path.of("docs", "decisions"))) {
                    check.accept(path, page);
                }
            });
        }
    }

    private static final Tree TREE = read();

    private static Tree read() {
        try {
            return new Tree();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final Set<String> wrong = new TreeSet<>();

    private void none() {
        assertTrue(TREE.pages.size() > 10, TREE.pages.keySet()::toString);
        assertEquals("", String.join("\n", wrong));
    }

    /** The inline code and the lines of fenced blocks that are neither JSON nor a program. */
    private static List<String> code(String page) {
        List<String> found = new ArrayList<>();
        String prose = FENCE.matcher(page).replaceAll(block -> {
            if (block.group(1).isEmpty()) {
                block.group(2).lines().forEach(found::add);
            }
            return "";
        });
        CODE.matcher(prose).results().forEach(code -> found.add(code.group(1)));
        return found;
    }

    @Test
    void linksResolve() {
        TREE.pages.forEach((path, page) -> LINK.matcher(page).results().forEach(link -> {
            String target = link.group(1);
            if (target.contains("://") || target.startsWith("mailto:")) {
                return;
            }
            int hash = target.indexOf('#');
            String file = hash < 0 ? target : target.substring(0, hash);
            Path resolved = file.isEmpty()
                    ? path
                    : ROOT.relativize(ROOT.resolve(path).resolveSibling(file).normalize());
            if (!Files.exists(ROOT.resolve(resolved))) {
                wrong.add(path + ": " + target + " does not exist");
            } else if (hash >= 0
                    && !anchors(TREE.pages.getOrDefault(resolved, "")).contains(target.substring(hash + 1))) {
                wrong.add(path + ": " + target + " names no heading");
            }
        }));
        none();
    }

    private static Set<String> anchors(String page) {
        return Pattern.compile("(?m)^#+ (.*)$")
                .matcher(page)
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 _-]", "")
                        .replace(' ', '-'))
                .collect(toCollection(TreeSet::new));
    }

    @Test
    void pathsExist() {
        Set<String> tops = new HashSet<>();
        for (Path path : TREE.sources.keySet()) {
            tops.add(path.getName(0).toString());
        }
        TREE.forEachPage((path, page) -> code(page)
                .forEach(code -> PATH.matcher(code).results().forEach(found -> {
                    String name = found.group().replaceFirst("^\\./", "");
                    boolean starts = found.start() == 0 || " '\":,=".indexOf(code.charAt(found.start() - 1)) >= 0;
                    String top = name.substring(0, Math.max(0, name.indexOf('/')));
                    if (starts
                            && (tops.contains(top) || top.startsWith("concord-") || top.equals("docs"))
                            && !name.contains("/target/")
                            && !Files.exists(ROOT.resolve(name))
                            && !Files.exists(ROOT.resolve(path).resolveSibling(name))) {
                        wrong.add(path + ": " + name + " does not exist");
                    }
                })));
        none();
    }

    @Test
    void classesExist() {
        TREE.forEachPage((path, page) -> code(page).forEach(code -> {
            if (CLASS_NAME.matcher(code).matches() && !TREE.identifiers.contains(code)) {
                wrong.add(path + ": no class or member is called " + code);
            }
        }));
        none();
    }

    @Test
    void commandsExist() throws IOException {
        Set<String> subcommands = new HashSet<>();
        Pattern.compile("\"([a-z]+)\"").matcher(TREE.text).results().forEach(word -> subcommands.add(word.group(1)));
        String script = Files.readString(ROOT.resolve("concord"));
        TREE.forEachPage((path, page) -> code(page).forEach(code -> {
            SUBCOMMAND.matcher(code).results().forEach(command -> {
                String first = command.group(1);
                String second = command.group(2);
                if (first != null && !script.contains("= " + first + " ]") && !subcommands.contains(first)) {
                    wrong.add(path + ": ./concord " + first);
                }
                if ("bench".equals(first) && second != null && !subcommands.contains(second)) {
                    wrong.add(path + ": ./concord bench " + second);
                }
            });
            each(PROPERTY, code, property -> {
                if (!TREE.text.contains(property)) {
                    wrong.add(path + ": nothing reads " + property);
                }
            });
            each(TEST_NAME, code, names -> {
                for (String name : names.split(",", -1)) {
                    String simple = name.substring(name.lastIndexOf('.') + 1);
                    if (!simple.contains("*") && !TREE.identifiers.contains(simple)) {
                        wrong.add(path + ": no test " + name);
                    }
                }
            });
            each(MODULES, code, modules -> {
                for (String module : modules.split(",", -1)) {
                    if (!Files.exists(ROOT.resolve(module).resolve("pom.xml"))) {
                        wrong.add(path + ": no module " + module);
                    }
                }
            });
            if (code.contains("mvnw")) {
                each(PROFILES, code, profiles -> {
                    for (String profile : profiles.split(",", -1)) {
                        if (!TREE.text.contains("<id>" + profile + "</id>")) {
                            wrong.add(path + ": no profile " + profile);
                        }
                    }
                });
            }
        }));
        none();
    }

    private static void each(Pattern pattern, String text, java.util.function.Consumer<String> check) {
        pattern.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .forEach(check);
    }

    @Test
    void settingsExistAndTheReadmeListsAll() {
        Map<String, String> defaults = new TreeMap<>();
        Pattern.compile("(?m)^\\s*([A-Z][A-Z_]+)\\b")
                .matcher(Config.help())
                .results()
                .forEach(setting -> defaults.put(setting.group(1), ""));
        assertTrue(defaults.size() > 20, defaults::toString);
        TREE.forEachPage((path, page) -> SETTING.matcher(page).results().forEach(setting -> {
            if (!defaults.containsKey(setting.group()) && !TREE.identifiers.contains(setting.group())) {
                wrong.add(path + ": nothing reads " + setting.group());
            }
        }));
        String readme = TREE.pages.get(Path.of("README.md"));
        Set<String> listed = Pattern.compile("(?m)^\\| `([A-Z_]+)` \\|")
                .matcher(readme)
                .results()
                .map(row -> row.group(1))
                .collect(toCollection(TreeSet::new));
        assertEquals(defaults.keySet(), listed, "the README's table of variables");
        none();
    }

    @Test
    void routesExist() {
        StringBuilder http = new StringBuilder();
        TREE.sources.forEach((path, source) -> {
            if (path.startsWith(Path.of("concord-server", "src", "main", "java", "dev", "concord", "server", "http"))) {
                http.append(source);
            }
        });
        Set<String> served = new HashSet<>();
        Pattern.compile("\"(/[^\"]*)\"")
                .matcher(http)
                .results()
                .forEach(route -> served.add(
                        route.group(1).replaceAll("\\{[^}]*\\}", "{}").replaceFirst("\\[.*", "")));
        assertTrue(served.contains("/rooms/{}/ws"), served::toString);
        TREE.forEachPage((path, page) -> code(page).forEach(code -> {
            var route = ROUTE.matcher(code);
            if (!route.matches() || code.startsWith("/home") || code.contains("//")) {
                return;
            }
            String name = route.group(1).replaceAll("\\{[^}]*\\}", "{}").replaceFirst("^/editor/.*", "/editor/");
            if (!served.contains(name) && served.stream().noneMatch(each -> each.endsWith("{}" + name))) {
                wrong.add(path + ": " + name + " is not served");
            }
        }));
        none();
    }

    @Test
    void metricsExist() {
        Set<String> exported = new HashSet<>();
        Pattern.compile("\"(concord\\.[a-z.]+)\"")
                .matcher(TREE.text)
                .results()
                .forEach(metric -> exported.add(metric.group(1).replace('.', '_')));
        TREE.forEachPage((path, page) -> METRIC.matcher(page).results().forEach(metric -> {
            String name = metric.group().replaceFirst("_(?:total|seconds|max|bucket|count|sum)$", "");
            if (!exported.contains(name) && !exported.contains(metric.group())) {
                wrong.add(path + ": no metric " + metric.group());
            }
        }));
        none();
    }

    @Test
    void linesAreAtMost120ColumnsLong() {
        TREE.pages.forEach((path, page) -> {
            String prose = BLANK.matcher(page)
                    .replaceAll(block -> "\n".repeat((int)
                            block.group().chars().filter(c -> c == '\n').count()));
            String[] lines = prose.split("\n", -1);
            for (int i = 0; i < lines.length; i++) {
                String line = lines[i];
                if (line.codePointCount(0, line.length()) > MAX_COLUMNS
                        && !line.startsWith("|")
                        && !line.contains("](")) {
                    wrong.add(path + ":" + (i + 1) + " has " + line.codePointCount(0, line.length()) + " columns");
                }
            }
        });
        none();
    }

    @Test
    void oldWordsAreGoneFromPages() {
        TREE.forEachPage((path, page) -> {
            findWords(WORDS, path, page, 0, page.length());
            findWords(PAGE_WORDS, path, page, 0, page.length());
        });
        none();
    }

    @Test
    void oldWordsAreGoneFromMetrics() {
        TREE.sources.forEach((path, source) ->
                OLD_METRIC.matcher(source).results().forEach(found -> wrong.add(path + ": " + found.group())));
        none();
    }

    /** Comments and literal texts, messages of the log and of tests among them. Names of variables are not looked at. */
    @Test
    void oldWordsAreGoneFromCommentsAndMessages() {
        TREE.sources.forEach((path, source) -> {
            String name = path.toString().replace('\\', '/');
            if (MAIN.matcher(name).matches()) {
                SPOKEN.matcher(source)
                        .results()
                        .forEach(spoken -> findWords(WORDS, path, source, spoken.start(), spoken.end()));
            }
        });
        none();
    }

    private void findWords(Map<Pattern, String> words, Path path, String text, int from, int to) {
        words.forEach((word, instead) -> word.matcher(text)
                .region(from, to)
                .results()
                .forEach(found -> {
                    long line = text.substring(0, found.start())
                                    .chars()
                                    .filter(c -> c == '\n')
                                    .count()
                            + 1;
                    wrong.add(path + ":" + line + " \"" + found.group() + "\": " + instead);
                }));
    }

    @Test
    void decisionsAreNumberedAndListed() {
        Path directory = Path.of("docs", "decisions");
        String index = TREE.pages.get(directory.resolve("README.md"));
        int number = 0;
        for (Map.Entry<Path, String> record : TREE.pages.entrySet()) {
            Path path = record.getKey();
            if (!path.startsWith(directory) || path.endsWith("README.md")) {
                continue;
            }
            number++;
            String name = path.getFileName().toString();
            String page = record.getValue();
            if (!name.startsWith(String.format(Locale.ROOT, "%04d-", number))) {
                wrong.add(path + ": the number after this gap is " + number);
            }
            if (!page.startsWith("# " + number + ". ")) {
                wrong.add(path + ": begins with another number");
            }
            for (String section : List.of("\n## Context\n", "\n## Decision\n", "\n## Consequences\n")) {
                if (!page.contains(section)) {
                    wrong.add(path + ": has no section" + section.replace('\n', ' '));
                }
            }
            if (!index.contains("](" + name + ")")) {
                wrong.add(path + ": is not in the index");
            }
        }
        assertTrue(number > 70, "records: " + number);
        none();
    }
}
