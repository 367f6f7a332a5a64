import { addChange } from './change.js';
import { InvalidOperationError } from './errors.js';
import { codePoints, isWellFormed } from './operation.js';
import { partOf } from './run.js';
import { SortedList } from './sorted.js';

const PAUSE_MS = 1000;
const MAX_STEPS = 1000;

const byCounter = (entry, key) => entry.counter - key.counter;

/**
 * Undo and redo of the edits made through it, by element, among the edits of others: to undo an insert deletes those of its
 * elements that are still visible, to undo a delete types the text again where the deleted elements stand.
 *
 * The time of an edit comes from outside. Typing or deleting that goes on at one place, with pauses shorter than `pause`
 * milliseconds, is one step.
 */
export class UndoHistory {
  #document;
  #pause;
  #done = [];
  #undone = [];
  #open = null;
  #replacements = new Replacements();

  constructor(document, { pause = PAUSE_MS } = {}) {
    this.#document = document;
    this.#pause = pause;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /**
   * Replaces `removed` UTF-16 units at `offset` by the text `inserted`; given a list of such edits, does one after the other as
   * one step. Returns the operations to send. Throws a RangeError or an InvalidOperationError when one of them is not possible, and
   * has then changed nothing.
   */
  edit(edit, now) {
    const edits = [edit].flat();
    this.#check(edits);
    if (edits.length === 1 || this.#open?.kind === 'group') {
      return edits.flatMap((one) => this.#perform(one, now));
    }
    this.beginGroup();
    const operations = edits.flatMap((one) => this.#perform(one, now));
    this.endGroup();
    return operations;
  }

  /** Checks all edits before the first one is done: each counts in the text after the one before it. */
  #check(edits) {
    const text = edits.length > 1 ? this.#document.text : null;
    let length = this.#document.length;
    edits.forEach(({ offset, removed = 0, inserted = '' }, number) => {
      const isRange = Number.isInteger(offset) && Number.isInteger(removed) && offset >= 0 && removed >= 0;
      if (!isRange || offset + removed > length) {
        throw new RangeError(`offset ${offset} with ${removed} removed is outside of 0 to ${length}`);
      }
      if (typeof inserted !== 'string' || !isWellFormed(inserted)) {
        throw new InvalidOperationError('inserted', 'must be a string without lone surrogates');
      }
      const before = edits.slice(0, number);
      const isBoundary = (at) => (text === null ? this.#document.isBoundary(at) : !isLow(text, before, at) || !isHigh(text, before, at - 1));
      if (!isBoundary(offset) || !isBoundary(offset + removed)) {
        throw new RangeError(`offset ${offset} with ${removed} removed cuts a surrogate pair`);
      }
      length += inserted.length - removed;
    });
  }

  /** Begins a step that all edits join until `endGroup`, `undo` or `redo`. */
  beginGroup() {
    this.#open = { kind: 'group', isNew: true };
  }

  /** Ends the current step, so that what is typed next is a step of its own. */
  endGroup() {
    this.#open = null;
  }

  /**
   * Takes up as one step what somebody else, the server say, did for this user and what has arrived here: `{inserted, deleted}`, pieces
   * `{site, counter, length}` and, with their text, `{site, counter, length, text}`.
   */
  adopt({ inserted, deleted }) {
    const step = inserted.map((piece) => ({ inserted: piece }));
    if (deleted.length > 0) {
      step.unshift({ deleted });
    }
    if (step.length > 0) {
      this.#open = null;
      this.#undone = [];
      this.#done.push(step);
      this.#done.splice(0, this.#done.length - MAX_STEPS);
    }
  }

  /** Takes back the last step. Returns `{operations, changes}`, null when there is none. */
  undo() {
    return this.#revert(this.#done, this.#undone);
  }

  /** Does again what was undone last. Returns `{operations, changes}`, null when there is nothing. */
  redo() {
    return this.#revert(this.#undone, this.#done);
  }

  #perform({ offset, removed = 0, inserted = '' }, now) {
    const joined = this.#continues({ offset, removed, inserted }, now);
    const step = joined ? this.#done[this.#done.length - 1] : [];
    const operations = [];
    if (removed > 0) {
      const text = this.#document.slice(offset, offset + removed);
      const deletes = this.#document.delete(offset, removed);
      step.push({ deleted: piecesOf(deletes, text) });
      operations.push(...deletes);
    }
    if (inserted !== '') {
      const inserts = this.#document.insert(offset, inserted);
      step.push({ inserted: { ...inserts[0].id, length: codePoints(inserted) } });
      operations.push(...inserts);
    }
    if (operations.length > 0) {
      this.#undone = [];
      if (!joined) {
        this.#done.push(step);
        this.#done.splice(0, this.#done.length - MAX_STEPS);
      }
      if (this.#open?.kind === 'group') {
        this.#open.isNew = false;
      } else {
        const caret = this.#document.caretAt(offset + inserted.length, 'left');
        const kind = removed === 0 ? 'insert' : inserted === '' ? 'delete' : 'replace';
        this.#open = { kind, caret, now };
      }
    }
    return operations;
  }

  #continues({ offset, removed, inserted }, now) {
    const open = this.#open;
    if (open?.kind === 'group') {
      return !open.isNew;
    }
    if (open === null || this.#undone.length > 0 || now - open.now >= this.#pause) {
      return false;
    }
    const place = this.#document.offsetOfCaret(open.caret);
    if (open.kind === 'delete') {
      return inserted === '' && (place === offset || place === offset + removed);
    }
    return removed === 0 && place === offset;
  }

  #revert(from, to) {
    const step = from.pop();
    if (step === undefined) {
      return null;
    }
    this.#open = null;
    const reverse = [];
    const result = { operations: [], changes: [] };
    for (const { inserted, deleted } of step.reverse()) {
      if (inserted === undefined) {
        this.#restore(deleted, reverse, result);
      } else {
        this.#erase(inserted, reverse, result);
      }
    }
    to.push(reverse);
    return result;
  }

