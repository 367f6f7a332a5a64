/** What is Monaco's own, beside the contract of bindings. */
import * as monaco from 'monaco-editor';
import * as module from '../src/monaco.js';
import { bindMonaco } from '../src/monaco.js';
import { ConcordSession } from '../src/session.js';
import { assert, assertEquals, eventually } from './assert.js';
import { Clock, FakeServer, optionsFor, sent } from './fake-server.js';
import { createMonaco } from './monaco-editor.js';
import { assertSame, declarationsOf, declared } from './types.test.js';

async function fixture(text = '', options = {}) {
  const server = new FakeServer();
  if (text !== '') {
    server.document.insert(0, text);
  }
  const session = new ConcordSession(optionsFor(server, new Clock()));
  const editor = createMonaco(options);
  const release = bindMonaco(session, editor, monaco);
  await eventually(() => session.status.connection === 'live', 'the session going live');
  editor.focus();
  return { server, session, editor, model: editor.getModel(), release };
}

const type = (editor, text) => editor.trigger('keyboard', 'type', { text });

export const tests = {
  async 'everything exported is declared, and the other way round'() {
    assertSame(module, declared(await declarationsOf('monaco')), 'monaco.d.ts');
  },

  async 'undo and redo are those of the session, whoever calls for them'() {
    const { server, session, editor } = await fixture('base');
    type(editor, 'mine ');
    await eventually(() => session.status.saved, 'saving');
    server.type(9, ' theirs');
    editor.trigger('test', 'undo');
    assertEquals('base theirs', session.text, 'text after undo');
    editor.trigger('test', 'redo');
    assertEquals('mine base theirs', session.text, 'text after redo');
    await editor.getAction('undo').run();
    assertEquals('base theirs', editor.getValue(), 'editor after undo');
  },

  async 'a program that replaces the text, or its line ends, makes the smallest edit'() {
    const { server, session, editor, model } = await fixture('one\ntwo\nthree');
    editor.setValue('one\r\n2\r\nthree');
    assertEquals('one\n2\nthree', session.text, 'text');
    await eventually(() => model.getValue() === 'one\n2\nthree', 'LF in the editor');
    model.setEOL(monaco.editor.EndOfLineSequence.CRLF);
    await eventually(() => model.getEOL() === '\n', 'LF in the editor');
    model.pushEditOperations([], [{ range: new monaco.Range(3, 1, 3, 1), text: 'x\r\ny' }], () => null);
    await eventually(() => server.document.text === 'one\n2\nx\nythree' && editor.getValue() === server.document.text, 'the lines');
    const inserted = server.operations.filter(({ kind }) => kind === 'insert').map(({ value }) => value);
    assertEquals('2|x\ny', inserted.join('|'), 'what is sent');
  },

  async 'a line with its indentation and what several carets type are steps as a reader expects'() {
    const { session, editor } = await fixture('', { autoIndent: 'full' });
    const texts = [''];
    type(editor, '  one');
    type(editor, '\n');
    type(editor, 'two');
    texts.push(session.text);
    assertEquals('  one\n  two', session.text, 'text');
    editor.setSelections([new monaco.Selection(1, 6, 1, 6), new monaco.Selection(2, 6, 2, 6)]);
    type(editor, ';');
    texts.push(session.text);
    assertEquals('  one;\n  two;', session.text, 'text');
    for (const text of texts.reverse()) {
      assertEquals(text, session.text, 'text before undo');
      session.undo();
    }
    assertEquals(false, session.canUndo, 'more steps');
  },

  async 'each of several carets stays at its character'() {
    const { server, editor } = await fixture('one\ntwo\nthree');
    editor.setSelections([new monaco.Selection(1, 2, 1, 2), new monaco.Selection(3, 1, 3, 6)]);
    server.type(4, 'new\n');
    server.type(0, '> ');
    assertEquals('1:4-1:4 4:1-4:6', editor.getSelections().map((s) => `${s.startLineNumber}:${s.startColumn}-${s.endLineNumber}:${s.endColumn}`).join(' '), 'carets');
  },

  async 'the lines in view stay in view when somebody types above them'() {
    const lines = Array.from({ length: 400 }, (_, i) => `line ${i}`).join('\n');
    const { server, editor, model } = await fixture(lines);
    editor.setScrollTop(3_005);
    await eventually(() => editor.getVisibleRanges()[0].startLineNumber > 100, 'scrolling');
    const first = () => {
      const { startLineNumber } = editor.getVisibleRanges()[0];
      return `${model.getLineContent(startLineNumber)} ${editor.getTopForLineNumber(startLineNumber) - editor.getScrollTop()}`;
    };
    const before = first();
    server.type(0, 'more\n'.repeat(50));
    await eventually(() => model.getLineCount() === 450, 'the remote edit');
    await eventually(() => first() === before, `${before} staying`);
  },

  async 'hundreds of changes at once are shown'() {
    const { server, session, editor } = await fixture('a\n'.repeat(300));
    const operations = Array.from({ length: 300 }, (_, i) => server.document.insert(3 * i, 'b')).flat();
    server.member.tell(operations.map((data, i) => ({ t: 'op', seq: i + 1, data })));
    assertEquals('ba\n'.repeat(300), session.text, 'text');
    assertEquals(session.text, editor.getValue(), 'editor');
  },

  async 'an edit that another listener makes in reply to a remote one is sent'() {
    const { server, session, editor, model } = await fixture('ab');
    let open = true;
    model.onDidChangeContent(() => {
      if (open) {
        open = false;
        model.pushEditOperations([], [{ range: new monaco.Range(1, 1, 1, 1), text: '# ' }], () => null);
      }
    });
    server.type(2, '!');
    await eventually(() => session.text === '# ab!' && editor.getValue() === '# ab!', `text ${session.text}, editor ${editor.getValue()}`);
    await eventually(() => server.document.text === '# ab!', 'saving');
  },

  async 'carets, selections and names of others are drawn, and leave with them'() {
    const { server, session, editor, release } = await fixture('hello <b> world\nsecond');
    const tell = (more) => server.member.tell({ t: 'presence', client: 'x', user: 'Nora <i>', color: '#123456', cursor: 5, ...more });
    const find = (selector) => [...editor.getDomNode().querySelectorAll(selector)];
    tell({ caret: sent(session, 5), anchor: sent(session, 9) });
    await eventually(() => find('.concord-monaco-caret').length === 1, 'the caret');
    const [caret] = find('.concord-monaco-caret');
    const [name] = find('.concord-monaco-name');
    assertEquals('Nora <i>', name.textContent, 'name');
    assertEquals('#123456', caret.style.getPropertyValue('--who'), 'colour');
    assertEquals(1, name.getAnimations().length, 'a name that fades');
    const selection = () => find('.view-overlays [class*=concord-monaco-peer]');
    await eventually(() => selection().length === 1, 'the selection');
    assert(/0\.24|24%/.test(getComputedStyle(selection()[0]).backgroundColor), getComputedStyle(selection()[0]).backgroundColor);
    name.getAnimations()[0].finish();
    await eventually(() => caret.getBoundingClientRect().left > 0, 'the caret having a place');
    const { left } = caret.getBoundingClientRect();
    server.type(0, '>>>> ');
    await eventually(() => caret.getBoundingClientRect().left > left, 'the caret moving with the text');
    assertEquals(0, name.getAnimations().length, 'names shown again for an edit of somebody else');
    tell({ caret: sent(session, 20), cursor: 20, anchor: sent(session, 20) });
    await eventually(() => name.getAnimations().length === 1 && selection().length === 0, 'the caret elsewhere');
    tell({ left: true });
    await eventually(() => find('.concord-monaco-caret').length === 0, 'the caret going');
    tell({ caret: sent(session, 5), anchor: sent(session, 9) });
    await eventually(() => find('.concord-monaco-caret').length === 1, 'the caret again');
    const sheets = document.adoptedStyleSheets.length;
    release();
    assertEquals(sheets - 1, document.adoptedStyleSheets.length, 'style sheets');
    await eventually(() => find('.concord-monaco-caret').length + selection().length === 0, 'the caret going with the binding');
  },

  async 'an editor that is disposed, or shows another model, lets go'() {
    for (const end of [
      ({ editor }) => editor.dispose(),
      ({ model }) => model.dispose(),
      ({ editor }) => editor.setModel(monaco.editor.createModel('other')),
    ]) {
      const all = await fixture('text');
      const { server, session, editor } = all;
      end(all);
      server.type(0, 'more ');
      assertEquals('more text', session.text, 'text');
      session.edit({ offset: 0, inserted: '1' });
      if (editor.getModel()?.getValue() === 'other') {
        type(editor, 'x');
        assertEquals('xother', editor.getValue(), 'the other model');
      }
      assertEquals('1more text', session.text, 'text');
      await eventually(() => server.document.text === '1more text', 'saving');
    }
  },

  async 'after a release undo is that of Monaco again, and begins there'() {
    const { server, session, editor, release } = await fixture('text');
    type(editor, 'mine ');
    await eventually(() => session.status.saved, 'saving');
    server.type(0, 'theirs ');
    editor.setPosition({ lineNumber: 1, column: 3 });
    release();
    assertEquals('1:3', `${editor.getPosition().lineNumber}:${editor.getPosition().column}`, 'caret');
    editor.trigger('test', 'undo');
    assertEquals('theirs mine text', editor.getValue(), 'editor after undo');
    type(editor, 'x');
    editor.trigger('test', 'undo');
    assertEquals('theirs mine text', editor.getValue(), 'editor after undo');
    assertEquals('theirs mine text', session.text, 'text');
  },

  async 'a key in 1 MB reads the text of neither side as a whole'() {
    const { server, session, editor, model } = await fixture('The quick brown fox jumps over the lazy dog.\n'.repeat(22_800));
    await eventually(() => model.getValueLength() > 1_000_000, 'the text');
    let wholes = 0;
    const { getValue } = model;
    model.getValue = (...all) => {
      wholes++;
      return getValue.apply(model, all);
    };
    const { get } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(session.document), 'text');
    Object.defineProperty(session.document, 'text', {
      get() {
        wholes++;
        return get.call(this);
      },
    });
    const times = [];
    editor.setPosition({ lineNumber: 10_000, column: 5 });
    for (let i = 0; i < 40; i++) {
      const start = performance.now();
      type(editor, 'k');
      times.push(performance.now() - start);
      server.type(10, 'r');
    }
    assertEquals(0, wholes, 'reads of the whole text');
    times.sort((a, b) => a - b);
    return `a key in 1 MB: median ${times[20].toFixed(2)} ms, slowest ${times[39].toFixed(2)} ms`;
  },
};
