import { ConcordDocument } from '../src/document.js';
import { ConcordSession } from '../src/session.js';
import { applyChange } from '../src/change.js';
import { ReadOnlyError } from '../src/errors.js';
import { cleanText, splitOperation, writeFrames } from '../src/wire.js';
import { assert, assertBytes, assertEquals, assertThrows, eventually } from './assert.js';
import { Clock, FakeServer, optionsFor } from './fake-server.js';
import { boundary } from './histories.js';
import { MemoryStore } from './memory-store.js';

function start(server, clock, more) {
  const session = new ConcordSession(optionsFor(server, clock, more));
  session.events = [];
  for (const name of ['refused', 'fault']) {
    session.on(name, (event) => session.events.push({ name, event }));
  }
  return session;
}

/** All that is under way is done. */
const turn = () => new Promise((resolve) => setTimeout(resolve));
const live = (session) => eventually(() => session.status.connection === 'live', 'the session going live');
const saved = (session) => eventually(() => session.status.saved, 'saving');

/** Somebody else edits under a site, straight into the server's document. Returns the operation. */
function intrude(server, site, value) {
  const operation = { kind: 'insert', id: { site, counter: known(server, site) + 1 }, after: { site: '', counter: 0 }, value };
  server.document.apply(operation);
  return operation;
}

/** How many elements of a site the server knows. */
function known(server, site) {
  let counter = 0;
  while (server.document.offsetOf({ site, counter: counter + 1 }) !== null) {
    counter++;
  }
  return counter;
}

const insertOf = (value) => ({ kind: 'insert', id: { site: 'earlier', counter: 1 }, after: { site: '', counter: 0 }, value });

