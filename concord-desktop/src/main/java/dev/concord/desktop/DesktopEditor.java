package dev.concord.desktop;

import dev.concord.client.http.HttpTransport;
import java.awt.EventQueue;
import java.awt.GraphicsEnvironment;
import java.net.URI;
import java.nio.file.Path;

/** {@code ./concord desktop [URL] [ROOM]}: the desktop editor. */
public final class DesktopEditor {
    private static final String USAGE = """
            usage: ./concord desktop [URL] [ROOM]
              URL   of a Concord server, http://127.0.0.1:8080 by default
              ROOM  demo by default
            What could not be sent is kept in CONCORD_DESKTOP_DIR, ~/.concord/desktop by default.""";

    private DesktopEditor() {}

    /**
     * Opens a window.
     *
     * @param arguments URL and room
     */
    public static void main(String[] arguments) {
        if (arguments.length > 2 || (arguments.length > 0 && arguments[0].startsWith("-"))) {
            System.err.println(USAGE);
            System.exit(arguments.length == 1 && arguments[0].equals("--help") ? 0 : 2);
        }
        if (GraphicsEnvironment.isHeadless()) {
            System.err.println("concord: there is no display; on a server, use the page instead");
            System.exit(2);
        }
        String url = arguments.length > 0 ? arguments[0] : "http://127.0.0.1:8080";
        String room = arguments.length > 1 ? arguments[1] : "demo";
        EventQueue.invokeLater(() -> {
            try {
                open(URI.create(url), room, System.getProperty("user.name", "anonymous"), folder());
            } catch (IllegalArgumentException | IllegalStateException e) {
                System.err.println("concord: " + e.getMessage());
                System.exit(2);
            }
        });
    }

    /** Opens a window on the event thread. */
    static EditorFrame open(URI server, String room, String user, Path folder) {
        EditorFrame frame = new EditorFrame(server, room, user, folder, new HttpTransport());
        frame.setVisible(true);
        return frame;
    }

    private static Path folder() {
        String set = System.getenv("CONCORD_DESKTOP_DIR");
        return set != null && !set.isEmpty()
                ? Path.of(set)
                : Path.of(System.getProperty("user.home", "."), ".concord", "desktop");
    }
}
