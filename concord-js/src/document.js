import { addChange } from './change.js';
import { decodeBody, encodeBody } from './codec.js';
import { packState, sha256, unpackState } from './envelope.js';
import { MAX_COUNTER, MAX_ELEMENTS } from './bounds.js';
import { ConflictError, InvalidOperationError } from './errors.js';
import { HEAD, codePointIndex, codePoints, deleteOf, insertOf, checkSite, isWellFormed, randomSite, readOperation, utf16Index } from './operation.js';
import { PendingBuffer } from './pending.js';
import { cutInto, partOf } from './run.js';
import { ElementTree } from './tree.js';
import { encodeDifference, encodeVersion, missingOperations, operationsOf } from './version.js';

// What a server lets through as one frame bounds what may be one operation.
const OPERATION_LIMIT = 16384;

/**
 * A text that several people edit at once. Offsets and lengths are UTF-16 units; an offset inside a surrogate pair is
 * refused with a RangeError. Nothing here reads a clock or a network.
 */
export class ConcordDocument {
  #site;
  #tree = new ElementTree();
  #pending = new PendingBuffer();
  #lastCounter = 0;

  /** `site` must be new for every editing session: used again, it would mint ids that exist already. */
  constructor(site = randomSite()) {
    checkSite(site, 'site');
    this.#site = site;
  }

  get site() {
    return this.#site;
  }

  get text() {
    return this.#tree.text();
  }

  get length() {
    return this.#tree.width;
  }

  /** How many more elements may be typed under this site. */
  get countersLeft() {
    return MAX_COUNTER - this.#lastCounter;
  }

  /** How many pieces of operations wait for something that has not arrived. */
  get pendingCount() {
    return this.#pending.size;
  }

  slice(start, end = this.length) {
    this.#checkOffset(start);
    this.#checkOffset(end);
    return this.#tree.slice(start, end);
  }

