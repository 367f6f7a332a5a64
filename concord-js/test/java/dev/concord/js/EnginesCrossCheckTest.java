package dev.concord.js;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.microsoft.playwright.Page;
import dev.concord.crdt.Document;
import dev.concord.crdt.Element;
import dev.concord.crdt.Operation;
import dev.concord.testing.browser.Chromium;
import dev.concord.testing.browser.WebFiles;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The Java engine and the JavaScript engine on the same histories: text, ids, canonical bytes and versions are equal, states and versions
 * of the one are read by the other and written again, and differences of the one complete replicas of the other. The histories are made
 * {@code concord.tries} times by each engine, and cross the bridge to the browser by the hundred.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EnginesCrossCheckTest {
    private static final int TRIES = Integer.getInteger("concord.tries", 1000);
    private static final int BATCH = 100;
    private static final JsonMapper JSON = new JsonMapper();

    private Chromium chromium;
    private WebFiles server;
    private Page page;

    @BeforeAll
    void openPage() {
        chromium = Chromium.start();
        server = PackageFiles.serve();
        page = chromium.page();
        page.navigate(server.address() + "/blank");
    }

    @AfterAll
    void closePage() {
        if (chromium != null) {
            chromium.close();
        }
        if (server != null) {
            server.close();
        }
    }

    /** Made by the Java engine: the operations as delivered, how many of them the second replica has seen. */
    private record History(long seed, List<Operation> operations, int some, Document whole, Document part) {}

    @Test
    void javaScriptMakesTheSameOfHistoriesThatJavaHasMade() {
        inBatches("javaScriptMakesTheSameOfHistoriesThatJavaHasMade", (first, count) -> {
            List<History> histories = new ArrayList<>();
            for (long seed = first; seed < first + count; seed++) {
                histories.add(made(seed));
            }
            List<?> answers = (List<?>) call(
                    "checkTheirs",
                    List.of(histories.stream().map(EnginesCrossCheckTest::sent).toList()));
            for (int i = 0; i < count; i++) {
                History history = histories.get(i);
                replayable(
                        "javaScriptMakesTheSameOfHistoriesThatJavaHasMade",
                        history.seed(),
                        answers.get(i),
                        answer -> check(history, answer));
            }
        });
    }

    @Test
    void javaMakesTheSameOfHistoriesThatJavaScriptHasMade() {
        inBatches("javaMakesTheSameOfHistoriesThatJavaScriptHasMade", (first, count) -> {
            List<?> histories = (List<?>) call("makeOurs", List.of(first, count));
            for (int i = 0; i < count; i++) {
                replayable(
                        "javaMakesTheSameOfHistoriesThatJavaScriptHasMade",
                        first + i,
                        histories.get(i),
                        EnginesCrossCheckTest::check);
            }
        });
    }

    private static void check(History history, Map<?, ?> answer) throws Exception {
        checkEqual(history.whole(), (Map<?, ?>) answer.get("applied"));
        checkEqual(history.whole(), (Map<?, ?>) answer.get("loaded"));
        checkEqual(history.part(), (Map<?, ?>) answer.get("part"));
        // Its packed state is read here, and written again.
        Document back = Document.load("back", bytes(answer, "state"));
        assertArrayEquals(body(history.whole().encode()), body(back.encode()), "its state, read and written again");
        // What it says is missing from the part, as a state and as operations, completes the part.
        Document byState = Document.load("s", history.part().encode());
        byState.merge(bytes(answer, "difference"));
        assertArrayEquals(history.whole().digest(), byState.digest(), "completed by its difference");
        Document byOperations = Document.load("o", history.part().encode());
        operations((List<?>) answer.get("missing")).forEach(byOperations::apply);
        assertArrayEquals(history.whole().digest(), byOperations.digest(), "completed by its operations");
    }

    private static void check(Map<?, ?> history) throws Exception {
        List<Operation> operations = operations((List<?>) history.get("operations"));
        Document whole = applied(operations);
        checkEqual(whole, (Map<?, ?>) history.get("looks"));
        Document loaded = Document.load("java", bytes(history, "state"));
        checkEqual(loaded, (Map<?, ?>) history.get("looks"));
        Map<?, ?> partly = (Map<?, ?>) history.get("part");
        Document part = applied(operations.subList(0, ((Number) history.get("some")).intValue()));
        checkEqual(part, partly);
        // Its version is read here, and the answer completes the replica.
        part.merge(loaded.difference(bytes(partly, "version")));
        assertArrayEquals(whole.digest(), part.digest(), "completed by the difference from its version");
    }

    private static void checkEqual(Document document, Map<?, ?> looks) throws Exception {
        assertEquals(document.text(), looks.get("text"), "text");
        StringJoiner ids = new StringJoiner(" ");
        for (Element element : document.elements()) {
            if (!element.deleted()) {
                ids.add(element.id().toString());
            }
        }
        assertEquals(ids.toString(), looks.get("ids"), "ids");
        assertArrayEquals(body(document.encode()), bytes(looks, "body"), "canonical bytes");
        assertArrayEquals(document.version(), bytes(looks, "version"), "version");
        assertEquals(document.pendingCount() > 0, ((Number) looks.get("pending")).intValue() > 0, "what waits");
    }

    /** Several people type, delete and receive in orders of their own; then all of it in another order, some of it twice. */
    private static History made(long seed) {
        Random random = new Random(seed);
        List<Document> replicas = new ArrayList<>();
        List<List<Operation>> inboxes = new ArrayList<>();
        for (int i = 0; i < 2 + random.nextInt(3); i++) {
            replicas.add(new Document(random.nextBoolean() ? "s" + i : "_S-" + i));
            inboxes.add(new ArrayList<>());
        }
        List<Operation> all = new ArrayList<>();
        for (int step = 0; step < 25; step++) {
            int at = random.nextInt(replicas.size());
            Document document = replicas.get(at);
            if (random.nextInt(3) == 0) {
                Collections.shuffle(inboxes.get(at), random);
                List<Operation> some = inboxes.get(at)
                        .subList(0, random.nextInt(inboxes.get(at).size() + 1));
                some.forEach(document::apply);
                some.clear();
                continue;
            }
            List<Operation> ops = edit(document, random);
            all.addAll(ops);
            for (int other = 0; other < replicas.size(); other++) {
                if (other != at) {
                    inboxes.get(other).addAll(ops);
                }
            }
        }
        List<Operation> delivery = new ArrayList<>(all);
        all.stream().filter(op -> random.nextInt(5) == 0).forEach(delivery::add);
        Collections.shuffle(delivery, random);
        int some = random.nextInt(delivery.size() + 1);
        return new History(seed, delivery, some, applied(delivery), applied(delivery.subList(0, some)));
    }

    private static final String[] LETTERS = {
        "a", "b", "\n", "e\u0301", "\uD83D\uDE00", "\u4e2d", "\uD83D\uDC69\u200D\uD83D\uDE80", "\uFEFF"
    };

    private static List<Operation> edit(Document document, Random random) {
        int offset = whole(document, random.nextInt(document.length() + 1));
        if (random.nextInt(3) == 0) {
            int end = whole(document, Math.min(document.length(), offset + 1 + random.nextInt(5)));
            return document.delete(offset, Math.max(0, end - offset));
        }
        StringBuilder text = new StringBuilder();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            text.append(LETTERS[random.nextInt(LETTERS.length)]);
        }
        return document.insert(offset, text.toString());
    }

    private static int whole(Document document, int offset) {
        String text = document.text();
        boolean inside = offset > 0
                && offset < text.length()
                && Character.isSurrogatePair(text.charAt(offset - 1), text.charAt(offset));
        return inside ? offset - 1 : offset;
    }

    private static Document applied(List<Operation> operations) {
        Document document = new Document("java");
        operations.forEach(document::apply);
        return document;
    }

    private static Map<String, Object> sent(History history) {
        Base64.Encoder base64 = Base64.getEncoder();
        return Map.of(
                "operations",
                        history.operations().stream()
                                .map(EnginesCrossCheckTest::wire)
                                .toList(),
                "some", history.some(),
                "state", base64.encodeToString(history.whole().encode()),
                "version", base64.encodeToString(history.part().version()));
    }

    private static Map<String, Object> wire(Operation operation) {
        try {
            return JSON.readValue(WireCodec.writeOperation(operation), new TypeReference<>() {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Operation> operations(List<?> sent) throws WireException, IOException {
        List<Operation> operations = new ArrayList<>();
        for (Object operation : sent) {
            operations.add(WireCodec.readOperation(JSON.writeValueAsBytes(operation)));
        }
        return operations;
    }

    private static byte[] bytes(Map<?, ?> from, String field) {
        return Base64.getDecoder().decode((String) from.get(field));
    }

    /** The canonical part of a state: what stands in its envelope, see docs/FORMAT.md. */
    private static byte[] body(byte[] state) throws DataFormatException {
        if (state[3] == 0) {
            return Arrays.copyOfRange(state, 4, state.length);
        }
        int at = 4;
        int length = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = state[at++];
            length |= (next & 0x7f) << shift;
            if (next >= 0) {
                break;
            }
        }
        Inflater inflater = new Inflater(true);
        inflater.setInput(state, at, state.length - at);
        byte[] body = new byte[length];
        int read = inflater.inflate(body);
        inflater.end();
        assertEquals(length, read, "announced length");
        return body;
    }

    private interface Batch {
        void run(long firstSeed, int count);
    }

    private interface Check {
        void of(Map<?, ?> answer) throws Exception;
    }

    private static void inBatches(String test, Batch batch) {
        String given = System.getProperty("concord.seed", "");
        long first = given.isEmpty() ? new Random().nextInt(1 << 30) : Long.parseLong(given);
        int tries = given.isEmpty() ? TRIES : 1;
        for (int done = 0; done < tries; done += BATCH) {
            batch.run(first + done, Math.min(BATCH, tries - done));
        }
        System.out.println("EnginesCrossCheckTest: " + test + ": " + tries + " histories from seed " + first);
    }

    private static void replayable(String test, long seed, Object answer, Check check) {
        try {
            check.of((Map<?, ?>) answer);
        } catch (Exception | AssertionError e) {
            throw new AssertionError(
                    "replay with: ./mvnw -pl concord-js -am test -Dtest=EnginesCrossCheckTest#" + test
                            + " -Dsurefire.failIfNoSpecifiedTests=false -Dconcord.seed=" + seed,
                    e);
        }
    }

    /** Arguments and answer cross as one string each: the bridge is slow for many small objects. */
    private Object call(String function, List<?> arguments) {
        try {
            Object answer = page.evaluate(
                    "async ([name, args]) => JSON.stringify(await (await import('/test/cross-check.js'))[name](...JSON.parse(args)))",
                    List.of(function, JSON.writeValueAsString(arguments)));
            return JSON.readValue((String) answer, Object.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
