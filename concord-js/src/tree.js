import { codePointIndex, compareIds } from './operation.js';
import { Marker, Run, cutInto } from './run.js';
import { Sequence } from './sequence.js';
import { SortedList } from './sorted.js';

// Bounds what has to be copied or scanned when a run is cut; the encoding joins the pieces again.
const RUN_LIMIT = 2048;

const byCounter = (entry, key) => entry.counter - key.counter;

/**
 * The tree of elements, stored as its in-order walk: runs and markers in a `Sequence`.
 *
 * An element's children and the ends of its subtree are found by depth alone: everything between an element and the
 * first item of at most its depth is below it. This is the one place that decides the order of concurrent inserts.
 */
export class ElementTree {
  #head = new Run('', 0, 1, false, 0, null);
  #elements = 0;
  #sequence = new Sequence([this.#head]);
  #sites = new Map([['', SortedList.of(byCounter, [this.#head])]]);
  // The children on one side of an element, kept from the moment that a second one comes.
  #siblings = new Map();

  /** UTF-16 units of visible text. */
  get width() {
    return this.#sequence.width;
  }

  /** How many elements are here, the deleted ones too. */
  get elements() {
    return this.#elements;
  }

  get head() {
    return this.#head;
  }

  get isEmpty() {
    return this.#sites.size === 1;
  }

  /** The runs of the document in order, without the head. */
  *runs() {
    for (const item of this.#sequence) {
      if (!item.isMarker && item !== this.#head) {
        yield item;
      }
    }
  }

