package dev.concord.e2e;

import com.microsoft.playwright.Page;

/**
 * The clock of a page: it goes as always, and a test may move it on. Timers of a second and more run when they are due by it; those of a page that
 * is throttled, as browsers do with hidden ones, wait until the test says that a minute is over.
 */
final class PageClock {
    private static final String SCRIPT = """
            (() => {
                const [set, clear, now] = [setTimeout, clearTimeout, performance.now.bind(performance)];
                const timers = new Map();
                const clock = { moved: 0, throttled: false };
                let last = 0;
                const run = (id) => {
                    const { real, action } = timers.get(id);
                    clear(real);
                    timers.delete(id);
                    action();
                };
                performance.now = () => now() + clock.moved;
                window.setTimeout = (action, delay = 0, ...given) => {
                    if (delay < 1000) {
                        return set(action, delay, ...given);
                    }
                    const id = --last;
                    const real = set(() => clock.throttled || run(id), delay);
                    timers.set(id, { due: performance.now() + delay, real, action: () => action(...given) });
                    return id;
                };
                window.clearTimeout = (id) => {
                    clear(timers.get(id)?.real ?? id);
                    timers.delete(id);
                };
                clock.wake = () => {
                    const due = [...timers].filter(([, timer]) => timer.due <= performance.now()).sort(([, a], [, b]) => a.due - b.due);
                    due.forEach(([id]) => timers.has(id) && run(id));
                };
                clock.pass = (ms) => {
                    clock.moved += ms;
                    if (!clock.throttled) {
                        clock.wake();
                    }
                };
                const sockets = [];
                window.WebSocket = class extends WebSocket {
                    constructor(...given) {
                        super(...given);
                        sockets.push(this);
                    }
                };
                clock.isConnecting = () => sockets.some(({ readyState }) => readyState < WebSocket.CLOSING);
                clock.hide = () => {
                    clock.throttled = true;
                    Object.defineProperty(document, 'hidden', { get: () => true });
                    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
                    document.dispatchEvent(new Event('visibilitychange'));
                };
                window.pageClock = clock;
            })()""";

    private final Page page;

    private PageClock(Page page) {
        this.page = page;
    }

    /** Before the page goes anywhere. */
    static PageClock of(Page page) {
        page.addInitScript(SCRIPT);
        return new PageClock(page);
    }

    /** So many milliseconds are over. */
    void pass(int millis) {
        page.evaluate("ms => pageClock.pass(ms)", millis);
    }

    /** So many milliseconds are over, unless the page has a connection or opens one: a slow machine needs its time for that. */
    void passBetweenAttempts(int millis) {
        page.evaluate("ms => pageClock.isConnecting() || pageClock.pass(ms)", millis);
    }

    /** The page is hidden, and throttled from now on. */
    void hide() {
        page.evaluate("pageClock.hide()");
    }

    /** The timers of the throttled page that are due may run once. */
    void wake() {
        page.evaluate("pageClock.wake()");
    }
}
