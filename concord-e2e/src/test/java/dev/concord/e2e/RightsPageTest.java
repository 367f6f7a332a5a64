package dev.concord.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.concord.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the pages show to people who came by links with different rights, and what becomes of what they type when a right goes.
 * Screenshots go to target/screenshots.
 */
final class RightsPageTest extends PageFixture {
    private static final String ROOM = "notes";
    private static final String READING = "You may read this text, but not change it.";
    private static final String ASK = " Whoever gave you the link can give you one to write.";
    private static final String ENDED =
            "You may not open this document. Ask whoever gave you the link for another one, and"
                    + " open it in this tab: the text stays.";

    /** A link without the server's address. */
    private record Link(String path) {
        String key() {
            return path.replaceAll(".*#k=", "");
        }
    }

    /** The key of the administrator of everything. */
    private String admin;

    @Override
    ServerProcess settings(ServerProcess plain) {
        return plain.with("CONCORD_AUTH", "links");
    }

    @BeforeEach
    void findKey() {
        Pattern printed = Pattern.compile("home#k=(\\S+)");
        Await.until("the first start prints the administrator's link", () -> {
            Matcher matcher = printed.matcher(server.log());
            admin = matcher.find() ? matcher.group(1) : null;
            return admin != null;
        });
    }

    @Test
    void theAdministratorSharesALinkToReadEndsItAndSharesAnotherOneToWrite() {
        EditorTab ann = open("/editor/" + ROOM + "#k=" + admin);
        ann.type("The text of Ann");
        ann.awaitSaved();
        assertThat(ann.page.locator("#copy-link")).hasText("Share");
        String toRead = share(ann, "read");
        EditorTab ben = open(toRead);
        assertThat(ben.page.locator("#reading")).hasText(READING + ASK);
        assertThat(ben.page.locator("#count")).containsText("read only");
        ben.type("not to be");
        assertEquals("The text of Ann", ben.shown());
        ben.awaitSaved();
        ben.page.locator("#copy-link").click();
        assertThat(ben.page.locator("#copy-link")).hasText("Copied");
        assertEquals(
                ben.page.url(),
                ben.page.evaluate("navigator.clipboard.readText()"),
                "what is copied opens the text for the next one, too");
        ben.page.locator("#panels").click();
        assertThat(ben.page.locator("#standing"))
                .hasText("You are here by a link, so you choose the name that others see. " + READING);
        ben.page.locator("#tab-history").click();
        assertThat(ben.page.locator("#version-label")).isHidden();
        assertThat(ben.page.locator("#tab-share")).hasCount(0);
        look(ann.page, "share");
        look(ben.page, "reader");

        ann.page.locator("#share-links button").first().click();
        assertThat(ben.page.locator("#connection")).hasText("Stopped");
        assertThat(ben.page.locator("#notice p")).hasText(ENDED);
        look(ben.page, "ended");
        String toWrite = share(ann, "write");
        openInTheSameTab(ben, toWrite);
        ben.awaitSaved();
        assertThat(ben.page.locator("#notice")).isHidden();
        assertThat(ben.page.locator("#reading")).isHidden();
        ben.place(0);
        ben.type("Ben reads ");
        ben.awaitSaved();
        Await.until("Ann sees it", () -> ann.shown().equals("Ben reads The text of Ann"));
    }

