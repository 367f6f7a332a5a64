/**
 * What every binding of an editor keeps to, as tests that run against any of them. An adapter drives one kind of editor:
 *
 * - `name`, and `several`: whether one act of a user can change the text at several places;
 * - `create({text, readOnly})` puts an editor on the page, and resolves to what a user can do with it.
 *
 * That is `text`, `readOnly`, `selection` as `{anchor, head}`, and these functions: `bind(session, options)` returns what the binding returns;
 * `focus`, `blur` and `select(anchor, head)`; `type`, `paste` and `cut` work at the selection; `compose(text)` replaces what is
 * being composed, and `composed` ends that; `press('undo')` presses the keys for it, `menu('undo')` takes it from the browser's
 * menu. With `several`, `change(list)` does what several carets do at once: a list of `{offset, removed, inserted}`, ascending, all
 * counted in the text before.
 */
import { applyChange } from '../src/change.js';
import { ConcordSession } from '../src/session.js';
import { assert, assertEquals, eventually } from './assert.js';
import { agree, agreed, bound, leaving, send } from './binding-fixture.js';
import { Clock, FakeServer, optionsFor, received } from './fake-server.js';
import { boundary } from './histories.js';

const cases = {
  async 'shows the text of the session, whatever the editor held before'(adapter) {
    for (const late of [true, false]) {
      const { server, session, editor } = await bound(adapter, 'the\ntext', { late, before: 'old\r\nwords' });
      await eventually(() => editor.text === 'the\ntext', `the text, bound ${late ? 'after' : 'before'} it was here: ${editor.text}`);
      assertEquals('the\ntext', session.text, 'text');
      assertEquals(0, server.operations.length, 'operations sent');
      assertEquals(false, session.canUndo, 'something to undo');
    }
  },

  async 'typing is one small edit, at the caret also beside like letters'(adapter) {
    const { server, session, editor } = await bound(adapter, 'aaaa');
    const sources = [];
    session.on('change', ({ source }) => sources.push(source));
    editor.select(2);
    editor.type('a');
    agree(editor, session, 'aaaaa', 'after a key');
    assertEquals(session.document.site, session.document.elementAt(2).site, 'who typed the letter in the middle');
    assertEquals(1, sources.length, 'changes');
    assert(sources[0] !== 'remote' && sources[0] !== null, 'the source of a change tells nobody that the binding made it');
    await eventually(() => session.status.saved, 'saving');
    assertEquals(1, server.operations.length, 'operations sent');
    assertEquals('a', server.operations[0].value, 'what is sent');
    assertEquals(3, editor.selection.head, 'caret');
  },

  async 'replacing and deleting a selection'(adapter) {
    const bind = await bound(adapter, 'one two three');
    bind.editor.select(4, 7);
    bind.editor.type('2');
    await agreed(bind, 'one 2 three', 'after replacing');
    bind.editor.select(1, 5);
    bind.editor.cut();
    await agreed(bind, 'o three', 'after cutting');
  },

  async 'what others do is shown, and neither sent back nor to be undone here'(adapter) {
    const { server, session, editor } = await bound(adapter, 'hello');
    server.type(5, ' world');
    agree(editor, session, 'hello world', 'after an insert');
    send(server, server.document.delete(0, 2));
    agree(editor, session, 'llo world', 'after a delete');
    assertEquals(0, server.operations.length, 'operations sent');
    assertEquals(false, session.canUndo, 'something to undo');
    editor.press('undo');
    agree(editor, session, 'llo world', 'after undo');
  },

  async 'a restore by somebody else is shown, all of its changes in order'(adapter) {
    const { server, session, editor } = await bound(adapter, 'one\ntwo\nthree\n');
    const { document } = server;
    send(server, document.delete(8, 6), document.insert(4, '1½\n'), document.delete(0, 3), document.insert(0, 'ONE'), document.insert(document.length, 'end'));
    agree(editor, session, 'ONE\n1½\ntwo\nend', 'after the restore');
    assertEquals(0, server.operations.length, 'operations sent');
  },

  async 'what the page edits is shown once, whoever it names as the source'(adapter) {
    const bind = await bound(adapter, 'text');
    bind.session.edit({ offset: 0, inserted: 'a ' });
    bind.session.edit({ offset: 6, inserted: '!' }, 'robot');
    await agreed(bind, 'a text!', 'after two edits');
    assertEquals('a !', bind.server.operations.map(({ value }) => value).join(''), 'what is sent');
  },

  async 'a list of edits is shown in its order'(adapter) {
    const bind = await bound(adapter, '0123456789');
    const edits = [
      { offset: 0, removed: 0, inserted: 'ab\n' },
      { offset: 1, removed: 3, inserted: 'X' },
      { offset: 0, removed: 1, inserted: '' },
      { offset: 5, removed: 2, inserted: '\n😀' },
    ];
    bind.session.edit(edits);
    const text = edits.reduce(applyChange, '0123456789');
    await agreed(bind, text, 'after the list');
    bind.session.undo();
    await agreed(bind, '0123456789', 'after undo');
    bind.session.redo();
    await agreed(bind, text, 'after redo');
  },

  async 'a change at several places keeps them, and is one step of undo'(adapter) {
    if (!adapter.several) {
      return;
    }
    const bind = await bound(adapter, 'one two three');
    const { server, session, editor } = bind;
    editor.select(0);
    editor.type('x');
    editor.change([
      { offset: 0, removed: 4, inserted: '1\n' },
      { offset: 5, removed: 3, inserted: '' },
      { offset: 14, removed: 0, inserted: '😀!' },
    ]);
    await agreed(bind, '1\n  three😀!', 'after the change');
    server.type(0, 'theirs ');
    session.undo();
    await agreed(bind, 'theirs xone two three', 'after undo');
    session.undo();
    await agreed(bind, 'theirs one two three', 'after another undo');
  },

  async 'undo and redo by the keys, the menu and the page take back own edits only'(adapter) {
    const bind = await bound(adapter, 'base');
    const { server, session, editor } = bind;
    const ways = {
      keys: (action) => editor.press(action),
      menu: (action) => editor.menu(action),
      page: (action) => session[action](),
    };
    editor.select(4);
    editor.type(' mine');
    server.type(0, 'theirs ');
    for (const [name, does] of Object.entries(ways)) {
      does('undo');
      agree(editor, session, 'theirs base', `undo by the ${name}`);
      editor.select(0);
      does('redo');
      agree(editor, session, 'theirs base mine', `redo by the ${name}`);
      if (name !== 'page') {
        assertEquals(16, editor.selection.head, `caret after redo by the ${name}`);
      }
    }
    await agreed(bind, 'theirs base mine', 'in the end');
  },

  async 'typing grows into one step of undo; a paste, a cut and what comes after leaving the editor are each one of their own'(adapter) {
    const { session, editor } = await bound(adapter);
    const texts = [''];
    const did = () => texts.push(session.text);
    editor.type('a');
    editor.type('b');
    editor.type('c');
    did();
    editor.paste('PASTED');
    did();
    editor.type('d');
    did();
    editor.blur();
    editor.focus();
    editor.type('e');
    did();
    editor.select(1, 4);
    editor.cut();
    did();
    for (const text of texts.reverse()) {
      agree(editor, session, text, 'before undo');
      session.undo();
    }
    assertEquals(false, session.canUndo, 'more steps');
  },

  async 'line ends are LF, and what no text may hold is in the editor no more than in the text'(adapter) {
    const bind = await bound(adapter, 'ab');
    bind.editor.select(1);
    bind.editor.paste('x\r\ny\rz\n');
    await agreed(bind, 'ax\ny\nz\nb', 'foreign line ends');
    bind.editor.select(0);
    bind.editor.paste('1\u00012');
    await agreed(bind, '12ax\ny\nz\nb', 'a control character');
    bind.session.edit({ offset: 0, inserted: 'p\r\nq' });
    await agreed(bind, 'p\nq12ax\ny\nz\nb', 'line ends of the page');
    bind.server.type(0, 'r\n');
    await agreed(bind, 'r\np\nq12ax\ny\nz\nb', 'lines of others');
    bind.editor.select(5);
    bind.editor.type('!');
    await agreed(bind, 'r\np\nq!12ax\ny\nz\nb', 'typing behind the lines');
  },

  async 'pairs of surrogates are counted as the text counts them'(adapter) {
    const bind = await bound(adapter, 'a😀b😀c');
    bind.editor.select(3);
    bind.editor.type('😁');
    bind.server.type(bind.server.document.length, '😂');
    bind.editor.select(7, 8);
    bind.editor.type('C');
    await eventually(() => bind.editor.text === bind.session.text, 'being equal');
    assert(bind.session.text.startsWith('a😀😁b😀') || bind.session.text.includes('😁'), bind.session.text);
    await agreed(bind, bind.session.text, 'all');
  },

  async 'a caret stays on its side of what others type'(adapter) {
    const { server, editor } = await bound(adapter, 'hello world');
    editor.select(5);
    server.type(0, '>> ');
    assertEquals(8, editor.selection.head, 'caret after an insert before it');
    server.type(8, '!');
    assertEquals(8, editor.selection.head, 'caret after an insert at it');
    server.type(15, ' end');
    assertEquals(8, editor.selection.head, 'caret after an insert after it');
    send(server, server.document.delete(6, 3));
    assertEquals(6, editor.selection.head, 'caret after it was in what was deleted');
  },

  async 'a selection holds the same characters whatever others type'(adapter) {
    const { server, editor } = await bound(adapter, 'one two\nthree');
    for (const backward of [false, true]) {
      const start = editor.text.indexOf('two');
      const ends = [start, start + 3];
      editor.select(...(backward ? ends.reverse() : ends));
      server.type(start, '<');
      server.type(start + 4, '>');
      server.type(0, 'new\n');
      const { anchor, head } = editor.selection;
      assertEquals('two', editor.text.slice(Math.min(anchor, head), Math.max(anchor, head)), 'selected');
      assertEquals(backward, head < anchor, 'direction');
    }
  },

  async 'the caret is shown to the others when the user moves it, and not when they do'(adapter) {
    const { server, clock, session, editor } = await bound(adapter, 'a😀b');
    session.setUser({ user: 'me' });
    editor.select(3, 1);
    await eventually(() => {
      clock.advance(100);
      const { t, caret, anchor } = server.received.at(-1) ?? {};
      const offset = (place) => session.document.offsetOfCaret(received(place));
      return t === 'presence' && caret !== undefined && anchor !== undefined && offset(caret) === 1 && offset(anchor) === 3;
    }, 'the selection');
    const count = server.received.length;
    server.type(0, 'x');
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    clock.advance(100);
    assertEquals(count, server.received.length, 'messages for an edit of somebody else');
  },

  async 'while an input method composes, others wait, and then both are there'(adapter) {
    const bind = await bound(adapter, 'ab');
    const { server, session, editor } = bind;
    editor.select(1);
    assertEquals(true, session.status.saved, 'saved before anything is composed');
    editor.compose('k');
    editor.compose('か');
    assertEquals('1 1 false', `${session.status.composing} ${session.status.unsent} ${session.status.saved}`, 'composing, unsent, saved');
    server.type(0, 'remote ');
    assertEquals('aかb', editor.text, 'editor while composing');
    assertEquals('ab', session.text, 'text while composing');
    editor.composed();
    await agreed(bind, 'remote aかb', 'after the composition');
    assertEquals(1, server.operations.length, 'operations of a composition');
    assertEquals(9, editor.selection.head, 'caret');
    assertEquals(0, session.status.composing, 'composing');
    session.undo();
    await agreed(bind, 'remote ab', 'after undo');
  },

  async 'what the page edits beside a composition is merged with it'(adapter) {
    const bind = await bound(adapter, 'ab');
    const { session, editor } = bind;
    editor.select(2);
    editor.compose('か');
    session.edit({ offset: 0, removed: 1, inserted: 'AI ' });
    assertEquals('abか', editor.text, 'editor while composing');
    assertEquals('AI b', session.text, 'text while composing');
    editor.composed();
    await agreed(bind, 'AI bか', 'after the composition');
    assertEquals(5, editor.selection.head, 'caret');
  },

  async 'what is composed goes into the session when the page may go, and the composition goes on'(adapter) {
    for (const [name, leave] of Object.entries(leaving)) {
      const bind = await bound(adapter, 'ab');
      const { server, session, editor } = bind;
      editor.select(1);
      editor.compose('ka');
      leave(bind);
      await eventually(() => session.text === 'akab', `${name}: the text`);
      await eventually(() => session.status.saved && server.document.text === 'akab', `${name}: saving`);
      if (name === 'release' || name === 'blur') {
        continue;
      }
      server.type(0, '> ');
      editor.compose('か');
      assertEquals('aかb', editor.text, `${name}: editor while composing`);
      editor.composed();
      await agreed(bind, '> aかb', `${name}: after the composition`);
      assertEquals(0, session.status.composing, `${name}: composing`);
    }
  },

  async 'a composition that stands still goes into the session'(adapter) {
    const bind = await bound(adapter, '', { commitAfter: 10 });
    bind.editor.compose('word');
    await eventually(() => bind.session.status.saved && bind.server.document.text === 'word', 'the word being saved');
    bind.editor.composed();
    await agreed(bind, 'word', 'after the composition');
  },

  async 'keys for undo change nothing while an input method composes'(adapter) {
    const bind = await bound(adapter, 'ab');
    bind.editor.select(2);
    bind.editor.type('c');
    bind.editor.compose('か');
    bind.editor.press('undo');
    assertEquals('abc', bind.session.text, 'text');
    bind.editor.composed();
    await agreed(bind, 'abcか', 'after the composition');
  },

  async 'an edit that answers to one is shown after it'(adapter) {
    let open = true;
    let mark = '# ';
    const answer = (session) =>
      session.on('change', () => {
        if (open && session.text.includes('x')) {
          open = false;
          session.edit({ offset: 0, inserted: mark });
        }
      });
    for (const listen of [answer, () => {}]) {
      open = true;
      const bind = await bound(adapter, 'ab', { listen });
      if (listen !== answer) {
        answer(bind.session);
      }
      bind.editor.select(1);
      bind.editor.type('x');
      await agreed(bind, '# axb', 'an answer to a key');
      open = true;
      bind.server.type(0, 'y');
      await agreed(bind, '# y# axb', 'an answer to somebody else');
      open = true;
      mark = '## ';
      bind.editor.press('undo');
      await agreed(bind, '## y# axb', 'an answer to undo');
      mark = '# ';
    }
  },

  async 'an editor that is read-only follows and changes nothing'(adapter) {
    const { server, session, editor } = await bound(adapter, 'text', { readOnly: true });
    session.edit({ offset: 4, inserted: ' more' });
    agree(editor, session, 'text more', 'after an edit of the page');
    editor.press('undo');
    editor.menu('undo');
    agree(editor, session, 'text more', 'after undo');
    server.type(0, 'remote ');
    agree(editor, session, 'remote text more', 'after an edit of somebody else');
  },

  async 'an editor of a session that may only read is read-only for as long'(adapter) {
    const bind = await bound(adapter, 'text');
    const { server, session, editor } = bind;
    const errors = [];
    const onError = ({ message }) => errors.push(message);
    addEventListener('error', onError);
    editor.select(4);
    editor.type('!');
    await agreed(bind, 'text!', 'with the right to write');
    server.grant('read');
    await eventually(() => session.status.readOnly, 'the right to write going');
    assert(editor.readOnly, 'the editor can be written in');
    // A script can type all the same.
    editor.type('?');
    editor.paste('more');
    editor.press('undo');
    editor.menu('undo');
    await eventually(() => editor.text === 'text!', `the text as it was: ${editor.text}`);
    assertEquals('text!', session.text, 'text');
    server.type(0, 'remote ');
    agree(editor, session, 'remote text!', 'after an edit of somebody else');
    server.grant('write');
    await eventually(() => !session.status.readOnly, 'the right to write coming back');
    assert(!editor.readOnly, 'the editor is still read-only');
    editor.select(7);
    editor.type('new ');
    await agreed(bind, 'remote new text!', 'with the right again');
    editor.press('undo');
    await agreed(bind, 'remote text!', 'after undo');
    removeEventListener('error', onError);
    assertEquals('', errors.join(), 'errors');
  },

  async 'an editor that was read-only before it was bound is so after it, whatever the session may do'(adapter) {
    for (const readOnly of [true, false]) {
      const { server, session, editor, release } = await bound(adapter, 'text', { readOnly });
      server.grant('read');
      await eventually(() => session.status.readOnly, 'the right to write going');
      assert(editor.readOnly, 'with the right to read');
      server.grant('write');
      await eventually(() => !session.status.readOnly, 'the right to write coming back');
      assertEquals(readOnly, editor.readOnly, 'with the right to write');
      server.grant('read');
      await eventually(() => session.status.readOnly, 'the right to write going again');
      release();
      assertEquals(readOnly, editor.readOnly, 'released');
    }
  },

  async 'a release gives everything back, and can be done twice'(adapter) {
    const { server, session, editor, release, listeners, subscriptions } = await bound(adapter, 'text');
    assert(subscriptions.size > 0, 'nothing is subscribed to');
    editor.select(4);
    editor.type('!');
    editor.compose('か');
    release();
    release();
    assertEquals(0, subscriptions.size, 'subscriptions left');
    assertEquals('', listeners.left().join(), 'listeners left on the window and the document');
    assertEquals(0, session.status.composing, 'composing');
    editor.composed();
    await eventually(() => session.text === 'text!か', `what was composed: ${session.text}`);
    server.type(0, 'more ');
    await eventually(() => session.text === 'more text!か', 'the edit of somebody else, which a hold would keep out');
    assertEquals('text!か', editor.text, 'editor');
    editor.select(0);
    editor.type('?');
    assertEquals('more text!か', session.text, 'text');
    editor.press('undo');
    assertEquals('more text!か', session.text, 'text after undo in the editor');
  },

  async 'an editor can be bound again, and to another session'(adapter) {
    const { session, editor, release } = await bound(adapter, 'text');
    release();
    const again = editor.bind(session, {});
    editor.select(4);
    editor.type('?');
    agree(editor, session, 'text?', 'bound again');
    again();
    const other = new ConcordSession(optionsFor(new FakeServer(), new Clock()));
    const end = editor.bind(other, {});
    assertEquals('', editor.text, 'editor bound to another session');
    editor.focus();
    editor.type('other');
    agree(editor, other, 'other', 'bound to another session');
    assertEquals('text?', session.text, 'text of the first session');
    end();
    other.close();
  },

  async 'a session that was closed is let go of'(adapter) {
    const { session, editor, release } = await bound(adapter, 'ab', { commitAfter: 10 });
    const errors = [];
    const onError = ({ message }) => errors.push(message);
    addEventListener('error', onError);
    editor.select(1);
    editor.compose('か');
    session.close();
    leaving.pagehide();
    release();
    editor.composed();
    // The composition would have stood still by then.
    await new Promise((resolve) => setTimeout(resolve, 20));
    removeEventListener('error', onError);
    assertEquals('', errors.join(), 'errors');
    assertEquals('0 ab', `${session.status.composing} ${session.text}`, 'composing and text');
  },
};

