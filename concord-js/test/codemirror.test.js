import { defaultKeymap } from '@codemirror/commands';
import { EditorState, Text } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import * as codemirror from '../src/codemirror.js';
import { bindCodeMirror, scrollToPeer } from '../src/codemirror.js';
import { ConcordSession } from '../src/session.js';
import { assert, assertEquals, eventually } from './assert.js';
import { Clock, FakeServer, optionsFor, received, sent } from './fake-server.js';
import { boundary } from './histories.js';
import { assertSame, declarationsOf, declared } from './types.test.js';

const FAMILY = '👩‍👩‍👧‍👦';
const CODES = { z: 90, Z: 90, y: 89, ArrowRight: 39, Backspace: 8, Enter: 13 };

function host() {
  const element = document.createElement('div');
  element.style.cssText = 'height: 300px; width: 600px';
  document.body.replaceChildren(element);
  return element.attachShadow({ mode: 'open' });
}

async function fixture(text = '', extensions = [], options = {}) {
  const server = new FakeServer();
  if (text !== '') {
    server.document.insert(0, text);
  }
  const clock = new Clock();
  const session = new ConcordSession(optionsFor(server, clock));
  const tall = EditorView.theme({ '&': { height: '300px' } });
  const view = new EditorView({ parent: host(), extensions: [keymap.of(defaultKeymap), tall, extensions] });
  const release = bindCodeMirror(session, view, options);
  await eventually(() => session.status.connection === 'live', 'the session going live');
  view.focus();
  return { server, clock, session, view, release };
}

const textOf = (view) => view.state.doc.sliceString(0, view.state.doc.length, '\n');

function type(view, text) {
  view.dispatch({ ...view.state.replaceSelection(text), userEvent: 'input.type' });
}

function key(view, name, more = {}) {
  const event = new KeyboardEvent('keydown', { key: name, keyCode: CODES[name], bubbles: true, cancelable: true, ...more });
  view.contentDOM.dispatchEvent(event);
  return event.defaultPrevented;
}

/** What an input method does, as events and changes of the page, as a browser reports it. */
function compose(view, text) {
  view.contentDOM.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
  type(view, text);
}

function composed(view) {
  view.contentDOM.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
}

export const share = 0.05;

export const properties = {
  async 'editor and text stay equal, whoever types where'(random) {
    const { server, session, view } = await fixture('0123456789\n'.repeat(3));
    // Some of it is what the text may not hold.
    const typed = () => (random.chance(0.1) ? '\u0001' : '') + random.text(3);
    let composing = false;
    for (let step = 0; step < 25; step++) {
      const doc = view.state.doc;
      const at = { length: doc.length, codeAt: (offset) => doc.sliceString(offset, offset + 1).charCodeAt(0) };
      const choice = random.next();
      if (choice < 0.4) {
        const places = [boundary(random, at), boundary(random, at)].sort((a, b) => a - b);
        view.dispatch({ changes: { from: places[0], to: random.chance(0.4) ? places[1] : places[0], insert: typed() } });
      } else if (choice < 0.5) {
        const offsets = [boundary(random, at), boundary(random, at), boundary(random, at)].sort((a, b) => a - b);
        view.dispatch({ changes: [{ from: offsets[0], insert: typed() }, { from: offsets[1], to: offsets[2], insert: typed() }] });
      } else if (choice < 0.7) {
        const { text } = server.document;
        server.type(boundary(random, { length: text.length, codeAt: (i) => text.charCodeAt(i) }), 'R');
      } else if (choice < 0.8) {
        session.undo();
      } else if (choice < 0.85) {
        session.redo();
      } else if (composing && random.chance(0.4)) {
        dispatchEvent(new Event('pagehide'));
      } else if (composing) {
        composed(view);
        composing = false;
        await eventually(() => textOf(view) === session.text, 'the end of a composition');
      } else {
        compose(view, 'か');
        composing = true;
      }
      await Promise.resolve();
      // The end of a composition is a moment later.
      await eventually(() => composing || session.text === textOf(view), `editor: ${textOf(view)}, text: ${session.text}: being equal`);
    }
    if (composing) {
      composed(view);
    }
    await eventually(() => server.document.text === textOf(view) && session.text === textOf(view), 'all having it all');
    view.destroy();
    session.close();
  },

  async 'no caret stands inside of a character'(random) {
    const { view, server, session } = await fixture(`a${FAMILY}e\u0301🇨🇭b`);
    const boundaries = () => new Set([...new Intl.Segmenter().segment(textOf(view))].map(({ index }) => index).concat(view.state.doc.length));
    for (let step = 0; step < 15; step++) {
      const place = () => random.below(view.state.doc.length + 1);
      if (random.chance(0.7)) {
        view.dispatch({ selection: { anchor: place(), head: place() } });
      } else {
        const { text } = server.document;
        const joiner = random.pick(['\u200d👧', '\u0301', '🇨', 'x']);
        server.type(boundary(random, { length: text.length, codeAt: (i) => text.charCodeAt(i) }), joiner);
      }
      const { anchor, head } = view.state.selection.main;
      assert(boundaries().has(anchor) && boundaries().has(head), `a caret at ${anchor} or ${head} in ${textOf(view)}`);
    }
    view.destroy();
    session.close();
  },
};

