import { SortedList } from './sorted.js';

const byStart = (entry, key) => entry.start - key.start;

/** A set of integers as maximal ranges `{start, end}`, the end exclusive. */
export class RangeSet {
  #ranges = new SortedList(byStart);

  get size() {
    return this.#ranges.size;
  }

  [Symbol.iterator]() {
    return this.#ranges[Symbol.iterator]();
  }

  add(start, end) {
    let from = start;
    let to = end;
    // Asking from the end also finds the ranges that only touch the new one.
    for (let range = this.#ranges.floor({ start: end }); range !== null && range.end >= from; ) {
      from = Math.min(from, range.start);
      to = Math.max(to, range.end);
      this.#ranges.remove(range);
      range = this.#ranges.floor({ start: to });
    }
    this.#ranges.add({ start: from, end: to });
  }

  /** Whether all of `[start, end)` is in the set. */
  covers(start, end) {
    const range = this.#ranges.floor({ start });
    return range !== null && range.end >= end;
  }

  /** Whether any of `[start, end)` is in the set. */
  meets(start, end) {
    const range = this.#ranges.floor({ start: end - 1 });
    return range !== null && range.end > start;
  }

  /** How many of `[start, end)` are in the set. */
  count(start, end) {
    let count = 0;
    for (let at = end; at > start; ) {
      const range = this.#ranges.floor({ start: at - 1 });
      if (range === null || range.end <= start) {
        break;
      }
      count += Math.min(range.end, end) - Math.max(range.start, start);
      at = range.start;
    }
    return count;
  }

  /** Removes what lies in `[start, end)` and returns it as ranges in ascending order. */
  take(start, end) {
    const taken = [];
    for (;;) {
      const range = this.#ranges.floor({ start: end - 1 });
      if (range === null || range.end <= start) {
        return taken.reverse();
      }
      this.#ranges.remove(range);
      if (range.start < start) {
        this.#ranges.add({ start: range.start, end: start });
      }
      if (range.end > end) {
        this.#ranges.add({ start: end, end: range.end });
      }
      taken.push({ start: Math.max(start, range.start), end: Math.min(end, range.end) });
    }
  }
}
