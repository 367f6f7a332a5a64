const segmenter = globalThis.Intl?.Segmenter === undefined ? null : new Intl.Segmenter(undefined, { granularity: 'grapheme' });
// What comes before the accents in Unicode never continues the character before it.
const FIRST_JOINING = 0x300;
// A longer stretch of characters that may join is nothing that somebody reads.
const WINDOW = 256;

/**
 * The character, as a reader sees it, around an offset: an emoji family, a flag, a letter with its accents. Both `start` and `end`
 * are the offset itself when it stands between two of them.
 */
export function graphemeAround(text, offset) {
  if (offset <= 0 || offset >= text.length || isPlain(text, offset)) {
    return { start: offset, end: offset };
  }
  let from = offset - 1;
  const first = Math.max(0, offset - WINDOW);
  while (from > first && !isPlain(text, from)) {
    from--;
  }
  const { index, length } = characterAt(text.slice(from, offset + WINDOW), offset - from);
  const start = from + index;
  return start === offset ? { start: offset, end: offset } : { start, end: start + length };
}

/** The offset itself, or the end of the character that it stands in. */
export function outsideOfGrapheme(text, offset) {
  return graphemeAround(text, offset).end;
}

/** Where the character begins that covers an offset, and how long it is. Old browsers know of surrogate pairs only. */
function characterAt(text, offset) {
  if (segmenter !== null) {
    const { index, segment } = segmenter.segment(text).containing(offset);
    return { index, length: segment.length };
  }
  const inPair = /^[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(offset - 1));
  return inPair ? { index: offset - 1, length: 2 } : { index: offset, length: 0 };
}

function isPlain(text, offset) {
  return text.charCodeAt(offset) < FIRST_JOINING;
}