export const tests = {
  async 'a session synchronises, sends, receives the edits of others and is saved when acknowledged'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    server.document.insert(0, 'hello');
    const session = start(server, clock);
    assertEquals('connecting', session.status.connection, 'state');
    await live(session);
    assertEquals('ws://host:8080/rooms/r/ws?batch=1', server.dials[0], 'address');
    assertEquals('hello', session.text, 'text');
    server.acknowledges = false;
    session.edit({ offset: 5, inserted: ' you' });
    session.edit({ offset: 0, removed: 1, inserted: 'H' });
    await eventually(() => server.document.text === 'Hello you', 'the edit arriving');
    assertEquals('6', String(session.status.unsent), 'unsent');
    assert(!session.status.saved, 'saved before it is acknowledged');
    server.acknowledge();
    assert(session.status.saved, 'not saved');
    server.type(9, '!');
    assertEquals('Hello you!', session.text, 'text');
  },

  async 'what is typed offline waits as few operations and is sent once'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    session.goOffline();
    assertEquals('offline', session.status.connection, 'state');
    Array.from('offline text').forEach((letter, i) => session.edit({ offset: i, inserted: letter }));
    session.edit({ offset: 11, removed: 1 });
    session.edit({ offset: 10, removed: 1 });
    assertEquals(14, session.status.unsent, 'unsent');
    server.type(0, 'Server. ');
    assertEquals(0, server.operations.length, 'operations before the return');
    session.goOnline();
    await saved(session);
    assertEquals(2, server.operations.length, 'operations');
    assertEquals(server.document.text, session.text, 'text');
    assertBytes(server.document.encodeBody(), session.document.encodeBody(), 'bytes');
  },

  async 'going online at once after going offline opens one connection'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    session.goOffline();
    session.goOnline();
    session.goOffline();
    session.goOnline();
    await live(session);
    assertEquals(1, server.members.size, 'connections');
  },

  async 'a lost connection comes back after growing pauses, a refused one stays away'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    server.refuses = true;
    server.member.end(1012);
    assertEquals('reconnecting', session.status.connection, 'state');
    for (const [pause, dials] of [[200, 1], [100, 2], [400, 2], [100, 3], [5000, 5]]) {
      clock.advance(pause);
      await Promise.resolve();
      await Promise.resolve();
      clock.advance(0);
      assert(server.dials.length >= Math.min(dials, 3), `only ${server.dials.length} attempts`);
    }
    server.refuses = false;
    clock.advance(15_000);
    await live(session);
    server.member.end(4403, 'not for you');
    assertEquals('stopped', session.status.connection, 'state');
    assertEquals('not for you', session.status.reason, 'reason');
    const dials = server.dials.length;
    clock.advance(100_000);
    assertEquals(dials, server.dials.length, 'attempts after a final refusal');
  },

  async 'the pauses grow, are never longer than 15 s, and have chance in them'() {
    const dialled = async (random) => {
      const [server, clock] = [new FakeServer(), new Clock()];
      server.refuses = true;
      const environment = { ...clock.environment, random, WebSocket: server.WebSocket };
      const session = new ConcordSession(optionsFor(server, clock, { environment }));
      const at = [];
      for (let ms = 0; ms < 60_000; ms += 50) {
        if (server.dials.length > at.length) {
          at.push(clock.environment.now());
        }
        for (let i = 0; i < 6; i++) {
          await Promise.resolve();
        }
        clock.advance(50);
      }
      session.close();
      return at.slice(1).map((time, i) => time - at[i]);
    };
    const [shortest, longest] = [await dialled(() => 0), await dialled(() => 0.999)];
    assert(Math.max(...longest) <= 15_050, `a pause of ${Math.max(...longest)} ms`);
    assert(longest.slice(0, 5).every((pause, i) => i === 0 || pause > longest[i - 1]), `pauses ${longest}`);
    assert(shortest.slice(0, 5).every((pause, i) => pause < longest[i]), `pauses ${shortest} and ${longest}`);
  },

  async 'several edits at once are one step of undo and are reported'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    const reported = [];
    session.on('edit', (operations) => reported.push(...operations));
    session.edit({ offset: 0, inserted: 'one two' });
    session.edit([{ offset: 0, removed: 3, inserted: '1' }, { offset: 2, removed: 3, inserted: '2' }, { offset: 3, inserted: '!' }]);
    assertEquals('1 2!', session.text, 'text');
    session.edit({ offset: 4, inserted: '?' });
    session.undo();
    assertEquals('1 2!', session.text, 'text after undo');
    session.undo();
    assertEquals('one two', session.text, 'text after undo');
    session.redo();
    assertEquals('1 2!', session.text, 'text after redo');
    const copy = new ConcordDocument('copy');
    reported.forEach((operation) => copy.apply(operation));
    assertEquals('1 2!', copy.text, 'text of what was reported');
    session.edit([]);
    assertEquals('1 2!', session.text, 'text');
  },

  async 'an edit that was on its way when the connection broke is there once'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    server.acknowledges = false;
    session.edit({ offset: 0, inserted: 'once' });
    await eventually(() => server.document.text === 'once', 'the edit arriving');
    server.member.end(1006);
    assertEquals(4, session.status.unsent, 'unsent');
    server.acknowledges = true;
    clock.advance(1000);
    await saved(session);
    assertEquals('once', server.document.text, 'text');
    assert(server.dials[1].includes('&version='), 'the version is in the address');
  },

  async 'what a crashed server has lost comes back from its clients, whoever wrote it'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    session.edit({ offset: 0, inserted: 'mine ' });
    await saved(session);
    server.type(0, 'theirs ');
    server.type(0, 'gone');
    server.document.delete(0, 4).forEach((data) => server.member.tell({ t: 'op', seq: 9, data }));
    await eventually(() => session.text === 'theirs mine ' && session.status.saved, 'agreement');
    const before = server.document.encodeBody();
    server.document = new ConcordDocument('server2');
    server.member.end(1006);
    clock.advance(1000);
    await saved(session);
    assertBytes(before, server.document.encodeBody(), 'bytes');
  },

  async 'the outbox survives a reload and is sent, its ids unchanged'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const first = start(server, clock);
    await live(first);
    first.edit({ offset: 0, inserted: 'base' });
    await saved(first);
    first.close();
    const offline = optionsFor(server, clock);
    const second = new ConcordSession(offline);
    await live(second);
    second.goOffline();
    second.edit({ offset: 4, inserted: ' kept' });
    second.close();
    const third = start(server, clock, { store: offline.store.reopened() });
    await saved(third);
    assertEquals('base kept', server.document.text, 'text');
    assertEquals('base kept', third.text, 'text');
    assertEquals(third.document.elementAt(8).site, second.document.site, 'site');
    assertEquals(0, offline.store.reopened().rows.size - 1, 'rows of the first store');
  },

  async 'unsent text comes with the text of others that it hangs on, which nobody else has any more'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const first = optionsFor(server, clock);
    const session = new ConcordSession(first);
    await live(session);
    server.type(0, 'theirs');
    server.type(2, 'gone');
    server.document.delete(2, 4).forEach((data) => server.member.tell({ t: 'op', seq: 9, data }));
    await eventually(() => session.text === 'theirs', 'their text');
    session.goOffline();
    session.edit({ offset: 2, inserted: '(mine)' });
    session.edit({ offset: 8, removed: 1 });
    const expected = session.text.slice(0, 8);
    session.close();
    server.document = new ConcordDocument('server2');
    const second = optionsFor(server, clock, { store: first.store.reopened() });
    const next = new ConcordSession(second);
    await saved(next);
    assertEquals(expected, server.document.text, 'text of the server');
    assertEquals(expected, next.text, 'text');
    assertEquals(0, server.document.pendingCount, 'what waits');
    assertEquals(0, second.store.rows.size, 'rows');
  },

  async 'a placeholder that an earlier session has left for text that the server has by now is no contradiction'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    server.document.insert(0, 'abc');
    const row = (operation, dependencies) => ({ operation, epoch: 'first', dependencies });
    const id = (counter) => ({ site: 'server', counter });
    const placeholder = { kind: 'insert', id: id(1), after: { site: '', counter: 0 }, value: '\ufffd\ufffd' };
    const gone = { kind: 'delete', id: id(1), length: 2 };
    const other = { kind: 'insert', id: { site: 'other', counter: 1 }, after: id(3), value: '(other' };
    const mine = { kind: 'insert', id: { site: 'mine', counter: 1 }, after: { site: 'other', counter: 6 }, value: ' mine)' };
    const last = { kind: 'insert', id: id(3), after: id(2), value: 'c' };
    const rows = [row(placeholder), row(last), row(gone), row(mine, [placeholder, gone, last, other])];
    const session = start(server, clock, { store: new MemoryStore(rows.map((each, i) => ({ ...each, key: `left ${i}` }))) });
    await saved(session);
    assertEquals('c(other mine)', session.text, 'text');
    assertEquals('c(other mine)', server.document.text, 'text of the server');
    assertEquals('', session.events.map(({ event }) => event).join(), 'faults');
    const offered = start(server, clock, { store: new MemoryStore([{ ...row(mine, [placeholder, gone, last, other]), key: 'left' }]) });
    await saved(offered);
    assertEquals('', offered.events.map(({ event }) => event).join(), 'faults of one that has the dependencies only');
  },

  async 'a placeholder is no contradiction to a text that is put back'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    server.type(0, 'abc');
    await eventually(() => session.text === 'abc', 'their text');
    const placeholder = { kind: 'insert', id: { site: 'server', counter: 1 }, after: { site: '', counter: 0 }, value: '\ufffd' };
    const gone = { kind: 'delete', id: { site: 'server', counter: 1 } };
    const left = [placeholder, gone].map((operation, i) => ({ operation, epoch: 'first', key: `left ${i}` }));
    const late = start(server, clock, { store: { ...new MemoryStore(), load: () => new Promise((resolve) => (server.answer = () => resolve(left))), put() {}, remove() {}, removeKey() {} } });
    clock.advance(2_000);
    await live(late);
    server.document = new ConcordDocument('server2');
    server.epoch = 'second';
    server.members.forEach((member) => member.end(4404));
    await eventually(() => late.status.replaced, 'the end of the room');
    server.answer();
    await eventually(() => late.status.orphaned === 2, 'the rows');
    await late.putBack();
    await saved(late);
    assertEquals('bc', server.document.text, 'text of the server');
    assertEquals('', late.events.map(({ event }) => event).filter((event) => !/store/.test(event)).join(), 'faults');
  },

  async 'text of others is not sent again where the server has it, nor kept when the edit is acknowledged'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const first = optionsFor(server, clock);
    const session = new ConcordSession(first);
    await live(session);
    server.type(0, 'theirs');
    await eventually(() => session.text === 'theirs', 'their text');
    session.goOffline();
    session.edit({ offset: 3, inserted: '!' });
    session.close();
    const second = optionsFor(server, clock, { store: first.store.reopened() });
    await saved(new ConcordSession(second));
    assertEquals('the!irs', server.document.text, 'text of the server');
    assertEquals('!', server.operations.map(({ value }) => value).join(), 'what was sent');
    assertEquals(0, second.store.rows.size, 'rows');
  },

  async 'a page that cannot read what the server sends says so and does not try for ever'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const readable = server.syncMessage;
    server.syncMessage = () => {
      const state = [0x43, 0x44, 9, 0, ...server.document.encodeBody()];
      return { ...readable.call(server), state: btoa(String.fromCharCode(...state)) };
    };
    const session = new ConcordSession(optionsFor(server, clock));
    session.edit({ offset: 0, inserted: 'x' });
    await eventually(() => session.status.connection === 'stopped', 'stopping');
    assert(session.status.reason.includes('older than the server'), session.status.reason);
    assertEquals('1 unsent, saved false', `${session.status.unsent} unsent, saved ${session.status.saved}`, 'status');
    clock.advance(600_000);
    assertEquals(1, server.dials.length, 'attempts');
    server.syncMessage = readable;
    await session.goOnline();
    await saved(session);
    assertEquals('x', server.document.text, 'text of the server');
  },

  async 'another epoch is not merged and what was not sent is kept'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const options = optionsFor(server, clock);
    const session = new ConcordSession(options);
    await live(session);
    session.goOffline();
    session.edit({ offset: 0, inserted: 'unsent' });
    server.epoch = 'second';
    server.document = new ConcordDocument('s2');
    server.document.insert(0, 'another text');
    session.goOnline();
    await eventually(() => session.status.connection === 'stopped', 'stopping');
    assertEquals('unsent', session.text, 'text');
    assertEquals('another text', server.document.text, 'text of the server');
    assertEquals(1, session.status.orphaned, 'kept for the user');
    const reloaded = start(server, clock, { store: options.store.reopened() });
    await live(reloaded);
    assertEquals('another text', reloaded.text, 'text');
    assertEquals(1, reloaded.status.orphaned, 'kept for the user');
    assertEquals('unsent', reloaded.unsaved[0].value, 'what is kept');
    assertEquals('another text', server.document.text, 'text of the server');
    reloaded.discardOrphaned();
    assertEquals(0, reloaded.status.orphaned, 'kept for the user');
  },

  async 'after some attempts the session says that the server cannot be reached'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    server.refuses = true;
    const session = start(server, clock);
    await eventually(() => {
      clock.advance(100);
      return server.dials.length === 4 && session.status.connection === 'reconnecting';
    }, 'four attempts');
    assertEquals('', session.status.reason, 'reason after some attempts');
    await eventually(() => {
      clock.advance(500);
      return server.dials.length === 7;
    }, 'seven attempts');
    assert(session.status.reason.startsWith('The server cannot be reached'), session.status.reason);
    server.refuses = false;
    await eventually(() => {
      clock.advance(500);
      return session.status.connection === 'live';
    }, 'going live');
    assertEquals('', session.status.reason, 'reason when it is live');
  },

  async 'what is refused for now is sent again, what is refused for good is shown'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    let refusals = 2;
    server.refusal = () => (refusals-- > 0 ? 'rate_limited' : null);
    session.edit({ offset: 0, inserted: 'abc' });
    await eventually(() => refusals === 1, 'the first refusal');
    assertEquals(3, session.status.unsent, 'unsent');
    clock.advance(1000);
    clock.advance(2000);
    await saved(session);
    assertEquals('abc', server.document.text, 'text');
    assertEquals(0, session.events.length, 'events');
    server.refusal = () => 'room_full';
    session.edit({ offset: 3, inserted: 'd' });
    await eventually(() => session.events.length === 1, 'the refusal');
    assertEquals('room_full', session.events[0].event.code, 'code');
    assertEquals(0, session.status.unsent, 'unsent');
    assertEquals(1, session.status.refused, 'refused');
    assert(!session.status.saved, 'a refused edit counts as saved');
    server.refusal = () => null;
    server.member.end(1001);
    clock.advance(1000);
    await saved(session);
    assertEquals('abcd', server.document.text, 'text');
  },

  async 'what was refused is kept through a reload and may be taken then'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const options = optionsFor(server, clock);
    const session = new ConcordSession(options);
    await live(session);
    server.refusal = () => 'room_full';
    session.edit({ offset: 0, inserted: 'refused' });
    await eventually(() => session.status.refused === 1, 'the refusal');
    session.close();
    server.refusal = () => null;
    const reloaded = start(server, clock, { store: options.store.reopened() });
    await saved(reloaded);
    assertEquals('refused', reloaded.text, 'text');
    assertEquals('refused', server.document.text, 'text of the server');
  },

  async 'a placeholder for deleted text is not sent before its delete is durable'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    server.type(0, 'abc');
    const [gone] = server.document.delete(1, 1);
    server.member.tell({ t: 'op', seq: 4, data: gone });
    assertEquals('ac', session.text, 'text');
    server.document = new ConcordDocument('restored');
    server.refusal = ({ data }) => (data.kind === 'delete' ? 'room_full' : null);
    server.member.end(1001);
    clock.advance(1000);
    await eventually(() => session.events.length === 1, 'the refusal');
    assertEquals('a', server.document.text, 'text of the server');
    session.edit({ offset: 0, inserted: 'x' });
    await eventually(() => session.status.unsent === 1, 'the ack, with the placeholder held');
    clock.advance(60_000);
    assertEquals('live', session.status.connection, 'state while nothing is owed');
    server.refusal = () => null;
    server.member.end(1001);
    clock.advance(1000);
    await saved(session);
    assertEquals('xac', server.document.text, 'text of the server');
    assertBytes(server.document.encodeBody(), session.document.encodeBody(), 'bytes');
  },

  async 'frames that are not understood are ignored, broken ones are reported'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    server.member.tell({ t: 'poll', question: 1 });
    server.member.tell([null, 7, { t: 'weather' }]);
    assertEquals(0, session.events.length, 'events');
    server.member.onmessage({ data: '{' });
    server.member.tell({ t: 'op', seq: 1, data: { kind: 'insert', id: { site: 'x', counter: 0 } } });
    assertEquals('fault,fault', session.events.map(({ name }) => name).join(), 'events');
    server.type(0, 'still here');
    assertEquals('still here', session.text, 'text');
  },

  async 'a state that cannot be read leads to a new connection'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    server.member.tell({ t: 'sync', state: 'AAAA', version: '', epoch: 'first' });
    await eventually(() => session.status.connection === 'reconnecting', 'reconnecting');
    clock.advance(1000);
    await live(session);
  },

  async 'a second sync on a connection is merged like the first'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    session.edit({ offset: 0, inserted: 'mine ' });
    await saved(session);
    server.document.insert(5, 'missed');
    server.member.tell(server.syncMessage());
    server.type(0, 'after ');
    await eventually(() => session.text === 'after mine missed', 'both arriving in order');
  },

  async 'a connection that owes an answer and is silent is given up'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    server.acknowledges = false;
    session.edit({ offset: 0, inserted: 'x' });
    await eventually(() => server.operations.length === 1, 'sending');
    clock.advance(30_000);
    assertEquals('reconnecting', session.status.connection, 'state');
  },

  async 'while the text is held nothing remote gets in'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    const release = session.hold();
    server.type(0, 'remote');
    assertEquals('', session.text, 'text while held');
    session.edit({ offset: 0, inserted: 'composed' });
    release();
    await eventually(() => session.text.length === 14, 'the remote edit');
    await saved(session);
    assertEquals(server.document.text, session.text, 'text');
  },

  async 'presence goes out throttled and comes in by client'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const [ann, ben] = [start(server, clock), start(server, clock)];
    ann.setUser({ user: 'Ann', color: '#123456' });
    ben.setUser({ user: 'Ann', color: 'url(x)' });
    await live(ann);
    await live(ben);
    clock.advance(20_000);
    assertEquals('Ann', ann.peers[0].user, 'the name of the other');
    assertEquals('#64748b', ann.peers[0].color, 'a colour that is none');
    ann.edit({ offset: 0, inserted: 'text' });
    await saved(ann);
    const count = server.received.length;
    [1, 2, 3, 4].forEach((offset) => ann.select(offset, 1));
    clock.advance(100);
    assertEquals(count + 1, server.received.length, 'messages');
    const [peer] = ben.peers;
    assertEquals(4, peer.cursor, 'cursor');
    ben.edit({ offset: 0, inserted: '> ' });
    assertEquals(6, ben.document.offsetOfCaret(peer.caret), 'caret by element');
    assertEquals(3, ben.document.offsetOfCaret(peer.anchor), 'other end of the selection');
    server.members.forEach((member) => member.tell({ t: 'presence', ...peer, left: true }));
    assertEquals(0, ben.peers.length, 'peers');
    ann.goOffline();
    assertEquals(0, ann.peers.length, 'peers of somebody offline');
  },

  async 'a listener that throws is reported and disturbs nothing'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    server.document.insert(0, 'hello');
    const errors = [];
    const reportError = (error) => {
      errors.push(error.message);
      throw error;
    };
    const environment = { ...clock.environment, WebSocket: server.WebSocket, reportError };
    const session = start(server, clock, { environment });
    let text = '';
    for (const name of ['change', 'status', 'presence', 'edit', 'refused']) {
      session.on(name, () => {
        throw new Error(name);
      });
    }
    session.on('change', ({ changes }) => {
      text = changes.reduce(applyChange, text);
    });
    await live(session);
    assertEquals('hello', text, 'what the second listener received');
    server.type(5, '!');
    session.edit({ offset: 0, removed: 1, inserted: 'H' });
    await saved(session);
    server.member.tell({ t: 'presence', user: 'u', cursor: 0, color: '#000', client: 'c' });
    server.refusal = () => 'room_full';
    session.edit({ offset: 0, inserted: '>' });
    await eventually(() => session.status.refused === 1, 'the refusal');
    assertEquals('>Hello!', text, 'what the second listener received');
    assertEquals('live', session.status.connection, 'state');
    assertEquals(1, server.dials.length, 'connections');
    assertEquals('change,edit,presence,refused,status', [...new Set(errors)].sort().join(), 'what was reported');
    assertEquals('refused', session.events.map(({ name }) => name).join(), 'events');
  },

  async 'changes come in their order also to a listener after one that edits in reply'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    const seen = [];
    const states = [];
    const texts = { first: '', last: '' };
    const follow = (name) =>
      session.on('change', ({ changes }) => {
        texts[name] = changes.reduce(applyChange, texts[name]);
      });
    follow('first');
    session.on('change', ({ changes: [{ inserted }] }) => inserted === 'ping' && session.edit({ offset: session.text.length, inserted: ' pong' }));
    session.on('status', ({ connection }) => connection === 'live' && session.goOffline());
    follow('last');
    session.on('edit', (operations) => seen.push(...operations.map(({ value }) => value)));
    session.on('status', ({ connection }) => states.push(connection));
    await eventually(() => session.status.connection === 'offline', 'the listener going offline');
    assertEquals('offline', states.at(-1), 'the last state that was reported');
    session.edit({ offset: 0, inserted: 'ping' });
    assertEquals('ping pong', session.text, 'text');
    assertEquals('ping pong', texts.first, 'text of a listener before the one that replies');
    assertEquals('ping pong', texts.last, 'text of a listener after it');
    assertEquals('ping, pong', seen.join(), 'operations');
    session.close();
  },

  async 'a listener that is added or removed by another one is notified from now on, or no more'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    const received = [];
    session.on('edit', () => {
      off();
      session.on('edit', () => received.push('added'));
    });
    const off = session.on('edit', () => received.push('removed'));
    session.edit({ offset: 0, inserted: 'x' });
    assertEquals('', received.join(), 'notified of the first edit');
    session.edit({ offset: 1, inserted: 'y' });
    assertEquals('added', received.join(), 'notified of the second edit');
  },

  async 'when a room is replaced while it is open, what is unsent is offered at once and kept'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const options = optionsFor(server, clock);
    const session = new ConcordSession(options);
    await live(session);
    server.acknowledges = false;
    session.edit({ offset: 0, inserted: 'sent' });
    await eventually(() => server.operations.length === 1, 'sending');
    session.edit({ offset: 4, inserted: ' typed' });
    server.member.end(4409);
    assertEquals('stopped', session.status.connection, 'state');
    session.edit({ offset: 10, inserted: ' later' });
    const values = (operations) => operations.map(({ value }) => value).join('');
    assertEquals('sent typed later', values(session.unsaved), 'what is not saved');
    assert(session.status.orphaned > 0 && session.status.unsent === 0, JSON.stringify(session.status));
    assertEquals(false, session.status.saved, 'saved');
    await session.goOnline();
    assertEquals(1, server.dials.length, 'attempts after the room was replaced');
    server.epoch = 'second';
    server.document = new ConcordDocument('s2');
    const reloaded = start(server, clock, { store: options.store.reopened() });
    await live(reloaded);
    assertEquals('', server.document.text, 'text of the server');
    assertEquals('sent typed later', values(reloaded.unsaved), 'what is not saved after a reload');
    assertEquals(false, reloaded.status.saved, 'saved while something is orphaned');
    session.discardOrphaned();
    assertEquals(0, session.unsaved.length, 'what is left');
    assertEquals(0, options.store.rows.size, 'rows of the store');
  },

  async 'a text whose room was replaced is put back by whoever asks for it, and is there once'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    server.type(0, 'one two');
    const options = [optionsFor(server, clock), optionsFor(server, clock)];
    const [ann, ben] = options.map((option) => new ConcordSession(option));
    await Promise.all([live(ann), live(ben)]);
    ann.edit({ offset: 3, removed: 1, inserted: '-' });
    await eventually(() => ben.text === 'one-two' && ann.status.saved, 'the edit');
    server.acknowledges = false;
    ben.edit({ offset: 7, inserted: ' unsent' });
    server.epoch = 'second';
    server.document = new ConcordDocument('s2');
    server.type(0, 'NEW ');
    [...server.members].forEach((member) => member.end(4409));
    server.acknowledges = true;
    assert(ann.status.replaced && ben.status.replaced, 'that the room was replaced is known');
    assertEquals(true, ann.status === ann.status && !ann.status.saved, 'status');
    await Promise.all([ann.putBack(), ben.putBack()]);
    assertEquals(false, ann.status.replaced, 'replaced');
    await eventually(() => ann.status.saved && ben.status.saved, 'saving');
    assert(['NEW one-two unsent', 'one-two unsentNEW '].includes(server.document.text), server.document.text);
    await eventually(() => ann.text === server.document.text && ben.text === server.document.text, 'one text');
    assertEquals(0, options[1].store.rows.size, 'rows of the store');
    // It goes on as before: what was done can be undone.
    ben.undo();
    await eventually(() => !server.document.text.includes('unsent') && ben.status.saved, 'undo');
    assertEquals('the room has the history of this text: there is nothing to put back', await ann.putBack().catch(({ message }) => message), 'too early');
  },

  async 'a text whose room was deleted is kept, and put back when its user wants it'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    server.type(0, 'saved');
    const options = optionsFor(server, clock);
    const session = new ConcordSession(options);
    await live(session);
    server.acknowledges = false;
    session.edit({ offset: 5, inserted: ' unsent' });
    server.epoch = 'second';
    server.document = new ConcordDocument('s2');
    server.member.end(4404, 'this room has been deleted');
    server.acknowledges = true;
    const { connection, reason, replaced, saved: isSaved } = session.status;
    assertEquals('stopped', connection, 'state');
    assertEquals('Somebody has deleted this document: the server does not have it any more.', reason, 'reason');
    assert(replaced && !isSaved, 'what is known of the text');
    assertEquals(' unsent', session.unsaved.map(({ value }) => value).join(''), 'what is unsaved');
    await session.goOnline();
    assertEquals('stopped', session.status.connection, 'state');
    await session.putBack();
    await saved(session);
    assertEquals('saved unsent', server.document.text, 'text');
    assertEquals(0, options.store.rows.size, 'rows of the store');
  },

  async 'what waits to be put back stays with the old history until there is a new one'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const options = optionsFor(server, clock);
    const session = new ConcordSession(options);
    await live(session);
    server.acknowledges = false;
    session.edit({ offset: 0, inserted: 'typed' });
    await eventually(() => server.operations.length === 1, 'sending');
    server.member.end(4409);
    server.refuses = true;
    await session.putBack();
    assertEquals('first', [...options.store.rows.values()].map(({ epoch }) => epoch).join(), 'epoch of the row');
    assertEquals(5, session.status.unsent, 'unsent');
    server.epoch = 'second';
    server.document = new ConcordDocument('s2');
    const reloaded = start(server, clock, { store: options.store.reopened() });
    server.refuses = false;
    await eventually(() => clock.advance(1_000) ?? reloaded.status.connection === 'live', 'the reloaded page');
    assertEquals('typed', reloaded.unsaved.map(({ value }) => value).join(''), 'offered after a reload');
  },

  async 'what was typed before the first connection belongs to the history that it was sent to'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const options = optionsFor(server, clock);
    server.acknowledges = false;
    const session = new ConcordSession(options);
    session.edit({ offset: 0, inserted: 'early' });
    await live(session);
    session.close();
    server.epoch = 'second';
    server.document = new ConcordDocument('s2');
    const store = options.store.reopened();
    const reloaded = start(server, clock, { store });
    await live(reloaded);
    assertEquals('', reloaded.text, 'text of the new history');
    assertEquals('early', reloaded.unsaved.map(({ value }) => value).join(''), 'what is kept');
    // Rows that an earlier session left before it had ever connected are taken up, and belong to that history from then on.
    const early = optionsFor(server, clock, { store: new MemoryStore([{ key: 'k', operation: insertOf('old'), epoch: null }]) });
    const third = new ConcordSession(early);
    await live(third);
    assertEquals('old', third.text, 'text');
    assertEquals('second', [...early.store.rows.values()].map(({ epoch }) => epoch).join(), 'epochs of the rows');
  },

  async 'a connection that never opens, or never synchronises, is given up'() {
    for (const silent of [false, true]) {
      const [server, clock] = [new FakeServer(), new Clock()];
      const dials = [];
      class Hanging {
        constructor(url) {
          dials.push(url);
          queueMicrotask(() => silent && this.onopen?.({}));
        }

        close() {}
      }
      const environment = { ...clock.environment, WebSocket: Hanging };
      const session = start(server, clock, { environment });
      await eventually(() => dials.length === 1, 'the first attempt');
      clock.advance(30_000);
      assertEquals('reconnecting', session.status.connection, 'state');
      clock.advance(1_000);
      assertEquals(2, dials.length, 'attempts');
      session.close();
      clock.advance(100_000);
      assertEquals(2, dials.length, 'attempts after closing');
    }
  },

  async 'a WebSocket that cannot be made is a failed attempt'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    let broken = true;
    const environment = {
      ...clock.environment,
      WebSocket: function open(url) {
        if (broken) {
          throw new Error('out of sockets');
        }
        return new server.WebSocket(url);
      },
    };
    const session = start(server, clock, { environment });
    await eventually(() => session.status.connection === 'reconnecting', 'the attempt failing');
    assertEquals('out of sockets', session.events[0].event.message, 'what is reported');
    broken = false;
    clock.advance(1_000);
    await live(session);
  },

  async 'a session that the server has refused may be opened again'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    server.member.end(4401);
    assertEquals('stopped', session.status.connection, 'state');
    session.edit({ offset: 0, inserted: 'x' });
    await session.goOnline();
    await saved(session);
    session.close();
    await session.goOnline();
    assertEquals('stopped', session.status.connection, 'state after closing');
    assertThrows(Error, () => session.edit({ offset: 0, inserted: 'y' }), 'an edit after closing');
    assertEquals('x', session.text, 'text');
  },

  async 'others learn that somebody has left, and are notified of nobody twice'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const [ann, ben] = [start(server, clock), start(server, clock)];
    await live(ann);
    await live(ben);
    ann.setUser({ user: 'Ann' });
    clock.advance(100);
    assertEquals(1, ben.peers.length, 'peers');
    let notifications = 0;
    ben.on('presence', () => notifications++);
    ann.close();
    assertEquals(0, ben.peers.length, 'peers after leaving');
    server.member.tell({ t: 'presence', user: 'Ann', cursor: 0, color: '#000', client: ann.document.site, left: true });
    assertEquals(1, notifications, 'notifications');
    const count = server.received.length;
    ben.select(0);
    clock.advance(100);
    ben.select(0);
    clock.advance(100);
    assertEquals(count + 1, server.received.length, 'messages for one place');
  },

  async 'somebody from whom nothing was received is away, and is gone when the server says so'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    const tell = (more) => server.member.tell({ t: 'presence', user: 'u', cursor: 0, color: '#000', client: 'c', ...more });
    tell();
    const seen = [];
    session.on('presence', (peers) => seen.push(peers.map(({ away }) => away).join()));
    // A page in the background beats once a minute.
    for (let minute = 0; minute < 5; minute++) {
      clock.advance(60_000);
      tell();
    }
    assertEquals('true,false', [...new Set(seen)].join(), 'what was seen of somebody in the background');
    tell({ left: true });
    assertEquals(0, session.peers.length, 'peers after leaving');
    tell();
    clock.advance(150_000);
    assertEquals(1, session.peers.length, 'peers after two minutes and a half');
    clock.advance(60_000);
    assertEquals(0, session.peers.length, 'peers that another server has taken along');
  },

  async 'while the text is held, others are seen to come and go'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    const release = session.hold();
    server.type(0, 'x');
    server.member.tell({ t: 'presence', user: 'u', cursor: 0, color: '#000', client: 'c' });
    assertEquals(1, session.peers.length, 'peers');
    release();
    await eventually(() => session.text === 'x', 'the text');
  },

  async 'a selection after the end of the text, or inside a pair, is sent as the nearest offset'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    session.edit({ offset: 0, inserted: 'a😀b' });
    session.select(99, -1);
    clock.advance(100);
    const sentPresence = () => server.received.filter(({ t }) => t === 'presence').at(-1);
    assertEquals(4, sentPresence().cursor, 'cursor');
    session.select(2, 2);
    clock.advance(100);
    assertEquals(1, sentPresence().cursor, 'cursor');
    assertEquals('after', sentPresence().caret.side, 'side on the wire');
    assertEquals(1, sentPresence().caret.element.counter, 'element on the wire');
  },

  async 'a store that never answers is done without, one that answers late is used'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    let answer;
    const store = new MemoryStore();
    store.load = () => new Promise((resolve) => {
      answer = resolve;
    });
    const session = start(server, clock, { store });
    clock.advance(1_999);
    assertEquals(0, server.dials.length, 'attempts before the store has had its time');
    clock.advance(1);
    await live(session);
    const [{ name, event }] = session.events;
    assertEquals('fault storage', `${name} ${event.code}`, 'what is reported');
    assert(event.message.includes('keep this tab open'), event.message);
    session.edit({ offset: 0, inserted: 'now ' });
    await saved(session);
    answer([{ key: 'k', operation: insertOf('kept'), epoch: null }]);
    await eventually(() => session.status.saved && server.document.text.includes('kept'), 'what the store had');
    assertEquals(server.document.text, session.text, 'text');
    assertEquals(0, store.rows.size, 'rows');
  },

  'wrong options are refused at once, each by its name'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const wrong = (more, name) => {
      const error = assertThrows(TypeError, () => new ConcordSession(optionsFor(server, clock, more)), name);
      assert(error.message.startsWith(`${name}: `), `${name} is refused as ${error.message}`);
    };
    for (const room of [undefined, null, '', '.', '..', 'a/b', 'a b', 'ä', 7, 'x'.repeat(129)]) {
      wrong({ room }, 'room');
    }
    wrong({ base: '/only/a/path' }, 'base');
    wrong({ base: 'ftp://host/' }, 'base');
    wrong({ client: '' }, 'client');
    wrong({ store: {} }, 'store');
    wrong({ environment: { ...clock.environment, WebSocket: null } }, 'environment.WebSocket');
    assertEquals(0, server.dials.length, 'attempts');
    assertThrows(TypeError, () => new ConcordSession(), 'no options at all');
    const listening = new ConcordSession(optionsFor(server, clock));
    assertThrows(TypeError, () => listening.on('chnage', () => {}), 'an event that there is not');
    listening.close();
  },

  async 'the status is the same object until it changes'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    const first = session.status;
    assertEquals(true, first === session.status, 'the same object');
    await live(session);
    assertEquals(false, first === session.status, 'the same object after a change');
    assertEquals('connecting', first.connection, 'what it said');
    session.edit({ offset: 0, inserted: 'x' });
    await saved(session);
    const before = session.status;
    server.type(0, 'remote');
    assertEquals(true, before === session.status, 'the same object when it says the same');
  },

  async 'a WebSocket whose errors must be listened to, as those of some libraries, ends nothing'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    server.refuses = true;
    const uncaught = [];
    class Strict extends server.WebSocket {
      end(code, reason) {
        if (this.onerror === undefined) {
          uncaught.push(code);
        }
        super.end(code, reason);
      }
    }
    const session = start(server, clock, { environment: { ...clock.environment, WebSocket: Strict } });
    await eventually(() => session.status.connection === 'reconnecting', 'the attempt failing');
    assertEquals(0, uncaught.length, 'errors that nobody listens to');
  },

  async 'with store: null nothing is kept, and nothing is opened'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const original = globalThis.indexedDB;
    let opened = 0;
    Object.defineProperty(globalThis, 'indexedDB', { value: { open: () => opened++ }, configurable: true });
    try {
      const session = start(server, clock, { store: null });
      await live(session);
      session.edit({ offset: 0, inserted: 'x' });
      await saved(session);
      session.close();
      assertEquals(0, opened, 'databases');
      assertEquals(0, session.events.length, 'events');
    } finally {
      Object.defineProperty(globalThis, 'indexedDB', { value: original, configurable: true });
    }
  },

  async 'a clock of the wall that is set back joins no steps of undo'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const { now, ...environment } = clock.environment;
    const original = Date.now;
    const session = start(server, clock, { environment: { ...environment, WebSocket: server.WebSocket } });
    await live(session);
    session.edit({ offset: 0, inserted: 'one' });
    const at = performance.now();
    Date.now = () => original() - 3_600_000;
    try {
      await eventually(() => performance.now() - at > 1_100, 'a second passing');
      session.edit({ offset: 3, inserted: ' two' });
    } finally {
      Date.now = original;
    }
    session.undo();
    assertEquals('one', session.text, 'text after one undo');
    session.close();
  },

  'frames stay below the limit, counted in bytes as they travel'() {
    for (const [text, limit] of [['😀\u0001'.repeat(200_000), undefined], ['中'.repeat(100_000), 65_536], ['x'.repeat(9_000), 4_096]]) {
      const operations = new ConcordDocument('me').insert(0, text).flatMap((operation) => splitOperation(operation, limit));
      const messages = operations.map((data, i) => ({ t: 'op', seq: i + 1, data }));
      const frames = writeFrames([...messages, ...messages.slice(0, 3)], limit);
      for (const frame of frames) {
        const { length } = new TextEncoder().encode(frame);
        assert(length <= (limit ?? 256 * 1024), `a frame has ${length} bytes of ${limit}`);
      }
      assertEquals(messages.length + 3, frames.flatMap((frame) => JSON.parse(frame)).length, 'messages');
      const copy = new ConcordDocument('copy');
      operations.forEach((operation) => copy.apply(operation));
      assertEquals(text, copy.text, 'text');
    }
  },

  'a long delete goes out in pieces that a server takes also where it knows none of the elements'() {
    const [id, length] = [{ site: 'a', counter: 7 }, 250_001];
    const parts = splitOperation({ kind: 'delete', id, length });
    assertEquals([100_000, 100_000, 50_001].join(), parts.map((part) => part.length).join(), 'lengths');
    assertEquals([7, 100_007, 200_007].join(), parts.map((part) => part.id.counter).join(), 'counters');
    const short = { kind: 'delete', id };
    assertEquals(short, splitOperation(short)[0], 'a short one');
  },

  'what a text may not hold is replaced or left out'() {
    assertEquals('a\nb\nc\n\nd', cleanText('a\r\nb\rc\r\r\nd'));
    assertEquals('x\ufffdy😀\ufffd', cleanText('x\ud83dy😀\ude00'));
    assertEquals('ab\t\n\u2028\u00a0', cleanText('a\u0000\u001b\u007f\u0085\u009fb\t\n\u2028\u00a0'));
    assertEquals('a\ufeff', cleanText('\ufeff\u0000\ufeffa\ufeff'));
  },

  async 'the client packs to what the server says that it takes'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    server.limits = { frameBytes: 65_536 };
    const options = optionsFor(server, clock);
    const session = new ConcordSession(options);
    await live(session);
    session.edit({ offset: 0, inserted: '中'.repeat(100_000) });
    await saved(session);
    assert(server.longestFrame <= 65_536, `a frame has ${server.longestFrame} bytes`);
    assertEquals(session.text, server.document.text, 'text');
    assertEquals(0, options.store.rows.size, 'rows');
  },

  async 'a frame that is too large is split, and only what cannot be split any more is given up'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    server.maxBytes = 10_000;
    const options = optionsFor(server, clock);
    const session = start(server, clock, { store: options.store });
    await live(session);
    session.goOffline();
    session.edit({ offset: 0, inserted: '中'.repeat(50_000) });
    session.goOnline();
    await eventually(() => {
      clock.advance(500);
      return session.status.saved;
    }, 'saving in small pieces');
    assertEquals(session.text, server.document.text, 'text');
    assertEquals(0, options.store.rows.size, 'rows');
    server.maxBytes = 100;
    session.edit({ offset: 0, inserted: 'x'.repeat(200) });
    await eventually(() => {
      clock.advance(500);
      return session.status.connection === 'stopped';
    }, 'stopping');
    assertEquals(200, session.status.unsent, 'unsent');
  },

  async 'a listener that disconnects while a state is taken in leaves no session that says it is live'() {
    for (const [leave, state] of [['goOffline', 'offline'], ['close', 'stopped']]) {
      const [server, clock] = [new FakeServer(), new Clock()];
      server.document.insert(0, 'text');
      const session = start(server, clock);
      const reported = [];
      session.on('status', ({ connection }) => reported.push(connection));
      const off = session.on('change', () => session[leave]());
      await eventually(() => session.text === 'text' && server.members.size === 0, `${leave}: the sync`);
      await turn();
      assertEquals(state, session.status.connection, `${leave}: state`);
      assertEquals(false, session.status.saved, `${leave}: saved`);
      assert(!reported.includes('live'), `${leave}: reported ${reported}`);
      assertEquals(0, clock.timers, `${leave}: timers`);
      off();
      if (leave === 'goOffline') {
        session.edit({ offset: 0, inserted: 'my ' });
        session.goOnline();
        await saved(session);
        assertEquals('my text', server.document.text, 'text of the server');
      }
    }
  },

  async 'a listener that goes offline as soon as the session is live leaves nothing running'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    session.setUser({ user: 'Ann', color: '#123456' });
    session.on('status', ({ connection }) => connection === 'live' && session.goOffline());
    await eventually(() => session.status.connection === 'offline' && server.members.size === 0, 'going offline');
    await turn();
    assertEquals(0, clock.timers, 'timers');
  },

  async 'a listener that disconnects while a connection is dialled leaves no socket behind'() {
    for (const leave of ['goOffline', 'close']) {
      const [server, clock] = [new FakeServer(), new Clock()];
      const session = start(server, clock);
      await live(session);
      server.refuses = true;
      server.member.end(1012);
      for (let failures = 0; failures < 5; failures++) {
        clock.advance(15_000);
        await turn();
      }
      server.refuses = false;
      const dials = server.dials.length;
      let dialling = false;
      session.on('status', () => {
        if (dialling) {
          dialling = false;
          session[leave]();
        }
      });
      // A status is reported with each attempt.
      dialling = true;
      clock.advance(15_000);
      await turn();
      assertEquals(dials, server.dials.length, `${leave}: attempts`);
      assertEquals(0, server.members.size, `${leave}: connections`);
      assertEquals(0, clock.timers, `${leave}: timers`);
    }
  },

  async 'a listener that goes offline and back online while a connection is dialled has one connection'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    server.member.end(1012);
    const off = session.on('status', () => {
      off();
      session.goOffline();
      session.goOnline();
    });
    clock.advance(1000);
    await live(session);
    assertEquals(1, server.members.size, 'connections');
    assertEquals(2, server.dials.length, 'attempts');
  },

  async 'an address that cannot be dialled is not tried again by a session that a listener has closed'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const WebSocket = class {
      constructor() {
        throw new Error('no');
      }
    };
    const session = new ConcordSession(optionsFor(server, clock, { environment: { ...clock.environment, WebSocket } }));
    session.on('fault', () => session.close());
    await eventually(() => session.status.reason === 'closed', 'closing');
    await turn();
    assertEquals('stopped', session.status.connection, 'state');
    assertEquals(0, clock.timers, 'timers');
  },

  async 'a session that is closed when a frame was too large does not dial again'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    session.on('status', ({ connection }) => connection === 'reconnecting' && session.close());
    server.member.end(4413);
    assertEquals('stopped', session.status.connection, 'state');
    assertEquals(0, clock.timers, 'timers');
  },

  async 'a listener cannot bring a session back that is being closed'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    session.on('status', ({ connection }) => connection === 'stopped' && session.goOnline());
    session.close();
    await turn();
    assertEquals('stopped', session.status.connection, 'state');
    assertEquals(1, server.dials.length, 'attempts');
  },

  async 'what is adopted becomes a step of the history that the session has by then'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    session.edit({ offset: 0, inserted: 'mine' });
    await saved(session);
    const { site } = session.document;
    const adopted = session.adopt({ inserted: [{ site: 'helper', counter: 1, length: 5, text: 'theirs'.slice(0, 5) }], deleted: [] });
    // Somebody else uses the site, too: the document and its history are rebuilt.
    server.acknowledges = false;
    session.goOffline();
    server.document.apply({ kind: 'insert', id: { site, counter: 5 }, after: { site: '', counter: 0 }, value: 'xy' });
    session.edit({ offset: 4, inserted: 'zw' });
    session.goOnline();
    await eventually(() => {
      clock.advance(500);
      return session.status.connection === 'live' && session.document.site !== site;
    }, 'another site');
    const helped = { kind: 'insert', id: { site: 'helper', counter: 1 }, after: { site: '', counter: 0 }, value: 'their' };
    server.document.apply(helped);
    server.member.tell({ t: 'op', seq: 1, data: helped });
    await adopted;
    assert(session.text.includes('their'), session.text);
    session.undo();
    assert(!session.text.includes('their'), session.text);
  },

  async 'what waits to be adopted is given up when the session is closed or its room replaced'() {
    const step = { inserted: [{ site: 'helper', counter: 1, length: 1, text: 'x' }], deleted: [] };
    const outcome = (promise) => promise.then(() => 'adopted', ({ message }) => message);
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    const waiting = outcome(session.adopt(step));
    session.goOffline();
    server.epoch = 'second';
    server.document = new ConcordDocument('s2');
    session.goOnline();
    await eventually(() => session.status.replaced, 'the new room');
    assertEquals('the room was replaced by a new one', await waiting, 'outcome in another room');
    const other = start(server, clock);
    await live(other);
    const waits = outcome(other.adopt(step));
    other.close();
    assertEquals('the session is closed', await waits, 'outcome after closing');
    assertEquals('the session is closed', await outcome(other.adopt(step)), 'outcome when it is closed');
  },

  async 'a connection on which nothing comes any more is made again'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    server.limits = { frameBytes: 1_048_576 };
    const session = start(server, clock);
    await live(session);
    for (let i = 0; i < 20; i++) {
      clock.advance(20_000);
      server.member.tell({ t: 'pulse' });
    }
    assertEquals(1, server.dials.length, 'attempts while the server pulses');
    assertEquals(0, session.events.length, 'events');
    // A proxy stops forwarding and does not close.
    server.members.clear();
    server.document.insert(0, 'missed');
    clock.advance(44_999);
    assertEquals('live', session.status.connection, 'state');
    clock.advance(1);
    assertEquals('reconnecting', session.status.connection, 'state');
    clock.advance(1_000);
    await live(session);
    assertEquals('missed', session.text, 'text');
  },

  async 'a server that does not pulse is believed to live'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    clock.advance(600_000);
    assertEquals(1, server.dials.length, 'attempts');
    server.member.tell({ t: 'pulse' });
    clock.advance(45_000);
    assertEquals('reconnecting', session.status.connection, 'state after one pulse and no other');
    clock.advance(1_000);
    await live(session);
    clock.advance(600_000);
    assertEquals(2, server.dials.length, 'attempts when the server after it does not pulse');
  },

  async 'whoever finds the own site taken by a refusal goes on under a new one'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const options = optionsFor(server, clock);
    const session = start(server, clock, options);
    await live(session);
    server.document.insert(0, 'shared. ');
    const { site } = session.document;
    intrude(server, site, 'theirs. ');
    session.edit({ offset: 0, inserted: 'mine. ' });
    await eventually(() => session.status.connection === 'reconnecting', 'the conflict');
    session.edit({ offset: 0, removed: 1, inserted: 'M' });
    session.edit({ offset: session.text.length, inserted: 'more. ' });
    clock.advance(1_000);
    await saved(session);
    assertEquals(server.document.text, session.text, 'text');
    assertEquals('Mine. more. shared. theirs. ', ['Mine. ', 'more. ', 'shared. ', 'theirs. '].filter((part) => session.text.includes(part)).join(''), session.text);
    assertEquals(28, session.text.length, 'length');
    assert(session.document.site !== site, 'the site is the same');
    assertEquals(0, options.store.rows.size, 'rows');
    assertEquals(0, session.events.length, 'events');
    assert(!server.dials.at(-1).includes('version='), server.dials.at(-1));
  },

  async 'what the server has of a taken site already is there once'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    let shown = '';
    session.on('change', ({ changes }) => {
      shown = changes.reduce(applyChange, shown);
    });
    await live(session);
    server.acknowledges = false;
    session.edit({ offset: 0, inserted: 'a😀' });
    await eventually(() => server.document.text === 'a😀', 'the first edit arriving');
    intrude(server, session.document.site, 'X');
    session.edit({ offset: 3, inserted: 'b' });
    await eventually(() => session.status.connection === 'reconnecting', 'the conflict');
    server.acknowledges = true;
    clock.advance(1_000);
    await saved(session);
    assertEquals(server.document.text, session.text, 'text');
    assertEquals(session.text, shown, 'what changes say');
    assertEquals('X a b 😀', Array.from(session.text).sort().join(' '), 'characters');
  },

  async 'a site that is taken shows in an op of others, and in a state'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    session.edit({ offset: 0, inserted: 'mine' });
    server.member.tell({ t: 'op', data: intrude(server, session.document.site, 'their') });
    assertEquals('reconnecting', session.status.connection, 'state');
    clock.advance(1_000);
    await saved(session);
    assertEquals(server.document.text, session.text, 'text');
    assertEquals(9, session.text.length, 'length');

    session.goOffline();
    session.edit({ offset: 0, inserted: 'offline' });
    intrude(server, session.document.site, 'others');
    session.goOnline();
    await eventually(() => session.status.connection === 'reconnecting', 'the conflict');
    clock.advance(1_000);
    await saved(session);
    assertEquals(server.document.text, session.text, 'text');
    assertEquals(22, session.text.length, 'length');
    assertEquals(0, session.events.length, 'events');
  },

  async 'letters that are the same by chance tear no word, and a deleted one is not taken for an own'() {
    for (const [typed, value, deleted, texts] of [
      [['hello'], 'world', 0, ['helloworld', 'worldhello']],
      [['y', 'q'], 'xz', 1, ['qyz', 'zqy']],
    ]) {
      const [server, clock] = [new FakeServer(), new Clock()];
      const session = start(server, clock);
      await live(session);
      session.goOffline();
      const { site } = session.document;
      typed.forEach((inserted) => session.edit({ offset: 0, inserted }));
      intrude(server, site, value);
      if (deleted > 0) {
        server.document.apply({ kind: 'delete', id: { site, counter: deleted } });
      }
      session.goOnline();
      await eventually(() => clock.advance(100) ?? session.status.saved, 'saving');
      assert(texts.includes(server.document.text), server.document.text);
      assertEquals(server.document.text, session.text, 'text');
      assert(session.document.site !== site, 'the site is the same');
    }
  },

  async 'acknowledged text that the server has lost is kept under another site'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    const { site } = session.document;
    await live(session);
    session.edit({ offset: 0, inserted: 'kexpt' });
    session.edit({ offset: 2, removed: 1 });
    await saved(session);
    server.epoch = 'second';
    server.document = new ConcordDocument('s2');
    server.member.end(4409);
    session.edit({ offset: 4, inserted: '!' });
    intrude(server, site, 'The');
    await session.putBack();
    await eventually(() => clock.advance(100) ?? session.status.saved, 'saving');
    assert(['kept!The', 'Thekept!'].includes(server.document.text), server.document.text);
    assertEquals(server.document.text, session.text, 'text');
    assert(session.document.site !== site, 'the site is the same');
    assertEquals(0, session.events.length, 'events');
  },

  async 'two meanings of an id of somebody else take no new site'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    const { site } = session.document;
    await live(session);
    server.member.tell({ t: 'op', data: intrude(server, 'bob', 'bob') });
    session.edit({ offset: 3, inserted: ' ann' });
    await saved(session);
    server.epoch = 'second';
    server.document = new ConcordDocument('s2');
    server.member.end(4409);
    session.edit({ offset: 7, inserted: '!' });
    intrude(server, 'bob', 'Bob');
    await session.putBack();
    await eventually(() => clock.advance(100) ?? session.status.saved, 'saving');
    assertEquals('Bob ann!', server.document.text, 'text of the server');
    assertEquals('Bob ann!', session.text, 'text');
    assertEquals(site, session.document.site, 'site');
    assertEquals(1, session.events.length, 'events');
  },

  async 'a listener may end the session whenever it is notified of an attempt, and in the middle of a sync'() {
    for (const way of ['close', 'goOffline']) {
      for (const reported of [1, 2]) {
        const [server, clock] = [new FakeServer(), new Clock()];
        const session = start(server, clock);
        await live(session);
        let times = 0;
        session.on('status', ({ connection }) => connection === 'reconnecting' && ++times === reported && session[way]());
        server.member.end(reported === 1 ? 4413 : 1006);
        await eventually(() => clock.advance(1_000) ?? session.status.connection !== 'reconnecting', 'the end');
        clock.advance(60_000);
        assertEquals(1, server.dials.length, `attempts, ${way} at ${reported}`);
      }
      const [server, clock] = [new FakeServer(), new Clock()];
      server.type(0, 'text');
      const session = start(server, clock);
      session.on('change', () => session[way]());
      await eventually(() => session.text === 'text', 'the text');
      await new Promise((resolve) => setTimeout(resolve));
      assert(['offline', 'stopped'].includes(session.status.connection), session.status.connection);
    }
  },

  async 'a site without counters left is followed by another'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    const { site } = session.document;
    const data = { kind: 'insert', id: { site, counter: Number.MAX_SAFE_INTEGER - 1 }, after: { site: '', counter: 0 }, value: 'x' };
    server.document.apply(data);
    server.member.tell({ t: 'op', data });
    session.edit({ offset: 1, inserted: 'y' });
    assertEquals(site, session.document.site, 'site');
    session.edit([
      { offset: 2, inserted: 'z' },
      { offset: 0, inserted: 'w' },
    ]);
    assert(session.document.site !== site, 'the site is the same');
    await saved(session);
    assertEquals('wxyz', server.document.text, 'text');
    assertEquals('wxyz', session.text, 'text');
  },

  async 'line ends become LF and half a pair a replacement character'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    session.edit({ offset: 0, inserted: 'a\r\nb\rc\ud800d' });
    await saved(session);
    assertEquals('a\nb\nc\ufffdd', server.document.text, 'text');
  },
};

