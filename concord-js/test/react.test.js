import { StrictMode, createElement, useEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import * as react from '../src/react.js';
import { useConcord, usePeers, useSession, useStatus, useText } from '../src/react.js';
import { bindTextarea } from '../src/textarea.js';
import { assert, assertEquals, eventually } from './assert.js';
import { Clock, FakeServer, optionsFor } from './fake-server.js';
import { assertSame, declarationsOf, declared } from './types.test.js';

const MODES = { strict: StrictMode, plain: 'div' };

/** Mounts a component, in strict mode by default, and collects what React complains about. */
function mount(component, props = {}, mode = StrictMode) {
  const element = document.createElement('div');
  document.body.replaceChildren(element);
  const complaints = [];
  const { error } = console;
  console.error = (...all) => complaints.push(all.join(' '));
  const root = createRoot(element, { onUncaughtError: (thrown) => complaints.push(String(thrown)) });
  const render = (more) => root.render(createElement(mode, null, createElement(component, { ...props, ...more })));
  render();
  return {
    element,
    render,
    complaints,
    unmount() {
      root.unmount();
      console.error = error;
      assertEquals('', complaints.join('\n'), 'complaints');
    },
  };
}

/** The smallest editor: a textarea in a child of what owns the session, and what the hooks say. */
function Editor({ options, seen = [] }) {
  const session = useSession(options);
  const all = useConcord(session);
  seen.push({ room: options.room, session, ...all });
  return createElement('div', null, createElement(Area, { session }), createElement('output', null, all.text));
}

function Area({ session }) {
  const area = useRef(null);
  useEffect(() => (session === null ? undefined : bindTextarea(session, area.current)), [session]);
  return createElement('textarea', { ref: area });
}

function type(textarea, text) {
  textarea.setRangeText(text, textarea.value.length, textarea.value.length, 'end');
  textarea.dispatchEvent(new InputEvent('input', { inputType: 'insertText', data: text }));
}

/** Lets everything that is due happen: what must not come would have come by then. */
async function settled() {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve));
  }
}

