import { ConcordSession } from '../src/session.js';
import { assertEquals, eventually } from './assert.js';
import { Clock, FakeServer, optionsFor } from './fake-server.js';

/** An editor that is bound to a session in a room with some text. With `late`, it is bound when the text is here already. */
export async function bound(adapter, text = '', { late = false, before = '', readOnly = false, listen = () => {}, ...options } = {}) {
  const server = new FakeServer();
  if (text !== '') {
    server.document.insert(0, text);
  }
  const clock = new Clock();
  const session = new ConcordSession(optionsFor(server, clock));
  const isLive = () => session.status.connection === 'live';
  if (late) {
    await eventually(isLive, 'the session going live');
  }
  const subscriptions = countSubscriptions(session);
  const editor = await adapter.create({ text: before, readOnly });
  listen(session);
  const listeners = new PageListeners();
  const release = editor.bind(session, options);
  listeners.stop();
  await eventually(isLive, 'the session going live');
  editor.focus();
  return { server, clock, session, editor, release, listeners, subscriptions };
}

/** How many subscriptions to a session there are, from now on. */
function countSubscriptions(session) {
  const open = new Set();
  session.on = (name, listener) => {
    const off = ConcordSession.prototype.on.call(session, name, listener);
    open.add(off);
    return () => {
      open.delete(off);
      off();
    };
  };
  return open;
}

/** Listeners that are put on the window and the document until `stop`. */
class PageListeners {
  #added = [];
  #original = EventTarget.prototype.addEventListener;
  #removal = EventTarget.prototype.removeEventListener;

  constructor() {
    const [added, original, removal] = [this.#added, this.#original, this.#removal];
    EventTarget.prototype.addEventListener = function (type, listener, options) {
      if ([undefined, null, window, document].includes(this)) {
        added.push({ type, listener, signal: options?.signal });
      }
      return original.call(this, type, listener, options);
    };
    EventTarget.prototype.removeEventListener = function (type, listener, options) {
      const at = added.findIndex((one) => one.type === type && one.listener === listener);
      if (at >= 0) {
        added.splice(at, 1);
      }
      return removal.call(this, type, listener, options);
    };
  }

  stop() {
    EventTarget.prototype.addEventListener = this.#original;
  }

  /** The types of those that are still there. */
  left() {
    EventTarget.prototype.removeEventListener = this.#removal;
    return this.#added.filter(({ signal }) => !signal?.aborted).map(({ type }) => type);
  }
}

/** Both have this text, at once. */
export function agree(editor, session, text, message) {
  assertEquals(text, session.text, `${message}: text`);
  assertEquals(text, editor.text, `${message}: editor`);
}

/** Both come to have this text, and so does the server. */
export async function agreed({ server, session, editor }, text, message) {
  await eventually(() => editor.text === text && session.text === text, `${message}: editor ${editor.text}, text ${session.text}: ${text}`);
  await eventually(() => session.status.saved && server.document.text === text, `${message}: saving`);
}

/** What somebody else does in one go: all of the operations in one frame. */
export function send(server, ...operations) {
  server.member.tell(operations.flat().map((data, i) => ({ t: 'op', seq: i + 1, data })));
}

/** The ways in which a page, or its user, leaves an editor. */
export const leaving = {
  pagehide: () => dispatchEvent(new Event('pagehide')),
  hidden: () => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
    delete document.visibilityState;
  },
  blur: ({ editor }) => editor.blur(),
  release: ({ release }) => release(),
};
