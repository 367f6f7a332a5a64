package dev.concord.e2e;

import dev.concord.client.ConcordSession;
import dev.concord.client.Peer;
import dev.concord.client.http.HttpTransport;
import dev.concord.client.thread.ThreadLoop;
import dev.concord.desktop.DesktopEditor;
import dev.concord.testing.Await;
import java.awt.Component;
import java.awt.Container;
import java.awt.EventQueue;
import java.awt.Frame;
import java.awt.Point;
import java.awt.Rectangle;
import java.awt.Robot;
import java.awt.Toolkit;
import java.awt.event.InputEvent;
import java.awt.event.InputMethodEvent;
import java.awt.event.KeyEvent;
import java.awt.event.WindowEvent;
import java.awt.font.TextHitInfo;
import java.io.File;
import java.net.URI;
import java.text.AttributedString;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import javax.imageio.ImageIO;
import javax.swing.JButton;
import javax.swing.JLabel;
import javax.swing.JTextArea;

/** Ann at the desktop editor, by keys and mouse; Bob in another session. A program of its own, started by {@link DesktopTest}. */
final class DesktopTrial {
    private static final String FAMILY = "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67";

    /** Printed when the test is to kill the server and start it without its data. */
    static final String LOSE_DATA = "now the data may go";

    private final Robot robot = new Robot();
    private final File shots;
    private final ThreadLoop loop = new ThreadLoop("bob");
    private final ConcordSession bob;
    private Frame frame;
    private JTextArea area;
    private JLabel status;

    private DesktopTrial(URI server, String room, File shots) throws Exception {
        this.shots = shots;
        robot.setAutoDelay(5);
        bob = ConcordSession.builder(server, room, loop, new HttpTransport()).build();
    }

    public static void main(String[] arguments) throws Exception {
        try {
            DesktopTrial trial = new DesktopTrial(URI.create(arguments[0]), arguments[1], new File(arguments[2]));
            DesktopEditor.main(new String[] {arguments[0], arguments[1]});
            trial.run();
        } catch (Throwable e) {
            e.printStackTrace();
            for (Frame shown : Frame.getFrames()) {
                shown.list(System.out);
            }
            System.exit(1);
        }
        System.exit(0);
    }

    private void run() throws Exception {
        await("the window is there", () -> Frame.getFrames().length == 1 && Frame.getFrames()[0].isShowing());
        frame = Frame.getFrames()[0];
        area = (JTextArea) onScreen(() -> find(frame, "text"));
        status = (JLabel) onScreen(() -> find(frame, "status"));
        awaitStatus("Live \u00b7 saved");
        doInBob(() -> {
            bob.setUser("Bob", "#be123c");
            bob.open();
            bob.edit(0, 0, "Bob was here.\n");
        });
        awaitArea("Bob was here.\n");
        click(area);
        await("the text has the focus", area::isFocusOwner);

        press(KeyEvent.VK_END, KeyEvent.VK_CONTROL);
        type("and ann too");
        awaitBoth("Bob was here.\nand ann too");
        awaitStatus("Live \u00b7 saved");
        await(
                "bob sees ann's caret at the end",
                () -> inBob(() -> {
                    Peer ann = bob.peers().isEmpty() ? null : bob.peers().get(0);
                    return ann != null && ann.user().equals("Ann") && bob.caretOf(ann) == bob.length();
                }));
        doInBob(() -> bob.select(8, 4));
        await("ann sees who is here", () -> onScreen(() -> findButton(frame, "Bob") != null));
        await("the selection is painted", this::hasBobsColour);
        shoot("desktop-live");

        // Remote text in front of the caret and right at it: the caret stays at its letter.
        doInBob(() -> {
            bob.edit(0, 0, "> ");
            bob.edit(bob.length(), 0, "!");
        });
        awaitArea("> Bob was here.\nand ann too!");
        expect(27, onScreen(area::getCaretPosition), "the caret of ann");

        press(KeyEvent.VK_O, KeyEvent.VK_ALT);
        awaitStatus("Offline");
        type(" offline");
        doInBob(() -> bob.edit(2, 3, "BOB"));
        awaitStatus("Offline \u00b7 8 unsent");
        shoot("desktop-offline");
        expect("> Bob was here.\nand ann too offline!", onScreen(area::getText), "while offline");
        press(KeyEvent.VK_O, KeyEvent.VK_ALT);
        awaitStatus("Live \u00b7 saved");
        awaitBoth("> BOB was here.\nand ann too offline!");

        // A busy machine may pause between two keys, which makes several steps of them.
        int steps = 0;
        for (String shown = onScreen(area::getText); shown.contains("too "); shown = onScreen(area::getText), steps++) {
            String before = shown;
            press(KeyEvent.VK_Z, KeyEvent.VK_CONTROL);
            await("something is undone", () -> !onScreen(area::getText).equals(before));
        }
        awaitBoth("> BOB was here.\nand ann too!");
        for (; steps > 0; steps--) {
            press(KeyEvent.VK_Y, KeyEvent.VK_CONTROL);
        }
        awaitBoth("> BOB was here.\nand ann too offline!");

        compose();
        family();
        awaitStatus("Live \u00b7 saved");
        putBack();
        System.out.println("text: " + onScreen(area::getText).replace("\n", "\\n"));
        EventQueue.invokeAndWait(() -> frame.dispatchEvent(new WindowEvent(frame, WindowEvent.WINDOW_CLOSING)));
        await("bob is alone", () -> inBob(() -> bob.peers().isEmpty()));
        doInBob(() -> bob.close());
        loop.close();
    }

