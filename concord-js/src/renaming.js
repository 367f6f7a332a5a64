import { ConcordDocument } from './document.js';
import { ConflictError } from './errors.js';
import { codePoints, deleteOf, insertOf, randomSite } from './operation.js';

/**
 * Makes a document anew whose site somebody else uses, too: what the server has, and what it is missing, the edits of that site under a new
 * one. `body` and `version` are the server's; `outbox` gets the new operations in the place of the old. `onFault` is given what contradicts the
 * server otherwise. Returns the new document.
 */
export function underNewSite(document, { body, version, outbox, onFault }) {
  const after = new ConcordDocument(randomSite());
  after.mergeBody(body);
  const apply = (operation) => {
    try {
      after.apply(operation);
    } catch (error) {
      onFault(error);
    }
  };
  document
    .missingFrom(version)
    .filter(({ id }) => id.site !== document.site)
    .forEach(apply);
  const renaming = new Renaming(document.site, after);
  outbox.replaceEach((operation) => {
    const parts = renaming.of(operation);
    parts.forEach(apply);
    return parts;
  });
  return after;
}

/**
 * Gives the operations of a site the ids of another one, in the order of their making. Elements that the server has in its text keep their ids,
 * and what waits there for text that never comes is deleted: nothing is there twice.
 */
class Renaming {
  #site;
  #server;
  /** `{from, to, counter}`: the old counters, and the new one of the first; ordered. */
  #ranges = [];
  #nextCounter = 1;

  constructor(site, server) {
    this.#site = site;
    this.#server = server;
  }

  /** What takes the place of an operation; the operation itself when it is of another site, or the server has it. */
  of(operation) {
    if (operation.id.site !== this.#site) {
      return [operation];
    }
    if (operation.kind === 'delete') {
      return this.#delete(operation);
    }
    return this.#insert(operation);
  }

  #insert(operation) {
    const points = Array.from(operation.value);
    const part = (from, to) => {
      const counter = operation.id.counter + from;
      const anchor = from === 0 ? (operation.after ?? operation.before) : { site: this.#site, counter: counter - 1 };
      return insertOf(this.#site, counter, anchor, from === 0 && operation.before !== undefined, points.slice(from, to).join(''));
    };
    const parts = [];
    for (let from = 0; from < points.length; ) {
      const there = this.#there(part(from, from + 1));
      let to = from + 1;
      while (to < points.length && this.#there(part(to, to + 1)) === there) {
        to++;
      }
      if (there === 'waiting') {
        parts.push(deleteOf(this.#site, operation.id.counter + from, to - from));
      }
      parts.push(there === 'in text' ? part(from, to) : this.#rename(part(from, to)));
      from = to;
    }
    return parts.length === 1 && parts[0].id.site === this.#site ? [operation] : parts;
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
        return 'not';
      }
      throw error;
    }
    return this.#server.offsetOf(insert.id) === null ? 'waiting' : 'in text';
  }
}