    @Test
    void whatIsTypedWhenTheRightToWriteGoesIsKeptAndSentWhenItIsBack() throws IOException {
        EditorTab ann = open("/editor/" + ROOM + "#k=" + admin);
        ann.type("text");
        ann.awaitSaved();
        EditorTab ben = open("/editor/" + ROOM + "#k=" + tokenOf("ben"));
        ben.toggleOffline();
        ben.press("Control+End");
        ben.type(" unsent");
        ben.awaitState("Offline", "7 unsent", "Not saved");
        put("/rooms/" + ROOM + "/access/ben", "{\"right\":\"read\"}");
        ben.toggleOffline();
        assertThat(ben.page.locator("#connection")).hasText("Live");
        assertThat(ben.page.locator("#reading"))
                .hasText(READING
                        + " Whoever looks after it can let you write. What you typed before is not sent: it is kept"
                        + " in this browser, and sent when you may change the text.");
        ben.awaitState("Live", "7 unsent", "Not saved");
        look(ben.page, "unsent");
        ben.type("nothing");
        assertEquals("text unsent", ben.shown());
        ben.page.reload();
        assertThat(ben.page.locator("#unsent")).hasText("7 unsent");
        assertThat(ben.page.locator("#reading")).containsText("kept in this browser");
        assertEquals("text", text());
        put("/rooms/" + ROOM + "/access/ben", "{\"right\":\"write\"}");
        ben.awaitSaved();
        assertThat(ben.page.locator("#reading")).isHidden();
        assertEquals("text unsent", text());

        put("/rooms/" + ROOM + "/access/ben", "{\"right\":\"none\"}");
        assertThat(ben.page.locator("#connection")).hasText("Stopped");
        assertThat(ben.page.locator("#notice p"))
                .hasText("You may not open this document. Ask whoever looks after it to let you in, and try again.");
        ben.press("Control+End");
        ben.type("!");
        ben.awaitState("Stopped", "1 unsent", "Not saved");
        put("/rooms/" + ROOM + "/access/ben", "{\"right\":\"write\"}");
        ben.page
                .locator("#notice button", new Page.LocatorOptions().setHasText("Try again"))
                .click();
        ben.awaitSaved();
        assertEquals("text unsent!", text());
    }

    @Test
    void aRoomThatIsDeletedIsSaidToBeAndOnlyWhoMayWritePutsItBack() {
        EditorTab ann = open("/editor/" + ROOM + "#k=" + admin);
        ann.type("text");
        ann.awaitSaved();
        EditorTab ben = open(link("read").path());
        ask("DELETE", "/rooms/" + ROOM, "");
        String said =
                "Somebody has deleted this document: the server does not have it any more. What you see is the text"
                        + " as this page had it. It cannot be changed until you choose.";
        for (EditorTab tab : List.of(ann, ben)) {
            assertThat(tab.page.locator("#notice p")).hasText(said);
        }
        look(ann.page, "deleted");
        assertThat(ann.page.locator("#notice button").first()).hasText("Put the text back");
        assertThat(ben.page.locator("#notice button")).hasText(new String[] {"Download", "Begin a new one"});
        ann.page.locator("#notice button").first().click();
        ann.awaitSaved();
        assertEquals("text", text());
    }

    @Test
    void theOtherPagesKeepTheKeyAndSayWhatMayOnlyBeRead() {
        EditorTab ann = open("/editor/" + ROOM + "#k=" + admin);
        ann.type("text");
        ann.awaitSaved();
        Link link = link("read");
        Page page = ann.page.context().newPage();
        page.navigate(address("/?room=" + ROOM + "#k=" + link.key()));
        assertThat(page.locator(".pill-text").first()).hasText("Live · read only");
        assertThat(page.locator("textarea").first()).hasAttribute("readonly", "");
        assertThat(page.locator("textarea").first()).hasValue("text");
        assertTrue(page.locator("#one-pane").getAttribute("href").endsWith("/editor/" + ROOM + "#k=" + link.key()));
        look(page, "panes");
        page.locator("#watch").click();
        assertTrue(page.url().endsWith("#k=" + link.key()), page.url());
        page.navigate(address("/watch?room=" + ROOM + "#k=" + link.key()));
        assertThat(page.locator(".pill-text").first()).hasText("Live · read only");
        page.locator("#robots").click();
        assertThat(page.locator("#refusal-text"))
                .hasText("This room may be read, but not changed, so nothing types here.");
        page.locator("[name=panes][value='4']").check();
        assertThat(page.locator(".pane")).hasCount(4);
        assertTrue(page.url().endsWith("#k=" + link.key()), page.url());
        assertThat(page.locator(".pill-text").nth(3)).hasText("Live · read only");
        page.navigate(address("/editor/" + ROOM + "#k=" + link.key()));
        page.locator("#home").click();
        assertThat(page.locator("#rooms a")).hasText(new String[] {ROOM});
        look(page, "home");
        page.locator("#rooms a").click();
        assertThat(page.locator("#reading")).hasText(READING + ASK);
    }

