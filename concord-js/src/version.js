import { MAX_COUNTER } from './bounds.js';
import { ByteReader, ByteWriter, checkAscending } from './bytes.js';
import { joinChains, writeBody } from './codec.js';
import { MalformedStateError, UnknownFormatError } from './errors.js';
import { deleteOf, insertOf } from './operation.js';
import { RangeSet } from './ranges.js';
import { cutInto, partOf } from './run.js';

const VERSION = 1;
const BLOCK = 4096;
const REPLACEMENT = '\uFFFD';

/** What a replica has seen: the counters that it knows of each site, and a hash of what is deleted in each block of them. */
export function encodeVersion(tree, pending) {
  const writer = new ByteWriter();
  writer.ascii('CV');
  writer.byte(VERSION);
  const sites = sitesOf(tree, pending);
  writer.varint(sites.length);
  for (const site of sites) {
    const { known, deleted } = rangesOf(tree, pending, site);
    writer.site(site);
    writer.varint(known.size);
    let end = 1;
    for (const range of known) {
      writer.varint(range.start - end);
      writer.varint(range.end - range.start - 1);
      end = range.end;
    }
    const blocks = blocksOf(deleted);
    writer.varint(blocks.size);
    let last = -1;
    for (const [number, ranges] of blocks) {
      writer.varint(number - last - 1);
      const { first, second } = hash(ranges, number);
      writeLane(writer, first);
      writeLane(writer, second);
      last = number;
    }
  }
  return writer.toBytes();
}

/** The body of a partial state with all that whoever has the version is missing. */
export function encodeDifference(tree, pending, version) {
  const inserts = [];
  const deletes = [];
  forEachMissing(tree, pending, version, (site, missing, ranges) => {
    inserts.push(...missing);
    for (const { start, end } of ranges) {
      deletes.push({ site, counter: start, length: end - start });
    }
  });
  return writeBody([], inserts, deletes);
}

/**
 * The same as operations of at most `limit` elements, in topological order. Where only the place of a deleted element is known,
 * its delete goes ahead of an insert with replacement characters: it waits at the other side, and nobody sees them.
 */
export function missingOperations(tree, pending, version, limit) {
  const inserts = [];
  const deletes = [];
  forEachMissing(tree, pending, version, (site, missing, ranges) => {
    inserts.push(...missing);
    for (const { start, end } of ranges) {
      deletes.push(deleteOf(site, start, end - start));
    }
  });
  // A parent is less deep than its children.
  inserts.sort((a, b) => a.depth - b.depth);
  return [...inserts.flatMap((insert) => operationsOf(insert, limit)), ...deletes];
}

/** An insert as operations of at most `limit` elements; one that is deleted is a delete and inserts of placeholders. */
export function operationsOf(insert, limit = Infinity) {
  const inserts = cutInto(insert, limit).map(({ site, counter, length, anchor, before, text }) =>
    insertOf(site, counter, anchor, before, text ?? REPLACEMENT.repeat(length)),
  );
  return insert.text === null ? [deleteOf(insert.site, insert.counter, insert.length), ...inserts] : inserts;
}

/** Calls back for each site, in ascending order, with the inserts and the ranges of deletes that the version is missing. */
function forEachMissing(tree, pending, version, callback) {
  const theirs = decodeVersion(version);
  for (const site of sitesOf(tree, pending)) {
    const { ranges = [], blocks = new Map() } = theirs.get(site) ?? {};
    const { deleted } = rangesOf(tree, pending, site);
    const inserts = joinChains(outside(piecesOf(tree, pending, site), ranges));
    const struck = new RangeSet();
    for (const [number, range] of blocksOf(deleted)) {
      const { first, second } = hash(range, number);
      if (blocks.get(number) !== laneKey(first, second)) {
        range.forEach(({ start, end }) => struck.add(start, end));
      }
    }
    for (const { counter, length } of inserts) {
      struck.take(counter, counter + length);
    }
    callback(site, inserts, struck);
  }
}