export const tests = {
  async 'everything exported is declared, and the other way round'() {
    assertSame(react, declared(await declarationsOf('react')), 'react.d.ts');
  },

  async 'a component shows the text, and what is typed in it arrives'() {
    for (const mode of Object.values(MODES)) {
      const server = new FakeServer();
      server.document.insert(0, 'hello');
      const { element, unmount } = mount(Editor, { options: optionsFor(server, new Clock()) }, mode);
      await eventually(() => element.querySelector('output')?.textContent === 'hello', 'the text');
      server.type(5, '!');
      await eventually(() => element.querySelector('output').textContent === 'hello!', 'the remote edit');
      await eventually(() => element.querySelector('textarea').value === 'hello!', 'the remote edit in the textarea');
      type(element.querySelector('textarea'), ' me');
      await eventually(() => server.document.text === 'hello! me', 'what was typed');
      await eventually(() => element.querySelector('output').textContent === 'hello! me', 'what was typed on the page');
      unmount();
    }
  },

  async 'one connection is opened, in strict mode too, and nothing is left after the end'() {
    for (const mode of Object.values(MODES)) {
      for (const store of [undefined, null]) {
        const [server, clock] = [new FakeServer(), new Clock()];
        const options = optionsFor(server, clock, { room: `r${crypto.randomUUID()}`, store });
        const seen = [];
        const { unmount } = mount(Editor, { options, seen }, mode);
        await eventually(() => seen.at(-1)?.status.connection === 'live', 'going live');
        assertEquals('1 1', `${server.dials.length} ${server.members.size}`, 'connections dialled and open');
        unmount();
        await eventually(() => server.members.size === 0, 'the end of the connection');
        await eventually(() => clock.timers === 0, 'the end of the timers');
        const sessions = new Set(seen.map(({ session }) => session).filter((session) => session !== null));
        assert([...sessions].every((session) => session.isClosed), 'a session is left open');
        await settled();
        assertEquals(1, server.dials.length, 'connections dialled');
      }
    }
  },

  async 'thirty components mounted and unmounted leave no connection and no timer'() {
    const [server, clock] = [new FakeServer(), new Clock()];
    for (let i = 0; i < 30; i++) {
      const { element, unmount } = mount(Editor, { options: optionsFor(server, clock) });
      // Every other one goes before it is live.
      await eventually(() => element.querySelector('textarea') !== null && (i % 2 === 0 || server.members.size > 0), 'being mounted');
      unmount();
    }
    await settled();
    await eventually(() => server.members.size === 0 && clock.timers === 0, 'the end of everything');
  },

  async 'what is composed when a component goes is sent'() {
    const server = new FakeServer();
    server.document.insert(0, 'a');
    const { element, unmount } = mount(Editor, { options: optionsFor(server, new Clock(), { store: null }) });
    // The text in the textarea says that the effect which binds it has run.
    await eventually(() => element.querySelector('textarea')?.value === 'a', 'being bound');
    const area = element.querySelector('textarea');
    area.dispatchEvent(new CompositionEvent('compositionstart'));
    type(area, 'か');
    unmount();
    await eventually(() => server.document.text === 'aか', 'the composed text');
    await eventually(() => server.members.size === 0, 'the end of the connection');
  },

  async 'another room is another session, and the first one is closed'() {
    const [one, other] = [new FakeServer(), new FakeServer()];
    one.document.insert(0, 'one');
    other.document.insert(0, 'other');
    const seen = [];
    const options = optionsFor(one, new Clock());
    const { element, render, unmount } = mount(Editor, { options, seen });
    await eventually(() => element.querySelector('output')?.textContent === 'one', 'the first room');
    render({ options: { ...options } });
    await settled();
    assertEquals(1, one.dials.length, 'connections for options that say the same');
    const first = seen.at(-1).session;
    render({ options: optionsFor(other, new Clock(), { room: 'other' }) });
    await eventually(() => element.querySelector('output').textContent === 'other', 'the other room');
    await eventually(() => one.members.size === 0 && first.isClosed, 'the end of the first session');
    assert(seen.every(({ room, session }) => room !== 'other' || session !== first), 'the first session was given out for the other room');
    assert(seen.every(({ session, text }) => session !== null || text === ''), 'a text without a session');
    unmount();
  },

  async 'snapshots stay the same until something changes'() {
    const server = new FakeServer();
    const seen = [];
    const renders = { text: 0, status: 0, peers: 0 };
    const hooks = { text: useText, status: useStatus, peers: usePeers };
    const Part = ({ session, name }) => {
      const value = hooks[name](session);
      renders[name]++;
      return createElement('i', null, name === 'peers' ? value.map(({ user }) => user).join() : '');
    };
    const Whole = ({ session }) => {
      seen.push(useConcord(session));
      return null;
    };
    const Parts = ({ options }) => {
      const session = useSession(options);
      const parts = Object.keys(hooks).map((name) => createElement(Part, { key: name, session, name }));
      return createElement('div', null, createElement(Whole, { session }), ...parts);
    };
    const { element, unmount } = mount(Parts, { options: optionsFor(server, new Clock()) }, 'div');
    await eventually(() => seen.at(-1)?.status.connection === 'live', 'going live');
    await settled();
    const before = { ...renders };
    const whole = seen.at(-1);
    server.type(0, 'x');
    await eventually(() => seen.at(-1).text === 'x', 'the text');
    assertEquals(before.text + 1, renders.text, 'renders of the text');
    assertEquals(`${before.status} ${before.peers}`, `${renders.status} ${renders.peers}`, 'renders of what has not changed');
    assert(whole !== seen.at(-1) && whole.peers === seen.at(-1).peers && whole.status === seen.at(-1).status, 'parts of the snapshot');
    server.member.tell({ t: 'presence', client: 'p', user: 'Nora <b>', color: '#123456', cursor: 0 });
    await eventually(() => element.querySelector('i:last-child').textContent === 'Nora <b>', 'the peer');
    assertEquals(before.text + 1, renders.text, 'renders of the text');
    assertEquals(1, seen.at(-1).peers.length, 'peers');
    unmount();
  },

  async 'options that are wrong reach the error boundary'() {
    const { complaints, unmount } = mount(Editor, { options: { room: '..' } });
    await eventually(() => complaints.length > 0, 'the error');
    assert(complaints.some((complaint) => complaint.includes('room: must not be ..')), complaints.join());
    complaints.length = 0;
    unmount();
  },
};
