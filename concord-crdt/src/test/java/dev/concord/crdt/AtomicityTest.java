package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whatever a public method throws, the document is what it was. */
class AtomicityTest {
    /** How often a scene is used before a new one is made. */
    private static final int CALLS_OF_SCENE = 40;

    @Test
    void noPublicMethodChangesAnythingWhenItThrows() throws ReflectiveOperationException, IOException {
        TreeMap<String, Integer> thrown = new TreeMap<>();
        int calls = 0;
        for (Executable method : publicMethods()) {
            String name = nameOf(method);
            thrown.put(name, 0);
            int runs = Seeds.isReplay() ? 1 : Math.max(CALLS_OF_SCENE, Seeds.runs(400));
            for (long seed = Seeds.first(); seed < Seeds.first() + runs; seed += CALLS_OF_SCENE) {
                try {
                    thrown.merge(name, callsThatThrow(method, seed), Integer::sum);
                } catch (AssertionError | RuntimeException e) {
                    Seeds.printReplay("AtomicityTest", seed);
                    throw new AssertionError(name + ", seed " + seed, e);
                }
                calls += CALLS_OF_SCENE;
            }
        }
        System.out.println(calls + " calls of " + thrown.size() + " methods, thrown: " + thrown);
        Set<String> silent = new TreeSet<>();
        thrown.forEach((name, times) -> {
            if (times == 0 && !name.endsWith("()")) {
                silent.add(name);
            }
        });
        assertEquals(Set.of(), silent, "methods with parameters that nothing hostile was passed to");
    }

    private static int callsThatThrow(Executable method, long seed) throws ReflectiveOperationException {
        Random random = new Random(seed);
        HostileCalls.Scene scene = new HostileCalls.Scene(random);
        HostileCalls hostile = new HostileCalls(random, scene);
        int thrown = 0;
        for (int i = 0; i < CALLS_OF_SCENE; i++) {
            if (!scene.isSmall && listsElements(method)) {
                continue;
            }
            Object target = targetOf(method, scene);
            @Nullable
            Object[] arguments = Arrays.stream(method.getParameterTypes())
                    .map(hostile::argument)
                    .toArray();
            String before = scene.print();
            try {
                call(method, target, arguments);
            } catch (InvocationTargetException e) {
                thrown++;
                checkKind(e.getCause());
                if (!scene.print().equals(before)) {
                    throw new AssertionError(
                            "changed by " + e.getCause() + " of " + Arrays.deepToString(arguments), e.getCause());
                }
                if (target instanceof OperationReader) {
                    Throwable again = assertThrows(
                                    InvocationTargetException.class, () -> call(method, target, arguments))
                            .getCause();
                    assertEquals(e.getCause().getMessage(), again.getMessage(), "the reader moved on");
                }
            }
            scene.document.checkInvariants();
        }
        return thrown;
    }

    /** What the engine refuses has its own types; a null is named. */
    private static void checkKind(@Nullable Throwable thrown) {
        boolean named = thrown instanceof NullPointerException
                && (thrown.getMessage() == null || thrown.getMessage().matches("[a-zA-Z]+"));
        if (!(thrown instanceof CrdtException) && !named) {
            throw new AssertionError("an exception of a kind that nobody expects", thrown);
        }
    }

    private static void call(Executable method, @Nullable Object target, @Nullable Object[] arguments)
            throws ReflectiveOperationException {
        if (method instanceof Constructor<?> constructor) {
            constructor.newInstance(arguments);
        } else {
            ((Method) method).invoke(target, arguments);
        }
    }

    private static @Nullable Object targetOf(Executable method, HostileCalls.Scene scene) {
        Class<?> type = method.getDeclaringClass();
        if (Modifier.isStatic(method.getModifiers()) || method instanceof Constructor<?>) {
            return null;
        } else if (type == Document.class) {
            return scene.document;
        } else if (type == UndoHistory.class) {
            return scene.history;
        } else if (type == OperationWriter.class) {
            return scene.writer;
        } else if (type == OperationReader.class) {
            return scene.reader;
        } else if (type == ElementId.class) {
            return ElementId.HEAD;
        } else if (type == Applied.class) {
            return Applied.unchanged(Outcome.PENDING);
        }
        return fail("no target for " + method + " yet: add one");
    }

    /** Whether a method makes an object, a character or a hash of every element, or of every few. */
    private static boolean listsElements(Executable method) {
        return Set.of("elements", "restore", "missingFrom", "unseen", "version", "difference")
                .contains(method.getName());
    }

