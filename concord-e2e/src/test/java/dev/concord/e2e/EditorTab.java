package dev.concord.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** One tab with the editor's page, and what its browser complained about. */
final class EditorTab {
    private static final String VIEW = "(await import('@codemirror/view')).EditorView.findFromDOM("
            + "document.querySelector('#editor').shadowRoot.querySelector('.cm-editor'))";

    final Page page;
    /** Messages with an operation that the server has sent to this tab. */
    final AtomicInteger received = new AtomicInteger();

    private EditorTab(Page page) {
        this.page = page;
    }

    /**
     * Opens the page and waits until it is live.
     *
     * @param complaints takes errors and warnings, and requests to other hosts
     */
    static EditorTab open(BrowserContext context, int port, String room, List<String> complaints) {
        EditorTab tab = of(context.newPage(), port, complaints);
        tab.page.navigate("http://127.0.0.1:" + port + "/editor/" + room);
        tab.awaitSaved();
        return tab;
    }

    /** The same with a page of the test's own, which is left where it is. */
    static EditorTab of(Page page, int port, List<String> complaints) {
        EditorTab tab = new EditorTab(page);
        String home = "http://127.0.0.1:" + port + "/";
        tab.page.onConsoleMessage(message -> {
            // Connections that fail are what some tests are about; the other warning is of axe's doing.
            if (List.of("error", "warning").contains(message.type())
                    && !message.text().startsWith("WebSocket connection to")
                    && !message.text().startsWith("Canvas2D")) {
                complaints.add(message.text());
            }
        });
        tab.page.onPageError(complaints::add);
        tab.page.onRequest(request -> {
            if (!request.url().startsWith(home)) {
                complaints.add("a request to " + request.url());
            }
        });
        tab.page.onDialog(dialog -> dialog.accept());
        tab.page.onWebSocket(socket -> socket.onFrameReceived(frame -> {
            if (frame.text() != null && frame.text().contains("\"t\":\"op\"")) {
                tab.received.incrementAndGet();
            }
        }));
        return tab;
    }

    Locator text() {
        return page.locator(".cm-content");
    }

    String shown() {
        return (String) page.evaluate("async () => " + VIEW + ".state.doc.toString()");
    }

    /** Where the caret is, in UTF-16 units. */
    int caret() {
        return (int) page.evaluate("async () => " + VIEW + ".state.selection.main.head");
    }

    /** Puts the caret somewhere by script. */
    void place(int offset) {
        page.evaluate("async offset => " + VIEW + ".dispatch({ selection: { anchor: offset } })", offset);
    }

    void press(String... keys) {
        text().focus();
        for (String key : keys) {
            page.keyboard().press(key);
        }
    }

    void type(String typed) {
        text().focus();
        page.keyboard().insertText(typed);
    }

    void toggleOffline() {
        page.locator("#offline").click();
    }

    void awaitState(String connection, String unsent, String saved) {
        assertThat(page.locator("#connection")).hasText(connection);
        assertThat(page.locator("#unsent")).hasText(unsent);
        assertThat(page.locator("#saved")).hasText(saved);
    }

    void awaitSaved() {
        awaitState("Live", "0 unsent", "Saved");
    }
}
