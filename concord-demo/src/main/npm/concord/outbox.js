import { extentOf } from './operation.js';

const MERGE_LIMIT = 16384;

/**
 * The operations that the server has not acknowledged. Each is an entry `{number, operation, epoch, extent, seq, fresh}`:
 * `extent` is how many characters it inserts or deletes, `seq` is set while it is on its way, and `fresh` says that it never
 * was. What is typed while nothing can be sent grows into few operations.
 */
export class Outbox {
  #entries = new Map();
  #queue = [];
  #sent = new Map();
  #number = 0;
  #store;
  #extent = 0;

  constructor(store) {
    this.#store = store;
  }

  /** Characters that are not acknowledged. */
  get extent() {
    return this.#extent;
  }

  get isEmpty() {
    return this.#entries.size === 0;
  }

  operations() {
    return Array.from(this.#entries.values(), (entry) => entry.operation);
  }

  add(operation, epoch) {
    const extent = extentOf(operation);
    this.#extent += extent;
    const last = this.#queue[this.#queue.length - 1];
    const open = last?.fresh === true && last.epoch === epoch && last.extent + extent <= MERGE_LIMIT;
    const merged = open ? merge(last.operation, operation) : null;
    if (merged !== null) {
      last.operation = merged;
      last.extent += extent;
      this.#store.put(last.number, { operation: merged, epoch });
      return;
    }
    const entry = { number: ++this.#number, operation, epoch, extent, seq: 0, fresh: true };
    this.#entries.set(entry.number, entry);
    this.#queue.push(entry);
    this.#store.put(entry.number, { operation, epoch });
  }

  /** Takes over an operation that an earlier session left behind; `key` is where the store holds it. */
  adopt({ key, operation, epoch }) {
    const entry = { number: ++this.#number, operation, epoch, extent: extentOf(operation), seq: 0, fresh: false, key };
    this.#extent += entry.extent;
    this.#entries.set(entry.number, entry);
    this.#queue.push(entry);
  }

  /** Hands out all that waits to be sent, each stamped with the next seq. */
  take(nextSeq) {
    const entries = this.#queue;
    this.#queue = [];
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

  /** Gives up a refused operation. Returns it, or null when it is not known. */
  refuse(seq) {
    const entry = this.#sent.get(seq);
    if (entry === undefined) {
      return null;
    }
    this.#drop(entry);
    return entry.operation;
  }

  /** The connection is gone: nothing is on its way any more. */
  rewind() {
    this.#sent.clear();
    this.#queue = [...this.#entries.values()];
    this.#queue.forEach((entry) => {
      entry.seq = 0;
    });
  }

  #drop(entry) {
    this.#sent.delete(entry.seq);
    this.#entries.delete(entry.number);
    this.#extent -= entry.extent;
    if (entry.key === undefined) {
      this.#store.remove(entry.number);
    } else {
      this.#store.removeKey(entry.key);
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
