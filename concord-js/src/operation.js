import { MAX_COUNTER, MAX_ELEMENTS, MAX_SITE_LENGTH, RANDOM_SITE_LENGTH } from './bounds.js';
import { InvalidOperationError } from './errors.js';

const SITE = new RegExp(`^[A-Za-z0-9_-]{1,${MAX_SITE_LENGTH}}$`);
const SITE_RULE = `must be 1 to ${MAX_SITE_LENGTH} characters of A-Z, a-z, 0-9, _ and -`;
// Under the u flag a proper pair is one character, so this finds lone surrogates only.
const LONE_SURROGATE = /\p{Surrogate}/u;
const SITE_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';

/** The root of every document. */
export const HEAD = Object.freeze({ site: '', counter: 0 });

/** A fresh name of 72 random bits for an editing session. */
export function randomSite() {
  let site = '';
  for (const byte of crypto.getRandomValues(new Uint8Array(RANDOM_SITE_LENGTH))) {
    site += SITE_ALPHABET[byte & 63];
  }
  return site;
}

/** Throws unless a name may be a site's. */
export function checkSite(site, field) {
  if (!isSite(site)) {
    throw new InvalidOperationError(field, SITE_RULE);
  }
}

export function isSite(site) {
  return typeof site === 'string' && SITE.test(site);
}

/** The order of siblings, and of everything else that is listed by id. */
export function compareIds(a, b) {
  return a.counter - b.counter || (a.site < b.site ? -1 : a.site > b.site ? 1 : 0);
}

export function isWellFormed(text) {
  return !LONE_SURROGATE.test(text);
}

/** The number of code points of a well-formed text. */
export function codePoints(text) {
  let pairs = 0;
  for (let i = 0; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800) {
      pairs++;
    }
  }
  return text.length - pairs;
}

/** The UTF-16 index of the code point number `element`; `length` is the number of code points in the text. */
export function utf16Index(text, length, element) {
  if (text.length === length) {
    return element;
  }
  let index = 0;
  for (let passed = 0; passed < element; passed++) {
    index += (text.charCodeAt(index) & 0xfc00) === 0xd800 ? 2 : 1;
  }
  return index;
}

/** The number of the code point that the UTF-16 index lies in; `length` is the number of code points in the text. */
export function codePointIndex(text, length, utf16) {
  if (text.length === length) {
    return utf16;
  }
  let index = 0;
  let passed = 0;
  for (;;) {
    index += (text.charCodeAt(index) & 0xfc00) === 0xd800 ? 2 : 1;
    if (index > utf16) {
      return passed;
    }
    passed++;
  }
}

/** How many elements an operation inserts or deletes. */
export function extentOf(operation) {
  return operation.kind === 'insert' ? codePoints(operation.value) : (operation.length ?? 1);
}

export function insertOf(site, counter, anchor, before, value) {
  const parent = { site: anchor.site, counter: anchor.counter };
  const id = { site, counter };
  return before ? { kind: 'insert', id, before: parent, value } : { kind: 'insert', id, after: parent, value };
}

export function deleteOf(site, counter, length) {
  const id = { site, counter };
  return length === 1 ? { kind: 'delete', id } : { kind: 'delete', id, length };
}

/**
 * Checks an operation as it came from outside and returns it flat:
 * `{insert, site, counter, length, anchor, before, text}`, for a delete without the last three.
 */
export function readOperation(operation) {
  if (operation === null || typeof operation !== 'object') {
    throw new InvalidOperationError('op', 'must be an object');
  }
  if (operation.kind === 'insert') {
    return readInsert(operation);
  }
  if (operation.kind === 'delete') {
    return readDelete(operation);
  }
  throw new InvalidOperationError('kind', "must be 'insert' or 'delete'");
}

function readInsert(operation) {
  checkId(operation.id, 'id');
  const { site, counter } = operation.id;
  const before = operation.before !== undefined;
  const field = before ? 'before' : 'after';
  if (before && operation.after !== undefined) {
    throw new InvalidOperationError('before', "an insert has either 'after' or 'before', not both");
  }
  const anchor = operation[field];
  const isHead = anchor !== null && typeof anchor === 'object' && anchor.site === '' && anchor.counter === 0;
  if (!isHead) {
    checkId(anchor, field);
  } else if (before) {
    throw new InvalidOperationError('before', 'nothing stands before the head; use after');
  }
  const text = operation.value;
  if (typeof text !== 'string') {
    throw new InvalidOperationError('value', 'must be a string');
  }
  if (text === '') {
    throw new InvalidOperationError('value', 'must not be empty');
  }
  if (!isWellFormed(text)) {
    throw new InvalidOperationError('value', 'has a lone surrogate');
  }
  const length = codePoints(text);
  if (length > MAX_ELEMENTS) {
    throw new InvalidOperationError('length', 'must be at most 2^30');
  }
  checkLast(counter, length);
  if (anchor.site === site && anchor.counter >= counter && anchor.counter < counter + length) {
    throw new InvalidOperationError(field, 'an element cannot hang on itself');
  }
  return { insert: true, site, counter, length, anchor: { site: anchor.site, counter: anchor.counter }, before, text };
}

function readDelete(operation) {
  checkId(operation.id, 'id');
  const length = operation.length === undefined ? 1 : operation.length;
  if (!Number.isInteger(length) || length < 1 || length > MAX_ELEMENTS) {
    throw new InvalidOperationError('length', 'must be an integer from 1 to 2^30');
  }
  checkLast(operation.id.counter, length);
  return { insert: false, site: operation.id.site, counter: operation.id.counter, length };
}

function checkId(id, field) {
  if (id === null || typeof id !== 'object') {
    throw new InvalidOperationError(field, 'must be an object with site and counter');
  }
  checkSite(id.site, `${field}.site`);
  if (!Number.isSafeInteger(id.counter) || id.counter < 1) {
    throw new InvalidOperationError(`${field}.counter`, 'must be an integer from 1 to 2^53-1');
  }
}

function checkLast(counter, length) {
  if (counter > MAX_COUNTER - length + 1) {
    throw new InvalidOperationError('length', 'the last counter would pass 2^53-1');
  }
}