function decodeVersion(bytes) {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== 0x43 || reader.byte() !== 0x56) {
    throw new MalformedStateError('the bytes are not a version');
  }
  const version = reader.byte();
  if (version !== VERSION) {
    throw new UnknownFormatError(`the version summary has version ${version}; this program reads version ${VERSION}`);
  }
  const sites = new Map();
  let last = '';
  for (let left = reader.count(); left > 0; left--) {
    const site = reader.site();
    checkAscending(last, site);
    last = site;
    sites.set(site, { ranges: readRanges(reader), blocks: readBlocks(reader) });
  }
  reader.end();
  return sites;
}

function readRanges(reader) {
  const ranges = [];
  let end = 1;
  for (let left = reader.count(); left > 0; left--) {
    const start = end + reader.varint();
    end = start + reader.varint() + 1;
    if (end > MAX_COUNTER + 1) {
      throw new MalformedStateError('a counter is greater than 2^53-1');
    }
    ranges.push({ start, end });
  }
  return ranges;
}

function readBlocks(reader) {
  const blocks = new Map();
  let number = -1;
  for (let left = reader.count(); left > 0; left--) {
    number += 1 + reader.varint();
    blocks.set(number, laneKey(readLane(reader), readLane(reader)));
  }
  return blocks;
}

function sitesOf(tree, pending) {
  return [...new Set([...tree.sites(), ...pending.sites()])].sort();
}

/** All elements of a site in ascending order of counters, as inserts with their depth. */
function* piecesOf(tree, pending, site) {
  const waiting = pending.insertsOf(site)[Symbol.iterator]();
  let next = waiting.next();
  for (const run of tree.runsOf(site)) {
    for (; !next.done && next.value.counter < run.counter; next = waiting.next()) {
      yield { ...next.value, depth: Infinity };
    }
    const { counter, length, before, depth, text } = run;
    yield { site, counter, length, anchor: tree.parentOf(run), before, depth, text };
  }
  for (; !next.done; next = waiting.next()) {
    yield { ...next.value, depth: Infinity };
  }
}

/** The parts of the pieces whose counters are in none of the ranges; both ascend. */
function* outside(pieces, ranges) {
  let number = 0;
  for (const piece of pieces) {
    const end = piece.counter + piece.length;
    for (let at = piece.counter; at < end; ) {
      while (number < ranges.length && ranges[number].end <= at) {
        number++;
      }
      const range = ranges[number];
      const to = range === undefined ? end : Math.min(end, range.start);
      if (at < to) {
        yield { ...partOf(piece, at - piece.counter, to - piece.counter), depth: piece.depth + at - piece.counter };
      }
      at = range === undefined ? end : Math.max(at, Math.min(end, range.end));
    }
  }
}

function rangesOf(tree, pending, site) {
  const known = new RangeSet();
  const deleted = new RangeSet();
  for (const list of [tree.runsOf(site), pending.insertsOf(site)]) {
    for (const { counter, length, text } of list) {
      known.add(counter, counter + length);
      if (text === null) {
        deleted.add(counter, counter + length);
      }
    }
  }
  for (const { start, end } of pending.deletesOf(site)) {
    deleted.add(start, end);
  }
  return { known, deleted };
}

/** The ranges cut at the ends of the blocks: a map from the number of a block to its ranges. */
function blocksOf(ranges) {
  const blocks = new Map();
  for (const range of ranges) {
    for (let start = range.start; start < range.end; ) {
      const number = Math.floor(start / BLOCK);
      const end = Math.min(range.end, (number + 1) * BLOCK);
      if (!blocks.has(number)) {
        blocks.set(number, []);
      }
      blocks.get(number).push({ start, end });
      start = end;
    }
  }
  return blocks;
}

function hash(ranges, number) {
  let first = 0x811c9dc5;
  let second = 0x9e3779b9;
  for (const { start, end } of ranges) {
    const value = (start - number * BLOCK) * 8192 + end - number * BLOCK;
    first = Math.imul(first ^ value, 0x01000193);
    first ^= first >>> 15;
    second = Math.imul(second + value, 0x85ebca6b);
    second ^= second >>> 13;
  }
  return { first: first >>> 0, second: second >>> 0 };
}

function writeLane(writer, lane) {
  for (const shift of [24, 16, 8, 0]) {
    writer.byte((lane >>> shift) & 255);
  }
}

function readLane(reader) {
  let lane = 0;
  for (let i = 0; i < 4; i++) {
    lane = lane * 256 + reader.byte();
  }
  return lane;
}

function laneKey(first, second) {
  return `${first}:${second}`;
}
