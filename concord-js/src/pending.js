import { RangeSet } from './ranges.js';
import { partOf } from './run.js';
import { SortedList } from './sorted.js';

const byCounter = (entry, key) => entry.counter - key.counter;
const byAnchor = (entry, key) =>
  entry.anchor.counter - key.anchor.counter ||
  (entry.site < key.site ? -1 : entry.site > key.site ? 1 : entry.counter - key.counter);

/**
 * What waits: inserts whose anchor is not in the tree, indexed by the element they wait for, and deletes of elements
 * that nobody has inserted yet. A waiting insert has the fields of an insert, its text null once it is deleted.
 */
export class PendingBuffer {
  #inserts = new Map();
  #waiting = new Map();
  #deletes = new Map();
  #count = 0;
  #elements = 0;
  #deletedElements = 0;

  /** How many inserts wait, in pieces, and how many ranges of deletes. */
  get size() {
    let size = this.#count;
    for (const ranges of this.#deletes.values()) {
      size += ranges.size;
    }
    return size;
  }

  /** How many elements wait. */
  get elements() {
    return this.#elements;
  }

  /** How many elements are deleted that nobody has inserted yet. */
  get deletedElements() {
    return this.#deletedElements;
  }

  sites() {
    return [...new Set([...this.#inserts.keys(), ...this.#deletes.keys()])];
  }

  /** The waiting inserts of one site in ascending order of counters. */
  insertsOf(site) {
    return this.#inserts.get(site) ?? [];
  }

  /** The deletes of one site that wait, as maximal ranges. */
  deletesOf(site) {
    return this.#deletes.get(site) ?? [];
  }

  locate(site, counter) {
    const insert = this.#inserts.get(site)?.floor({ counter }) ?? null;
    return insert !== null && counter < insert.counter + insert.length ? insert : null;
  }

  nextCounter(site, counter) {
    return this.#inserts.get(site)?.higher({ counter })?.counter ?? Infinity;
  }

  add(insert) {
    listIn(this.#inserts, insert.site, byCounter).add(insert);
    listIn(this.#waiting, insert.anchor.site, byAnchor).add(insert);
    this.#count++;
    this.#elements += insert.length;
  }

  /** Takes out all inserts that wait for one of the elements `counter` to `counter + length - 1`. */
  takeWaiting(site, counter, length) {
    const waiting = this.#waiting.get(site);
    if (waiting === undefined) {
      return [];
    }
    const taken = [];
    // No site is empty, so this key comes before all that wait for the element itself.
    const start = { anchor: { counter }, site: '', counter: 0 };
    for (let insert = waiting.higher(start); insert !== null && insert.anchor.counter < counter + length; ) {
      this.#remove(insert);
      taken.push(insert);
      insert = waiting.higher(start);
    }
    return taken;
  }

  /** Deletes the elements with counters from `start` to `end`, exclusive, of a waiting insert. */
  strike(insert, start, end) {
    if (insert.text === null) {
      return;
    }
    const from = start - insert.counter;
    const to = end - insert.counter;
    this.#remove(insert);
    if (from > 0) {
      this.add(partOf(insert, 0, from));
    }
    this.add({ ...partOf(insert, from, to), text: null });
    if (to < insert.length) {
      this.add(partOf(insert, to, insert.length));
    }
  }

  addDelete(site, start, end) {
    if (!this.#deletes.has(site)) {
      this.#deletes.set(site, new RangeSet());
    }
    this.#deletedElements += end - start - this.countDeleted(site, start, end);
    this.#deletes.get(site).add(start, end);
  }

  /** How many of the elements with counters from `start` to `end`, exclusive, have a delete that waits. */
  countDeleted(site, start, end) {
    return this.#deletes.get(site)?.count(start, end) ?? 0;
  }

  /** Takes out the deletes of the elements `counter` to `counter + length - 1`, as ranges in ascending order. */
  takeDeletes(site, counter, length) {
    const ranges = this.#deletes.get(site);
    if (ranges === undefined) {
      return [];
    }
    const taken = ranges.take(counter, counter + length);
    this.#deletedElements -= taken.reduce((sum, { start, end }) => sum + end - start, 0);
    if (ranges.size === 0) {
      this.#deletes.delete(site);
    }
    return taken;
  }

  #remove(insert) {
    removeFrom(this.#inserts, insert.site, insert);
    removeFrom(this.#waiting, insert.anchor.site, insert);
    this.#count--;
    this.#elements -= insert.length;
  }
}

function listIn(map, site, compare) {
  let list = map.get(site);
  if (list === undefined) {
    list = new SortedList(compare);
    map.set(site, list);
  }
  return list;
}

function removeFrom(map, site, insert) {
  const list = map.get(site);
  list.remove(insert);
  if (list.size === 0) {
    map.delete(site);
  }
}
