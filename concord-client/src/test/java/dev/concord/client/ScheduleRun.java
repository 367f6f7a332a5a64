package dev.concord.client;

import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs a schedule: windows of one editor, which keep their outboxes in one folder, in one room. Everything that is typed or deleted is watched until
 * it is durable on the server. In the end everything works again, and a last window is opened. Throws an {@link AssertionError} when something is
 * lost, there twice, or was called saved when it was not, and when a window does not settle.
 */
final class ScheduleRun implements AutoCloseable {
    private static final int FIRST_LETTER = 0x4e00;
    private static final int MOST_WINDOWS = 4;
    /** What was typed so shortly after a disk was ill may not be on it when its process ends. */
    private static final long RECOVERY = 10_000;

    private static final long LONG = 150_000;

    private final Schedule schedule;
    private final HandLoop loop = new HandLoop();
    private final SimulatedServer server = new SimulatedServer(loop);
    private final SimulatedNetwork network;
    private final SharedFolder folder;
    private final Random random;
    private final List<Window> windows = new ArrayList<>();
    private final Map<String, Window.Deed> typed = new HashMap<>();
    private final Map<String, List<Window.Deed>> deletes = new HashMap<>();
    /** Letters that undo and redo have to do with: they may come again under other ids. */
    private final Set<String> loose = new HashSet<>();

    private final Set<String> durable = new HashSet<>();
    private final Set<ElementId> durablyDeleted = new HashSet<>();
    private boolean refusing;
    private int letters;
    private @Nullable AssertionError failure;

    ScheduleRun(Schedule schedule, SharedFolder.Plant plant) {
        this.schedule = schedule;
        random = new Random(schedule.seed());
        network = new SimulatedNetwork(loop, random, 100, server);
        folder = new SharedFolder(loop, plant);
        int frame = random.nextInt(3);
        if (frame > 0) {
            server.limits = new Message.Limits(frame == 1 ? 1 << 20 : 4096, 10_000_000, 100_000);
            server.maxFrameBytes = frame == 1 ? 1 << 20 : 4096;
        }
        server.refusing = op -> refusing && random.nextInt(3) == 0;
        server.onDurable = this::note;
    }

    void run() {
        for (String step : schedule.steps()) {
            String[] parts = step.split(" ", -1);
            int who = Integer.parseInt(parts[1]);
            int number = Integer.parseInt(parts[2]);
            take(parts[0], who, number);
            advance(who % 3 == 0 ? 0 : number % 300);
        }
        end();
    }

    @Override
    public void close() {
        alive().forEach(Window::end);
        folder.close();
    }

    private void note(Operation operation) {
        if (operation instanceof Operation.Insert insert) {
            insert.value().chars().forEach(letter -> durable.add(Character.toString(letter)));
        } else {
            for (int i = 0; i < operation.length(); i++) {
                ElementId first = operation.id();
                durablyDeleted.add(new ElementId(first.site(), first.counter() + i));
            }
        }
    }

    private List<Window> alive() {
        return windows.stream().filter(window -> !window.process.isDead()).toList();
    }