export const pageTests = {
  async 'a page that loses its network says so at once, and does not wait when it is back'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    server.refuses = true;
    dispatchEvent(new Event('offline'));
    assertEquals('reconnecting', session.status.connection, 'state');
    clock.advance(1_000);
    await eventually(() => server.dials.length === 2, 'an attempt');
    await Promise.resolve();
    server.refuses = false;
    dispatchEvent(new Event('online'));
    await live(session);
    session.close();
  },

  async 'a page that comes into view looks at once whether its connection still lives'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    server.limits = {};
    const session = start(server, clock);
    await live(session);
    clock.advance(24_000);
    document.dispatchEvent(new Event('visibilitychange'));
    assertEquals(1, server.dials.length, 'attempts when it was reported');
    clock.advance(2_000);
    document.dispatchEvent(new Event('visibilitychange'));
    await eventually(() => server.dials.length === 2, 'a new connection at once');
    await live(session);
    clock.advance(26_000);
    dispatchEvent(new Event('online'));
    await eventually(() => server.dials.length === 3, 'a new connection at once');
    session.close();
  },

  async 'a fault of the store is reported once somebody listens'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const original = indexedDB.open;
    indexedDB.open = () => {
      throw new DOMException('a mutation operation was attempted on a database', 'InvalidStateError');
    };
    try {
      const session = start(server, clock, { store: undefined });
      await live(session);
      const [{ event }] = session.events;
      assertEquals('storage', event.code, 'code');
      assert(event.message.includes('keep this tab open'), event.message);
      session.close();
    } finally {
      indexedDB.open = original;
    }
  },
};