  /** Types text. Returns the operations to send. */
  insert(offset, text) {
    this.#checkOffset(offset);
    checkText(text);
    const { run, index } = offset === 0 ? { run: this.#tree.head, index: 0 } : this.#tree.elementAt(offset - 1);
    return this.#insertAfter(run, index, text, []);
  }

  /** Deletes text. Returns the operations to send. */
  delete(offset, length) {
    this.#checkOffset(offset);
    this.#checkOffset(offset + length);
    const removed = [];
    for (let left = length; left > 0; ) {
      const { run, index } = this.#tree.elementAt(offset);
      const start = utf16Index(run.text, run.length, index);
      const end = run.width - start <= left ? run.length : codePointIndex(run.text, run.length, start + left);
      left -= this.#erase(run, index, end, removed, []);
    }
    return deletesOf(removed);
  }

  /** Types text directly after an element, be it deleted or not. Returns `{operations, changes}`. */
  insertAfter(id, text) {
    checkText(text);
    const run = this.#require(id);
    const changes = [];
    return { operations: this.#insertAfter(run, id.counter - run.counter, text, changes), changes };
  }

  /**
   * Deletes those of the elements `id.counter` to `id.counter + length - 1` that are visible. Returns
   * `{operations, changes, removed}`, the last one as pieces `{site, counter, length, text}`.
   */
  deleteElements(id, length) {
    const removed = [];
    const changes = [];
    const end = id.counter + length;
    for (let at = id.counter; at < end; ) {
      const run = this.#tree.locate(id.site, at);
      if (run === null) {
        at = this.#tree.nextCounter(id.site, at);
        continue;
      }
      const to = Math.min(end, run.end);
      if (run.text !== null) {
        this.#erase(run, at - run.counter, to - run.counter, removed, changes);
      }
      at = to;
    }
    return { operations: deletesOf(removed), changes, removed };
  }

  /**
   * Applies an operation from elsewhere, in whatever order, however often. Returns the changes of the text, empty when the
   * operation was known or has to wait. Throws InvalidOperationError or ConflictError and then has changed nothing.
   */
  apply(operation) {
    const read = readOperation(operation);
    const changes = [];
    if (read.insert) {
      const unknown = this.#unknownPartsOf(read);
      this.#checkRoom(sizeOf(unknown), 0);
      this.#observe(read.anchor.site, read.anchor.counter);
      this.#receive(read, unknown, changes);
    } else {
      this.#checkRoom(0, this.#newlyWaiting([read]));
      this.#strike(read.site, read.counter, read.length, changes);
    }
    this.#observe(read.site, read.counter + read.length - 1);
    return changes;
  }

  /** Whether all of an insert is here already. Throws ConflictError when some of it is here otherwise. */
  knows(insert) {
    return this.#unknownPartsOf(readOperation(insert)).length === 0;
  }

  /** Merges an encoded state, whole or partial. Resolves to the changes of the text. */
  async merge(state) {
    return this.mergeBody(await unpackState(state));
  }

  /** Merges an unpacked state: what `merge` does once it has inflated the bytes. */
  mergeBody(body) {
    const { runs, inserts, deletes } = decodeBody(body);
    const changes = [];
    const blank = this.#tree.isEmpty && this.#pending.size === 0;
    // Parents are less deep than their children: in this order nothing has to wait.
    const arriving = blank ? inserts : [...runs.sort((a, b) => a.depth - b.depth), ...inserts];
    const unknown = arriving.map((insert) => this.#unknownPartsOf(insert));
    const loaded = blank ? runs.reduce((sum, { length }) => sum + length, 0) : 0;
    this.#checkRoom(loaded + unknown.reduce((sum, parts) => sum + sizeOf(parts), 0), this.#newlyWaiting(deletes));
    if (blank && runs.length > 0) {
      this.#tree.load(runs);
      addChange(changes, { offset: 0, removed: 0, inserted: this.text });
      for (const run of runs) {
        this.#observe(run.site, run.counter + run.length - 1);
      }
    }
    arriving.forEach((insert, number) => {
      this.#receive(insert, unknown[number], changes);
      if (insert.text === null) {
        this.#strike(insert.site, insert.counter, insert.length, changes);
      }
      this.#observe(insert.anchor.site, insert.anchor.counter);
      this.#observe(insert.site, insert.counter + insert.length - 1);
    });
    for (const { site, counter, length } of deletes) {
      this.#strike(site, counter, length, changes);
      this.#observe(site, counter + length - 1);
    }
    return changes;
  }

  /** The whole document as bytes; what waits is part of it. */
  async encode() {
    return packState(this.encodeBody());
  }

  /** The canonical bytes inside of `encode()`: equal for all who have seen the same operations. */
  encodeBody() {
    return encodeBody(this.#tree, this.#pending);
  }

  /** SHA-256 of the canonical bytes in hexadecimal. Browsers offer it to secure pages only. */
  async digest() {
    return sha256(this.encodeBody());
  }

  /** What this document has seen, as bytes. */
  version() {
    return encodeVersion(this.#tree, this.#pending);
  }

  /** What a replica with that version is missing, as a partial state. */
  async difference(version) {
    return packState(encodeDifference(this.#tree, this.#pending, version));
  }

  /** What a replica with that version is missing, as operations, no matter who made them. */
  missingFrom(version) {
    return missingOperations(this.#tree, this.#pending, version, OPERATION_LIMIT);
  }

  /**
   * An element and those that it hangs on, as operations, an anchor before what hangs on it: those that are nearest, at most so many elements
   * and so many inserts. Ends at the first element of this document's own site. What is deleted comes as in `missingFrom`.
   */
  ancestryOf(id, { elements, inserts }) {
    const operations = [];
    let { site, counter } = id;
    for (let left = elements, more = inserts; site !== '' && site !== this.#site && left > 0 && more > 0; more--) {
      const run = this.#require({ site, counter });
      const to = counter + 1 - run.counter;
      const from = Math.max(0, to - left);
      const part = partOf({ ...run, anchor: from === 0 ? this.#tree.parentOf(run) : null }, from, to);
      operations.unshift(...operationsOf(part));
      left -= part.length;
      ({ site, counter } = part.anchor);
    }
    return operations;
  }

  /** The id of the element that is visible at an offset. */
  elementAt(offset) {
    if (!Number.isInteger(offset) || offset < 0 || offset >= this.length) {
      throw new RangeError(`offset ${offset} is outside of 0 to ${this.length - 1}`);
    }
    const { run, index } = this.#tree.elementAt(offset);
    return { site: run.site, counter: run.counter + index };
  }

  /** Where an element stands, or would stand if it were not deleted; null when it is not known. */
  offsetOf(id) {
    const run = this.#tree.locate(id.site, id.counter);
    return run === null ? null : this.#tree.offsetOf(run, id.counter - run.counter);
  }

  isDeleted(id) {
    const run = this.#tree.locate(id.site, id.counter);
    return run !== null && run.text === null;
  }

  /**
   * Cuts the elements `id.counter` to `id.counter + length - 1`, all known, where something else stands between them, be it
   * visible or not. Returns `{from, to}` counted from the first element.
   */
  contiguousRanges(id, length) {
    const stretches = [];
    for (let from = 0; from < length; ) {
      const run = this.#require({ site: id.site, counter: id.counter + from });
      const to = Math.min(length, run.end - id.counter);
      stretches.push({ from, to });
      from = to;
    }
    return stretches;
  }

  /** Whether an offset is in the text and not inside of a surrogate pair. */
  isBoundary(offset) {
    return Number.isInteger(offset) && offset >= 0 && offset <= this.length && this.#tree.isBoundary(offset);
  }

  /**
   * A caret `{element, bias}`, which belongs to one of its neighbours and survives edits. With the bias `left` it stays directly after
   * the element on its left, and what is typed at the caret comes after it; with `right` it stays directly before the element on its
   * right, and moves on after what is typed at it. At the edges it sticks to the head: `left` to the start of the text, `right`, by
   * convention, to its end.
   */
  caretAt(offset, bias = 'left') {
    checkBias(bias);
    this.#checkOffset(offset);
    if (bias === 'left') {
      return { element: offset === 0 ? { ...HEAD } : this.elementAt(offset - 1), bias };
    }
    return { element: offset === this.length ? { ...HEAD } : this.elementAt(offset), bias };
  }

  /** Where a caret stands now, at a deleted element where that stood; null when its element is not known. */
  offsetOfCaret({ element, bias }) {
    checkBias(bias);
    if (element.site === '') {
      return bias === 'left' ? 0 : this.length;
    }
    const run = this.#tree.locate(element.site, element.counter);
    if (run === null) {
      return null;
    }
    const index = element.counter - run.counter;
    return this.#tree.offsetOf(run, bias === 'left' && run.text !== null ? index + 1 : index);
  }

  #require(id) {
    const run = this.#tree.locate(id.site, id.counter);
    if (run === null) {
      throw new RangeError(`element ${id.site}:${id.counter} is not in the document`);
    }
    return run;
  }

  #checkOffset(offset) {
    if (!Number.isInteger(offset) || offset < 0 || offset > this.length) {
      throw new RangeError(`offset ${offset} is outside of 0 to ${this.length}`);
    }
    if (!this.#tree.isBoundary(offset)) {
      throw new RangeError(`offset ${offset} is inside of a surrogate pair`);
    }
  }

  #insertAfter(run, index, text, changes) {
    const length = codePoints(text);
    this.#checkRoom(length, 0);
    if (length > MAX_COUNTER - this.#lastCounter) {
      throw new InvalidOperationError('counter', 'the last counter would pass 2^53-1');
    }
    const insert = {
      site: this.#site,
      counter: this.#lastCounter + 1,
      length,
      ...this.#tree.anchorAfter(run, index),
      text,
    };
    this.#lastCounter += insert.length;
    this.#receive(insert, [{ from: 0, to: insert.length }], changes);
    return cutInto(insert, OPERATION_LIMIT).map((part) =>
      insertOf(part.site, part.counter, part.anchor, part.before, part.text),
    );
  }

  /** Throws when so many more elements, or so many more whose delete waits, are more than a document may have. */
  #checkRoom(elements, waitingDeletes) {
    if (this.#tree.elements + this.#pending.elements + elements > MAX_ELEMENTS) {
      throw new InvalidOperationError('length', 'the document would have more than 2^30 elements');
    }
    if (this.#pending.deletedElements + waitingDeletes > MAX_ELEMENTS) {
      throw new InvalidOperationError('length', 'the deletes of more than 2^30 elements would wait');
    }
  }

  /** How many elements of some deletes would have to wait, and do not wait yet; counted only where that matters. */
  #newlyWaiting(deletes) {
    const most = deletes.reduce((sum, { length }) => sum + length, 0);
    if (this.#pending.deletedElements + most <= MAX_ELEMENTS) {
      return most;
    }
    let count = 0;
    for (const { site, counter, length } of deletes) {
      const end = counter + length;
      for (let at = counter; at < end; ) {
        const known = this.#tree.locate(site, at) ?? this.#pending.locate(site, at);
        const to = Math.min(end, known !== null ? known.counter + known.length : this.#nextKnown(site, at));
        if (known === null) {
          count += to - at - this.#pending.countDeleted(site, at, to);
        }
        at = to;
      }
    }
    return count;
  }

  #nextKnown(site, counter) {
    return Math.min(this.#tree.nextCounter(site, counter), this.#pending.nextCounter(site, counter));
  }

  #observe(site, counter) {
    if (site === this.#site && counter > this.#lastCounter) {
      this.#lastCounter = counter;
    }
  }

  /** Tombstones elements of a visible run, notes them in `removed`, and returns their width. */
  #erase(run, from, to, removed, changes) {
    const piece = { site: run.site, counter: run.counter + from, length: to - from, text: run.slice(from, to) };
    const change = this.#tree.tombstone(run, from, to);
    removed.push(piece);
    addChange(changes, { ...change, inserted: '' });
    return change.removed;
  }

  /**
   * The parts of an insert that are neither in the tree nor waiting, as `{from, to}`.
   *
   * @throws ConflictError when a part that is known is known otherwise
   */
  #unknownPartsOf(insert) {
    const unknown = [];
    const end = insert.counter + insert.length;
    for (let at = insert.counter; at < end; ) {
      const inTree = this.#tree.locate(insert.site, at);
      const known = inTree ?? this.#pending.locate(insert.site, at);
      if (known === null) {
        const next = Math.min(end, this.#nextKnown(insert.site, at));
        unknown.push({ from: at - insert.counter, to: next - insert.counter });
        at = next;
        continue;
      }
      const to = Math.min(end, known.counter + known.length);
      const ours = partOf(insert, at - insert.counter, to - insert.counter);
      const anchor = at > known.counter || inTree === null ? known.anchor : this.#tree.parentOf(known);
      checkSame(ours, { ...known, anchor }, at - known.counter);
      at = to;
    }
    return unknown;
  }

  #receive(insert, unknown, changes) {
    for (const { from, to } of unknown) {
      const struck = this.#pending.takeDeletes(insert.site, insert.counter + from, to - from);
      let at = from;
      for (const range of struck) {
        const start = range.start - insert.counter;
        const end = range.end - insert.counter;
        if (at < start) {
          this.#admit(partOf(insert, at, start), changes);
        }
        this.#admit({ ...partOf(insert, start, end), text: null }, changes);
        at = end;
      }
      if (at < to) {
        this.#admit(partOf(insert, at, to), changes);
      }
    }
  }

  /** Adds an insert to the tree, and whatever has waited for it; or lets it wait itself. */
  #admit(insert, changes) {
    if (this.#tree.locate(insert.anchor.site, insert.anchor.counter) === null) {
      this.#pending.add(insert);
      return;
    }
    const ready = [insert];
    while (ready.length > 0) {
      const next = ready.pop();
      const offset = this.#tree.add(next);
      addChange(changes, { offset, removed: 0, inserted: next.text ?? '' });
      for (const waiting of this.#pending.takeWaiting(next.site, next.counter, next.length)) {
        ready.push(waiting);
      }
    }
  }

  /** Deletes elements wherever they are: in the tree, among the waiting inserts, or not arrived yet. */
  #strike(site, counter, length, changes) {
    const end = counter + length;
    for (let at = counter; at < end; ) {
      const run = this.#tree.locate(site, at);
      const waiting = run === null ? this.#pending.locate(site, at) : null;
      let to;
      if (run !== null) {
        to = Math.min(end, run.end);
        if (run.text !== null) {
          this.#erase(run, at - run.counter, to - run.counter, [], changes);
        }
      } else if (waiting !== null) {
        to = Math.min(end, waiting.counter + waiting.length);
        this.#pending.strike(waiting, at, to);
      } else {
        to = Math.min(end, this.#nextKnown(site, at));
        this.#pending.addDelete(site, at, to);
      }
      at = to;
    }
  }
}

function sizeOf(parts) {
  return parts.reduce((sum, { from, to }) => sum + to - from, 0);
}

function checkBias(bias) {
  if (bias !== 'left' && bias !== 'right') {
    throw new TypeError(`bias: must be 'left' or 'right', but is ${bias}`);
  }
}

function checkText(text) {
  if (typeof text !== 'string' || text === '') {
    throw new InvalidOperationError('value', 'must be a string that is not empty');
  }
  if (!isWellFormed(text)) {
    throw new InvalidOperationError('value', 'has a lone surrogate');
  }
}

/** Compares a part of an insert with what is known of it from element number `index` on. */
function checkSame(ours, known, index) {
  const sameAnchor =
    index > 0
      ? !ours.before && ours.anchor.site === ours.site && ours.anchor.counter === ours.counter - 1
      : ours.before === known.before &&
        ours.anchor.site === known.anchor.site &&
        ours.anchor.counter === known.anchor.counter;
  if (!sameAnchor) {
    throw new ConflictError(ours.site, ours.counter, 'is known with another anchor');
  }
  if (ours.text === null || known.text === null) {
    return;
  }
  if (ours.text !== partOf(known, index, index + ours.length).text) {
    throw new ConflictError(ours.site, ours.counter, 'is known with another value');
  }
}

function deletesOf(removed) {
  const ranges = [];
  for (const { site, counter, length } of removed) {
    const last = ranges[ranges.length - 1];
    if (last !== undefined && last.site === site && last.counter + last.length === counter) {
      last.length += length;
    } else {
      ranges.push({ site, counter, length });
    }
  }
  return ranges.map(({ site, counter, length }) => deleteOf(site, counter, length));
}