export const tests = {
  async 'everything exported is declared, and the other way round'() {
    assertSame(codemirror, declared(await declarationsOf('codemirror')), 'codemirror.d.ts');
  },

  async 'typing is one small edit, and what is typed together is undone together'() {
    const { server, session, view } = await fixture('aaaa');
    view.dispatch({ selection: { anchor: 2 } });
    type(view, 'a');
    type(view, 'b');
    await eventually(() => session.status.saved, 'saving');
    assertEquals('aaabaa', server.document.text, 'text');
    assertEquals(2, server.operations.reduce((sum, { value }) => sum + value.length, 0), 'characters sent');
    assertEquals(session.document.site, session.document.elementAt(2).site, 'who typed the letter in the middle');
    assert(key(view, 'z', { ctrlKey: true }), 'the key is left to the browser');
    assertEquals('aaaa', textOf(view), 'text after undo');
    assert(key(view, 'Z', { ctrlKey: true, shiftKey: true }), 'the key is left to the browser');
    assertEquals('aaabaa', textOf(view), 'text after redo');
    assertEquals(4, view.state.selection.main.head, 'caret after redo');
    const menu = new InputEvent('beforeinput', { inputType: 'historyUndo', cancelable: true, bubbles: true });
    view.contentDOM.dispatchEvent(menu);
    assert(menu.defaultPrevented, 'the menu is left to the browser');
    assertEquals('aaaa', textOf(view), 'text after undo');
  },

  async 'undo takes back own edits only, changes at several places in one step'() {
    const { server, session, view } = await fixture('one two three');
    view.dispatch({ changes: [{ from: 0, to: 3, insert: '1' }, { from: 4, to: 7, insert: '2' }, { from: 13, insert: '!' }] });
    await eventually(() => session.status.saved, 'saving');
    server.type(0, 'theirs ');
    assertEquals('theirs 1 2 three!', textOf(view), 'text');
    key(view, 'z', { ctrlKey: true });
    assertEquals('theirs one two three', textOf(view), 'text after undo');
    key(view, 'y', { ctrlKey: true });
    assertEquals('theirs 1 2 three!', textOf(view), 'text after redo');
    await eventually(() => session.status.saved && server.document.text === textOf(view), 'saving');
  },

  async 'an editor follows whoever edits in reply, to typing, to undo and to others'() {
    const server = new FakeServer();
    const session = new ConcordSession(optionsFor(server, new Clock()));
    session.on('change', ({ source }) => source !== 'reply' && session.edit({ offset: 0, inserted: '<>' }, 'reply'));
    const view = new EditorView({ parent: host(), extensions: [keymap.of(defaultKeymap)] });
    const release = bindCodeMirror(session, view);
    await eventually(() => session.status.connection === 'live', 'the session going live');
    view.focus();
    type(view, 'typed');
    await eventually(() => textOf(view) === session.text, 'the editor being right after typing');
    assertEquals('<>typed', session.text, 'text');
    server.type(0, 'theirs ');
    assertEquals(session.text, textOf(view), 'editor after an edit of somebody else');
    key(view, 'z', { ctrlKey: true });
    assertEquals(session.text, textOf(view), 'editor after undo');
    key(view, 'y', { ctrlKey: true });
    assertEquals(session.text, textOf(view), 'editor after redo');
    release();
    session.close();
  },

  async 'carets and selections stay at their characters'() {
    const { server, view } = await fixture('hello world');
    view.dispatch({ selection: { anchor: 5 } });
    server.type(0, '>> ');
    assertEquals(8, view.state.selection.main.head, 'caret after a remote edit before it');
    server.type(8, '!');
    assertEquals(8, view.state.selection.main.head, 'caret after a remote edit at it');
    view.dispatch({ selection: { anchor: 8, head: 3 } });
    server.type(5, 'X');
    const { from, to, head } = view.state.selection.main;
    assertEquals('heXllo', view.state.sliceDoc(from, to), 'selection');
    assertEquals(3, head, 'direction');
  },

  async 'the lines in view stay in view when somebody types above them'() {
    const lines = Array.from({ length: 400 }, (_, i) => `line ${i}`).join('\n');
    const { server, view } = await fixture(lines);
    view.scrollDOM.scrollTop = 3000;
    const topLine = () => {
      const { top } = view.scrollDOM.getBoundingClientRect();
      const block = view.lineBlockAtHeight(top - view.documentTop);
      return view.state.sliceDoc(block.from, block.to);
    };
    await eventually(() => view.viewport.from > 0, 'scrolling');
    const before = topLine();
    server.type(0, 'more\n'.repeat(50));
    await eventually(() => view.state.doc.lines === 450, 'the remote edit');
    await eventually(() => topLine() === before, `line ${before} staying`);
  },

  async 'while an input method composes remote edits wait, and then both are there'() {
    const { server, session, view } = await fixture('ab');
    view.dispatch({ selection: { anchor: 1 } });
    compose(view, 'k');
    view.dispatch({ selection: { anchor: 1, head: 2 } });
    type(view, 'か');
    server.type(0, 'remote ');
    assertEquals('aかb', textOf(view), 'editor while composing');
    assertEquals('ab', session.text, 'text while composing');
    composed(view);
    await eventually(() => textOf(view) === 'remote aかb', 'the remote edit');
    await eventually(() => server.document.text === 'remote aかb', 'the composed text');
    assertEquals(1, server.operations.length, 'operations of a composition');
    assertEquals(9, view.state.selection.main.head, 'caret');
    key(view, 'z', { ctrlKey: true });
    assertEquals('remote ab', textOf(view), 'text after undo');
  },

  async 'an edit of this page beside a composition is merged with it'() {
    const { session, view } = await fixture('ab');
    view.dispatch({ selection: { anchor: 2 } });
    compose(view, 'か');
    session.edit({ offset: 0, removed: 1, inserted: 'AI ' });
    assertEquals('abか', textOf(view), 'editor while composing');
    assertEquals('AI b', session.text, 'text while composing');
    composed(view);
    await eventually(() => textOf(view) === 'AI bか', 'the edit');
    assertEquals('AI bか', session.text, 'text');
  },

  async 'what is being composed counts as unsent, and goes into the session when the page may go'() {
    const { server, session, view } = await fixture('ab');
    view.dispatch({ selection: { anchor: 1 } });
    compose(view, 'ka');
    assertEquals('2 2 false', `${session.status.composing} ${session.status.unsent} ${session.status.saved}`, 'status');
    session.edit({ offset: 0, inserted: 'AI ' });
    server.type(0, '> ');
    dispatchEvent(new Event('pagehide'));
    assertEquals('AI akab', session.text, 'text after the page may have gone');
    assertEquals('akab', textOf(view), 'editor while composing');
    await eventually(() => session.status.saved, 'what was composed being saved');
    view.dispatch({ selection: { anchor: 1, head: 3 } });
    type(view, 'か');
    session.edit({ offset: 0, inserted: '! ' });
    assertEquals('aかb', textOf(view), 'editor while composing');
    composed(view);
    await eventually(() => textOf(view) === session.text && session.text.includes('> '), 'the end of the composition');
    await eventually(() => session.status.saved && server.document.text === session.text, 'saving');
    assert(session.text.includes('aかb') && session.text.includes('! ') && session.text.includes('AI '), session.text);
    assertEquals(0, session.status.composing, 'composing');
  },

  async 'a composition that stands still goes into the session after a while'() {
    const { server, session, view } = await fixture('', [], { commitAfter: 10 });
    compose(view, 'word');
    await eventually(() => session.status.saved && server.document.text === 'word', 'the word being saved');
    composed(view);
    await eventually(() => textOf(view) === 'word' && session.text === 'word', 'the end');
  },

  async 'a paste, a cut and a drop are each a step of undo'() {
    const { session, view } = await fixture('');
    const change = (userEvent, text) => view.dispatch({ ...view.state.replaceSelection(text), userEvent });
    const texts = [''];
    for (const [userEvent, text] of [['input.type', 'abc'], ['input.paste', 'PASTED'], ['input.type', 'd'], ['move.drop', 'DROP'], ['input.complete', 'x']]) {
      change(userEvent, text);
      texts.push(session.text);
    }
    view.dispatch({ selection: { anchor: 1, head: 3 } });
    change('delete.cut', '');
    for (const text of [...texts].reverse()) {
      session.undo();
      assertEquals(text, session.text, 'text after undo');
    }
    assertEquals(false, session.canUndo, 'more steps');
  },

  async 'foreign line ends and half pairs become what the text may hold'() {
    const { server, session, view } = await fixture('ab');
    view.dispatch({ changes: { from: 1, insert: Text.of(['x\ry\r\nz', '\ud83d']) } });
    await eventually(() => textOf(view) === session.text, 'the repair');
    assertEquals('ax\ny\nz\n\ufffdb', textOf(view), 'editor');
    await eventually(() => server.document.text === textOf(view), 'saving');
  },

  async 'a change at several places keeps them when the text may not hold all of it'() {
    for (const [unclean, clean] of [['\ufeff', ''], ['x\r\ny', 'x\ny'], ['\u0001', '']]) {
      const { server, view } = await fixture('one two three');
      view.dispatch({ changes: [{ from: 0, insert: Text.of([unclean]) }, { from: 4, to: 7, insert: '2' }, { from: 8, to: 13, insert: '3' }] });
      await eventually(() => textOf(view) === `${clean}one 2 3`, `the change in the editor: ${textOf(view)}`);
      await eventually(() => server.document.text === textOf(view), 'saving');
    }
  },

  async 'a composition at several places ends when the text may not hold all of it'() {
    const { server, session, view } = await fixture('ab');
    compose(view, '\ufeff');
    view.dispatch({ changes: { from: 2, to: 3, insert: 'か' } });
    server.type(0, '> ');
    composed(view);
    await eventually(() => textOf(view) === '> aか' && session.text === textOf(view), 'the end of the composition');
    await eventually(() => session.status.saved && server.document.text === textOf(view), 'saving');
    assertEquals(0, session.status.composing, 'composing');
  },

  async 'what the text may not hold goes at the end of a composition that was saved before it'() {
    const { server, session, view } = await fixture('ab');
    view.dispatch({ selection: { anchor: 1 } });
    compose(view, '\u0001ka');
    session.edit({ offset: 0, inserted: 'AI ' });
    server.type(2, '!');
    dispatchEvent(new Event('pagehide'));
    await eventually(() => session.status.saved, 'what was composed being saved');
    assertEquals('AI akab', session.text, 'text while composing');
    assertEquals('a\u0001kab', textOf(view), 'editor while composing');
    composed(view);
    await eventually(() => session.text === 'AI akab!' && textOf(view) === session.text, 'the end of the composition');
    await eventually(() => session.status.saved && server.document.text === textOf(view), 'saving');
  },

  async 'an edit that answers to a composition being saved is in the editor at the end of it'() {
    const { server, session, view } = await fixture('ab');
    view.dispatch({ selection: { anchor: 1 } });
    compose(view, 'かな');
    const off = session.on('change', () => {
      off();
      session.edit({ offset: 0, inserted: '# ' });
    });
    server.type(2, '!');
    dispatchEvent(new Event('pagehide'));
    assertEquals('# aかなb', session.text, 'text while composing');
    assertEquals('aかなb', textOf(view), 'editor while composing');
    composed(view);
    await eventually(() => textOf(view) === '# aかなb!' && session.text === textOf(view), 'the end of the composition');
    await eventually(() => session.status.saved && server.document.text === textOf(view), 'saving');
  },

  async 'an edit that answers to the end of a composition is in the editor'() {
    const { server, session, view } = await fixture('ab');
    view.dispatch({ selection: { anchor: 1 } });
    compose(view, 'かな');
    session.edit({ offset: 2, inserted: '!' });
    const off = session.on('change', () => {
      off();
      session.edit({ offset: 0, inserted: '# ' });
    });
    composed(view);
    await eventually(() => textOf(view) === '# aかなb!' && session.text === textOf(view), 'the end of the composition');
    await eventually(() => session.status.saved && server.document.text === textOf(view), 'saving');
  },

  async 'an editor lets go of a session that was closed during a composition'() {
    const { session, view, release } = await fixture('ab');
    const errors = [];
    const onError = ({ message }) => errors.push(message);
    addEventListener('error', onError);
    compose(view, 'かな');
    session.close();
    dispatchEvent(new Event('pagehide'));
    release();
    composed(view);
    removeEventListener('error', onError);
    assertEquals(0, session.status.composing, 'composing');
    assertEquals('', errors.join(), 'errors');
    assertEquals('ab', session.text, 'text');
  },

  async 'a change of half a pair is sent as whole characters'() {
    const { server, view } = await fixture('a😀b');
    view.dispatch({ changes: { from: 2, to: 3, insert: '😁'[1] } });
    await eventually(() => server.document.text === 'a😁b', 'the change');
    assertEquals('a😁b', textOf(view), 'editor');
  },

  async 'the keys step over an emoji family at once'() {
    const { view } = await fixture(`a${FAMILY}b`);
    view.dispatch({ selection: { anchor: 1 } });
    key(view, 'ArrowRight');
    assertEquals(1 + FAMILY.length, view.state.selection.main.head, 'caret after an arrow');
    view.dispatch({ selection: { anchor: 4 } });
    assertEquals(1 + FAMILY.length, view.state.selection.main.head, 'caret put inside');
    key(view, 'Backspace');
    assertEquals('ab', textOf(view), 'text after a backspace');
  },

  async 'carets, selections and names of others are drawn, and leave with them'() {
    const { server, session, view } = await fixture('hello <b> world');
    const tell = (more) =>
      server.member.tell({ t: 'presence', client: 'x', user: 'Nora <i>', color: '#123456', cursor: 5, ...more });
    const marks = (kind) => view.dom.querySelectorAll(`.cm-concord-${kind}`);
    tell({ caret: sent(session, 5), anchor: sent(session, 9) });
    await eventually(() => marks('caret').length === 1 && marks('selection').length === 1, 'caret and selection');
    const [caret] = marks('caret');
    const [name] = marks('name');
    assertEquals('Nora <i>', name.textContent, 'name');
    assertEquals('#123456', caret.style.getPropertyValue('--who'), 'colour');
    assertEquals(1, name.getAnimations().length, 'a name that fades');
    name.getAnimations()[0].finish();
    const left = caret.style.left;
    server.type(0, '>>>> ');
    await eventually(() => marks('caret')[0].style.left !== left, 'the caret moving with the text');
    assertEquals(0, marks('name')[0].getAnimations().length, 'names shown again for an edit of somebody else');
    tell({ caret: sent(session, 7), cursor: 7, anchor: sent(session, 7) });
    await eventually(() => marks('name')[0].getAnimations().length === 1, 'the name being shown again');
    assertEquals(0, marks('selection').length, 'selections');
    marks('name')[0].getAnimations()[0].finish();
    assert(scrollToPeer(session, view, 'x'), 'nobody to scroll to');
    await eventually(() => marks('name')[0].getAnimations().length === 1, 'the name being shown on a jump');
    tell({ left: true });
    await eventually(() => marks('caret').length === 0, 'the caret going');
    assert(!scrollToPeer(session, view, 'x'), 'somebody who has left');
  },

  async 'a name does not fade for those who want less motion'() {
    const { server, session, view } = await fixture('text');
    const [whole, original] = [{ matches: true }, globalThis.matchMedia];
    globalThis.matchMedia = (query) => (query === '(prefers-reduced-motion: reduce)' ? whole : original(query));
    try {
      const place = sent(session, 2);
      server.member.tell({ t: 'presence', client: 'x', user: 'Nora', color: '#123456', cursor: 2, caret: place, anchor: place });
      const name = () => view.dom.querySelector('.cm-concord-name');
      await eventually(() => name()?.getAnimations().length === 1, 'the name');
      const [animation] = name().getAnimations();
      animation.pause();
      animation.currentTime = 0.95 * animation.effect.getComputedTiming().duration;
      assertEquals('1', getComputedStyle(name()).opacity, 'opacity near the end');
    } finally {
      globalThis.matchMedia = original;
    }
  },

  async 'caret and selection are sent to the others by element'() {
    const { server, clock, session, view } = await fixture('a😀b');
    session.setUser({ user: 'me' });
    view.dispatch({ selection: { anchor: 3, head: 1 } });
    clock.advance(100);
    const { cursor, caret, anchor } = server.received.at(-1);
    assertEquals(1, cursor, 'cursor');
    assertEquals(1, session.document.offsetOfCaret(received(caret)), 'caret');
    assertEquals(3, session.document.offsetOfCaret(received(anchor)), 'other end');
    const count = server.received.length;
    server.type(0, 'x');
    clock.advance(100);
    assertEquals(count, server.received.length, 'messages for an edit of somebody else');
  },

  async 'a view that is read only follows and changes nothing'() {
    const { server, session, view } = await fixture('text', [EditorState.readOnly.of(true)]);
    key(view, 'Backspace');
    key(view, 'Enter');
    session.edit({ offset: 4, inserted: ' more' });
    key(view, 'z', { ctrlKey: true });
    assertEquals('text more', textOf(view), 'editor');
    server.type(0, 'remote ');
    assertEquals('remote text more', textOf(view), 'editor');
  },

  async 'a view that is let go is left alone and can be bound again, also to another session'() {
    const { server, session, view, release } = await fixture('text');
    release();
    release();
    server.type(0, 'more ');
    assertEquals('text', textOf(view), 'editor');
    type(view, '!');
    assertEquals('more text', session.text, 'text');
    const again = bindCodeMirror(session, view);
    assertEquals('more text', textOf(view), 'editor bound again');
    view.dispatch({ changes: { from: 9, insert: '?' } });
    assertEquals('more text?', session.text, 'text');
    again();
    const other = new ConcordSession(optionsFor(new FakeServer(), new Clock()));
    bindCodeMirror(other, view);
    assertEquals('', textOf(view), 'editor bound to another session');
    view.dispatch({ changes: { from: 0, insert: 'other' } });
    assertEquals('other', other.text, 'text of the other session');
    assertEquals('more text?', session.text, 'text of the first session');
    view.destroy();
    other.edit({ offset: 0, inserted: 'x' });
  },

  async 'a view that is destroyed while composing gives its text and lets remote edits in'() {
    const { server, session, view } = await fixture('ab');
    view.dispatch({ selection: { anchor: 2 } });
    compose(view, 'か');
    server.type(0, 'R');
    view.destroy();
    assertEquals('abか', session.text, 'text');
    await eventually(() => session.text === 'Rabか', 'the remote edit');
  },

  async 'a keystroke in 1 MB reads the text of neither side as a whole'() {
    const { server, session, view } = await fixture('The quick brown fox jumps over the lazy dog.\n'.repeat(22_800));
    await eventually(() => view.state.doc.length > 1_000_000, 'the text');
    let wholes = 0;
    const { sliceString } = Text.prototype;
    const leaf = view.state.doc.constructor.prototype;
    const slice = leaf.sliceString ?? sliceString;
    leaf.sliceString = function (from, to, separator) {
      wholes += (to ?? this.length) - (from ?? 0) > 10_000 ? 1 : 0;
      return slice.call(this, from, to, separator);
    };
    const { get } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(session.document), 'text');
    Object.defineProperty(session.document, 'text', {
      get() {
        wholes++;
        return get.call(this);
      },
    });
    const times = [];
    let sent = 0;
    session.on('edit', (operations) => {
      sent += operations.reduce((sum, { value }) => sum + value.length, 0);
    });
    view.dispatch({ selection: { anchor: 500_000 } });
    for (let i = 0; i < 40; i++) {
      const start = performance.now();
      type(view, 'k');
      times.push(performance.now() - start);
      server.type(10, 'r');
    }
    leaf.sliceString = slice;
    assertEquals(0, wholes, 'reads of the whole text');
    assertEquals(40, sent, 'characters sent');
    times.sort((a, b) => a - b);
    return `a key in 1 MB: median ${times[20].toFixed(2)} ms, slowest ${times[39].toFixed(2)} ms`;
  },
};
