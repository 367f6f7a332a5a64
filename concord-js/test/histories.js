import { ConcordDocument } from '../src/document.js';
import { ReferenceDocument } from './reference.js';

/** Cuts an operation at a random place, to get operations that overlap. */
export function cut(random, operation) {
  const points = operation.kind === 'insert' ? Array.from(operation.value) : { length: operation.length ?? 1 };
  if (points.length < 2) {
    return operation;
  }
  const { site, counter } = operation.id;
  const from = random.below(points.length);
  const to = from + 1 + random.below(points.length - from);
  const id = { site, counter: counter + from };
  if (operation.kind === 'delete') {
    return { kind: 'delete', id, length: to - from };
  }
  const value = points.slice(from, to).join('');
  return from === 0 ? { ...operation, value } : { kind: 'insert', id, after: { site, counter: counter + from - 1 }, value };
}

/** Offsets between two elements. */
export function boundary(random, document) {
  const offset = random.below(document.length + 1);
  const code = offset < document.length ? document.codeAt(offset) : 0;
  return (code & 0xfc00) === 0xdc00 ? offset - 1 : offset;
}

/** A document beside the reference model; every step compares the two. */
export class Checked {
  constructor(site) {
    this.document = new ConcordDocument(site);
    this.reference = new ReferenceDocument();
    this.text = '';
  }

  get length() {
    return this.text.length;
  }

  codeAt(offset) {
    return this.text.charCodeAt(offset);
  }

  insert(offset, text) {
    const operations = this.document.insert(offset, text);
    this.#local(operations, this.text.slice(0, offset) + text + this.text.slice(offset));
    return operations;
  }

  delete(offset, length) {
    const operations = this.document.delete(offset, length);
    this.#local(operations, this.text.slice(0, offset) + this.text.slice(offset + length));
    return operations;
  }

  apply(operation) {
    this.reference.apply(operation);
    this.changed(this.document.apply(operation));
    this.check();
  }

  /** Follows changes that the document reports. */
  changed(changes) {
    for (const { offset, removed, inserted } of changes) {
      this.text = this.text.slice(0, offset) + inserted + this.text.slice(offset + removed);
    }
  }

  check() {
    const expected = this.reference.text;
    if (this.document.text !== expected) {
      throw new Error(`the text should be ${JSON.stringify(expected)}, but is ${JSON.stringify(this.document.text)}`);
    }
    if (this.text !== expected) {
      throw new Error(`the changes lead to ${JSON.stringify(this.text)} instead of ${JSON.stringify(expected)}`);
    }
    if (this.document.length !== expected.length) {
      throw new Error(`the length should be ${expected.length}, but is ${this.document.length}`);
    }
  }

  #local(operations, expected) {
    this.text = expected;
    operations.forEach((operation) => this.reference.apply(operation));
    this.check();
  }
}

/** One random local edit; returns the operations. */
export function randomEdit(random, checked) {
  if (checked.length > 0 && random.chance(0.4)) {
    const start = boundary(random, checked);
    let end = Math.min(checked.length, start + 1 + random.below(6));
    if ((checked.codeAt(end) & 0xfc00) === 0xdc00) {
      end++;
    }
    return start === end ? [] : checked.delete(start, end - start);
  }
  return checked.insert(boundary(random, checked), random.text(5));
}

/** An insert as no client of ours would make it: anywhere, on either side of any element. */
export function strangeInsert(random, checked, site, counter) {
  const elements = checked.reference.elements();
  const id = { site, counter };
  if (elements.length === 0 || random.chance(0.1)) {
    return { kind: 'insert', id, after: { site: '', counter: 0 }, value: random.text(3) };
  }
  const anchor = random.pick(elements);
  const parent = { site: anchor.site, counter: anchor.counter };
  return random.chance(0.5)
    ? { kind: 'insert', id, after: parent, value: random.text(3) }
    : { kind: 'insert', id, before: parent, value: random.text(3) };
}

/** What several sites made of one text, some of the time without hearing of each other: all operations. */
export function randomHistory(random, { sites = 3, steps = 30 } = {}) {
  const replicas = Array.from({ length: sites }, (_, i) => new Checked(`${random.pick(['r', 'R', '-', '_'])}${i}`));
  const inboxes = replicas.map(() => []);
  const all = [];
  const publish = (from, operations) => {
    all.push(...operations);
    inboxes.forEach((inbox, to) => to !== from && inbox.push(...operations));
  };
  const strangeCounters = new Map();
  for (let step = 0; step < steps; step++) {
    const number = random.below(sites);
    if (random.chance(0.2)) {
      const site = `x${random.below(2)}`;
      const counter = (strangeCounters.get(site) ?? 0) + 1 + random.below(2);
      const operation = strangeInsert(random, replicas[number], site, counter);
      strangeCounters.set(site, counter + Array.from(operation.value).length);
      replicas[number].apply(operation);
      publish(number, [operation]);
    } else {
      publish(number, randomEdit(random, replicas[number]));
    }
    if (random.chance(0.4)) {
      deliver(random, replicas[number], inboxes[number]);
    }
  }
  replicas.forEach((replica, number) => {
    deliver(random, replica, inboxes[number]);
    inboxes[number].forEach((operation) => replica.apply(operation));
  });
  return { replicas, all };
}

/** Delivers some of what waits, in any order, some of it twice or cut. */
function deliver(random, replica, inbox) {
  random.shuffle(inbox);
  const kept = [];
  for (const operation of inbox) {
    if (random.chance(0.3)) {
      replica.apply(cut(random, operation));
      kept.push(operation);
    } else {
      replica.apply(operation);
      if (random.chance(0.1)) {
        replica.apply(operation);
      }
    }
  }
  inbox.splice(0, inbox.length, ...kept);
}
