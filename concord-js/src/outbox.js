import { Coverage } from './coverage.js';
import { extentOf } from './operation.js';
import { isPlaceholder } from './placeholder.js';

const MERGE_LIMIT = 16384;

/**
 * The operations that the server has not acknowledged. Each is an entry `{number, operation, epoch, dependencies, extent, seq, fresh}`:
 * `extent` is how many characters it inserts or deletes, `seq` is set while it is on its way, and `fresh` says that it never
 * was. `dependencies` is what it hangs on of others: the server may not have that for good either, so the store keeps it as well. What the server refuses waits, in the store too, for the next connection. What is typed while nothing can be sent grows
 * into few operations.
 */
export class Outbox {
  #entries = new Map();
  #queue = [];
  #sent = new Map();
  #number = 0;
  #store;
  #extent = 0;
  #refused = new Set();
  #orphaned = [];

  constructor(store) {
    this.#store = store;
  }

  /** Characters that are not acknowledged, what was refused left out. */
  get extent() {
    return this.#extent;
  }

  /** Whether something is on its way. */
  get expectsAck() {
    return this.#sent.size > 0;
  }

  /** The operations that the server has refused on this connection. */
  get refused() {
    return Array.from(this.#refused, (entry) => entry.operation);
  }

  /** Operations of another history of the room. */
  get orphaned() {
    return this.#orphaned.map(({ operation }) => operation);
  }

  operations() {
    return Array.from(this.#entries.values(), (entry) => entry.operation);
  }

  add(operation, epoch, dependencies = []) {
    const extent = extentOf(operation);
    this.#extent += extent;
    const last = this.#queue[this.#queue.length - 1];
    const open = last?.fresh === true && last.epoch === epoch && last.extent + extent <= MERGE_LIMIT;
    const merged = open ? merge(last.operation, operation) : null;
    if (merged !== null) {
      last.operation = merged;
      last.extent += extent;
      this.#keep(last);
      return;
    }
    const entry = { number: ++this.#number, operation, epoch, dependencies, extent, seq: 0, fresh: true };
    this.#entries.set(entry.number, entry);
    this.#queue.push(entry);
    this.#keep(entry);
  }

  /** Takes over an operation that an earlier session left behind; `key` is where the store holds it. */
  adopt({ key, operation, epoch, dependencies = [] }) {
    const entry = { number: ++this.#number, operation, epoch, dependencies, extent: extentOf(operation), seq: 0, fresh: false, key };
    this.#extent += entry.extent;
    this.#entries.set(entry.number, entry);
    this.#queue.push(entry);
  }

  /** The history of the room is known now: what was made or found without one, or reclaimed from another, belongs to it. */
  belongTo(epoch) {
    for (const entry of this.#entries.values()) {
      if (entry.epoch !== epoch) {
        entry.epoch = epoch;
        this.#keep(entry);
        if (entry.key !== undefined) {
          // The new row is there before the old one goes.
          this.#store.removeKey(entry.key);
          entry.key = undefined;
        }
      }
    }
  }

  /** Keeps an operation of another history of the room: it stays in the store and is never sent. */
  orphan({ key, operation, epoch, dependencies = [] }) {
    this.#orphaned.push({ number: ++this.#number, operation, epoch, dependencies, key });
  }

  /** The room has another history from now on: nothing that is not acknowledged will be sent. */
  orphanAll() {
    this.#orphaned.push(...this.#entries.values());
    this.#entries.clear();
    this.#queue = [];
    this.#sent.clear();
    this.#refused.clear();
    this.#extent = 0;
  }

  /** What is orphaned of one history of the room waits again; it belongs to the next one. Returns the operations. */
  reclaim(epoch) {
    const back = this.#orphaned.filter((entry) => entry.epoch === epoch);
    this.#orphaned = this.#orphaned.filter((entry) => entry.epoch !== epoch);
    for (const entry of back) {
      Object.assign(entry, { extent: extentOf(entry.operation), seq: 0, fresh: false });
      this.#extent += entry.extent;
      this.#entries.set(entry.number, entry);
    }
    this.#queue = [...this.#entries.values()].sort((a, b) => a.number - b.number);
    return back.map(({ operation }) => operation);
  }

  discardOrphaned() {
    this.#orphaned.splice(0).forEach((entry) => this.#removeRow(entry));
  }

  /**
   * Hands out what is to be sent, each stamped with the next seq. A placeholder for deleted text waits until the server has the delete for
   * good: were that refused, the placeholder would stand in the text, and in the way of the true one.
   */
  take(nextSeq) {
    const held = this.#heldPlaceholders();
    const entries = this.#queue.filter((entry) => !held.has(entry));
    this.#queue = this.#queue.filter((entry) => held.has(entry));
    for (const entry of entries) {
      entry.seq = nextSeq();
      entry.fresh = false;
      this.#sent.set(entry.seq, entry);
    }
    return entries;
  }

  /** Everything up to the seq is durable. */
  acknowledge(seq) {
    for (const [sent, entry] of this.#sent) {
      if (sent > seq) {
        return;
      }
      this.#drop(entry);
    }
  }

  /** Puts a refused operation back in line. Returns whether it was there. */
  retry(seq) {
    const entry = this.#sent.get(seq);
    if (entry === undefined) {
      return false;
    }
    this.#sent.delete(seq);
    entry.seq = 0;
    this.#queue.push(entry);
    this.#queue.sort((a, b) => a.number - b.number);
    return true;
  }

  /** The server does not take it: it waits for the next connection. Returns it, or null when it is not known. */
  refuse(seq) {
    const entry = this.#sent.get(seq);
    if (entry === undefined) {
      return null;
    }
    this.#sent.delete(seq);
    this.#refused.add(entry);
    this.#extent -= entry.extent;
    return entry.operation;
  }

  /** What the server has refused may be taken now: it is back in line, in its place. */
  offerRefused() {
    for (const entry of this.#refused) {
      this.#extent += entry.extent;
      entry.seq = 0;
      this.#queue.push(entry);
    }
    this.#refused.clear();
    this.#queue.sort((a, b) => a.number - b.number);
  }

  /** The connection is gone: nothing is on its way any more, and nothing refused. */
  rewind() {
    this.#sent.clear();
    this.#refused.forEach((entry) => {
      this.#extent += entry.extent;
    });
    this.#refused.clear();
    this.#queue = [...this.#entries.values()].sort((a, b) => a.number - b.number);
    this.#queue.forEach((entry) => {
      entry.seq = 0;
    });
  }

