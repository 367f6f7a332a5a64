/** What runs in the worker of `worker.test.js`: two sessions in a room, of which one types. */
import { ConcordSession } from '../src/concord.js';
import { eventually } from './assert.js';
import { Clock, FakeServer, optionsFor } from './fake-server.js';

const server = new FakeServer();
const sessions = Array.from({ length: 2 }, () => new ConcordSession(optionsFor(server, new Clock(), { base: undefined, store: undefined })));
await eventually(() => sessions.every(({ status }) => status.saved), 'both being live');
sessions[0].edit({ offset: 0, inserted: 'from a worker' });
await eventually(() => sessions.every(({ text, status }) => text === 'from a worker' && status.saved), 'both having the text');
sessions.forEach((session) => session.close());
postMessage({ text: sessions[1].text, host: new URL(server.dials[0]).host });
