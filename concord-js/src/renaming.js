import { Coverage } from './coverage.js';
import { ConcordDocument } from './document.js';
import { ConflictError } from './errors.js';
import { codePoints, deleteOf, extentOf, insertOf } from './operation.js';
import { isPlaceholder, placeholdersLast } from './placeholder.js';

/**
 * Rebuilds a document that contradicts the server: what the server has, and what it is missing. `site` is that of the new document, another
 * one when somebody else uses the old one: the edits come under it. `body`, `version` and `epoch` are the server's; `outbox` gets the new
 * operations in the place of the old. `onFault` is given what contradicts the server otherwise. Returns the new document.
 */
export function rebuild(document, site, { body, version, epoch, outbox, onFault }) {
  const after = new ConcordDocument(site);
  after.mergeBody(body);
  const apply = (operation) => {
    try {
      after.apply(operation);
    } catch (error) {
      onFault(error);
    }
  };
  const missing = document.missingFrom(version);
  placeholdersLast(missing.filter(({ id }) => id.site !== document.site)).forEach(apply);
  const renaming = new Renaming(document, after);
  renaming.lost(missing, new Coverage(outbox.operations())).forEach((operation) => outbox.add(operation, epoch));
  outbox.replaceEach(renaming.order, (operation) => {
    const parts = renaming.of(operation);
    parts.forEach(apply);
    return parts;
  });
  return after;
}

/**
 * Gives the operations of a site the ids of another one. Elements that the server has in its text keep their ids, and what waits there for text
 * that never comes is deleted: nothing is there twice.
 */
class Renaming {
  #site;
  #own;
  #server;
  /** `{from, to, counter}`: the old counters, and the new one of the first; ordered. */
  #ranges = [];
  #nextCounter = 1;

  constructor(own, server) {
    this.#site = own.site;
    this.#own = own;
    this.#server = server;
  }

  /** Compares operations: an own anchor goes before what hangs on it, an own insert before what deletes it, placeholders last. */
  get order() {
    const place = (operation) => {
      const { kind, id } = operation;
      return kind === 'insert' && id.site === this.#site ? id.counter : isPlaceholder(operation) ? Infinity : Number.MAX_SAFE_INTEGER;
    };
    return (a, b) => (place(a) === place(b) ? 0 : place(a) - place(b));
  }

