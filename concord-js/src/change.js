/**
 * What an edit did to the visible text: `{offset, removed, inserted}` in UTF-16 units of the text as it was just before.
 * A list of changes is meant to be applied one after the other.
 */

/** Adds a change to a list, as a part of the last one where the two touch. */
export function addChange(changes, change) {
  if (change.removed === 0 && change.inserted === '') {
    return;
  }
  const last = changes[changes.length - 1];
  if (last !== undefined && change.removed === 0 && last.offset + last.inserted.length === change.offset) {
    last.inserted += change.inserted;
  } else if (last !== undefined && last.inserted === '' && change.inserted === '' && last.offset === change.offset) {
    last.removed += change.removed;
  } else {
    changes.push({ ...change });
  }
}

/** Where an offset stands after a change. At the very place of an insert it stays in front of it, unless it `sticksRight`. */
export function mapOffset(offset, change, sticksRight = false) {
  const end = change.offset + change.removed;
  if (offset < change.offset || (offset === change.offset && !(sticksRight && change.removed === 0))) {
    return offset;
  }
  if (offset < end) {
    return change.offset;
  }
  return offset + change.inserted.length - change.removed;
}

export function applyChange(text, change) {
  return text.slice(0, change.offset) + change.inserted + text.slice(change.offset + change.removed);
}
