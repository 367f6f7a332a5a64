import { applyChange, mapOffset } from '../src/change.js';
import { ConcordDocument } from '../src/document.js';
import { UndoHistory } from '../src/undo.js';
import { assert, assertBytes, assertEquals, assertThrows } from './assert.js';
import { boundary } from './histories.js';

function fixture(text = '') {
  const document = new ConcordDocument('me');
  const other = new ConcordDocument('other');
  if (text !== '') {
    other.insert(0, text).forEach((operation) => document.apply(operation));
  }
  return { document, other, history: new UndoHistory(document, { pause: 1000 }) };
}

export const share = 0.25;

export const properties = {
  'undoing everything and doing it again, alone, leads back and forth'(random) {
    const { document, history } = fixture('base 😀 text');
    const texts = [document.text];
    for (let now = 0; now < 12; now++) {
      const view = { length: document.length, codeAt: (offset) => document.text.charCodeAt(offset) };
      const [a, b] = [boundary(random, view), boundary(random, view)];
      const inserted = random.chance(0.6) ? random.text(4) : '';
      const edit = { offset: Math.min(a, b), removed: random.chance(0.5) ? Math.abs(a - b) : 0, inserted };
      if (history.edit(edit, now * 5000).length > 0) {
        texts.push(document.text);
      }
    }
    for (let round = 0; round < 3; round++) {
      for (const expected of [...texts].reverse().slice(1)) {
        follow(document, () => history.undo());
        assertEquals(expected, document.text, 'text after undo');
      }
      assert(!history.canUndo, 'there is nothing left to undo');
      for (const expected of texts.slice(1)) {
        follow(document, () => history.redo());
        assertEquals(expected, document.text, 'text after redo');
      }
      assert(!history.canRedo, 'there is nothing left to redo');
    }
  },

  'what is undone reaches the others as operations, and leaves their text alone'(random) {
    const { document, other, history } = fixture('base');
    const sent = [];
    for (let now = 0; now < 10; now++) {
      const edit = { offset: random.below(document.length + 1), inserted: 'm'.repeat(1 + random.below(3)) };
      sent.push(...history.edit(edit, now * 5000));
      other.insert(random.below(other.length + 1), 'T').forEach((operation) => document.apply(operation));
      if (random.chance(0.4)) {
        sent.splice(0).forEach((operation) => other.apply(operation));
      }
    }
    while (history.canUndo) {
      sent.push(...history.undo().operations);
    }
    sent.forEach((operation) => other.apply(operation));
    assert(!document.text.includes('m'), `own text is left in ${document.text}`);
    assertEquals(10, document.text.split('T').length - 1, 'the text of others');
    assertBytes(document.encodeBody(), other.encodeBody(), 'bytes');
  },
};

/** Runs an action and checks that the changes that it reports are what happened. */
function follow(document, action) {
  const text = document.text;
  assertEquals(action().changes.reduce(applyChange, text), document.text, 'text by changes');
}