    @Test
    void whoeverSignsInIsSaidToAndDoesNotHandOutTheSignIn() throws IOException {
        EditorTab ann = open("/editor/" + ROOM + "#k=" + tokenOf("ann"));
        ann.type("text");
        ann.awaitSaved();
        ann.page.locator("#panels").click();
        assertThat(ann.page.locator("#standing")).hasText("Signed in as ann. You may read and change this text.");
        ann.page.locator("#copy-link").click();
        assertThat(ann.page.locator("#copy-link")).hasText("Copied");
        assertEquals(address("/editor/" + ROOM), ann.page.evaluate("navigator.clipboard.readText()"));
        assertThat(ann.page.locator("#spoken"))
                .containsText("Link copied, without your key: whoever opens it has to sign in");
        EditorTab ben = tab();
        ben.page.navigate(address("/editor/" + ROOM));
        assertThat(ben.page.locator("#notice p"))
                .hasText(
                        "You have to sign in, or to open a link that is valid. Ask whoever runs this server, or has sent"
                                + " you here, for a link.");
        openInTheSameTab(ben, link("read").path());
        assertThat(ben.page.locator("#reading")).hasText(READING + ASK);
        assertEquals("text", ben.shown());
    }

    /** A token of a user who may write in the room. */
    private String tokenOf(String user) throws IOException {
        return server.run("token", "--sub", user, "--room", ROOM + "=write")
                .out()
                .strip();
    }

    /** Makes a link in the panel. */
    private String share(EditorTab tab, String right) {
        if (tab.page.locator("#drawer").isHidden()) {
            tab.page.locator("#copy-link").click();
        }
        tab.page.locator("#share-right").selectOption(right);
        int before = tab.page.locator("#share-links button").count();
        tab.page.locator("#share-make").click();
        assertThat(tab.page.locator("#share-links button")).hasCount(before + 1);
        String link = tab.page.locator("#share-link").inputValue();
        assertTrue(link.startsWith(address("/editor/" + ROOM + "#k=")), link);
        return link.substring(address("").length());
    }

    private Link link(String right) {
        JsonNode made = ServerProcess.json(
                ask("POST", "/rooms/" + ROOM + "/links", "{\"right\":\"" + right + "\",\"expires\":\"8h\"}"));
        return new Link(made.get("link").textValue());
    }

    private void put(String path, String json) {
        ask("PUT", path, json);
    }

    private String text() {
        return ServerProcess.json(ask("GET", "/rooms/" + ROOM, "")).get("text").textValue();
    }

    /** As the administrator. */
    private String ask(String method, String path, String json) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address(path)))
                .header("Authorization", "Bearer " + admin)
                .header("Content-Type", "application/json")
                .timeout(Await.DEADLINE)
                .method(method, json.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(json))
                .build();
        try {
            HttpResponse<String> answer = ServerProcess.HTTP.send(request, BodyHandlers.ofString(UTF_8));
            assertEquals(2, answer.statusCode() / 100, () -> method + " " + path + ": " + answer.body());
            return answer.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Opens a page of the editor in a browser of its own, and waits until it is live. */
    private EditorTab open(String path) {
        EditorTab tab = tab();
        tab.page.navigate(address(path));
        assertThat(tab.page.locator("#connection")).hasText("Live");
        return tab;
    }

    private EditorTab tab() {
        BrowserContext context = chromium.context(
                new Browser.NewContextOptions().setPermissions(List.of("clipboard-read", "clipboard-write")));
        return EditorTab.of(context.newPage(), server.port(), complaints);
    }

    /** As somebody who puts a link into the address bar. */
    private void openInTheSameTab(EditorTab tab, String path) {
        tab.page.evaluate("link => location.assign(link)", address(path));
    }

    private String address(String path) {
        return "http://127.0.0.1:" + server.port() + path;
    }

    private static void look(Page page, String name) {
        page.screenshot(
                new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", "rights-" + name + ".png")));
    }
}
