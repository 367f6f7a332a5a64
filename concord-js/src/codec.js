import { MAX_COUNTER, MAX_ELEMENTS } from './bounds.js';
import { ByteReader, ByteWriter } from './bytes.js';
import { MalformedStateError } from './errors.js';
import { codePoints } from './operation.js';
import { KIND, SpineReader, SpineWriter } from './spine.js';

const PENDING_DELETED = 1;
const PENDING_BEFORE = 2;

/**
 * The body of a state; see docs/FORMAT.md. Replicas that have seen the same operations write the same bytes.
 */
export function encodeBody(tree, pending) {
  const runs = maximalRuns(tree.runs());
  const inserts = [];
  const deletes = [];
  for (const site of pending.sites().sort()) {
    inserts.push(...joinChains(pending.insertsOf(site)));
    for (const { start, end } of pending.deletesOf(site)) {
      deletes.push({ site, counter: start, length: end - start });
    }
  }
  return writeBody(runs, inserts, deletes);
}

/** Writes a body from runs in document order, and from waiting inserts and deletes by site and counter. */
export function writeBody(runs, inserts, deletes) {
  const sites = sitesOf(runs, inserts, deletes);
  const body = new ByteWriter();
  body.varint(sites.size);
  for (const site of sites.keys()) {
    body.site(site);
  }
  writeTree(body, runs, sites);
  writeInserts(body, inserts, sites);
  body.varint(deletes.length);
  for (const { site, counter, length } of deletes) {
    body.varint(sites.get(site));
    body.varint(counter);
    body.varint(length);
  }
  return body.toBytes();
}

/**
 * Reads a body: `runs` in document order, `inserts` and `deletes` that wait. Runs and inserts have the fields of an insert,
 * text null when deleted; runs also `depth` and `markerAt` as `ElementTree.load` wants them.
 */
export function decodeBody(bytes) {
  const reader = new ByteReader(bytes);
  const sites = reader.sites();
  const elements = new ElementCount('elements');
  const runs = readTree(reader, sites, elements);
  const inserts = readInserts(reader, sites, elements);
  const deletes = readDeletes(reader, sites);
  reader.end();
  checkUnique([...runs, ...inserts]);
  return { runs, inserts, deletes };
}

/** Joins inserts that continue each other, given in ascending order of counters. */
export function joinChains(inserts) {
  const joined = [];
  for (const insert of inserts) {
    const last = joined[joined.length - 1];
    const continues =
      last !== undefined &&
      !insert.before &&
      insert.anchor.site === insert.site &&
      insert.anchor.counter === insert.counter - 1 &&
      last.counter + last.length === insert.counter &&
      (last.texts === null) === (insert.text === null);
    if (continues) {
      last.length += insert.length;
      last.texts?.push(insert.text);
    } else {
      const { text, ...rest } = insert;
      joined.push({ ...rest, texts: text === null ? null : [text] });
    }
  }
  return joined.map(({ texts, ...insert }) => ({ ...insert, text: texts === null ? null : texts.join('') }));
}

function maximalRuns(runs) {
  const joined = [];
  for (const run of runs) {
    const last = joined[joined.length - 1];
    const continues =
      last !== undefined &&
      !run.before &&
      last.site === run.site &&
      last.counter + last.length === run.counter &&
      last.depth + last.length === run.depth &&
      (last.texts === null) === (run.text === null);
    if (continues) {
      last.length += run.length;
      last.texts?.push(run.text);
    } else {
      const { site, counter, length, before, depth, text } = run;
      joined.push({ site, counter, length, before, depth, texts: text === null ? null : [text] });
    }
  }
  return joined;
}

/** A map from each site that is referred to, in ascending order, to its index. */
function sitesOf(runs, inserts, deletes) {
  const sites = new Set();
  for (const { site } of runs) {
    sites.add(site);
  }
  for (const { site, anchor } of inserts) {
    sites.add(site);
    sites.add(anchor.site);
  }
  for (const { site } of deletes) {
    sites.add(site);
  }
  sites.delete('');
  return new Map([...sites].sort().map((site, index) => [site, index]));
}

function writeTree(body, runs, sites) {
  const text = [];
  const kinds = new ByteWriter();
  const visibleLengths = new ByteWriter();
  const deletedLengths = new ByteWriter();
  const spine = new SpineWriter(sites);
  for (const run of runs) {
    const deleted = run.texts === null;
    kinds.byte(spine.write(run) | (deleted ? KIND.deleted : 0));
    if (deleted) {
      deletedLengths.varint(run.length - 1);
    } else {
      visibleLengths.varint(run.length - 1);
      text.push(...run.texts);
    }
  }
  body.varint(runs.length);
  const utf8 = new TextEncoder().encode(text.join(''));
  body.varint(utf8.length);
  body.bytes(utf8);
  const { afterCounters, beforeCounters, pops, shifts, siteIndexes } = spine.columns;
  for (const column of [kinds, visibleLengths, deletedLengths, afterCounters, beforeCounters, pops, shifts, siteIndexes]) {
    body.column(column);
  }
}

