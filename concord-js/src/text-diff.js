const STRIDE = 1024;

/**
 * The smallest replacement that turns one text into another: null when they are equal. Where it could stand at several places, as
 * with a letter typed beside its like, it ends at the caret. It never cuts a surrogate pair.
 */
export function smallestEdit(before, after, caret) {
  if (before === after) {
    return null;
  }
  // What is after the caret was there before, if this was typing; then all of it is the common end.
  const tail = after.length - caret;
  const typed = tail <= before.length && before.endsWith(after.slice(caret));
  const shortest = Math.min(before.length, after.length);
  const reserved = typed ? tail : commonSuffix(before, after, shortest);
  let prefix = commonPrefix(before, after, shortest - reserved);
  if (isLow(before, prefix) || isLow(after, prefix)) {
    prefix--;
  }
  let suffix = commonSuffix(before, after, shortest - prefix);
  if (isLow(before, before.length - suffix) || isLow(after, after.length - suffix)) {
    suffix--;
  }
  return {
    offset: prefix,
    removed: before.length - suffix - prefix,
    inserted: after.slice(prefix, after.length - suffix),
  };
}

/** Compares whole slices first: the browser does that far faster than a loop over characters. */
function commonPrefix(a, b, limit) {
  let length = 0;
  while (length + STRIDE <= limit && a.slice(length, length + STRIDE) === b.slice(length, length + STRIDE)) {
    length += STRIDE;
  }
  while (length < limit && a.charCodeAt(length) === b.charCodeAt(length)) {
    length++;
  }
  return length;
}

function commonSuffix(a, b, limit) {
  const tail = (text, length) => text.slice(text.length - length - STRIDE, text.length - length);
  let length = 0;
  while (length + STRIDE <= limit && tail(a, length) === tail(b, length)) {
    length += STRIDE;
  }
  while (length < limit && a.charCodeAt(a.length - length - 1) === b.charCodeAt(b.length - length - 1)) {
    length++;
  }
  return length;
}

/** Whether the offset lies inside of a surrogate pair. */
function isLow(text, offset) {
  return (
    offset > 0 &&
    (text.charCodeAt(offset) & 0xfc00) === 0xdc00 &&
    (text.charCodeAt(offset - 1) & 0xfc00) === 0xd800
  );
}