    /** An input method writes in two steps, and Bob types in between. */
    private void compose() throws Exception {
        press(KeyEvent.VK_END, KeyEvent.VK_CONTROL);
        String before = onScreen(area::getText);
        awaitCaret(before.length(), "at the end");
        inputMethod("kan", 0);
        doInBob(() -> bob.edit(0, 2, ""));
        inputMethod("kanji", 0);
        expect(before + "kanji", onScreen(area::getText), "while composing, nothing remote is let in");
        inputMethod("\u6f22\u5b57", 2);
        awaitBoth(before.substring(2) + "\u6f22\u5b57");
    }

    /** The server comes back without its data; both have all of the text, and both put it back. */
    private void putBack() throws Exception {
        String before = onScreen(area::getText);
        System.out.println(LOSE_DATA);
        awaitStatus("Stopped");
        JTextArea notice = (JTextArea) onScreen(() -> find(frame, "notice"));
        await("it is said", () -> onScreen(notice::getText).startsWith("The server has another text"));
        type("lost");
        expect(before, onScreen(area::getText), "what cannot be changed");
        shoot("desktop-lost-data");
        await("bob notices", () -> inBob(() -> bob.status().replaced()));
        doInBob(() -> bob.putBack());
        JButton button = onScreen(() -> findButton(frame, "Put the text back"));
        EventQueue.invokeAndWait(button::doClick);
        awaitStatus("Live \u00b7 saved");
        awaitBoth(before);
        await("bob's is saved", () -> inBob(() -> bob.status().saved()));
        press(KeyEvent.VK_END, KeyEvent.VK_CONTROL);
        type(" on");
        awaitBoth(before + " on");
        awaitStatus("Live \u00b7 saved");
    }

    /** A caret never stands inside of an emoji, and one key deletes all of it. */
    private void family() throws Exception {
        String before = onScreen(area::getText);
        doInBob(() -> bob.edit(bob.length(), 0, FAMILY + "."));
        awaitArea(before + FAMILY + ".");
        press(KeyEvent.VK_END, KeyEvent.VK_CONTROL);
        press(KeyEvent.VK_LEFT, 0);
        awaitCaret(before.length() + FAMILY.length(), "before the full stop");
        press(KeyEvent.VK_LEFT, 0);
        awaitCaret(before.length(), "before the family");
        press(KeyEvent.VK_RIGHT, 0);
        awaitCaret(before.length() + FAMILY.length(), "after the family");
        press(KeyEvent.VK_BACK_SPACE, 0);
        awaitBoth(before + ".");
    }