function readTree(reader, sites, elements) {
  const count = reader.count();
  const text = readText(reader.bytes(reader.varint()));
  const kinds = reader.column();
  const visibleLengths = reader.column();
  const deletedLengths = reader.column();
  const [afterCounters, beforeCounters, pops, shifts, siteIndexes] = Array.from({ length: 5 }, () => reader.column());
  const columns = { afterCounters, beforeCounters, pops, shifts, siteIndexes };
  const spine = new SpineReader(sites, columns);
  const characters = new CharacterReader(text);
  const runs = [];
  for (let number = 0; number < count; number++) {
    const kind = kinds.byte();
    const deleted = (kind & KIND.deleted) !== 0;
    const length = (deleted ? deletedLengths : visibleLengths).varint() + 1;
    elements.add(length);
    const run = spine.read(kind, length);
    checkLast(run.counter, length);
    run.text = deleted ? null : characters.take(length);
    runs.push(run);
  }
  spine.end();
  characters.end();
  for (const column of [kinds, visibleLengths, deletedLengths, ...Object.values(columns)]) {
    column.end();
  }
  return runs;
}

function writeInserts(body, inserts, sites) {
  body.varint(inserts.length);
  for (const { site, counter, length, anchor, before, text } of inserts) {
    body.varint(sites.get(site));
    body.varint(counter);
    body.byte((text === null ? PENDING_DELETED : 0) | (before ? PENDING_BEFORE : 0));
    body.varint(anchor.site === '' ? 0 : sites.get(anchor.site) + 1);
    body.varint(anchor.counter);
    if (text === null) {
      body.varint(length);
    } else {
      const utf8 = new TextEncoder().encode(text);
      body.varint(utf8.length);
      body.bytes(utf8);
    }
  }
}

function readInserts(reader, sites, elements) {
  const inserts = [];
  for (let left = reader.count(); left > 0; left--) {
    const site = siteAt(sites, reader.varint());
    const counter = reader.varint();
    const flags = reader.byte();
    const anchorSite = reader.varint();
    const anchor = { site: anchorSite === 0 ? '' : siteAt(sites, anchorSite - 1), counter: reader.varint() };
    const before = (flags & PENDING_BEFORE) !== 0;
    const size = reader.varint();
    const text = (flags & PENDING_DELETED) !== 0 ? null : readText(reader.bytes(size));
    const length = text === null ? size : codePoints(text);
    if (flags > 3 || length === 0 || (anchor.site === '') !== (anchor.counter === 0)) {
      throw new MalformedStateError('a waiting insert is not well formed');
    }
    if (before && anchor.site === '') {
      throw new MalformedStateError('nothing stands before the head');
    }
    elements.add(length);
    checkLast(counter, length);
    if (anchor.site === site && anchor.counter >= counter && anchor.counter < counter + length) {
      throw new MalformedStateError('an element hangs on itself');
    }
    inserts.push({ site, counter, length, anchor, before, text });
  }
  checkOrder(inserts);
  return inserts;
}

function readDeletes(reader, sites) {
  const deletes = [];
  const elements = new ElementCount('elements whose delete waits');
  for (let left = reader.count(); left > 0; left--) {
    const site = siteAt(sites, reader.varint());
    const counter = reader.varint();
    const length = reader.varint();
    if (length === 0) {
      throw new MalformedStateError('a waiting delete names no element');
    }
    elements.add(length);
    checkLast(counter, length);
    deletes.push({ site, counter, length });
  }
  checkOrder(deletes);
  return deletes;
}

/** Bounds what a state may have of something. */
class ElementCount {
  #name;
  #count = 0;

  constructor(name) {
    this.#name = name;
  }

  add(length) {
    this.#count += length;
    if (this.#count > MAX_ELEMENTS) {
      throw new MalformedStateError(`there are more than 2^30 ${this.#name}`);
    }
  }
}

/** Hands out a text by numbers of code points. */
class CharacterReader {
  #text;
  #at = 0;

  constructor(text) {
    this.#text = text;
  }

  take(length) {
    const start = this.#at;
    if (length > this.#text.length - start) {
      throw new MalformedStateError('the text is shorter than the runs say');
    }
    for (let left = length; left > 0; left--) {
      this.#at += (this.#text.charCodeAt(this.#at) & 0xfc00) === 0xd800 ? 2 : 1;
    }
    if (this.#at > this.#text.length) {
      throw new MalformedStateError('the text is shorter than the runs say');
    }
    return this.#text.slice(start, this.#at);
  }

  end() {
    if (this.#at < this.#text.length) {
      throw new MalformedStateError('the text is longer than the runs say');
    }
  }
}

function readText(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new MalformedStateError('the text is not UTF-8');
  }
}

function siteAt(sites, index) {
  if (index >= sites.length) {
    throw new MalformedStateError(`site ${index} is not in the list of ${sites.length}`);
  }
  return sites[index];
}

function checkLast(counter, length) {
  if (counter < 1 || counter > MAX_COUNTER - length + 1) {
    throw new MalformedStateError('a counter is outside of 1 to 2^53-1');
  }
}

function checkOrder(rows) {
  for (let i = 1; i < rows.length; i++) {
    const [last, row] = [rows[i - 1], rows[i]];
    if (last.site > row.site || (last.site === row.site && last.counter + last.length > row.counter)) {
      throw new MalformedStateError('rows are out of order');
    }
  }
}

function checkUnique(inserts) {
  const sorted = [...inserts].sort((a, b) => (a.site < b.site ? -1 : a.site > b.site ? 1 : a.counter - b.counter));
  for (let i = 1; i < sorted.length; i++) {
    const [last, next] = [sorted[i - 1], sorted[i]];
    if (last.site === next.site && last.counter + last.length > next.counter) {
      throw new MalformedStateError(`element ${next.site}:${next.counter} is there twice`);
    }
  }
}
