import { ConcordDocument } from '../src/document.js';
import { ConflictError, InvalidOperationError } from '../src/errors.js';
import { assert, assertBytes, assertEquals, assertThrows } from './assert.js';
import { randomHistory } from './histories.js';

const HEAD = { site: '', counter: 0 };
const insert = (site, counter, after, value) => ({ kind: 'insert', id: { site, counter }, after, value });
const at = (site, counter) => ({ site, counter });

function permutations(list) {
  if (list.length < 2) {
    return [list];
  }
  return list.flatMap((first, i) => permutations(list.toSpliced(i, 1)).map((rest) => [first, ...rest]));
}

export const properties = {
  'replicas agree with the reference model and with each other, to the byte'(random) {
    const { replicas } = randomHistory(random, { sites: 3 + random.below(2), steps: 10 + random.below(40) });
    for (const replica of replicas) {
      assertEquals(0, replica.document.pendingCount, 'pending');
      assertEquals(replicas[0].text, replica.text, 'text');
      assertBytes(replicas[0].document.encodeBody(), replica.document.encodeBody(), 'canonical bytes');
      assertBytes(replicas[0].document.version(), replica.document.version(), 'version');
    }
  },

  'offsets and elements lead to each other, tombstones stand where they would stand'(random) {
    const { replicas } = randomHistory(random, { steps: 25 });
    const { document, reference } = replicas[0];
    let offset = 0;
    for (const element of reference.elements()) {
      assertEquals(offset, document.offsetOf(element), 'offset of an element');
      assertEquals(element.deleted, document.isDeleted(element), 'deleted');
      if (!element.deleted) {
        const found = document.elementAt(offset);
        assertEquals(`${element.site}:${element.counter}`, `${found.site}:${found.counter}`, 'element at an offset');
        offset += element.value.length;
        const caretAfter = document.caretAt(offset, 'left');
        assertEquals(offset, document.offsetOfCaret(caretAfter), 'position after an element');
      }
    }
  },

  'what an element hangs on is enough to show it, as near as is asked for, and ends where the own text begins'(random) {
    const { replicas } = randomHistory(random, { steps: 40 });
    const { document, reference } = replicas[0];
    const reader = new ConcordDocument('reader');
    reader.mergeBody(document.encodeBody());
    const elements = reference.elements();
    if (elements.length === 0) {
      return;
    }
    const { site, counter, deleted } = elements[random.below(elements.length)];
    const id = { site, counter };
    const all = reader.ancestryOf(id, { elements: Infinity, inserts: Infinity });
    const other = new ConcordDocument('other');
    all.forEach((operation) => other.apply(operation));
    assert(other.offsetOf(id) !== null && other.pendingCount === 0, 'something waits');
    assertEquals(deleted, other.isDeleted(id), 'deleted');
    const before = reader.encodeBody();
    all.forEach((operation) => reader.apply(operation));
    assertBytes(before, reader.encodeBody(), 'what is known already');

    const inserts = all.filter(({ kind }) => kind === 'insert');
    const limits = { elements: 1 + random.below(10), inserts: 1 + random.below(4) };
    const near = reader.ancestryOf(id, limits).filter(({ kind }) => kind === 'insert');
    const count = (operations) => operations.reduce((sum, { value }) => sum + Array.from(value).length, 0);
    assert(near.length <= limits.inserts && count(near) <= limits.elements, 'more than is asked for');
    assert(near.length === limits.inserts || count(near) === Math.min(limits.elements, count(inserts)), 'less than is asked for');
    const last = near.at(-1);
    assertEquals(`${site}:${counter}`, `${last.id.site}:${last.id.counter + count([last]) - 1}`, 'the nearest');

    const theirs = document.ancestryOf(id, { elements: Infinity, inserts: Infinity });
    assert(theirs.every((operation) => operation.id.site !== document.site), 'own text');
    assert(site !== document.site || theirs.length === 0, 'what the own text hangs on');
  },

  'runs typed at one place at the same time do not interleave'(random) {
    const base = new ConcordDocument('base');
    const start = base.insert(0, 'start end');
    const words = ['aaaaa', 'bbbbb', 'ccccc'];
    const replicas = words.map((_, i) => new ConcordDocument(`s${random.below(1000)}-${i}`));
    const offset = random.below(10);
    const typed = replicas.map((replica, number) => {
      start.forEach((operation) => replica.apply(operation));
      const backwards = random.chance(0.5);
      return Array.from(words[number]).flatMap((letter, i) => replica.insert(backwards ? offset : offset + i, letter));
    });
    const all = random.shuffle(typed.flat());
    for (const replica of replicas) {
      all.forEach((operation) => replica.apply(operation));
      for (const word of words) {
        assert(replica.text.includes(word), `${word} is torn apart in ${replica.text}`);
      }
      assertEquals(replicas[0].text, replica.text, 'text');
    }
  },
};