  sites() {
    return [...this.#sites.keys()].filter((site) => site !== '');
  }

  /** The runs of one site in ascending order of counters. */
  runsOf(site) {
    return this.#sites.get(site) ?? [];
  }

  /** The run that holds an element, or null. */
  locate(site, counter) {
    const run = this.#sites.get(site)?.floor({ counter }) ?? null;
    return run !== null && counter < run.end ? run : null;
  }

  /** The first counter of the site after the given one that begins a run, Infinity without one. */
  nextCounter(site, counter) {
    return this.#sites.get(site)?.higher({ counter })?.counter ?? Infinity;
  }

  /** The visible text from one offset to another. */
  slice(start, end) {
    if (start >= end) {
      return '';
    }
    const parts = [];
    let { item, within } = this.#sequence.find(start);
    for (let left = end - start; left > 0; item = this.#sequence.next(item)) {
      if (item.width > within) {
        const part = item.text.slice(within, within + left);
        parts.push(part);
        left -= part.length;
      }
      within = 0;
    }
    return parts.join('');
  }

  text() {
    const parts = [];
    for (const item of this.#sequence) {
      if (item.width > 0) {
        parts.push(item.text);
      }
    }
    return parts.join('');
  }

  /** Whether an offset lies between two elements and not inside of one. */
  isBoundary(offset) {
    if (offset === 0 || offset === this.width) {
      return true;
    }
    const { item, within } = this.#sequence.find(offset);
    return within === 0 || (item.text.charCodeAt(within) & 0xfc00) !== 0xdc00;
  }

  /** The visible element at an offset less than the width: its run and its index in the run. */
  elementAt(offset) {
    const { item, within } = this.#sequence.find(offset);
    return { run: item, index: codePointIndex(item.text, item.length, within) };
  }

  /** Where an element stands, or would stand if it were not deleted. */
  offsetOf(run, index) {
    const offset = this.#sequence.offsetOf(run);
    return run.text === null ? offset : offset + run.slice(0, index).length;
  }

  /** What the first element of a run hangs on. */
  parentOf(run) {
    const depth = run.depth - 1;
    const parent = run.before ? this.#sequence.next(run, depth) : this.#sequence.previous(run, depth);
    return { site: parent.site, counter: parent.counter + depth - parent.depth };
  }

  /** The anchor for text that is typed directly after an element: the Fugue rule. */
  anchorAfter(run, index) {
    if (index + 1 < run.length) {
      return { anchor: { site: run.site, counter: run.counter + index + 1 }, before: true };
    }
    const next = this.#sequence.next(run);
    if (next === null || next.depth <= run.depth + index) {
      return { anchor: { site: run.site, counter: run.counter + index }, before: false };
    }
    // A subtree begins with the element of it that has no left child, never with a marker.
    return { anchor: { site: next.site, counter: next.counter }, before: true };
  }

  /** Adds the elements of an insert, whose anchor is here and none of whose elements is. Returns their offset. */
  add(insert) {
    this.#elements += insert.length;
    const [first, ...rest] = piecesOf(insert);
    const offset = this.#addPart(first);
    rest.forEach((part) => this.#addPart(part));
    return offset;
  }

  /** Deletes some elements of a run that is visible. Returns the offset and the width of what went. */
  tombstone(run, from, to) {
    const target = from > 0 ? this.#split(run, from) : run;
    if (to - from < target.length) {
      this.#split(target, to - from);
    }
    const change = { offset: this.#sequence.offsetOf(target), removed: target.width };
    target.text = null;
    this.#sequence.resize(target, 0);
    const previous = this.#sequence.previous(target);
    const joined = this.#join(previous, target) ? previous : target;
    const next = this.#sequence.next(joined);
    if (next !== null) {
      this.#join(joined, next);
    }
    return change;
  }

  /**
   * Fills an empty tree with decoded runs in document order. Each has its depth, and for those with an earlier sibling
   * `markerAt`: the number of the run in front of which its subtree begins.
   */
  load(decoded) {
    const markers = new Map();
    for (const run of decoded) {
      this.#elements += run.length;
      if (run.markerAt >= 0) {
        markers.set(run.markerAt, new Marker(run, run.depth));
      }
    }
    const items = [this.#head];
    const sites = new Map();
    decoded.forEach((part, number) => {
      if (markers.has(number)) {
        items.push(markers.get(number));
      }
      if (!sites.has(part.site)) {
        sites.set(part.site, []);
      }
      for (const { counter, length, before, text } of piecesOf(part)) {
        const run = new Run(part.site, counter, length, before, part.depth + counter - part.counter, text);
        items.push(run);
        sites.get(part.site).push(run);
      }
    });
    for (const [site, runs] of sites) {
      runs.sort(byCounter);
      this.#sites.set(site, SortedList.of(byCounter, runs));
    }
    this.#sequence.rebuild(items);
  }

  #addPart(part) {
    const parent = this.locate(part.anchor.site, part.anchor.counter);
    const index = part.anchor.counter - parent.counter;
    if (this.#continues(parent, index, part)) {
      const offset = this.#sequence.offsetOf(parent) + parent.width;
      parent.length += part.length;
      if (part.text !== null) {
        parent.text += part.text;
        this.#sequence.resize(parent, parent.text.length);
      }
      return offset;
    }
    const run = new Run(part.site, part.counter, part.length, part.before, parent.depth + index + 1, part.text);
    if (part.before) {
      this.#placeBefore(run, index > 0 ? this.#split(parent, index) : parent);
    } else {
      this.#placeAfter(run, parent, index);
    }
    this.#indexOf(run.site).add(run);
    return this.#sequence.offsetOf(run);
  }

  /** Whether the part can be appended to the run in place. */
  #continues(run, index, part) {
    if (part.before || part.site !== run.site || part.counter !== run.end || index + 1 !== run.length) {
      return false;
    }
    if ((part.text === null) !== (run.text === null)) {
      return false;
    }
    if (part.text !== null && run.length + part.length > RUN_LIMIT) {
      return false;
    }
    const next = this.#sequence.next(run);
    return next === null || next.depth <= run.depth + index;
  }

  #placeAfter(run, parent, index) {
    const depth = parent.depth + index;
    const next = this.#sequence.next(parent);
    if (index + 1 === parent.length && (next === null || next.depth <= depth)) {
      this.#sequence.insertAfter(parent, run);
      return;
    }
    const siblings = this.#siblingsOf(parent, index, false);
    const greater = siblings.higher(run);
    if (greater !== null && greater.marker === null) {
      if (index + 1 < parent.length) {
        this.#split(parent, index + 1);
      }
      this.#placeFirst(run, parent, siblings, greater);
    } else {
      this.#placeLater(run, greater === null ? this.#sequence.next(parent, depth) : greater.marker, siblings);
    }
  }

  #placeBefore(run, parent) {
    const previous = this.#sequence.previous(parent);
    if (previous.depth <= parent.depth) {
      this.#sequence.insertBefore(parent, run);
      return;
    }
    const siblings = this.#siblingsOf(parent, 0, true);
    const greater = siblings.higher(run);
    if (greater !== null && greater.marker === null) {
      this.#placeFirst(run, this.#sequence.previous(parent, parent.depth), siblings, greater);
    } else {
      this.#placeLater(run, greater === null ? parent : greater.marker, siblings);
    }
  }

