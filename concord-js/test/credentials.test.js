import { CredentialError } from '../src/errors.js';
import { ConcordSession } from '../src/session.js';
import { assert, assertEquals, assertThrows, eventually } from './assert.js';
import { Clock, FakeServer, optionsFor } from './fake-server.js';

/** All that is under way is done. */
const turn = () => new Promise((resolve) => setTimeout(resolve));
const live = (session) => eventually(() => session.status.connection === 'live', 'the session going live');
const tokensAt = (server) => server.received.filter(({ t }) => t === 'auth').map(({ token }) => token);
const pause = async (clock, ms) => {
  clock.advance(ms);
  await turn();
};

/** A session with faults collected, and a token function that counts. */
function start(server, clock, give, more = {}) {
  const asked = [];
  const token = (request) => {
    asked.push(request.renew);
    return give(asked.length);
  };
  const session = new ConcordSession(optionsFor(server, clock, { token, ...more }));
  const faults = [];
  session.on('fault', (fault) => faults.push(fault));
  return { session, asked, faults };
}

export const tests = {
  async 'a token is asked for at each attempt and goes first, in a frame of its own and not in the address'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const { session, asked, faults } = start(server, clock, (n) => `token-${n}`);
    session.setUser({ user: 'Ann' });
    session.edit({ offset: 0, inserted: 'x' });
    await live(session);
    await eventually(() => session.status.saved, 'saving');
    assertEquals('{"t":"auth","token":"token-1"}', JSON.stringify(server.received[0]), 'the first frame');
    server.refuses = true;
    server.member.end(1012);
    for (let attempt = 2; attempt <= 4; attempt++) {
      await pause(clock, 15_000);
      assertEquals(attempt, asked.length, 'questions');
    }
    server.refuses = false;
    await pause(clock, 15_000);
    await live(session);
    session.goOffline();
    session.goOnline();
    await live(session);
    assertEquals('token-1 token-5 token-6', tokensAt(server).join(' '), 'what arrived');
    assertEquals('false', [...new Set(asked)].join(), 'renewals');
    assert(server.dials.every((address) => !address.includes('token')), `addresses: ${server.dials}`);
    assertEquals(0, faults.length, 'faults');
    session.close();
  },

  async 'a token may come later; nothing is dialled before, and what comes after the end is void'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const waiting = [];
    const { session } = start(server, clock, () => new Promise((resolve) => waiting.push(resolve)));
    await eventually(() => waiting.length === 1, 'the question');
    await turn();
    assertEquals('connecting', session.status.connection, 'state');
    assertEquals(0, server.dials.length, 'attempts');
    session.goOffline();
    session.goOnline();
    await eventually(() => waiting.length === 2, 'another question');
    waiting[0]('old');
    await turn();
    assertEquals(0, server.dials.length, 'attempts');
    waiting[1]('new');
    await live(session);
    assertEquals('new', tokensAt(server).join(), 'what arrived');
    session.goOffline();
    session.goOnline();
    await eventually(() => waiting.length === 3, 'a third question');
    session.close();
    waiting[2]('late');
    await turn();
    assertEquals(1, server.dials.length, 'attempts');
    assertEquals(0, clock.timers, 'timers');
  },

  async 'a function that fails is a failed attempt, is said at once, and is tried again after growing pauses'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const failures = [
      () => {
        throw new Error('signed out');
      },
      () => Promise.reject(new Error('no network')),
      () => undefined,
      () => '',
      () => 'two words',
      () => 'line\nend',
      () => 42,
    ];
    const { session, asked, faults } = start(server, clock, (n) => (n <= failures.length ? failures[n - 1]() : 'good'));
    session.edit({ offset: 0, inserted: 'kept' });
    await eventually(() => session.status.connection === 'reconnecting', 'the failure');
    assert(session.status.reason.startsWith('Signing in does not work'), session.status.reason);
    // 225 ms, 450 ms and so on, with the random factor of the test.
    await pause(clock, 224);
    assertEquals(1, asked.length, 'questions');
    await pause(clock, 1);
    assertEquals(2, asked.length, 'questions');
    await pause(clock, 449);
    assertEquals(2, asked.length, 'questions');
    await pause(clock, 1);
    assertEquals(3, asked.length, 'questions');
    assert(session.status.reason.startsWith('Signing in does not work'), session.status.reason);
    while (asked.length <= failures.length) {
      await pause(clock, 15_000);
    }
    await eventually(() => session.status.saved, 'saving');
    assertEquals('', session.status.reason, 'reason');
    assertEquals('kept', server.document.text, 'text');
    assertEquals(failures.length, faults.length, 'faults');
    assert(faults.every((fault) => fault instanceof CredentialError && fault.code === 'credentials'), 'kinds of faults');
    assertEquals('signed out', faults[0].cause.message, 'cause');
    assert(faults.every((fault) => !`${fault}${fault.cause}`.includes('two words')), 'a token in a message');
    session.close();
  },

  async 'a function that never answers is given up after 30 s'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const { session, asked, faults } = start(server, clock, (n) => (n === 1 ? new Promise(() => {}) : null));
    await eventually(() => asked.length === 1, 'the question');
    clock.advance(29_999);
    assertEquals('connecting', session.status.connection, 'state');
    clock.advance(1);
    assertEquals('reconnecting', session.status.connection, 'state');
    assert(faults[0] instanceof CredentialError, `fault: ${faults[0]}`);
    clock.advance(1_000);
    await live(session);
    assertEquals('', tokensAt(server).join(), 'what arrived');
    session.close();
  },

  async 'a token that ends soon is replaced on the same connection'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const { session, asked, faults } = start(server, clock, (n) => (n === 2 ? Promise.reject(new Error('away')) : `token-${n}`));
    await live(session);
    server.member.tell({ t: 'auth', expires: 1_790_000_000 });
    await eventually(() => faults.length === 1, 'the failure');
    assertEquals('live', session.status.connection, 'state');
    await pause(clock, 5_000);
    await eventually(() => tokensAt(server).length === 2, 'another token');
    assertEquals('token-1 token-3', tokensAt(server).join(' '), 'what arrived');
    assertEquals('false,true,true', asked.join(), 'renewals');
    assertEquals(1, server.dials.length, 'connections');
    session.close();
    assertEquals(0, clock.timers, 'timers');
  },

  async 'of two renewals at a time, the later one counts'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const answers = [];
    const { session } = start(server, clock, (n) => (n === 1 ? 'first' : new Promise((resolve) => answers.push(resolve))));
    await live(session);
    server.member.tell({ t: 'auth', expires: 1_790_000_000 });
    server.member.tell({ t: 'auth', expires: 1_790_000_010 });
    answers[1]('newest');
    await eventually(() => tokensAt(server).length === 2, 'another token');
    answers[0]('older');
    await turn();
    assertEquals('first newest', tokensAt(server).join(' '), 'what arrived');
    session.close();
  },

  async 'a token that the server refuses is asked for once more, and then the session stops until somebody signs in'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const { session, asked } = start(server, clock, (n) => `token-${n}`);
    session.edit({ offset: 0, inserted: 'unsent' });
    await live(session);
    server.member.end(4401);
    assertEquals('reconnecting', session.status.connection, 'state after the first refusal');
    await pause(clock, 300);
    await live(session);
    assertEquals('false,true', asked.join(), 'renewals');
    // It has worked in between: the next end is a first one again.
    server.member.end(4401);
    await eventually(() => session.status.connection === 'reconnecting', 'another attempt');
    server.syncMessage = () => ({ t: 'pulse' });
    clock.advance(300);
    await eventually(() => server.member !== undefined, 'a connection');
    server.member.end(4401);
    assertEquals('stopped', session.status.connection, 'state after the second refusal');
    assertEquals('You have to sign in.', session.status.reason, 'reason');
    delete server.syncMessage;
    session.goOnline();
    await live(session);
    assertEquals('false,true,true,true', asked.join(), 'renewals');
    await eventually(() => session.status.saved, 'saving');
    session.close();
  },

  async 'without a function 4401 is final'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const session = new ConcordSession(optionsFor(server, clock));
    await live(session);
    server.member.tell({ t: 'auth', expires: 1_790_000_000 });
    server.member.end(4401);
    assertEquals('stopped', session.status.connection, 'state');
    session.close();
  },

  async 'headers are passed to WebSockets that take them'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const headers = { 'X-Tenant': 'a b' };
    const session = new ConcordSession(optionsFor(server, clock, { headers }));
    headers['X-Tenant'] = 'changed later';
    await live(session);
    assertEquals('[[],{"headers":{"X-Tenant":"a b"}}]', JSON.stringify(server.extras[0]), 'arguments');
    session.close();
    const { session: made, asked } = start(server, clock, (n) => `token-${n}`, { headers: (token) => ({ authorization: `Bearer ${token}` }) });
    await live(made);
    made.goOffline();
    made.goOnline();
    await live(made);
    assertEquals('[[],{"headers":{"authorization":"Bearer token-2"}}]', JSON.stringify(server.extras[2]), 'arguments');
    assertEquals(2, asked.length, 'questions');
    made.close();
    const plain = new ConcordSession(optionsFor(server, clock));
    await live(plain);
    assertEquals(0, server.extras[3].length, 'arguments without headers');
    plain.close();
  },

  async 'a function that makes no headers is a failed attempt'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const { session, faults } = start(server, clock, () => 'secret', { headers: (token) => ({ authorization: `${token}\n` }) });
    await eventually(() => faults.length === 1, 'the fault');
    assert(faults[0] instanceof TypeError && !faults[0].message.includes('secret'), faults[0].message);
    assertEquals(0, server.dials.length, 'connections');
    assertEquals('reconnecting', session.status.connection, 'state');
    session.close();
  },

  'wrong credentials are refused at once, and no value is in what is said'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    for (const [wrong, name] of [
      [{ token: 'secret' }, 'token'],
      [{ token: {} }, 'token'],
      [{ headers: 'secret' }, 'headers'],
      [{ headers: { 'a b': 'secret' } }, 'headers'],
      [{ headers: { a: 'secret\r\nb: c' } }, 'headers'],
      [{ headers: { a: 42 } }, 'headers'],
    ]) {
      const error = assertThrows(TypeError, () => new ConcordSession(optionsFor(server, clock, wrong)), JSON.stringify(wrong));
      assert(error.message.startsWith(`${name}: `) && !error.message.includes('secret'), error.message);
    }
    assertEquals(0, clock.timers, 'timers');
  },

  async 'no token is in a store, in the status, in an event, or in what a session shows of itself'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    const options = optionsFor(server, clock);
    const seen = [];
    const session = new ConcordSession({ ...options, token: () => 'the-secret', headers: (token) => ({ authorization: token }) });
    for (const name of ['change', 'edit', 'status', 'presence', 'refused', 'fault']) {
      session.on(name, (event) => seen.push(event));
    }
    session.edit({ offset: 0, inserted: 'text' });
    await live(session);
    session.goOffline();
    session.edit({ offset: 0, inserted: 'more' });
    const rows = JSON.stringify([...options.store.rows.values()]);
    assert(rows.includes('more'), `rows: ${rows}`);
    const shown = `${session} ${JSON.stringify(session)} ${JSON.stringify(Object.entries(session))} ${JSON.stringify(seen)} ${rows}`;
    assert(!shown.includes('the-secret'), shown);
    session.close();
  },
};
