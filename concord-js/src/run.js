import { utf16Index } from './operation.js';

/**
 * Consecutive elements of one site, each a right child of the one before it, next to each other in the document, all or
 * none deleted. `depth` is the depth of the first; it rises by one an element.
 */
export class Run {
  constructor(site, counter, length, before, depth, text) {
    this.parent = null;
    this.width = text === null ? 0 : text.length;
    this.depth = depth;
    this.site = site;
    this.counter = counter;
    this.length = length;
    this.before = before;
    /** The characters; null when the elements are deleted. */
    this.text = text;
  }

  get end() {
    return this.counter + this.length;
  }

  get isMarker() {
    return false;
  }

  slice(from, to) {
    return sliceElements(this.text, this.length, from, to);
  }
}

/**
 * Stands where the subtree of an element begins that has an earlier sibling on its side. Without it the end of that
 * sibling's subtree could not be distinguished from the left descendants of the element.
 */
export class Marker {
  constructor(element, depth) {
    this.parent = null;
    this.width = 0;
    this.depth = depth;
    this.site = element.site;
    this.counter = element.counter;
  }

  get isMarker() {
    return true;
  }
}

/** The elements `from` to `to` of a text that has `length` of them. */
export function sliceElements(text, length, from, to) {
  if (from === 0 && to === length) {
    return text;
  }
  const start = utf16Index(text, length, from);
  if (to === length) {
    return text.slice(start);
  }
  return text.length === length ? text.slice(from, to) : text.slice(start, utf16Index(text, length, to));
}

/**
 * The part of an insert that begins with its element number `from`: the first part hangs where the insert does, every
 * other part after the element before it.
 */
export function partOf(insert, from, to) {
  return {
    site: insert.site,
    counter: insert.counter + from,
    length: to - from,
    anchor: from === 0 ? insert.anchor : { site: insert.site, counter: insert.counter + from - 1 },
    before: from === 0 && insert.before,
    text: insert.text === null ? null : sliceElements(insert.text, insert.length, from, to),
  };
}

/** Cuts an insert into parts of at most `limit` elements, in one walk over its text. */
export function cutInto(insert, limit) {
  if (insert.length <= limit) {
    return [insert];
  }
  const parts = [];
  let rest = insert;
  while (rest.length > limit) {
    parts.push(partOf(rest, 0, limit));
    rest = partOf(rest, limit, rest.length);
  }
  parts.push(rest);
  return parts;
}
