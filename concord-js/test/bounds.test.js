import { MAX_COUNTER, MAX_ELEMENTS, MAX_SITE_LENGTH } from '../src/bounds.js';
import { ConcordDocument } from '../src/document.js';
import { ConcordError } from '../src/errors.js';
import { randomSite } from '../src/operation.js';
import { assert, assertBytes, assertEquals, hex } from './assert.js';
import { fixture } from './files.js';

const bounds = await fixture('bounds.json');
const bytesOf = (text) => Uint8Array.from(text.match(/../g), (byte) => Number.parseInt(byte, 16));

async function merged(document, state, name) {
  try {
    await document.merge(bytesOf(state));
  } catch (error) {
    throw new Error(`${name}: ${error.message}`);
  }
}

async function assertRefused(document, action, name) {
  const before = document.encodeBody();
  try {
    await action();
  } catch (error) {
    assert(error instanceof ConcordError, `${name}: ${error.stack}`);
    assertBytes(before, document.encodeBody(), `bytes after ${name}`);
    return;
  }
  throw new Error(`${name} is accepted`);
}

/** The bounds of docs/FORMAT.md, from the fixture that holds both engines to the same ones. */
export const tests = {
  'each bound is the number of the fixture'() {
    assertEquals(bounds.maxCounter, MAX_COUNTER, 'counter');
    assertEquals(bounds.maxElements, MAX_ELEMENTS, 'elements');
    assertEquals(bounds.maxSiteLength, MAX_SITE_LENGTH, 'characters of a site');
    assertEquals(bounds.randomSiteLength, randomSite().length, 'characters of a random site');
  },

  async 'states at a bound are accepted, and again, those past it change nothing'() {
    for (const [name, state] of Object.entries(bounds.acceptedStates)) {
      const document = new ConcordDocument('me');
      await merged(document, state, name);
      const before = document.encodeBody();
      await merged(document, hex(await document.encode()), `${name}, once more`);
      assertBytes(before, document.encodeBody(), `bytes after ${name}, merged twice`);
    }
    for (const [name, state] of Object.entries(bounds.refusedStates)) {
      const document = new ConcordDocument('me');
      await assertRefused(document, () => document.merge(bytesOf(state)), name);
    }
  },

  async 'of two states that are too much together the second changes nothing'() {
    for (const [name, [first, second]] of Object.entries(bounds.refusedPairs)) {
      const document = new ConcordDocument('me');
      await merged(document, first, `the first of ${name}`);
      await assertRefused(document, () => document.merge(bytesOf(second)), name);
      await merged(new ConcordDocument('me'), second, `the second of ${name}, alone`);
    }
  },

  async 'operations at a bound are accepted, those past it change nothing'() {
    for (const operation of bounds.acceptedOperations) {
      new ConcordDocument('me').apply(operation);
    }
    for (const operation of bounds.refusedOperations) {
      const document = new ConcordDocument('me');
      await assertRefused(document, () => document.apply(operation), JSON.stringify(operation));
    }
  },

  async 'a document that is full takes no more operations, and those that it knows'() {
    const document = new ConcordDocument('me');
    document.apply({ kind: 'delete', id: { site: 'a', counter: 1 }, length: MAX_ELEMENTS });
    const more = { kind: 'delete', id: { site: 'b', counter: 1 } };
    await assertRefused(document, () => document.apply(more), 'one more delete that waits');
    document.apply({ kind: 'delete', id: { site: 'a', counter: 7 }, length: 100 });
    document.apply({ kind: 'insert', id: { site: 'a', counter: 5 }, after: { site: '', counter: 0 }, value: 'x' });
    document.apply(more);
    assertEquals('', document.text, 'text');
    const full = new ConcordDocument('me');
    await merged(full, bounds.acceptedStates['a tree of 2^30 tombstones'], 'a full tree');
    await assertRefused(full, () => full.insert(0, 'x'), 'typing');
    const insert = { kind: 'insert', id: { site: 'b', counter: 1 }, after: { site: '', counter: 0 }, value: 'x' };
    await assertRefused(full, () => full.apply(insert), 'one more element');
  },

  async 'a site whose counters are used up types no more'() {
    const document = new ConcordDocument('a');
    await merged(document, bounds.acceptedStates['a tombstone with the highest counter'], 'the highest counter');
    await assertRefused(document, () => document.insert(0, 'x'), 'typing');
  },
};