export const share = 0.25;

export const properties = {
  async 'sessions that come and go end with the same text, each notified of every change'(random) {
    const [server, clock] = [new FakeServer(), new Clock()];
    const sessions = [start(server, clock), start(server, clock), start(server, clock)];
    await eventually(() => server.dials.length === sessions.length, 'all dialling');
    const texts = sessions.map(() => '');
    sessions.forEach((session, i) => {
      session.on('change', ({ changes }) => {
        texts[i] = changes.reduce(applyChange, texts[i]);
      });
    });
    for (let step = 0; step < 30; step++) {
      const session = random.pick(sessions);
      const view = { length: session.text.length, codeAt: (offset) => session.text.charCodeAt(offset) };
      const [a, b] = [boundary(random, view), boundary(random, view)].sort((x, y) => x - y);
      const choice = random.next();
      if (choice < 0.6) {
        const removed = random.chance(0.3) ? b - a : 0;
        session.edit({ offset: a, removed, inserted: random.text(3) });
      } else if (choice < 0.7) {
        session.undo();
      } else if (choice < 0.75) {
        session.redo();
      } else if (choice < 0.85) {
        session.goOffline();
      } else if (choice < 0.95) {
        session.goOnline();
      } else {
        server.member?.end(1006);
      }
      if (random.chance(0.5)) {
        await Promise.resolve();
        clock.advance(random.below(2000));
      }
    }
    sessions.forEach((session) => session.goOnline());
    await eventually(() => {
      clock.advance(500);
      return sessions.every((session) => session.status.saved);
    }, 'everything being saved');
    sessions.forEach((session, i) => {
      assertEquals(server.document.text, session.text, 'text');
      assertEquals(session.text, texts[i], 'text by changes');
      assertBytes(server.document.encodeBody(), session.document.encodeBody(), 'bytes');
      assertEquals(0, session.events.length, 'faults');
      session.close();
    });
  },

  async 'whoever may only read follows, is refused each edit at once, and sends nothing'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    server.right = 'read';
    server.document.insert(0, 'text');
    const session = start(server, clock);
    assertEquals('null false', `${session.status.right} ${session.status.readOnly}`, 'before it is known');
    await live(session);
    assertEquals('read true', `${session.status.right} ${session.status.readOnly}`, 'right');
    for (const action of [() => session.edit({ offset: 0, inserted: 'x' }), () => session.edit([]), () => session.undo(), () => session.redo()]) {
      assertEquals('forbidden', assertThrows(ReadOnlyError, action, 'an edit').code, 'code');
    }
    server.type(4, ' of others');
    await eventually(() => session.text === 'text of others', 'the edit of somebody else');
    assertEquals(0, server.operations.length, 'operations');
    assert(session.status.saved, 'nothing is unsaved');
  },

  async 'what was typed before the right was known is kept and not sent, and sent when there is one'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    server.right = 'read';
    const session = start(server, clock);
    session.edit({ offset: 0, inserted: 'early' });
    await live(session);
    assertEquals('0 5 false', `${server.operations.length} ${session.status.unsent} ${session.status.saved}`, 'while reading');
    assert(!session.canUndo, 'undo is offered');
    server.grant('write');
    await saved(session);
    assertEquals('early', server.document.text, 'text');
    assert(session.canUndo, 'undo is not offered');
    session.undo();
    await eventually(() => server.document.text === '', 'undo');
  },

  async 'a right that goes while edits are on their way refuses them, and brings them when it is back'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = start(server, clock);
    await live(session);
    server.right = 'read';
    session.edit({ offset: 0, inserted: 'late' });
    await eventually(() => session.status.refused === 1, 'the refusal');
    assertEquals('forbidden', session.events.map(({ event }) => event.code).join(), 'events');
    server.grant('read');
    await eventually(() => session.status.readOnly, 'the right going');
    server.grant('admin');
    await saved(session);
    assertEquals('late admin', `${server.document.text} ${session.status.right}`, 'text and right');
  },

  async 'a reader does not bring what the server has lost of others, and does so when it may write'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    server.right = 'read';
    server.document.insert(0, 'lost');
    const session = start(server, clock);
    await live(session);
    server.document = new ConcordDocument('server');
    server.member.end(1006);
    clock.advance(1_000);
    await live(session);
    assertEquals('0 0', `${server.operations.length} ${session.status.unsent}`, 'operations and unsent');
    server.grant('write');
    await eventually(() => server.document.text === 'lost', 'the text coming back');
  },

  async 'a text that was replaced is not put back by whoever may only read'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    server.right = 'read';
    const session = start(server, clock);
    await live(session);
    server.member.end(4404);
    assert(session.status.replaced, 'not replaced');
    const error = await session.putBack().then(() => null, (thrown) => thrown);
    assert(error instanceof ReadOnlyError, String(error));
    assert(session.status.replaced, 'put back');
  },

  async 'a server that names no right, or one that is not known here, is asked with each edit'() {
    for (const right of [undefined, 'owner']) {
      const [server, clock] = [new FakeServer(), new Clock()];
      server.right = right;
      const session = start(server, clock);
      await live(session);
      session.edit({ offset: 0, inserted: 'x' });
      await saved(session);
      assertEquals(`${right ?? null} false`, `${session.status.right} ${session.status.readOnly}`, 'right');
    }
  },
};