    /** Those of all public types, but accessors of records, what enums have, and interfaces that others implement. */
    private static List<Executable> publicMethods() throws IOException, ClassNotFoundException {
        List<Executable> methods = new ArrayList<>();
        for (String name : Files.readAllLines(Path.of("src/test/resources/public-types.txt"))) {
            Class<?> type = Class.forName(name);
            if (type.isEnum() || type.isInterface() || Throwable.class.isAssignableFrom(type)) {
                continue;
            }
            Arrays.stream(type.getConstructors()).forEach(methods::add);
            for (Method method : type.getDeclaredMethods()) {
                boolean isOfObject = Set.of("equals", "hashCode", "toString").contains(method.getName());
                boolean isAccessor = type.isRecord() && method.getParameterCount() == 0;
                if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic() && !isOfObject && !isAccessor) {
                    methods.add(method);
                }
            }
        }
        return methods;
    }

    private static String nameOf(Executable method) {
        List<String> types = Arrays.stream(method.getParameterTypes())
                .map(Class::getSimpleName)
                .toList();
        String type = method.getDeclaringClass().getSimpleName();
        String name = method instanceof Constructor<?> ? "new" : method.getName();
        return type + "." + name + "(" + String.join(", ", types) + ")";
    }

    @Test
    void aStateThatConflictsInItsLastElementIsMergedNotAtAll() {
        Document document = new Document("r");
        document.apply(insert("z", 1, Anchor.after(ElementId.HEAD), "known"));
        Document other = new Document("o");
        other.apply(insert("a", 1, Anchor.after(ElementId.HEAD), "new text"));
        other.apply(insert("z", 1, Anchor.after(ElementId.HEAD), "other"));
        byte[] before = document.encode();
        assertThrows(ConflictException.class, () -> document.merge(other.encode()));
        assertEquals("known", document.text());
        assertArrayEquals(before, document.encode());
        assertThrows(ConflictException.class, () -> document.merge(other.difference(new Document("n").version())));
        assertArrayEquals(before, document.encode());
    }

    @Test
    void anEditWhoseInsertIsRefusedDeletesNothing() {
        Document document = new Document("me");
        UndoHistory history = new UndoHistory(document);
        history.edit(0, 0, "text", 0);
        document.apply(insert("me", ElementId.MAX_COUNTER, Anchor.after(ElementId.HEAD), "x"));
        byte[] before = document.encode();
        assertThrows(InvalidOperationException.class, () -> history.edit(1, 2, "y", 1));
        assertArrayEquals(before, document.encode());
    }

    @Test
    void anUndoThatIsRefusedCanBeMadeElsewhereLater() {
        Document document = new Document("me");
        UndoHistory history = new UndoHistory(document);
        history.edit(0, 0, "text", 0);
        history.edit(0, 4, "", 5000);
        document.apply(insert("me", ElementId.MAX_COUNTER - 2, Anchor.after(ElementId.HEAD), "x"));
        byte[] before = document.encode();
        assertThrows(InvalidOperationException.class, history::undo);
        assertArrayEquals(before, document.encode());
        assertTrue(history.canUndo());
    }

    @Test
    void operationsThatContradictOneAnotherAreAppliedNotAtAll() {
        Document document = new Document("r");
        byte[] before = document.encode();
        List<Operation> ops = List.of(
                insert("a", 1, Anchor.after(ElementId.HEAD), "abc"),
                insert("b", 1, Anchor.after(new ElementId("a", 2)), "x"),
                insert("a", 2, Anchor.after(new ElementId("a", 1)), "q"));
        assertThrows(ConflictException.class, () -> document.applyAll(ops));
        assertArrayEquals(before, document.encode());
        assertEquals(
                List.of(new TextChange(0, 0, "abc"), new TextChange(2, 0, "x")), document.applyAll(ops.subList(0, 2)));
        assertEquals(List.of(), document.applyAll(ops.subList(0, 2)), "duplicates");
    }

    @Test
    void whatADeleteBeforeItTookMayComeAgainWithAnotherValue() {
        Document document = new Document("r");
        Operation known = insert("a", 1, Anchor.after(ElementId.HEAD), "a");
        document.apply(known);
        document.applyAll(List.of(
                new Operation.Delete(new ElementId("a", 1), 1),
                insert("a", 1, Anchor.after(ElementId.HEAD), "\uFFFD")));
        assertEquals("", document.text());
    }

    @Test
    void whatASinkThrowsLeavesTheOperationAppliedInWhole() {
        for (long seed = 0; seed < Seeds.runs(100); seed++) {
            Random random = new Random(seed);
            Document document = new Document("me");
            Document twin = new Document("twin");
            List<Operation> ops = new ArrayList<>(RandomHistory.wild(random, 40));
            ops.add(insert("long", 1, Anchor.after(ElementId.HEAD), "x".repeat(5000)));
            ops.add(new Operation.Delete(new ElementId("long", 20), 4000));
            for (Operation op : ops) {
                Thrower thrower = new Thrower(random.nextInt(3));
                try {
                    document.apply(op, thrower);
                } catch (SinkException e) {
                    document.checkInvariants();
                }
                twin.apply(op);
                assertArrayEquals(twin.digest(), document.digest(), "seed " + seed);
            }
            while (document.length() > 10) {
                int from = RandomHistory.whole(document.text(), random.nextInt(document.length() / 2));
                int to = RandomHistory.whole(
                        document.text(), Math.min(document.length(), document.length() / 2 + random.nextInt(9)));
                int length = document.length();
                try {
                    document.delete(from, to - from, new Thrower(random.nextInt(2)));
                } catch (SinkException e) {
                    document.checkInvariants();
                }
                assertEquals(length - (to - from), document.length(), "seed " + seed);
            }
        }
    }

    private static Operation insert(String site, long counter, Anchor anchor, String value) {
        return new Operation.Insert(new ElementId(site, counter), anchor, value);
    }

    private static final class SinkException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Takes some, then throws. */
    private static final class Thrower implements ChangeSink, OperationSink {
        private int left;

        Thrower(int taken) {
            left = taken;
        }

        private void take() {
            if (left-- == 0) {
                throw new SinkException();
            }
        }

        @Override
        public void insert(int offset, String text, int from, int to) {
            take();
        }

        @Override
        public void remove(int offset, int length) {
            take();
        }

        @Override
        public void insert(
                String site,
                long counter,
                int length,
                String value,
                String anchorSite,
                long anchorCounter,
                Side anchorSide) {
            take();
        }

        @Override
        public void delete(String site, long counter, int length) {
            take();
        }
    }
}