    private void inputMethod(String text, int committed) throws Exception {
        EventQueue.invokeAndWait(() -> area.dispatchEvent(new InputMethodEvent(
                area,
                InputMethodEvent.INPUT_METHOD_TEXT_CHANGED,
                new AttributedString(text).getIterator(),
                committed,
                TextHitInfo.leading(0),
                null)));
        EventQueue.invokeAndWait(() -> {});
    }

    private boolean hasBobsColour() throws Exception {
        var picture = robot.createScreenCapture(bounds());
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                if ((picture.getRGB(x, y) & 0xffffff) == 0xbe123c) {
                    return true;
                }
            }
        }
        return false;
    }

    private void shoot(String name) throws Exception {
        shots.mkdirs();
        EventQueue.invokeAndWait(frame::repaint);
        // Once for what was asked for, once for what that asked for. Robot.waitForIdle would ask the display, too,
        // and now and then waits for seconds for its answer.
        EventQueue.invokeAndWait(() -> {});
        EventQueue.invokeAndWait(() -> {});
        ImageIO.write(robot.createScreenCapture(bounds()), "png", new File(shots, name + ".png"));
    }

    private Rectangle bounds() {
        return frame.getBounds()
                .intersection(new Rectangle(Toolkit.getDefaultToolkit().getScreenSize()));
    }

    private void click(Component at) {
        Point corner = at.getLocationOnScreen();
        robot.mouseMove(corner.x + 40, corner.y + 30);
        robot.mousePress(InputEvent.BUTTON1_DOWN_MASK);
        robot.mouseRelease(InputEvent.BUTTON1_DOWN_MASK);
    }

    private void type(String text) {
        text.chars().forEach(c -> press(KeyEvent.getExtendedKeyCodeForChar(c), 0));
    }

    private void press(int key, int with) {
        if (with != 0) {
            robot.keyPress(with);
        }
        robot.keyPress(key);
        robot.keyRelease(key);
        if (with != 0) {
            robot.keyRelease(with);
        }
    }

    private void awaitStatus(String text) throws Exception {
        await("the status is " + text, () -> onScreen(status::getText).equals(text));
    }

    private void awaitArea(String text) throws Exception {
        await("the window shows " + text, () -> onScreen(area::getText).equals(text));
    }

    private void awaitCaret(int at, String where) throws Exception {
        await("the caret is " + where, () -> onScreen(area::getCaretPosition) == at);
    }

    private void awaitBoth(String text) throws Exception {
        awaitArea(text);
        await("bob has " + text, () -> inBob(() -> bob.text()).equals(text));
    }

    private void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + Await.DEADLINE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                shoot("desktop-failed");
                throw new AssertionError("waited in vain: " + what + "; the window shows "
                        + onScreen(area::getText) + " and " + onScreen(status::getText) + "; bob has "
                        + inBob(() -> bob.text()));
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    private static void expect(Object expected, Object actual, String what) {
        if (!expected.equals(actual)) {
            throw new AssertionError(what + ": expected " + expected + ", but was " + actual);
        }
    }

    private void doInBob(Runnable task) {
        loop.ask(() -> {
            task.run();
            return null;
        });
    }

    private <T> T inBob(java.util.function.Supplier<T> task) {
        return loop.ask(task);
    }

    private static <T> T onScreen(Callable<T> task) throws Exception {
        FutureTask<T> future = new FutureTask<>(task);
        EventQueue.invokeAndWait(future);
        return future.get();
    }

    private static Component find(Container in, String name) {
        for (Component child : in.getComponents()) {
            if (name.equals(child.getName())) {
                return child;
            }
            Component found = child instanceof Container container ? find(container, name) : null;
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static JButton findButton(Container in, String text) {
        for (Component child : in.getComponents()) {
            if (child instanceof JButton button && text.equals(button.getText())) {
                return button;
            }
            JButton found = child instanceof Container container ? findButton(container, text) : null;
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
