import { ConcordSession } from '../src/session.js';
import { IndexedStore } from '../src/outbox-store.js';
import { bindTextarea } from '../src/textarea.js';
import { assert, assertEquals, eventually } from './assert.js';
import { Clock, FakeServer, optionsFor } from './fake-server.js';

let rooms = 0;
const newRoom = () => `store-${Date.now()}-${++rooms}`;
const rowOf = (value, counter = 1) => ({
  operation: { kind: 'insert', id: { site: 'a', counter }, after: { site: '', counter: 0 }, value },
  epoch: null,
});
const values = (rows) => rows.map(({ operation }) => operation.value).join('|');

function open(room, session) {
  return new IndexedStore({ room, client: 'tab', session, onFailure: (error) => failures.push(error) });
}

const failures = [];

/** A session as a tab of the browser has it: all tabs use one name. */
function tab(room, server, clock) {
  return new ConcordSession({ ...optionsFor(server, clock, { room, client: 'tab' }), store: undefined });
}

/** Writes have reached the database when a later one, which waits for them, has. */
async function written(room, session, count) {
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open('concord');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  let rows = [];
  await eventually(() => {
    const request = database.transaction('outbox').objectStore('outbox').getAll();
    request.onsuccess = () => {
      rows = request.result.filter((row) => row.room === room && (session === null || row.session === session));
    };
    return rows.length === count;
  }, `${count} rows in the database`);
  database.close();
  return rows;
}