  /**
   * Edits of the site that the server does not have, or not any more, and that nobody would send. The server's version does not tell: it may
   * have something else under the same ids.
   */
  lost(missing, queued) {
    const isOwn = (kind) => (operation) => operation.kind === kind && operation.id.site === this.#site;
    const inserts = this.#own.missingFrom(new ConcordDocument().version()).filter(isOwn('insert'));
    const shared = inserts.reduce((least, insert) => Math.min(least, this.#firstDifference(insert, queued)), Infinity);
    const lost = inserts.flatMap((insert) => this.#lostParts(insert, shared, queued));
    const deleted = new Coverage(lost);
    for (const operation of missing.filter(isOwn('delete'))) {
      // Of other deletes only what is certain to name the same elements there: those before the first difference.
      const end = Math.min(shared, operation.id.counter + extentOf(operation));
      for (let at = operation.id.counter; at < end; at++) {
        const element = deleteOf(this.#site, at, 1);
        if (!queued.includes(element) && !deleted.includes(element)) {
          lost.push(element);
        }
      }
    }
    return lost;
  }

  /** The counter of the first element that the server has otherwise. What was deleted here has lost its letter, which may be the server's. */
  #firstDifference(insert, queued) {
    const points = Array.from(insert.value);
    const first = points.findIndex((_, i) => {
      const element = this.#part(insert, points, i, i + 1);
      return this.#isVisible(element.id) && !queued.includes(element) && this.#there(element) === 'otherwise';
    });
    return first < 0 ? Infinity : insert.id.counter + first;
  }

  #lostParts(insert, shared, queued) {
    const points = Array.from(insert.value);
    const lost = [];
    // What follows the first difference is not the same, even where a letter is.
    let first = -1;
    for (let i = 0; i <= points.length; i++) {
      const element = i === points.length ? null : this.#part(insert, points, i, i + 1);
      if (element === null || queued.includes(element)) {
        if (first >= 0) {
          lost.push(this.#part(insert, points, first, i));
          for (let counter = insert.id.counter + first; counter < insert.id.counter + i; counter++) {
            const gone = deleteOf(this.#site, counter, 1);
            if (!this.#isVisible(gone.id) && !queued.includes(gone)) {
              lost.push(gone);
            }
          }
          first = -1;
        }
        continue;
      }
      const there = this.#there(element);
      const differs = this.#isVisible(element.id) ? there === 'otherwise' : element.id.counter >= shared;
      if (first < 0 && (differs || there === 'not')) {
        first = i;
      }
    }
    return lost;
  }

  #isVisible(id) {
    return this.#own.offsetOf(id) !== null && !this.#own.isDeleted(id);
  }

  /** What takes the place of an operation; the operation itself when it is of another site, or the server has it. */
  of(operation) {
    if (operation.id.site !== this.#site || this.#site === this.#server.site) {
      return [operation];
    }
    if (operation.kind === 'delete') {
      return this.#delete(operation);
    }
    return this.#insert(operation);
  }

  #insert(operation) {
    const points = Array.from(operation.value);
    const there = points.map((_, i) => this.#there(this.#part(operation, points, i, i + 1)));
    if (this.#isOfTheOther(operation, there)) {
      return [this.#rename(operation)];
    }
    const parts = [];
    for (let from = 0; from < points.length; ) {
      let to = from + 1;
      while (to < points.length && there[to] === there[from]) {
        to++;
      }
      const part = this.#part(operation, points, from, to);
      if (there[from] === 'waiting') {
        parts.push(deleteOf(this.#site, operation.id.counter + from, to - from));
      }
      parts.push(['not', 'waiting'].includes(there[from]) ? this.#rename(part) : part);
      from = to;
    }
    return parts.length === 1 && parts[0].id.site === this.#site ? [operation] : parts;
  }

  #part(insert, points, from, to) {
    const counter = insert.id.counter + from;
    const anchor = from === 0 ? (insert.after ?? insert.before) : { site: this.#site, counter: counter - 1 };
    return insertOf(this.#site, counter, anchor, from === 0 && insert.before !== undefined, points.slice(from, to).join(''));
  }

  /**
   * Whether what the server has under the ids of an insert is the other one's. One element that differs is enough: the server takes all of an
   * operation or nothing, and letters that happen to be the same are not ours. A deleted one has no letter to compare: it is not ours when it
   * is in the text here, unless more of the insert stands in the server's text than that.
   */
  #isOfTheOther({ id }, there) {
    const isVisible = (i) => this.#isVisible({ site: id.site, counter: id.counter + i });
    const same = there.filter((how) => how === 'in text').length;
    const deleted = there.filter((how, i) => how === 'deleted' && isVisible(i)).length;
    return there.includes('otherwise') || deleted > same;
  }

  #rename({ id, after, before, value }) {
    const length = codePoints(value);
    const renamed = insertOf(this.#server.site, this.#nextCounter, this.#idOf(after ?? before), before !== undefined, value);
    this.#ranges.push({ from: id.counter, to: id.counter + length, counter: this.#nextCounter });
    this.#ranges.sort((a, b) => a.from - b.from);
    this.#nextCounter += length;
    return renamed;
  }

  #idOf(id) {
    const range = id.site === this.#site ? this.#ranges.find(({ from, to }) => from <= id.counter && id.counter < to) : undefined;
    return range === undefined ? id : { site: this.#server.site, counter: range.counter + id.counter - range.from };
  }

  /** Cut where the elements that it names have changed their ids, and where they have not. */
  #delete({ id, length = 1 }) {
    const parts = [];
    const end = id.counter + length;
    for (let at = id.counter; at < end; ) {
      const next = this.#ranges.find(({ to }) => to > at);
      const to = Math.min(end, next === undefined ? end : next.from > at ? next.from : next.to);
      const { site, counter } = this.#idOf({ site: this.#site, counter: at });
      parts.push(deleteOf(site, counter, to - at));
      at = to;
    }
    return parts;
  }

  /** How the server stands to an insert of one element. */
  #there(insert) {
    try {
      if (!this.#server.knows(insert)) {
        return 'not';
      }
    } catch (error) {
      if (error instanceof ConflictError) {
        return 'otherwise';
      }
      throw error;
    }
    if (this.#server.offsetOf(insert.id) === null) {
      return 'waiting';
    }
    return this.#server.isDeleted(insert.id) ? 'deleted' : 'in text';
  }
}