export const tests = {
  'x after A, A and B after the head: AxB in every order'() {
    const operations = [insert('a', 1, HEAD, 'A'), insert('b', 1, HEAD, 'B'), insert('b', 2, at('a', 1), 'x')];
    for (const order of permutations(operations)) {
      const document = new ConcordDocument('me');
      order.forEach((operation) => document.apply(operation));
      assertEquals('AxB', document.text, 'text');
    }
  },

  'typing between two letters of a word lands between them'() {
    const document = new ConcordDocument('me');
    document.insert(0, 'AB');
    const [operation] = document.insert(1, 'x');
    assertEquals('AxB', document.text, 'text');
    assertEquals('{"site":"me","counter":2}', JSON.stringify(operation.before), 'anchor');
  },

  'what is wrong with an operation is said by field'() {
    const document = new ConcordDocument('me');
    const wrong = [
      ['op', null],
      ['kind', { kind: 'move', id: at('a', 1) }],
      ['id', { kind: 'delete' }],
      ['id.counter', insert('a', 0, HEAD, 'x')],
      ['id.counter', insert('a', 1.5, HEAD, 'x')],
      ['id.counter', insert('a', 2 ** 53, HEAD, 'x')],
      ['id.site', insert('', 1, HEAD, 'x')],
      ['id.site', insert('a b', 1, HEAD, 'x')],
      ['id.site', insert('a'.repeat(65), 1, HEAD, 'x')],
      ['after', insert('a', 1, undefined, 'x')],
      ['after.counter', insert('a', 1, at('b', 0), 'x')],
      ['after.site', insert('a', 1, at('', 3), 'x')],
      ['after', insert('a', 1, at('a', 2), 'xy')],
      ['before', { kind: 'insert', id: at('a', 1), before: HEAD, value: 'x' }],
      ['before', { kind: 'insert', id: at('a', 1), before: at('b', 1), after: HEAD, value: 'x' }],
      ['value', insert('a', 1, HEAD, '')],
      ['value', insert('a', 1, HEAD, 7)],
      ['value', insert('a', 1, HEAD, 'a\ud800b')],
      ['value', insert('a', 1, HEAD, '\udc00')],
      ['length', insert('a', 2 ** 53 - 1, HEAD, 'xy')],
      ['length', { kind: 'delete', id: at('a', 1), length: 0 }],
      ['length', { kind: 'delete', id: at('a', 1), length: '3' }],
      ['length', { kind: 'delete', id: at('a', 2 ** 53 - 1), length: 2 }],
    ];
    for (const [field, operation] of wrong) {
      const error = assertThrows(InvalidOperationError, () => document.apply(operation), JSON.stringify(operation));
      assertEquals(field, error.field, JSON.stringify(operation));
    }
    assertEquals(0, document.encodeBody()[0], 'a trace in the document');
  },

  'an id that comes again with something else is a conflict and leaves no trace'() {
    const document = new ConcordDocument('me');
    document.apply(insert('a', 1, HEAD, 'abc'));
    document.apply(insert('b', 5, at('b', 1), 'waiting'));
    document.apply({ kind: 'delete', id: at('a', 2) });
    const before = document.encodeBody();
    const conflicting = [
      insert('a', 1, HEAD, 'x'),
      insert('a', 1, HEAD, 'xbcd'),
      insert('a', 3, at('a', 1), 'c'),
      { kind: 'insert', id: at('a', 3), before: at('a', 2), value: 'c' },
      insert('a', 1, at('b', 1), 'abc'),
      insert('b', 5, at('b', 1), 'wAiting'),
      insert('b', 6, at('b', 4), 'aiting'),
      insert('b', 1, HEAD, '123456'),
    ];
    for (const operation of conflicting) {
      assertThrows(ConflictError, () => document.apply(operation), JSON.stringify(operation));
      assertBytes(before, document.encodeBody(), 'bytes after a conflict');
    }
    assertEquals(0, document.apply(insert('a', 1, HEAD, 'aXc')).length, 'the value of a tombstone is not compared');
  },

  'offsets inside of a surrogate pair and outside of the text are refused'() {
    const document = new ConcordDocument('me');
    document.insert(0, 'a😀b');
    assertThrows(RangeError, () => document.insert(2, 'x'), 'insert');
    assertThrows(RangeError, () => document.delete(1, 1), 'delete');
    assertThrows(RangeError, () => document.delete(2, 1), 'delete');
    assertThrows(RangeError, () => document.insert(6, 'x'), 'insert');
    assertThrows(RangeError, () => document.caretAt(2), 'position');
    assertEquals('a😀b', document.text, 'text');
  },

  'a caret stays beside the neighbour that its bias names'() {
    const document = new ConcordDocument('me');
    document.insert(0, 'hello');
    const [left, right] = [document.caretAt(2, 'left'), document.caretAt(2, 'right')];
    assertEquals('{"element":{"site":"me","counter":2},"bias":"left"}', JSON.stringify(left), 'left: after the e');
    assertEquals('{"element":{"site":"me","counter":3},"bias":"right"}', JSON.stringify(right), 'right: before the first l');
    assertEquals(JSON.stringify(left), JSON.stringify(document.caretAt(2)), 'the default');
    document.insert(2, 'XY');
    assertEquals(2, document.offsetOfCaret(left), 'left: text that is typed at it comes after it');
    assertEquals(4, document.offsetOfCaret(right), 'right: it moves on after text that is typed at it');
    assertThrows(TypeError, () => document.caretAt(2, 'after'), 'a bias that is none');
    document.delete(0, 3);
    assertEquals(0, document.offsetOfCaret(left), 'at a tombstone');
    document.delete(1, 1);
    assertEquals(1, document.offsetOfCaret(right), 'at a tombstone');
    assertEquals(document.length, document.offsetOfCaret(document.caretAt(document.length, 'right')), 'end');
    assertEquals(0, document.offsetOfCaret(document.caretAt(0, 'left')), 'start');
    assertEquals(null, document.offsetOfCaret({ element: at('z', 9), bias: 'left' }), 'unknown');
  },

  'a client that knows only after, one character at a time, converges'() {
    const full = new ConcordDocument('full');
    const simple = new ConcordDocument('simple');
    const operations = [
      insert('s', 1, HEAD, 'a'),
      insert('s', 2, at('s', 1), 'c'),
      insert('t', 3, at('s', 1), 'b'),
      insert('s', 3, at('s', 1), 'd'),
    ];
    operations.forEach((operation) => full.apply(operation));
    [...operations].reverse().forEach((operation) => simple.apply(operation));
    assertEquals('acdb', full.text, 'text');
    assertBytes(full.encodeBody(), simple.encodeBody(), 'bytes');
  },
};
