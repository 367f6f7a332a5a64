import { ConcordDocument } from '../src/document.js';
import { unpackState } from '../src/envelope.js';
import { readBase64 } from '../src/wire.js';
import { randomHistory } from './histories.js';
import { Random } from './random.js';

function base64(bytes) {
  let binary = '';
  for (const byte of bytes) {
    binary += String.fromCharCode(byte);
  }
  return btoa(binary);
}

function idsOf(document) {
  const ids = [];
  for (let offset = 0; offset < document.length; ) {
    const { site, counter } = document.elementAt(offset);
    ids.push(`${site}:${counter}`);
    offset += document.text.codePointAt(offset) > 0xffff ? 2 : 1;
  }
  return ids.join(' ');
}

/** What this engine makes of a document. */
function looks(document) {
  return {
    text: document.text,
    ids: idsOf(document),
    body: base64(document.encodeBody()),
    version: base64(document.version()),
    pending: document.pendingCount,
  };
}

function applied(operations) {
  const document = new ConcordDocument('js');
  operations.forEach((operation) => document.apply(operation));
  return document;
}

/**
 * Histories that the other engine has made, as `{operations, some, state, version}`: the operations as they are delivered, how many of
 * them a second replica has seen, the other engine's state, and the version of its second replica. Returns what this engine makes of
 * them in every way.
 */
export async function checkTheirs(histories) {
  const answers = [];
  for (const { operations, some, state, version } of histories) {
    const document = applied(operations);
    const loaded = new ConcordDocument('js');
    loaded.mergeBody(await unpackState(readBase64(state)));
    const part = applied(operations.slice(0, some));
    answers.push({
      applied: looks(document),
      loaded: looks(loaded),
      state: base64(await document.encode()),
      part: looks(part),
      difference: base64(await document.difference(readBase64(version))),
      missing: document.missingFrom(readBase64(version)),
    });
  }
  return answers;
}

/** Histories that this engine makes, for the other one to check, as `{operations, some, state, looks, part}`. */
export async function makeOurs(seed, count) {
  const histories = [];
  for (let i = 0; i < count; i++) {
    const random = new Random(seed + i);
    const { all } = randomHistory(random, { sites: 2 + random.below(3), steps: 20 });
    const operations = random.shuffle([...all, ...all.filter(() => random.chance(0.2))]);
    const document = applied(operations);
    const some = random.below(operations.length + 1);
    const part = applied(operations.slice(0, some));
    histories.push({
      operations,
      some,
      state: base64(await document.encode()),
      looks: looks(document),
      part: looks(part),
    });
  }
  return histories;
}