    private void advance(long millis) {
        loop.advance(millis);
        for (Window window : alive()) {
            if (window.runs()) {
                checkSaved(window, window.session.status());
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** What a window calls saved is. */
    private void checkSaved(Window window, Status status) {
        if (failure == null && status.saved()) {
            window.typed.removeIf(deed -> durable.contains(deed.letter) || durablyDeleted.contains(deed.id));
            window.deleted.removeIf(deed -> durablyDeleted.contains(deed.id));
            if (!window.typed.isEmpty() || !window.deleted.isEmpty()) {
                failure = new AssertionError(window.name + " says saved, but "
                        + (window.typed.isEmpty()
                                ? "the deletion of " + window.deleted.get(0).letter
                                : window.typed.get(0).letter)
                        + " is nowhere");
            }
        }
    }

    private Window open() {
        Window window = new Window(
                "window-" + (windows.size() + 1), loop, network, folder, random::nextDouble, this::checkSaved);
        windows.add(window);
        return window;
    }

    private void take(String verb, int who, int number) {
        if (alive().isEmpty() && !verb.startsWith("s") && !verb.equals("wait")) {
            open();
        }
        List<Window> alive = alive();
        switch (verb) {
            case "wait" -> advance((long) number * (number % 4 == 0 ? 6 : 1));
            case "server-crash" -> server.crash();
            case "server-start" -> server.start();
            case "server-holds" -> server.holdingCommits = true;
            case "server-commits" -> {
                server.holdingCommits = false;
                server.commit();
            }
            case "server-refuses" -> {
                refusing = true;
                server.refusal = number % 2 == 0 ? ErrorCode.RATE_LIMITED : ErrorCode.ROOM_FULL;
            }
            case "server-accepts" -> refusing = false;
            case "server-restarts" -> server.dismiss(1012, "restarting");
            // A store of this client answers or throws: one that hangs would be a disk that hangs, and hang its caller.
            case "store-hangs", "store-fails" -> folder.set(SharedFolder.State.FAILS);
            case "store-full" -> folder.set(SharedFolder.State.FULL);
            case "store-works" -> folder.set(SharedFolder.State.WORKS);
            case "open", "duplicate" -> {
                if (alive.size() < MOST_WINDOWS) {
                    open();
                }
            }
            default -> {
                if (!alive.isEmpty()) {
                    take(alive.get(who % alive.size()), verb, number);
                }
            }
        }
    }

    private void take(Window window, String verb, int number) {
        switch (verb) {
            case "close" -> close(window);
            case "crash" -> {
                excuse(window);
                window.end();
            }
            case "freeze" -> {
                if (window.runs()) {
                    window.frozenAt = loop.millis();
                    window.process.freeze();
                }
            }
            case "resume" -> window.process.resume();
            case "cut" -> window.side.cut();
            case "down" -> {
                window.side.down = true;
                window.side.cut();
            }
            case "silent" -> {
                if (server.limits == null) {
                    window.side.blackHole();
                } else {
                    window.side.freeze();
                }
            }
            case "up" -> {
                window.side.down = false;
                if (window.runs()) {
                    window.session.reconnectNow();
                }
            }
            default -> {
                if (window.runs()) {
                    act(window, verb, number);
                }
            }
        }
    }

    private void act(Window window, String verb, int number) {
        switch (verb) {
            case "offline" -> window.session.goOffline();
            case "online" -> window.session.open();
            case "composed" -> window.endComposition();
            case "compose" -> {
                window.compose(number);
                type(window, number, 1);
            }
            case "type" -> type(window, number, window.composing ? 1 : 1 + number % 3);
            case "delete" -> {
                if (!window.composing) {
                    window.delete(number)
                            .forEach(deed -> deletes.computeIfAbsent(deed.letter, letter -> new ArrayList<>())
                                    .add(deed));
                }
            }
            case "undo", "redo" -> {
                if (!window.composing) {
                    revert(window, verb);
                }
            }
            // A window that is hidden goes on.
            default -> {}
        }
    }

    private void type(Window window, int number, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.appendCodePoint(FIRST_LETTER + letters++);
        }
        window.type(number, text.toString()).forEach(deed -> typed.put(deed.letter, deed));
    }

    private void revert(Window window, String verb) {
        Set<String> before = lettersOf(window.session.text());
        if (verb.equals("undo")) {
            window.session.undo();
        } else {
            window.session.redo();
        }
        Set<String> after = lettersOf(window.session.text());
        before.stream().filter(letter -> !after.contains(letter)).forEach(loose::add);
        after.stream().filter(letter -> !before.contains(letter)).forEach(loose::add);
    }

    private static Set<String> lettersOf(String text) {
        return new HashSet<>(List.of(text.split("", -1)));
    }

    private void close(Window window) {
        if (window.runs()) {
            window.endComposition();
            excuse(window);
            window.session.close();
        } else {
            excuse(window);
        }
        window.end();
    }

    /** What a process takes with it that nothing could have saved. */
    private void excuse(Window window) {
        long now = window.process.isFrozen() ? window.frozenAt : loop.millis();
        if (now - folder.lastIll() < RECOVERY) {
            window.typed.forEach(deed -> deed.excused = true);
            window.deleted.forEach(deed -> deed.excused = true);
        }
    }

    private void end() {
        refusing = false;
        server.holdingCommits = false;
        server.start();
        server.commit();
        folder.set(SharedFolder.State.WORKS);
        for (Window window : alive()) {
            window.side.down = false;
            window.process.resume();
            window.endComposition();
            window.session.open();
        }
        advance(LONG);
        // What was refused for good is tried again at the next connection.
        server.dismiss(1012, "");
        advance(LONG);
        List<Window> left = alive();
        left.forEach(this::checkSettled);
        left.forEach(this::close);
        Window last = open();
        advance(LONG);
        checkSettled(last);
        expect(folder.rows().isEmpty(), "what is saved is offered again: " + folder.rows());
        checkText(server.text());
    }

    private void checkSettled(Window window) {
        expect(window.session.status().saved(), window.name + " does not settle: " + window.session.status());
        expect(
                window.session.text().equals(server.text()),
                window.name + " has " + window.session.text() + " and not " + server.text());
        expect(
                window.seen.toString().equals(server.text()),
                window.name + " shows " + window.seen + " and not " + server.text());
    }

    private void checkText(String text) {
        Map<String, Integer> counts = new HashMap<>();
        text.chars().forEach(letter -> counts.merge(Character.toString(letter), 1, Integer::sum));
        typed.forEach((letter, deed) -> {
            if (loose.contains(letter)) {
                return;
            }
            int count = counts.getOrDefault(letter, 0);
            expect(count <= 1, letter + " is there " + count + " times in " + text);
            List<Window.Deed> gone = deletes.getOrDefault(letter, List.of());
            expect(count == 1 || deed.excused || !gone.isEmpty(), letter + " is lost: " + text);
            expect(
                    count == 0 || gone.stream().allMatch(each -> each.excused),
                    "the deletion of " + letter + " is lost: " + text);
        });
    }

    private static void expect(boolean holds, String message) {
        if (!holds) {
            throw new AssertionError(message);
        }
    }
}
