import { applyChange, mapOffset } from './change.js';
import { cleanText } from './wire.js';

const STRIDE = 1024;
const UNDO_INPUTS = { historyUndo: 'undo', historyRedo: 'redo' };

/**
 * Keeps a textarea and a session's text equal. Local input becomes the smallest edit that explains it; remote edits are
 * written with `setRangeText`, so that caret, selection and scroll stay where they are. While an input method composes, remote
 * edits wait. The keys for undo and redo go to the session. Returns a function that lets go of both.
 */
export function bindTextarea(session, textarea) {
  const binding = new TextareaBinding(session, textarea);
  return () => binding.release();
}

class TextareaBinding {
  #session;
  #textarea;
  #text = '';
  // Lets remote edits go on after a composition; null outside of one.
  #resume = null;
  #ended = new AbortController();
  #unsubscribe;

  constructor(session, textarea) {
    this.#session = session;
    this.#textarea = textarea;
    textarea.value = session.text;
    this.#text = session.text;
    this.#unsubscribe = session.on('change', ({ changes, source }) => source !== this && this.#receive(changes));
    this.#listen('beforeinput', (event) => this.#beforeInput(event));
    this.#listen('input', () => this.#input());
    this.#listen('keydown', (event) => this.#keyDown(event));
    this.#listen('compositionstart', () => {
      this.#resume ??= session.hold();
    });
    this.#listen('compositionend', () => this.#composed());
    this.#listen('blur', () => session.seal());
    // Only the document tells of selections in all browsers, and only while the textarea has the focus.
    textarea.ownerDocument.addEventListener('selectionchange', () => this.#tellSelection(), this.#signal);
  }

  release() {
    this.#resume?.();
    this.#ended.abort();
    this.#unsubscribe();
  }

  get #signal() {
    return { signal: this.#ended.signal };
  }

  #listen(type, listener) {
    this.#textarea.addEventListener(type, listener, this.#signal);
  }

  /** The composed text becomes an edit before anything remote is let in. */
  #composed() {
    const resume = this.#resume;
    this.#resume = null;
    this.#input();
    resume?.();
  }

  #input() {
    if (this.#resume !== null) {
      return;
    }
    const value = this.#textarea.value;
    const edit = smallestEdit(this.#text, value, this.#textarea.selectionEnd);
    if (edit === null) {
      return;
    }
    const cleaned = { ...edit, inserted: cleanText(edit.inserted) };
    this.#text = applyChange(this.#text, cleaned);
    if (cleaned.inserted !== edit.inserted) {
      const { offset, inserted } = edit;
      this.#textarea.setRangeText(cleaned.inserted, offset, offset + inserted.length, 'end');
    }
    this.#session.edit(cleaned, this);
    this.#tellSelection();
  }

  #receive(changes) {
    const textarea = this.#textarea;
    for (const change of changes) {
      const { selectionStart, selectionEnd, selectionDirection, scrollTop, scrollLeft } = textarea;
      textarea.setRangeText(change.inserted, change.offset, change.offset + change.removed, 'preserve');
      // What 'preserve' does at the very edges differs between browsers.
      const empty = selectionStart === selectionEnd;
      const start = mapOffset(selectionStart, change, !empty);
      textarea.setSelectionRange(start, empty ? start : mapOffset(selectionEnd, change), selectionDirection);
      textarea.scrollTop = scrollTop;
      textarea.scrollLeft = scrollLeft;
      this.#text = applyChange(this.#text, change);
    }
  }

  #beforeInput(event) {
    const action = UNDO_INPUTS[event.inputType];
    if (action !== undefined) {
      event.preventDefault();
      this.#revert(action);
    }
  }

  #keyDown(event) {
    if (event.isComposing || event.altKey || !(event.ctrlKey || event.metaKey)) {
      return;
    }
    const key = event.key.toLowerCase();
    if (key === 'z' || (key === 'y' && !event.shiftKey)) {
      event.preventDefault();
      this.#revert(key === 'y' || event.shiftKey ? 'redo' : 'undo');
    }
  }

  #revert(action) {
    if (this.#resume !== null || this.#textarea.readOnly || this.#textarea.disabled) {
      return;
    }
    const changes = this.#session[action](this);
    this.#receive(changes);
    const last = changes[changes.length - 1];
    if (last !== undefined) {
      const caret = last.offset + last.inserted.length;
      this.#textarea.setSelectionRange(caret, caret);
      this.#tellSelection();
    }
  }

  #tellSelection() {
    const { ownerDocument, selectionStart, selectionEnd, selectionDirection } = this.#textarea;
    if (ownerDocument.activeElement !== this.#textarea || this.#resume !== null) {
      return;
    }
    if (this.#textarea.value.length !== this.#text.length) {
      return;
    }
    const start = outsideOfPair(this.#text, selectionStart);
    const end = outsideOfPair(this.#text, selectionEnd);
    if (selectionDirection === 'backward') {
      this.#session.select(start, end);
    } else {
      this.#session.select(end, start);
    }
  }
}

/**
 * The smallest replacement that turns one text into another: null when they are equal. Where it could stand at several places, as
 * with a letter typed beside its like, it ends at the caret. It never cuts a surrogate pair.
 */
export function smallestEdit(before, after, caret) {
  if (before === after) {
    return null;
  }
  // What stands behind the caret was there before, if this was typing; then all of it is the common end.
  const tail = after.length - caret;
  const typed = tail <= before.length && before.endsWith(after.slice(caret));
  let suffix = typed ? tail : commonSuffix(before, after, Math.min(before.length, after.length));
  let prefix = commonPrefix(before, after, Math.min(before.length, after.length) - suffix);
  if (typed) {
    suffix = commonSuffix(before, after, Math.min(before.length, after.length) - prefix);
  }
  if (isLow(before, prefix) || isLow(after, prefix)) {
    prefix--;
  }
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

function outsideOfPair(text, offset) {
  return isLow(text, offset) ? offset - 1 : offset;
}