  #erase(range, reverse, result) {
    for (const { site, counter, length } of this.#replacements.of(range)) {
      const { operations, changes, removed } = this.#document.deleteElements({ site, counter }, length);
      collect(result, operations, changes);
      if (removed.length > 0) {
        reverse.push({ deleted: removed });
      }
    }
  }

  /** Types each stretch of text directly after its own tombstones, so that the order stays what it was. */
  #restore(pieces, reverse, result) {
    for (const piece of pieces) {
      for (const { from, to } of this.#document.contiguousRanges(piece, piece.length)) {
        const { site, counter, length, text } = partOf(piece, from, to);
        const { operations, changes } = this.#document.insertAfter({ site, counter: counter + length - 1 }, text);
        collect(result, operations, changes);
        const { id } = operations[0];
        reverse.push({ inserted: { ...id, length } });
        this.#replacements.add({ site, counter, length }, id);
      }
    }
  }
}

/** Remembers which elements were typed again, and as which. */
class Replacements {
  #sites = new Map();

  add({ site, counter, length }, replacement) {
    if (!this.#sites.has(site)) {
      this.#sites.set(site, new SortedList(byCounter));
    }
    this.#sites.get(site).add({ counter, length, replacement });
  }

  /** The ranges that stand for the elements of a range today. */
  of(range) {
    const today = [];
    const open = [range];
    while (open.length > 0) {
      const { site, counter, length } = open.pop();
      const end = counter + length;
      const list = this.#sites.get(site);
      const entry = list?.floor({ counter }) ?? null;
      if (entry !== null && counter < entry.counter + entry.length) {
        const to = Math.min(end, entry.counter + entry.length);
        const skipped = counter - entry.counter;
        pushRest(open, site, to, end);
        open.push({ site: entry.replacement.site, counter: entry.replacement.counter + skipped, length: to - counter });
      } else {
        const to = Math.min(end, list?.higher({ counter })?.counter ?? Infinity);
        pushRest(open, site, to, end);
        today.push({ site, counter, length: to - counter });
      }
    }
    return today;
  }
}

/** The UTF-16 unit at an offset of a text after some edits. */
function unitAt(text, edits, offset) {
  let at = offset;
  for (let i = edits.length - 1; i >= 0; i--) {
    const { offset: start, removed = 0, inserted = '' } = edits[i];
    if (at >= start + inserted.length) {
      at += removed - inserted.length;
    } else if (at >= start) {
      return inserted.charCodeAt(at - start);
    }
  }
  return text.charCodeAt(at);
}

function isLow(text, edits, offset) {
  return (unitAt(text, edits, offset) & 0xfc00) === 0xdc00;
}

function isHigh(text, edits, offset) {
  return offset >= 0 && (unitAt(text, edits, offset) & 0xfc00) === 0xd800;
}

function pushRest(open, site, start, end) {
  if (start < end) {
    open.push({ site, counter: start, length: end - start });
  }
}

function collect(result, operations, changes) {
  result.operations.push(...operations);
  changes.forEach((change) => addChange(result.changes, change));
}

/** Shares out the deleted text among the deletes, which stand in document order. */
function piecesOf(deletes, text) {
  let rest = { site: '', counter: 0, length: codePoints(text), anchor: null, before: false, text };
  return deletes.map(({ id, length = 1 }) => {
    const piece = { site: id.site, counter: id.counter, length, text: partOf(rest, 0, length).text };
    rest = partOf(rest, length, rest.length);
    return piece;
  });
}
