import { applyChange } from '../src/change.js';
import { ConcordSession } from '../src/session.js';
import { smallestEdit } from '../src/text-diff.js';
import { bindTextarea } from '../src/textarea.js';
import { assert, assertEquals, eventually } from './assert.js';
import { Clock, FakeServer, optionsFor, received } from './fake-server.js';
import { boundary } from './histories.js';

async function fixture(text = '', options = {}) {
  const server = new FakeServer();
  if (text !== '') {
    server.document.insert(0, text);
  }
  const session = new ConcordSession(optionsFor(server, new Clock()));
  const textarea = document.createElement('textarea');
  document.body.replaceChildren(textarea);
  const release = bindTextarea(session, textarea, options);
  await eventually(() => session.status.connection === 'live', 'the session going live');
  textarea.focus();
  return { server, session, textarea, release };
}

/** What a browser does for a key: changes the text around the selection and reports it. */
function type(textarea, text) {
  const { selectionStart, selectionEnd } = textarea;
  textarea.setRangeText(text, selectionStart, selectionEnd, 'end');
  textarea.dispatchEvent(new InputEvent('input', { inputType: 'insertText', data: text }));
}

function key(textarea, name, more = {}) {
  const event = new KeyboardEvent('keydown', { key: name, ctrlKey: true, cancelable: true, ...more });
  textarea.dispatchEvent(event);
  return event.defaultPrevented;
}

export const share = 0.25;

export const properties = {
  'the smallest edit explains what happened and cuts no pair'(random) {
    const before = random.text(8).repeat(1 + random.below(3));
    const view = { length: before.length, codeAt: (offset) => before.charCodeAt(offset) };
    const [start, end] = [boundary(random, view), boundary(random, view)].sort((a, b) => a - b);
    const inserted = random.chance(0.7) ? random.text(4) : '';
    const after = before.slice(0, start) + inserted + before.slice(end);
    const placed = random.chance(0.8);
    const caret = placed ? start + inserted.length : random.below(after.length + 1);
    const edit = smallestEdit(before, after, caret);
    if (before === after) {
      assertEquals(null, edit, 'an edit of nothing');
      return;
    }
    assertEquals(after, applyChange(before, edit), 'text');
    assert(!placed || edit.inserted.length <= inserted.length, 'more is inserted than was typed');
    assert(!placed || edit.removed <= end - start, 'more is removed than was');
    assert(!/\p{Surrogate}/u.test(edit.inserted), 'half a pair is inserted');
    assert(!/\p{Surrogate}/u.test(before.slice(edit.offset, edit.offset + edit.removed)), 'half a pair is removed');
  },

  async 'textarea and text are equal after each composition, whoever edits meanwhile'(random) {
    const { server, session, textarea, release } = await fixture('0123456789');
    const place = (text) => boundary(random, { length: text.length, codeAt: (offset) => text.charCodeAt(offset) });
    for (let composition = 0; composition < 4; composition++) {
      textarea.dispatchEvent(new CompositionEvent('compositionstart'));
      for (let step = random.below(6); step > 0; step--) {
        const choice = random.next();
        if (choice < 0.4) {
          const [start, end] = [place(textarea.value), place(textarea.value)].sort((a, b) => a - b);
          textarea.setSelectionRange(start, random.chance(0.3) ? end : start);
          type(textarea, (random.chance(0.1) ? '\u0001' : '') + random.text(3));
        } else if (choice < 0.6) {
          session.edit({ offset: place(session.text), inserted: 'p' });
        } else if (choice < 0.7) {
          session.undo();
        } else if (choice < 0.9) {
          server.type(place(server.document.text), 'R');
        } else {
          dispatchEvent(new Event('pagehide'));
        }
      }
      textarea.dispatchEvent(new CompositionEvent('compositionend'));
      assertEquals(session.text, textarea.value, 'textarea');
      await eventually(() => session.status.saved && server.document.text === session.text, 'all having it all');
      assertEquals(session.text, textarea.value, 'textarea');
    }
    release();
    session.close();
  },

  async 'textarea and text stay equal, the selection stays at its characters'(random) {
    const { server, session, textarea } = await fixture('0123456789'.repeat(3));
    for (let step = 0; step < 20; step++) {
      const view = { length: textarea.value.length, codeAt: (offset) => textarea.value.charCodeAt(offset) };
      if (random.chance(0.5)) {
        const [start, end] = [boundary(random, view), boundary(random, view)].sort((a, b) => a - b);
        textarea.setSelectionRange(start, random.chance(0.3) ? end : start);
        type(textarea, random.chance(0.8) ? random.text(3) : '');
      } else {
        const { selectionStart, selectionEnd } = textarea;
        const selected = textarea.value.slice(selectionStart, selectionEnd);
        const offset = boundary(random, { length: server.document.length, codeAt: (i) => server.document.text.charCodeAt(i) });
        server.type(offset, 'R');
        const now = textarea.value.slice(textarea.selectionStart, textarea.selectionEnd);
        assertEquals(selected.replaceAll('R', ''), now.replaceAll('R', ''), 'selected text');
      }
      await Promise.resolve();
      assertEquals(session.text, textarea.value, 'textarea');
    }
    await eventually(() => server.document.text === textarea.value, 'the server having it all');
  },
};

