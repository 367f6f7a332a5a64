package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import dev.concord.testing.Await;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A session that was closed gives back all that it had, in a browser with its own database, timers, locks and sockets. */
final class ClosedSessionsTest extends PageFixture {
    /** Counts what sessions may leave: listeners of what stays, timers, sockets, databases and locks. */
    private static final String COUNT = """
            () => {
                const listeners = new Map();
                const [timers, sockets, databases] = [new Set(), new Set(), new Set()];
                const { addEventListener, removeEventListener } = EventTarget.prototype;
                const stays = (target) => target === undefined || target === window || target instanceof Node;
                const drop = (target, type, listener) => listeners.get(target ?? window)?.delete(`${type} ${numberOf(listener)}`);
                let last = 0;
                const numbers = new WeakMap();
                const numberOf = (listener) => numbers.get(listener) ?? numbers.set(listener, ++last).get(listener);
                EventTarget.prototype.addEventListener = function (type, listener, options) {
                    if (stays(this)) {
                        const of = listeners.get(this ?? window) ?? new Set();
                        listeners.set(this ?? window, of.add(`${type} ${numberOf(listener)}`));
                        options?.signal && addEventListener.call(options.signal, 'abort', () => drop(this, type, listener));
                    }
                    return addEventListener.call(this ?? window, type, listener, options);
                };
                EventTarget.prototype.removeEventListener = function (type, listener, options) {
                    drop(this, type, listener);
                    return removeEventListener.call(this ?? window, type, listener, options);
                };
                const [set, clear] = [setTimeout, clearTimeout];
                window.setTimeout = (action, delay, ...given) => {
                    const id = set(() => {
                        timers.delete(id);
                        action(...given);
                    }, delay);
                    timers.add(id);
                    return id;
                };
                window.clearTimeout = (id) => {
                    timers.delete(id);
                    clear(id);
                };
                window.WebSocket = class extends WebSocket {
                    constructor(...given) {
                        super(...given);
                        sockets.add(this);
                        addEventListener.call(this, 'close', () => sockets.delete(this));
                    }
                };
                const { open } = IDBFactory.prototype;
                IDBFactory.prototype.open = function (...given) {
                    const request = open.apply(this, given);
                    addEventListener.call(request, 'success', () => databases.add(request.result));
                    return request;
                };
                const { close } = IDBDatabase.prototype;
                IDBDatabase.prototype.close = function () {
                    databases.delete(this);
                    close.call(this);
                };
                window.count = async () => {
                    const { held, pending } = await navigator.locks.query();
                    return {
                        listeners: [...listeners.values()].reduce((sum, { size }) => sum + size, 0),
                        timers: timers.size,
                        sockets: sockets.size,
                        databases: databases.size,
                        locks: held.length + pending.length,
                    };
                };
            }""";

    private static final String OPEN = """
            async () => {
                const { ConcordSession, bindTextarea } = await import('/concord.js');
                window.sessions = [];
                for (let i = 0; i < 30; i++) {
                    const session = new ConcordSession({ room: 'many', client: 'tab' });
                    const area = document.createElement('textarea');
                    document.body.append(area);
                    sessions.push({ session, area, release: bindTextarea(session, area) });
                }
            }""";

    private static final String CLOSE = """
            () => {
                window.refs = sessions.map(({ session }) => new WeakRef(session));
                sessions.forEach(({ session, area, release }) => {
                    release();
                    session.close();
                    area.remove();
                });
                delete window.sessions;
            }""";

    @Test
    void thirtySessionsThatWereOpenedAndClosedLeaveNothing() {
        Page page = chromium.page();
        page.onPageError(complaints::add);
        page.navigate("http://127.0.0.1:" + server.port() + "/healthz");
        // What drives the page has listeners, too; from now on they are there.
        page.waitForFunction("true");
        page.evaluate(COUNT);
        assertEquals(
                Map.of("listeners", 0, "timers", 0, "sockets", 0, "databases", 0, "locks", 0),
                page.evaluate("count()"));
        for (int round = 1; round <= 2; round++) {
            page.evaluate(OPEN);
            page.waitForFunction("() => sessions.every(({ session }) => session.status.saved)");
            page.evaluate("() => sessions.forEach(({ session }) => session.edit({ offset: 0, inserted: 'x' }))");
            int expected = 30 * round;
            page.waitForFunction(
                    "length => sessions.every(({ session }) => session.status.saved && session.text.length === length)",
                    expected);
            Map<?, ?> open = (Map<?, ?>) page.evaluate("count()");
            System.out.println("thirty sessions, open: " + open);
            open.forEach((what, count) -> assertTrue((int) count >= 30, () -> what + " are not counted: " + open));
            page.evaluate(CLOSE);
            Await.equal(
                    "what is left", Map.of("listeners", 0, "timers", 0, "sockets", 0, "databases", 0, "locks", 0), () ->
                            (Map<?, ?>) page.evaluate("count()"));
        }
        CDPSession developer = page.context().newCDPSession(page);
        Await.equal("sessions in memory", 0, () -> {
            developer.send("HeapProfiler.collectGarbage");
            return (int) page.evaluate("refs.filter((ref) => ref.deref() !== undefined).length");
        });
    }
}
