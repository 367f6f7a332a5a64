import { ConcordDocument } from '../src/document.js';
import { assertBytes, assertEquals } from './assert.js';

const HEAD = { site: '', counter: 0 };
const MANY = 100_000;
const id = (site, counter) => ({ site, counter });
const insert = (site, counter, after, value) => ({ kind: 'insert', id: id(site, counter), after, value });

function timed(work) {
  const start = performance.now();
  const result = work();
  return { result, ms: performance.now() - start };
}

function report(figures) {
  return Object.entries(figures)
    .map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`)
    .join(', ');
}

/** These bounds are a hundred times what is usual: they tell quadratic from not, and nothing finer. */
function within(limit, ms, name) {
  assertEquals(true, ms < limit, `${name} took ${ms.toFixed(0)} ms`);
}

export const tests = {
  'a chain of 100,000 that arrives backwards'() {
    const document = new ConcordDocument('me');
    const { ms } = timed(() => {
      for (let i = MANY; i > 0; i--) {
        document.apply(insert('s', i, i === 1 ? HEAD : id('s', i - 1), 'x'));
      }
    });
    assertEquals(MANY, document.length, 'length');
    assertEquals(0, document.pendingCount, 'pending');
    within(20_000, ms, 'it');
    return report({ backwards: ms });
  },

  'a chain of 100,000 sites that arrives backwards'() {
    const document = new ConcordDocument('me');
    const { ms } = timed(() => {
      for (let i = MANY; i > 0; i--) {
        document.apply(insert(`s${i}`, i, i === 1 ? HEAD : id(`s${i - 1}`, i - 1), 'x'));
      }
    });
    assertEquals(MANY, document.length, 'length');
    within(20_000, ms, 'it');
    return report({ backwards: ms });
  },

  '100,000 siblings, ascending, descending and mixed'() {
    const figures = {};
    for (const [name, counter] of [
      ['ascending', (i) => i + 1],
      ['descending', (i) => MANY - i],
      ['mixed', (i) => ((i * 7919) % MANY) + 1],
    ]) {
      const document = new ConcordDocument('me');
      document.apply(insert('root', 1, HEAD, 'r'));
      figures[name] = timed(() => {
        for (let i = 0; i < MANY; i++) {
          document.apply(insert(`s${i % 7}`, counter(i) * 2, id('root', 1), 'x'));
        }
      }).ms;
      assertEquals(MANY + 1, document.length, 'length');
      within(20_000, figures[name], name);
    }
    return report(figures);
  },

  '100,000 nested befores'() {
    const document = new ConcordDocument('me');
    document.apply(insert('s', 1, HEAD, 'x'));
    const { ms } = timed(() => {
      for (let i = 2; i <= MANY; i++) {
        document.apply({ kind: 'insert', id: id('s', i), before: id('s', i - 1), value: 'x' });
      }
    });
    assertEquals(MANY, document.length, 'length');
    const copy = new ConcordDocument('copy');
    const body = document.encodeBody();
    const load = timed(() => copy.mergeBody(body)).ms;
    assertBytes(body, copy.encodeBody(), 'bytes');
    within(20_000, ms, 'nesting');
    within(20_000, load, 'loading');
    return report({ nesting: ms, loading: load });
  },

  '100,000 times an insert and a delete at one spot'() {
    const document = new ConcordDocument('me');
    document.insert(0, 'ab');
    const { ms } = timed(() => {
      for (let i = 0; i < MANY; i++) {
        document.insert(1, 'x');
        document.delete(1, 1);
      }
    });
    assertEquals('ab', document.text, 'text');
    within(20_000, ms, 'it');
    return report({ alternating: ms });
  },

  'a paste of 1 MB, typing into it, deleting it'() {
    const text = 'The quick brown fox jumps over the lazy dog 😀.\n'.repeat(21_400);
    const document = new ConcordDocument('me');
    const figures = {};
    const paste = timed(() => document.insert(0, text));
    figures.paste = paste.ms;
    const keys = [];
    for (let i = 0; i < 200; i++) {
      keys.push(timed(() => document.insert(480_004 + i, 'k')).ms);
    }
    keys.sort((a, b) => a - b);
    figures['key, median'] = keys[100];
    figures['key, slowest'] = keys[199];
    const other = new ConcordDocument('other');
    figures['paste elsewhere'] = timed(() => paste.result.forEach((operation) => other.apply(operation))).ms;
    const body = timed(() => document.encodeBody());
    figures.encode = body.ms;
    const loaded = new ConcordDocument('loaded');
    figures.load = timed(() => loaded.mergeBody(body.result)).ms;
    assertEquals(document.text, loaded.text, 'text');
    const erase = timed(() => document.delete(0, document.length));
    figures.delete = erase.ms;
    erase.result.forEach((operation) => loaded.apply(operation));
    assertEquals('', loaded.text, 'text');
    assertEquals(true, document.encodeBody().length < 200, 'a deleted text is small');
    within(16 * 20, figures['key, median'], 'a key');
    return report(figures);
  },
};