export const pageTests = {
  async 'rows of a tab that is open are its own, those of one that has gone are adopted whole, by one'() {
    const room = newRoom();
    const first = open(room, 'first');
    assertEquals('', values(await first.load()), 'rows at the start');
    first.put(1, rowOf('Hello'));
    await written(room, 'first', 1);
    const second = open(room, 'second');
    assertEquals('', values(await second.load()), 'rows of a tab that is open');
    first.put(1, rowOf('Hello world'));
    first.put(2, rowOf('!', 12));
    await written(room, 'first', 2);
    await second.close();
    await first.close();
    const others = [open(room, 'third'), open(room, 'fourth')];
    const adopted = await Promise.all(others.map((store) => store.load()));
    assertEquals('Hello world|!', adopted.map(values).filter((text) => text !== '').join(' and '), 'what was adopted');
    const [owner] = adopted.filter((rows) => rows.length > 0);
    assertEquals(0, (await written(room, 'first', 0)).length, 'rows of the tab that has gone');
    const store = others[adopted.indexOf(owner)];
    store.removeKey(owner[0].key);
    store.put(1, rowOf('mine', 20));
    await written(room, null, 2);
    await Promise.all(others.map((one) => one.close()));
    const last = open(room, 'last');
    assertEquals('!|mine', values(await last.load()).split('|').sort().join('|'), 'rows that are left');
    await last.close();
    assertEquals(0, failures.length, `failures ${failures}`);
  },

  async 'what a tab types after another one has opened the room is not lost when it is closed'() {
    const room = newRoom();
    const [server, clock] = [new FakeServer(), new Clock()];
    server.refuses = true;
    const first = tab(room, server, clock);
    first.edit({ offset: 0, inserted: 'Hello' });
    await written(room, first.document.site, 1);
    const second = tab(room, server, clock);
    await eventually(() => server.dials.length >= 2, 'both tabs dialling');
    first.edit({ offset: 5, inserted: ' world' });
    await eventually(async () => true, 'a turn');
    const [row] = await written(room, first.document.site, 1);
    assertEquals('Hello world', row.operation.value, 'what is kept');
    first.close();
    server.refuses = false;
    clock.advance(60_000);
    await eventually(() => second.status.connection === 'live', 'the second tab going live');
    second.edit({ offset: 0, inserted: '> ' });
    await eventually(() => second.status.saved, 'the second tab saving');
    await eventually(() => second.status.saved && server.document.text.includes('Hello world'), 'what the first tab has typed');
    assert(server.document.text.includes('> '), server.document.text);
    await written(room, null, 0);
    second.close();
  },

  async 'a tab adopts what another one leaves behind while it is open'() {
    const room = newRoom();
    const first = open(room, 'first');
    first.put(1, rowOf('Hello'));
    await written(room, 'first', 1);
    const adopted = [];
    const second = new IndexedStore({
      room,
      client: 'tab',
      session: 'second',
      onFailure: (error) => failures.push(error),
      onAdopted: (rows) => adopted.push(...rows),
    });
    assertEquals('', values(await second.load()), 'rows of a tab that is open');
    first.put(2, rowOf('!', 6));
    first.close();
    await eventually(() => values(adopted) === 'Hello|!', 'the rows of the tab that has gone');
    await second.close();
    assertEquals(0, failures.length, `failures ${failures}`);
  },

  async 'a tab that comes into view adopts what one has left that was opened after it'() {
    const room = newRoom();
    const adopted = [];
    const first = new IndexedStore({
      room,
      client: 'tab',
      session: 'first',
      onFailure: (error) => failures.push(error),
      onAdopted: (rows) => adopted.push(...rows),
    });
    assertEquals('', values(await first.load()), 'rows before anybody has any');
    const second = open(room, 'second');
    second.put(1, rowOf('Hello'));
    await written(room, 'second', 1);
    dispatchEvent(new Event('focus'));
    second.put(2, rowOf('!', 6));
    await written(room, 'second', 2);
    assertEquals('', values(adopted), 'rows of a tab that is open');
    await second.close();
    dispatchEvent(new Event('focus'));
    await eventually(() => values(adopted) === 'Hello|!', 'the rows of the tab that has gone');
    await first.close();
    dispatchEvent(new Event('focus'));
    assertEquals(0, failures.length, `failures ${failures}`);
  },

  async 'what is composed while the page is left is kept, although it is already in the store'() {
    const room = newRoom();
    const [server, clock] = [new FakeServer(), new Clock()];
    const kept = () => Object.keys(localStorage).filter((name) => name.includes(room));
    const session = tab(room, server, clock);
    await eventually(() => session.status.connection === 'live', 'going live');
    session.goOffline();
    const textarea = document.createElement('textarea');
    document.body.replaceChildren(textarea);
    const release = bindTextarea(session, textarea);
    textarea.dispatchEvent(new CompositionEvent('compositionstart'));
    textarea.value = 'かな';
    textarea.dispatchEvent(new InputEvent('input', { inputType: 'insertCompositionText' }));
    dispatchEvent(new Event('pagehide'));
    assertEquals('かな', kept().map((name) => JSON.parse(localStorage.getItem(name)).operation.value).join(), 'what is kept');
    kept().forEach((name) => localStorage.removeItem(name));
    dispatchEvent(new Event('pageshow'));
    session.edit({ offset: 0, inserted: '> ' });
    assertEquals('', kept().join(), 'what is kept of a page that has come back');
    textarea.dispatchEvent(new CompositionEvent('compositionend'));
    release();
    session.close();
  },

  async 'a store that is closed gives back its listeners, its locks and its database'() {
    const room = newRoom();
    const counted = new Map();
    const [add, remove] = [globalThis.addEventListener, globalThis.removeEventListener];
    const count = (type, by) => counted.set(type, (counted.get(type) ?? 0) + by);
    globalThis.addEventListener = (type, listener, options) => {
      count(type, 1);
      options?.signal?.addEventListener('abort', () => count(type, -1));
      add.call(globalThis, type, listener, options);
    };
    try {
      const [server, clock] = [new FakeServer(), new Clock()];
      const sessions = Array.from({ length: 30 }, () => tab(room, server, clock));
      await eventually(() => sessions.every((session) => session.status.connection === 'live'), 'all going live');
      assert([...counted.values()].some((listeners) => listeners >= 30), 'no listeners are counted');
      sessions.forEach((session) => session.edit({ offset: 0, inserted: 'x' }));
      await eventually(() => sessions.every((session) => session.status.saved), 'saving');
      sessions.forEach((session) => session.close());
      await eventually(() => Math.max(...counted.values()) === 0, 'the listeners going');
      assertEquals(0, server.members.size, 'sockets');
      assertEquals(0, clock.timers, 'timers');
    } finally {
      [globalThis.addEventListener, globalThis.removeEventListener] = [add, remove];
    }
    let held = [1];
    await eventually(() => {
      navigator.locks.query().then((locks) => {
        held = locks.held.filter(({ name }) => name.includes(room));
      });
      return held.length === 0;
    }, 'the locks being given back');
    await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase('concord');
      request.onsuccess = resolve;
      request.onblocked = () => reject(new Error('the database is still open'));
      request.onerror = () => reject(request.error);
    });
  },
};
