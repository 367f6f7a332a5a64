import { Ledger } from '../src/ledger.js';
import { ConcordSession } from '../src/session.js';
import { Weather } from '../src/weather.js';
import { assert, assertEquals, eventually } from './assert.js';
import { Clock, FakeServer, optionsFor } from './fake-server.js';

/** Sessions of one server, each in a weather of its own. */
function storm(count, random = () => 0.5) {
  const [server, clock] = [new FakeServer(), new Clock()];
  const weathers = [];
  const sessions = Array.from({ length: count }, () => {
    const weather = new Weather({ environment: { ...clock.environment, random, WebSocket: server.WebSocket } });
    weathers.push(weather);
    return new ConcordSession(optionsFor(server, clock, { environment: { ...clock.environment, WebSocket: weather.WebSocket } }));
  });
  const ledger = new Ledger(sessions, { isQuiet: () => weathers.every(({ underway }) => underway === 0), now: clock.environment.now });
  return { server, clock, weathers, sessions, ledger };
}

const allSaved = (sessions, clock) =>
  eventually(() => {
    clock.advance(200);
    return sessions.every(({ status }) => status.saved);
  }, 'saving');

export const share = 0.1;

export const properties = {
  async 'whatever the weather, everything arrives in the end'(random) {
    const { server, clock, weathers, sessions, ledger } = storm(3, () => random.next());
    for (let step = 0; step < 40; step++) {
      const session = random.pick(sessions);
      const weather = random.pick(weathers);
      const choice = random.next();
      if (choice < 0.6) {
        session.edit({ offset: 0, inserted: random.pick(['a', 'b', 'cd', '😀']) });
      } else if (choice < 0.7) {
        Object.assign(weather, { latency: random.below(500), loss: random.pick([0, 0.2, 0.6]) });
      } else if (choice < 0.8) {
        weather.cut();
      } else {
        clock.advance(random.below(800));
        await Promise.resolve();
      }
      const { made, arrived, underway, lost } = ledger.count();
      assertEquals(made, arrived + underway + lost, 'the counters do not add up');
      assertEquals(0, lost, 'lost');
    }
    weathers.forEach((weather) => Object.assign(weather, { latency: 0, loss: 0 }));
    await allSaved(sessions, clock);
    await eventually(() => {
      clock.advance(200);
      return ledger.count().underway === 0;
    }, 'everything arriving');
    const { made, arrived, lost } = ledger.count();
    assertEquals(made, arrived, 'arrived');
    assertEquals(0, lost, 'lost');
    sessions.forEach((session) => assertEquals(server.document.text, session.text, 'text'));
    await eventually(() => {
      clock.advance(200);
      return weathers.every(({ underway }) => underway === 0);
    }, 'a quiet network');
  },
};

export const tests = {
  async 'a token goes through the weather, too, before anything else'() {
    const { server, clock, weathers } = storm(1);
    const session = new ConcordSession(
      optionsFor(server, clock, { token: () => 'secret', environment: { ...clock.environment, WebSocket: weathers[0].WebSocket } }),
    );
    await eventually(() => {
      clock.advance(200);
      return server.received.some(({ t }) => t === 'auth');
    }, 'the token');
    assertEquals('secret', server.received.find(({ t }) => t === 'auth').token, 'token');
    session.close();
  },

  async 'a message takes its time, in the order in which it was sent'() {
    const { server, clock, weathers, sessions } = storm(1);
    await allSaved(sessions, clock);
    weathers[0].latency = 400;
    sessions[0].edit({ offset: 0, inserted: 'slow' });
    await Promise.resolve();
    weathers[0].latency = 0;
    sessions[0].edit({ offset: 4, inserted: '!' });
    await Promise.resolve();
    clock.advance(399);
    assertEquals('', server.document.text, 'text before its time');
    assertEquals(2, weathers[0].underway, 'under way');
    clock.advance(1);
    assertEquals('slow!', server.document.text, 'text');
  },

  async 'what is lost eight times breaks the connection, which comes back'() {
    const tosses = [];
    const { server, clock, weathers, sessions } = storm(1, () => tosses.shift() ?? 0.9);
    await allSaved(sessions, clock);
    weathers[0].loss = 0.5;
    tosses.push(0.9, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1);
    sessions[0].edit({ offset: 0, inserted: 'x' });
    await eventually(() => weathers[0].lost === 8, 'the losses');
    clock.advance(20_000);
    assertEquals(1, weathers[0].breaks, 'breaks');
    await allSaved(sessions, clock);
    assertEquals('x', server.document.text, 'text');
  },

  async 'the ledger calls lost what a quiet network does not bring'() {
    const { server, clock, sessions, ledger } = storm(2);
    await allSaved(sessions, clock);
    // A server that acknowledges and passes nothing on.
    const [first, second] = [...server.members];
    second.tell = () => {};
    sessions[0].edit({ offset: 0, inserted: 'gone' });
    await eventually(() => sessions[0].status.saved, 'saving');
    assert(first !== second, 'one connection only');
    assertEquals(4, ledger.count().underway, 'under way');
    clock.advance(2_000);
    assertEquals(4, ledger.count().lost, 'lost');
    assertEquals(0, ledger.count().underway, 'under way');
  },
};