export const tests = {
  async 'typing is one small edit, also beside like letters'() {
    const { session, textarea, server } = await fixture('aaaa');
    textarea.setSelectionRange(2, 2);
    type(textarea, 'a');
    await eventually(() => session.status.saved, 'saving');
    assertEquals('aaaaa', server.document.text, 'text');
    assertEquals(session.document.site, session.document.elementAt(2).site, 'who typed the letter in the middle');
  },

  async 'a caret stays where it was while somebody types before, at and after it'() {
    const { server, textarea } = await fixture('hello world');
    textarea.setSelectionRange(5, 5);
    server.type(0, '>> ');
    assertEquals(8, textarea.selectionStart, 'caret after a remote edit before it');
    server.type(8, '!');
    assertEquals(8, textarea.selectionStart, 'caret after a remote edit at it');
    server.type(15, ' end');
    assertEquals(8, textarea.selectionStart, 'caret after a remote edit after it');
    textarea.setSelectionRange(3, 8, 'backward');
    server.type(3, 'X');
    server.type(9, 'Y');
    assertEquals('hello', textarea.value.slice(textarea.selectionStart, textarea.selectionEnd), 'selection');
    assertEquals('backward', textarea.selectionDirection, 'direction');
  },

  async 'scrolling stays where it was'() {
    const { server, textarea } = await fixture('line\n'.repeat(300));
    textarea.setSelectionRange(0, 0);
    textarea.scrollTop = 700;
    const top = textarea.scrollTop;
    server.type(1500, 'below');
    assertEquals(top, textarea.scrollTop, 'scrolled to');
  },

  async 'while an input method composes remote edits wait'() {
    const { server, session, textarea } = await fixture('ab');
    textarea.setSelectionRange(1, 1);
    textarea.dispatchEvent(new CompositionEvent('compositionstart'));
    type(textarea, 'k');
    textarea.setSelectionRange(1, 2);
    type(textarea, 'か');
    server.type(0, 'remote ');
    assertEquals('aかb', textarea.value, 'textarea while composing');
    assertEquals('ab', session.text, 'text while composing');
    textarea.dispatchEvent(new CompositionEvent('compositionend', { data: 'か' }));
    await eventually(() => textarea.value === 'remote aかb', 'the remote edit');
    await eventually(() => server.document.text === 'remote aかb', 'the composed text');
    assertEquals(9, textarea.selectionStart, 'caret');
  },

  async 'what is being composed counts as unsent, and goes into the session when the page may go'() {
    const leaves = {
      pagehide: () => dispatchEvent(new Event('pagehide')),
      blur: (textarea) => textarea.dispatchEvent(new FocusEvent('blur')),
      hidden: () => {
        Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
        delete document.visibilityState;
      },
      release: (textarea, release) => release(),
    };
    for (const [name, leave] of Object.entries(leaves)) {
      const { server, session, textarea, release } = await fixture('ab');
      textarea.setSelectionRange(1, 1);
      textarea.dispatchEvent(new CompositionEvent('compositionstart'));
      assertEquals(true, session.status.saved, 'saved before anything is composed');
      type(textarea, 'ka');
      assertEquals('2 2', `${session.status.composing} ${session.status.unsent}`, `${name}: composing and unsent`);
      assertEquals(false, session.status.saved, `${name}: saved`);
      leave(textarea, release);
      assertEquals('akab', session.text, `${name}: text`);
      await eventually(() => session.status.saved && server.document.text === 'akab', `${name}: what was composed being saved`);
      if (name === 'release') {
        continue;
      }
      server.type(0, '> ');
      textarea.setSelectionRange(1, 3);
      type(textarea, 'か');
      assertEquals('aかb', textarea.value, `${name}: textarea while composing`);
      textarea.dispatchEvent(new CompositionEvent('compositionend', { data: 'か' }));
      await eventually(() => textarea.value === '> aかb' && session.status.saved, `${name}: the end of the composition`);
      assertEquals('> aかb', server.document.text, `${name}: text of the server`);
      assertEquals(0, session.status.composing, `${name}: composing`);
    }
  },

  async 'an edit of this page beside a composition is merged with it'() {
    for (const leave of [() => {}, () => dispatchEvent(new Event('pagehide'))]) {
      const { server, session, textarea } = await fixture('ab');
      textarea.setSelectionRange(0, 0);
      textarea.dispatchEvent(new CompositionEvent('compositionstart'));
      type(textarea, 'か');
      session.edit({ offset: 2, inserted: '!' });
      assertEquals('かab', textarea.value, 'textarea while composing');
      assertEquals('ab!', session.text, 'text while composing');
      leave();
      textarea.dispatchEvent(new CompositionEvent('compositionend', { data: 'か' }));
      assertEquals('かab!', textarea.value, 'textarea');
      assertEquals('かab!', session.text, 'text');
      await eventually(() => session.status.saved && server.document.text === 'かab!', 'saving');
    }
  },

  async 'what the text may not hold goes at the end of a composition that was saved before it'() {
    const { server, session, textarea } = await fixture('ab');
    textarea.setSelectionRange(1, 1);
    textarea.dispatchEvent(new CompositionEvent('compositionstart'));
    type(textarea, '\u0001ka');
    dispatchEvent(new Event('pagehide'));
    assertEquals('akab', session.text, 'text while composing');
    await eventually(() => session.status.saved && server.document.text === 'akab', 'what was composed being saved');
    assertEquals('a\u0001kab', textarea.value, 'textarea while composing');
    textarea.dispatchEvent(new CompositionEvent('compositionend', { data: '\u0001ka' }));
    assertEquals('akab', textarea.value, 'textarea');
    assertEquals('akab', session.text, 'text');
    assertEquals(3, textarea.selectionStart, 'caret');
  },

  async 'a binding lets go of a session that was closed during a composition'() {
    const { session, textarea, release } = await fixture('ab', { commitAfter: 10 });
    const errors = [];
    const onError = ({ message }) => errors.push(message);
    addEventListener('error', onError);
    textarea.dispatchEvent(new CompositionEvent('compositionstart'));
    type(textarea, 'か');
    session.close();
    dispatchEvent(new Event('pagehide'));
    release();
    assertEquals(0, session.status.composing, 'composing');
    await new Promise((resolve) => setTimeout(resolve, 20));
    textarea.dispatchEvent(new CompositionEvent('compositionend'));
    removeEventListener('error', onError);
    assertEquals('', errors.join(), 'errors');
    assertEquals('ab', session.text, 'text');
  },

  async 'a composition that stands still goes into the session after a while'() {
    const { server, session, textarea } = await fixture('', { commitAfter: 10 });
    textarea.dispatchEvent(new CompositionEvent('compositionstart'));
    type(textarea, 'word');
    await eventually(() => session.status.saved && server.document.text === 'word', 'the word being saved');
    textarea.dispatchEvent(new CompositionEvent('compositionend', { data: 'word' }));
    assertEquals('word', session.text, 'text');
  },

  async 'a paste, a cut and a drop are each a step of undo'() {
    const { session, textarea } = await fixture();
    const change = (inputType, text) => {
      const { selectionStart, selectionEnd } = textarea;
      textarea.setRangeText(text, selectionStart, selectionEnd, 'end');
      textarea.dispatchEvent(new InputEvent('input', { inputType, data: text }));
    };
    const texts = [''];
    const steps = [['insertText', 'abc'], ['insertFromPaste', 'PASTED'], ['insertText', 'd'], ['insertFromDrop', 'DROP'], ['insertReplacementText', 'x']];
    for (const [inputType, text] of steps) {
      change(inputType, text);
      texts.push(session.text);
    }
    textarea.setSelectionRange(1, 3);
    change('deleteByCut', '');
    for (const text of [...texts].reverse()) {
      session.undo();
      assertEquals(text, session.text, 'text after undo');
    }
    assertEquals(false, session.canUndo, 'more steps');
  },

  async 'the keys for undo and redo take back own edits only'() {
    const { server, textarea } = await fixture('base');
    textarea.setSelectionRange(4, 4);
    type(textarea, ' mine');
    server.type(0, 'theirs ');
    assert(key(textarea, 'z'), 'the key is left to the browser');
    assertEquals('theirs base', textarea.value, 'text after undo');
    assert(key(textarea, 'Z', { shiftKey: true }), 'the key is left to the browser');
    assertEquals('theirs base mine', textarea.value, 'text after redo');
    assertEquals(16, textarea.selectionStart, 'caret');
    key(textarea, 'z');
    key(textarea, 'y');
    assertEquals('theirs base mine', textarea.value, 'text after redo');
    const menu = new InputEvent('beforeinput', { inputType: 'historyUndo', cancelable: true });
    textarea.dispatchEvent(menu);
    assert(menu.defaultPrevented, 'the menu is left to the browser');
    assertEquals('theirs base', textarea.value, 'text after undo');
  },

  async 'a textarea follows whoever edits in reply, to typing, to undo and to others'() {
    const server = new FakeServer();
    const session = new ConcordSession(optionsFor(server, new Clock()));
    session.on('change', ({ source }) => source !== 'reply' && session.edit({ offset: 0, inserted: '<>' }, 'reply'));
    const textarea = document.createElement('textarea');
    document.body.replaceChildren(textarea);
    const release = bindTextarea(session, textarea);
    await eventually(() => session.status.connection === 'live', 'the session going live');
    textarea.focus();
    type(textarea, 'typed');
    assertEquals('<>typed', session.text, 'text');
    assertEquals(session.text, textarea.value, 'textarea after typing');
    server.type(0, 'theirs ');
    assertEquals(session.text, textarea.value, 'textarea after an edit of somebody else');
    key(textarea, 'z');
    assertEquals(session.text, textarea.value, 'textarea after undo');
    key(textarea, 'y');
    assertEquals(session.text, textarea.value, 'textarea after redo');
    release();
    session.close();
  },

  async 'caret and selection are sent to the others'() {
    const { server, session, textarea } = await fixture('a😀b');
    textarea.setSelectionRange(1, 3, 'backward');
    document.dispatchEvent(new Event('selectionchange'));
    session.setUser({ user: 'me' });
    session.goOffline();
    session.goOnline();
    const sentPresence = () => server.received.filter(({ t, left }) => t === 'presence' && left !== true);
    await eventually(() => sentPresence().length > 0, 'presence');
    const { cursor, caret, anchor } = sentPresence().at(-1);
    assertEquals(1, cursor, 'cursor');
    assertEquals(1, session.document.offsetOfCaret(received(caret)), 'caret');
    assertEquals(3, session.document.offsetOfCaret(received(anchor)), 'other end');
  },

  async 'a keystroke in 1 MB stays well below a frame'() {
    const { textarea } = await fixture('The quick brown fox jumps over the lazy dog.\n'.repeat(22_800));
    textarea.setSelectionRange(500_000, 500_000);
    const times = [];
    for (let i = 0; i < 40; i++) {
      textarea.setRangeText('k', 500_000 + i, 500_000 + i, 'end');
      const start = performance.now();
      textarea.dispatchEvent(new InputEvent('input', { inputType: 'insertText', data: 'k' }));
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    return `a key in 1 MB: median ${times[20].toFixed(2)} ms, slowest ${times[39].toFixed(2)} ms`;
  },

  async 'a released textarea is left alone'() {
    const { server, session, textarea, release } = await fixture('text');
    release();
    server.type(0, 'more ');
    assertEquals('text', textarea.value, 'textarea');
    type(textarea, '!');
    assertEquals('more text', session.text, 'text');
  },
};