  /** The new run becomes the first child on its side: what was first until now gets its marker. */
  #placeFirst(run, previous, siblings, first) {
    first.marker = new Marker(first, run.depth);
    this.#sequence.insertAfter(previous, run);
    this.#sequence.insertAfter(run, first.marker);
    siblings.add({ site: run.site, counter: run.counter, marker: null });
  }

  #placeLater(run, next, siblings) {
    const marker = new Marker(run, run.depth);
    this.#sequence.insertBeforeOrLast(next, marker);
    this.#sequence.insertAfter(marker, run);
    siblings.add({ site: run.site, counter: run.counter, marker });
  }

  /** The children on one side of an element that has at least one there, each with its marker; the first has none. */
  #siblingsOf(run, index, before) {
    const key = `${before ? '<' : '>'}${run.counter + index}:${run.site}`;
    let siblings = this.#siblings.get(key);
    if (siblings === undefined) {
      const entries = before ? this.#leftChildren(run) : this.#rightChildren(run, index);
      siblings = SortedList.of(compareIds, entries);
      this.#siblings.set(key, siblings);
    }
    return siblings;
  }

  #rightChildren(run, index) {
    const depth = run.depth + index + 1;
    const entries = [];
    if (index + 1 < run.length) {
      entries.push({ site: run.site, counter: run.counter + index + 1, marker: null });
    }
    let marker = null;
    for (let item = this.#sequence.next(run, depth); item?.depth === depth; item = this.#sequence.next(item, depth)) {
      if (item.isMarker) {
        marker = item;
      } else {
        entries.push({ site: item.site, counter: item.counter, marker });
        marker = null;
      }
    }
    return entries;
  }

  #leftChildren(run) {
    const depth = run.depth + 1;
    const entries = [];
    let item = this.#sequence.previous(run, depth);
    for (; item.depth === depth; item = this.#sequence.previous(item, depth)) {
      if (item.isMarker) {
        entries[entries.length - 1].marker = item;
      } else {
        entries.push({ site: item.site, counter: item.counter, marker: null });
      }
    }
    return entries.reverse();
  }

  /** Cuts a run in two and returns the second part. */
  #split(run, index) {
    const text = run.text === null ? null : run.slice(index, run.length);
    const rest = new Run(run.site, run.counter + index, run.length - index, false, run.depth + index, text);
    if (text !== null) {
      run.text = run.slice(0, index);
      this.#sequence.resize(run, run.text.length);
    }
    run.length = index;
    this.#sequence.insertAfter(run, rest);
    this.#indexOf(run.site).add(rest);
    return rest;
  }

  /** Joins two neighbours when they are tombstones of one run. */
  #join(left, right) {
    const joins =
      !left.isMarker &&
      !right.isMarker &&
      left.text === null &&
      right.text === null &&
      !right.before &&
      left.site === right.site &&
      left.end === right.counter &&
      left.depth + left.length === right.depth;
    if (joins) {
      this.#indexOf(right.site).remove(right);
      this.#sequence.remove(right);
      left.length += right.length;
    }
    return joins;
  }

  #indexOf(site) {
    let runs = this.#sites.get(site);
    if (runs === undefined) {
      runs = new SortedList(byCounter);
      this.#sites.set(site, runs);
    }
    return runs;
  }
}

function piecesOf(insert) {
  return insert.text === null ? [insert] : cutInto(insert, RUN_LIMIT);
}
