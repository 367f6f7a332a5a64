package dev.concord.demo;

import static dev.concord.testing.browser.WebFiles.classPath;
import static dev.concord.testing.browser.WebFiles.folder;
import static dev.concord.testing.browser.WebFiles.project;

import dev.concord.testing.browser.WebFiles;

/** The two-pane page and all files of the pages as the server has them; for tests of modules also {@code /src/}, {@code /test/} and {@code /blank}. */
final class PageFiles {
    /** The policy under which the server serves the page. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private PageFiles() {}

    static WebFiles serve() {
        WebFiles.Source pages = classPath("/dev/concord/demo/web/");
        WebFiles.Source client = classPath("/dev/concord/js/");
        WebFiles.Source index = name -> name.isEmpty() ? pages.open("index.html") : null;
        return new WebFiles()
                .page("/blank", "<!doctype html><title>tests</title>")
                .serve("/", POLICY, index, pages, client)
                .serve("/src/", pages, client)
                .serve(
                        "/test/",
                        classPath("/dev/concord/demo/js/"),
                        folder(project().resolve("concord-js/test")));
    }
}