  /**
   * Puts others in the place of operations, in the order that is given, those that it does not tell apart in the order of their making; one that
   * is its own replacement keeps its place. Nothing may be on its way.
   */
  replaceEach(order, replacementsOf) {
    const all = [...this.#entries.values()].sort((a, b) => order(a.operation, b.operation) || a.number - b.number);
    for (const entry of all) {
      const parts = replacementsOf(entry.operation);
      if (parts.length !== 1 || parts[0] !== entry.operation) {
        // What comes instead is stored before the row goes.
        parts.forEach((operation) => this.add(operation, entry.epoch, entry.dependencies));
        this.#queue = this.#queue.filter((other) => other !== entry);
        this.#drop(entry);
      }
    }
  }

  /** Cuts what waits into parts, given an operation's parts; each is a row of the store of its own. */
  split(partsOf) {
    this.#queue = this.#queue.flatMap((entry) => {
      const parts = partsOf(entry.operation);
      if (parts.length === 1) {
        return [entry];
      }
      // They keep their place among the others; and all others are there before the row of the whole goes.
      const next = [...this.#entries.keys()].filter((number) => number > entry.number);
      const gap = next.reduce((least, number) => Math.min(least, number), entry.number + 1) - entry.number;
      const entries = parts.map((operation, i) => {
        const number = entry.number + (gap * i) / parts.length;
        const dependencies = i === 0 ? entry.dependencies : [];
        return { number, operation, epoch: entry.epoch, dependencies, extent: extentOf(operation), seq: 0, fresh: false };
      });
      [...entries].reverse().forEach((part) => this.#keep(part));
      if (entry.key !== undefined) {
        this.#store.removeKey(entry.key);
      }
      this.#entries.delete(entry.number);
      entries.forEach((part) => this.#entries.set(part.number, part));
      return entries;
    });
  }

  #heldPlaceholders() {
    const placeholders = this.#queue.filter(({ operation }) => isPlaceholder(operation));
    if (placeholders.length === 0) {
      return new Set();
    }
    const deletes = new Coverage(this.operations().filter(({ kind }) => kind === 'delete'));
    return new Set(placeholders.filter(({ operation }) => deletes.deletesAnyOf(operation)));
  }

  #drop(entry) {
    this.#sent.delete(entry.seq);
    this.#entries.delete(entry.number);
    this.#extent -= entry.extent;
    this.#removeRow(entry);
  }

  #keep({ number, operation, epoch, dependencies }) {
    this.#store.put(number, dependencies.length > 0 ? { operation, epoch, dependencies } : { operation, epoch });
  }

  #removeRow({ number, key }) {
    if (key === undefined) {
      this.#store.remove(number);
    } else {
      this.#store.removeKey(key);
    }
  }
}

/** Two operations as one, or null where that would not mean the same. */
function merge(first, second) {
  const { site, counter } = first.id;
  if (first.kind !== second.kind || site !== second.id.site) {
    return null;
  }
  const length = extentOf(first);
  if (first.kind === 'insert') {
    if (isPlaceholder(first) !== isPlaceholder(second)) {
      return null;
    }
    const continues =
      second.id.counter === counter + length &&
      second.after?.site === site &&
      second.after.counter === counter + length - 1;
    return continues ? { ...first, value: first.value + second.value } : null;
  }
  const total = length + extentOf(second);
  if (second.id.counter === counter + length) {
    return { ...first, length: total };
  }
  return second.id.counter + extentOf(second) === counter ? { ...second, length: total } : null;
}
