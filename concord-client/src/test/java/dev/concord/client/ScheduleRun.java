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
 * it is durable on the server. In the end everything works again, and a last window is opened. What was unsent when the room got another history is
 * offered there. Throws an {@link AssertionError} when something is
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

    /** Letters that were deleted in a history of the room that has ended: whoever puts a text back may not know of that. */
    private final Set<String> uncertain = new HashSet<>();
    /** What was put back must be there, as what is typed. */
    private final List<Window.Deed> putBack = new ArrayList<>();

    private long endedAt;

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
        window.since = loop.millis() + 1;
        windows.add(window);
        return window;
    }

    private void take(String verb, int who, int number) {
        if (alive().isEmpty() && !verb.startsWith("s") && !verb.equals("wait") && !verb.equals("clock")) {
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
            case "server-deletes" -> {
                endHistory();
                server.delete();
            }
            case "server-forgets" -> {
                endHistory();
                server.forget();
            }
            case "sleep" -> sleep(number);
            // The clock of a loop never goes back.
            case "clock" -> loop.skew += Math.max(0, number - 5_000) * 1_000L;
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
            // A process that is stopped, with its connections or without.
            case "freeze", "leave" -> {
                if (window.runs()) {
                    if (verb.equals("leave")) {
                        window.side.cut();
                    }
                    window.frozenAt = loop.millis();
                    window.process.freeze();
                }
            }
            case "resume", "back" -> window.process.resume();
            case "cut" -> window.side.cut();
            case "down" -> {
                window.side.down = true;
                window.side.cut();
            }
            case "silent" -> silence(window);
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
            case "online" -> {
                if (!window.session.status().replaced()) {
                    window.session.open();
                }
            }
            case "put-back" -> putBack(window);
            case "discard" -> discard(window);
            case "composed" -> window.endComposition();
            case "compose" -> {
                window.compose(number);
                type(window, number, 1);
            }
            case "type" -> type(window, number, window.composing ? 1 : 1 + number % 3);
            case "delete" -> {
                if (!window.composing) {
                    for (Window.Deed deed : window.delete(number)) {
                        deletes.computeIfAbsent(deed.letter, letter -> new ArrayList<>())
                                .add(deed);
                        if (window.since <= endedAt) {
                            uncertain.add(deed.letter);
                        }
                    }
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

    private void silence(Window window) {
        if (server.limits == null) {
            window.side.blackHole();
        } else {
            window.side.freeze();
        }
    }

    /** The machine sleeps: no process runs, and none is notified of it. The network may be another one afterwards. */
    private void sleep(int number) {
        List<Window> awake = alive().stream().filter(Window::runs).toList();
        for (Window window : awake) {
            window.frozenAt = loop.millis();
            window.process.freeze();
            if (number % 3 == 0) {
                window.side.cut();
            } else {
                silence(window);
            }
        }
        loop.advance(number * 60L);
        // The clocks of some systems stand still meanwhile.
        loop.skew -= number % 2 == 0 ? number * 60L : 0;
        awake.forEach(window -> window.process.resume());
    }

    /** The room's history ends: what was durable in it is gone with it, by the will or the fault of the server. */
    private void endHistory() {
        endedAt = loop.millis();
        all().stream().filter(deed -> durable.contains(deed.letter)).forEach(deed -> deed.ended = true);
        uncertain.addAll(deletes.keySet());
        for (Window window : windows) {
            window.typed.removeIf(deed -> deed.ended);
            window.deleted.clear();
        }
        durable.clear();
        durablyDeleted.clear();
    }

    private List<Window.Deed> all() {
        List<Window.Deed> all = new ArrayList<>(typed.values());
        all.addAll(putBack);
        return all;
    }

    /** Somebody wants the text of a window to be the room's again. */
    private void putBack(Window window) {
        if (window.session.status().replaced()) {
            window.endComposition();
            window.since = loop.millis() + 1;
            putBack.addAll(window.putBack());
        }
    }

    /** Somebody does not want what is offered. */
    private void discard(Window window) {
        if (window.session.status().orphaned() > 0) {
            Set<String> offered = window.offered();
            Set<ElementId> offeredDeletions = window.offeredDeletions();
            all().stream().filter(deed -> offered.contains(deed.letter)).forEach(deed -> deed.excused = true);
            deletes.values().stream()
                    .flatMap(List::stream)
                    .filter(deed -> offeredDeletions.contains(deed.id))
                    .forEach(deed -> deed.excused = true);
            window.deleted.forEach(deed -> deed.excused = true);
            window.typed.removeIf(deed -> offered.contains(deed.letter));
            window.deleted.clear();
            window.session.discardOrphaned();
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
            if (!window.session.status().replaced()) {
                window.session.open();
            }
        }
        advance(LONG);
        // What was refused for good is tried again at the next connection.
        server.dismiss(1012, "");
        advance(LONG);
        List<Window> left = alive();
        for (int i = 0; i < left.size(); i += 2) {
            putBack(left.get(i));
        }
        advance(LONG);
        left.forEach(this::checkSettled);
        left.forEach(this::close);
        Window last = open();
        advance(LONG);
        checkSettled(last);
        List<Orphaned> offered = last.session.orphaned();
        expect(!offered.isEmpty() || folder.rows().isEmpty(), "what is saved is kept: " + folder.rows());
        offered.stream().filter(each -> each.epoch().equals(server.epoch())).forEach(this::checkLost);
        checkText(server.text(), last.offered(), last.offeredDeletions());
    }

    /** Of the room's own history only what hangs on text that no process could keep. */
    private void checkLost(Orphaned offered) {
        for (Operation operation : offered.operations()) {
            boolean isLost = operation instanceof Operation.Insert insert
                    && insert.value().chars().noneMatch(letter -> server.text().indexOf(letter) >= 0);
            expect(isLost, "what is saved is offered again: " + operation);
        }
    }

    private void checkSettled(Window window) {
        Status status = window.session.status();
        if (status.replaced()) {
            expect(
                    status.connection() == ConnectionState.STOPPED && !status.saved() && status.unsent() == 0,
                    window.name + " does not say what it has: " + status);
            expect(window.seen.toString().equals(window.session.text()), window.name + " shows " + window.seen);
            return;
        }
        expect(
                status.connection() == ConnectionState.LIVE
                        && status.unsent() == 0
                        && status.refused() == 0
                        && status.saved() == (status.orphaned() == 0),
                window.name + " does not settle: " + status);
        expect(
                window.session.text().equals(server.text()),
                window.name + " has " + window.session.text() + " and not " + server.text());
        expect(
                window.seen.toString().equals(server.text()),
                window.name + " shows " + window.seen + " and not " + server.text());
    }

    private void checkText(String text, Set<String> offered, Set<ElementId> offeredDeletions) {
        Map<String, Integer> counts = new HashMap<>();
        text.chars().forEach(letter -> counts.merge(Character.toString(letter), 1, Integer::sum));
        for (Window.Deed deed : all()) {
            String letter = deed.letter;
            if (loose.contains(letter)) {
                continue;
            }
            int count = counts.getOrDefault(letter, 0);
            expect(count <= 1, letter + " is there " + count + " times in " + text);
            List<Window.Deed> gone = deletes.getOrDefault(letter, List.of());
            boolean isSafe = count == 1 || deed.excused || deed.ended || offered.contains(letter) || !gone.isEmpty();
            expect(isSafe, letter + " is lost: " + text);
            boolean isDeleted = count == 0
                    || uncertain.contains(letter)
                    || offeredDeletions.contains(deed.id)
                    || gone.stream().allMatch(each -> each.excused);
            expect(isDeleted, "the deletion of " + letter + " is lost: " + text);
        }
    }

    private static void expect(boolean holds, String message) {
        if (!holds) {
            throw new AssertionError(message);
        }
    }
}