async function editorAndTextStayEqual(adapter, random) {
  const bind = await bound(adapter, '0123456789\n'.repeat(3));
  const { server, session, editor, release } = bind;
  const place = (text) => boundary(random, { length: text.length, codeAt: (offset) => text.charCodeAt(offset) });
  const ordered = (text, count) => Array.from({ length: count }, () => place(text)).sort((a, b) => a - b);
  // Some of it is what the text may not hold.
  const typed = () => (random.chance(0.1) ? '\u0001' : '') + random.text(3);
  let composing = false;
  for (let step = 0; step < 30; step++) {
    const choice = random.next();
    if (composing && choice < 0.4) {
      editor.compose(random.text(3));
    } else if (composing && choice < 0.5) {
      editor.composed();
      composing = false;
    } else if (composing && choice < 0.55) {
      leaving.pagehide();
    } else if (choice < 0.3) {
      editor.select(...(random.chance(0.4) ? [place(editor.text), place(editor.text)] : [place(editor.text)]));
      editor.type(random.text(2));
    } else if (choice < 0.4) {
      editor.select(place(editor.text));
      editor.paste(typed());
    } else if (choice < 0.5 && adapter.several) {
      const [a, b, c] = ordered(editor.text, 3);
      editor.change([{ offset: a, removed: 0, inserted: typed() }, { offset: b, removed: c - b, inserted: b === a && c === b ? '' : typed() }]);
    } else if (choice < 0.65) {
      server.type(place(server.document.text), random.text(2).replaceAll('\ufeff', '') || 'R');
    } else if (choice < 0.7 && server.document.length > 0) {
      const [from, to] = ordered(server.document.text, 2);
      send(server, server.document.delete(from, to - from));
    } else if (choice < 0.78) {
      const [from, to] = ordered(session.text, 2);
      session.edit([{ offset: from, removed: to - from, inserted: 'P' }, { offset: 0, inserted: '\n' }]);
    } else if (choice < 0.85) {
      session.undo();
    } else if (choice < 0.9) {
      session.redo();
    } else if (!composing) {
      editor.select(place(editor.text));
      editor.compose('か');
      composing = true;
    }
    await eventually(() => composing || editor.text === session.text, `editor ${JSON.stringify(editor.text)}, text ${JSON.stringify(session.text)}: being equal`);
  }
  if (composing) {
    editor.composed();
  }
  await eventually(() => session.status.saved && server.document.text === session.text, 'all being sent');
  await eventually(() => editor.text === session.text, `editor ${JSON.stringify(editor.text)}, text ${JSON.stringify(session.text)}: being equal in the end`);
  release();
  session.close();
}

/** The tests of a binding, and the properties to try with random numbers, by name. */
export function contractOf(adapter) {
  const named = (all) => Object.fromEntries(Object.entries(all).map(([name, run]) => [`${adapter.name}: ${name}`, (random) => run(adapter, random)]));
  return {
    tests: named(cases),
    properties: named({ 'editor and text stay equal, whoever types where': editorAndTextStayEqual }),
  };
}