export const tests = {
  'everything between the begin and the end of a group is one step'() {
    const { document, history } = fixture('one two');
    history.edit({ offset: 7, inserted: '!' }, 0);
    history.beginGroup();
    history.edit({ offset: 0, removed: 3, inserted: '1' }, 10);
    history.edit([{ offset: 2, removed: 3, inserted: '2' }, { offset: 3, inserted: '?' }], 20_000);
    history.endGroup();
    history.edit({ offset: 4, inserted: '#' }, 20_001);
    assertEquals('1 2?#!', document.text, 'text');
    history.undo();
    assertEquals('1 2?!', document.text, 'text after one undo');
    history.undo();
    assertEquals('one two!', document.text, 'text after two');
    history.undo();
    assertEquals('one two', document.text, 'text after three');
  },

  'one edit in a list goes on with the step before, as it does alone'() {
    const { document, history } = fixture();
    ['a', 'b', 'c'].forEach((inserted, offset) => history.edit([{ offset, inserted }], offset));
    history.undo();
    assertEquals('', document.text, 'text');
  },

  'a list of edits of which one is not possible changes nothing'() {
    const { document, history } = fixture('a😀b');
    history.edit({ offset: 0, inserted: 'x' }, 0);
    const before = document.encodeBody();
    for (const wrong of [
      { offset: 9, inserted: 'y' },
      { offset: 3, inserted: 'y' },
      { offset: 0, removed: 3 },
      { offset: 0, removed: -1, inserted: 'y' },
      { offset: 1.5, inserted: 'y' },
      { offset: 0, inserted: '\ud83d' },
      { offset: 0, inserted: 7 },
    ]) {
      const possible = [{ offset: 1, removed: 1, inserted: 'A' }, { offset: 0, inserted: '' }];
      assertThrows(Error, () => history.edit(wrong, 1), JSON.stringify(wrong));
      assertThrows(Error, () => history.edit([...possible, wrong], 1), `${JSON.stringify(wrong)} in a list`);
      assertBytes(before, document.encodeBody(), `bytes after ${JSON.stringify(wrong)}`);
    }
    history.edit([{ offset: 1, removed: 1, inserted: '😀' }, { offset: 3, removed: 2, inserted: 'z' }], 1);
    assertEquals('x😀zb', document.text, 'text');
    history.undo();
    assertEquals('xa😀b', document.text, 'text after undo');
  },

  'typing without a pause is one step, a pause begins the next'() {
    const { document, history } = fixture();
    Array.from('hello').forEach((letter, i) => history.edit({ offset: i, inserted: letter }, i * 100));
    Array.from(' you').forEach((letter, i) => history.edit({ offset: 5 + i, inserted: letter }, 5000 + i * 100));
    history.undo();
    assertEquals('hello', document.text, 'text');
    history.undo();
    assertEquals('', document.text, 'text');
    assertEquals(null, history.undo(), 'one more');
    history.redo();
    history.redo();
    assertEquals('hello you', document.text, 'text');
  },

  'typing elsewhere, deleting and replacing are steps of their own'() {
    const { document, history } = fixture('abcdef');
    history.edit({ offset: 6, inserted: 'g' }, 0);
    history.edit({ offset: 0, inserted: 'X' }, 10);
    history.edit({ offset: 7, removed: 1 }, 20);
    history.edit({ offset: 6, removed: 1 }, 30);
    history.edit({ offset: 0, removed: 2, inserted: 'YY' }, 40);
    const texts = [];
    while (history.canUndo) {
      history.undo();
      texts.push(document.text);
    }
    assertEquals('Xabcde,Xabcdefg,abcdefg,abcdef', texts.join(), 'texts');
  },

  'undo of a delete restores around what others have typed in between'() {
    const { document, other, history } = fixture('one two three');
    const between = other.insert(5, '[new]');
    history.edit({ offset: 4, removed: 3 }, 0);
    between.forEach((operation) => document.apply(operation));
    assertEquals('one [new] three', document.text, 'text');
    let text = document.text;
    for (const change of history.undo().changes) {
      text = applyChange(text, change);
    }
    assertEquals('one t[new]wo three', document.text, 'text');
    assertEquals(document.text, text, 'text by changes');
  },

  'undo skips what others have deleted'() {
    const { document, other, history } = fixture();
    history.edit({ offset: 0, inserted: 'abc' }, 0).forEach((operation) => other.apply(operation));
    other.delete(1, 1).forEach((operation) => document.apply(operation));
    history.undo();
    assertEquals('', document.text, 'text');
    history.redo();
    assertEquals('ac', document.text, 'text');
  },

  'what the server did for this user is one step'() {
    const { document, other, history } = fixture('one two three');
    history.edit({ offset: 13, inserted: '!' }, 0).forEach((operation) => other.apply(operation));
    const gone = other.delete(4, 4);
    const back = other.insert(0, 'zero ');
    [...gone, ...back].forEach((operation) => document.apply(operation));
    assertEquals('zero one three!', document.text, 'text');
    const inserted = { ...back[0].id, length: 5, text: 'zero ' };
    const deleted = { ...gone[0].id, length: 4, text: 'two ' };
    history.adopt({ inserted: [inserted], deleted: [deleted] });
    history.undo();
    assertEquals('one two three!', document.text, 'undone');
    history.redo();
    assertEquals('zero one three!', document.text, 'redone');
    history.undo();
    history.undo();
    assertEquals('one two three', document.text, 'the step before');
  },

  'offsets follow changes'() {
    const insert = { offset: 3, removed: 0, inserted: 'xy' };
    assertEquals('2,3,6', [2, 3, 4].map((offset) => mapOffset(offset, insert)).join(), 'insert');
    assertEquals(5, mapOffset(3, insert, true), 'an insert at the place itself');
    const remove = { offset: 2, removed: 3, inserted: '' };
    assertEquals('1,2,2,2,2,3', [1, 2, 3, 4, 5, 6].map((offset) => mapOffset(offset, remove)).join(), 'delete');
  },
};
