import { applyChange, mapOffset } from './change.js';
import { graphemeAround, outsideOfGrapheme } from './grapheme.js';
import { followRight } from './right.js';
import { smallestEdit } from './text-diff.js';
import { cleanText } from './wire.js';

// In a long text a browser lays out everything again for each scripted change; above this it is felt.
const SLOW_MS = 8;
const LONGEST_DELAY_MS = 1_000;
// A composition that stands still so long goes into the session as far as it is.
export const COMMIT_AFTER_MS = 3_000;
/** Inputs that are each a step of undo of their own. */
const STEPS = new Set(['insertFromPaste', 'insertFromDrop', 'insertFromYank', 'insertReplacementText', 'deleteByCut', 'deleteByDrag']);
const UNDO_INPUTS = { historyUndo: 'undo', historyRedo: 'redo' };

/**
 * Keeps a textarea and a session's text equal. Local input becomes the smallest edit that explains it; remote edits are
 * written with `setRangeText`, so that caret, selection and scroll stay where they are; where that is slow, a textarea without
 * the focus collects them for up to a second. While an input method composes, remote edits wait;
 * what is composed counts as unsent, and goes into the session when the page may go or after `commitAfter` milliseconds without a key. The keys for undo and redo go to the session. While the session may only read, the textarea is read-only. Returns a function that lets go of both.
 */
export function bindTextarea(session, textarea, { commitAfter = COMMIT_AFTER_MS } = {}) {
  const binding = new TextareaBinding(session, textarea, commitAfter);
  return () => binding.release();
}

class TextareaBinding {
  #session;
  #textarea;
  #text = '';
  // Lets remote edits go on after a composition; null outside of one.
  #resume = null;
  // Changes that the textarea does not show yet, and how long showing some took last time.
  #waiting = [];
  #cost = 0;
  #timer = null;
  #commitAfter;
  #still = null;
  #ended = new AbortController();
  #unsubscribe;
  // Whether the textarea was read-only before the session was; null while that may write.
  #wasReadOnly = null;

  constructor(session, textarea, commitAfter) {
    this.#commitAfter = commitAfter;
    this.#session = session;
    this.#textarea = textarea;
    textarea.value = session.text;
    this.#text = session.text;
    const off = [
      session.on('change', ({ changes, source }) => source !== this && this.#receive(changes)),
      followRight(session, (readOnly) => this.#lock(readOnly)),
    ];
    this.#unsubscribe = () => off.forEach((end) => end());
    this.#listen('beforeinput', (event) => this.#beforeInput(event));
    this.#listen('input', (event) => this.#input(event.inputType));
    this.#listen('keydown', (event) => this.#keyDown(event));
    this.#listen('compositionstart', () => {
      this.#resume ??= session.hold();
    });
    this.#listen('compositionend', () => this.#composed());
    this.#listen('focus', () => this.#show());
    this.#listen('blur', () => {
      this.#commit();
      session.endGroup();
    });
    whenPageMayGo(() => this.#commit(), this.#ended.signal);
    // Only the document tells of selections in all browsers, and only while the textarea has the focus.
    textarea.ownerDocument.addEventListener('selectionchange', () => this.#tellSelection(), this.#signal);
  }

  release() {
    try {
      this.#commit();
    } finally {
      this.#resume?.();
      clearTimeout(this.#still);
      clearTimeout(this.#timer);
      this.#ended.abort();
      this.#unsubscribe();
      this.#lock(false);
    }
  }

  #lock(readOnly) {
    if (readOnly) {
      this.#wasReadOnly ??= this.#textarea.readOnly;
      this.#textarea.readOnly = true;
    } else if (this.#wasReadOnly !== null) {
      this.#textarea.readOnly = this.#wasReadOnly;
      this.#wasReadOnly = null;
    }
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
    clearTimeout(this.#still);
    this.#resume = null;
    this.#input();
    this.#show();
    resume?.();
  }

  /** What is composed so far becomes an edit, while the input method goes on with it. */
  #commit() {
    clearTimeout(this.#still);
    if (this.#resume !== null && !this.#session.isClosed && !this.#session.status.readOnly) {
      const { value, selectionEnd } = this.#textarea;
      const edit = smallestEdit(this.#text, value, selectionEnd);
      if (edit !== null) {
        this.#text = value;
        this.#session.edit(this.#behindWaiting(edit), this);
        // What the text may not hold goes with the end of the composition, too.
        this.#waiting = this.#missing();
      }
      this.#resume.composing(0);
    }
  }

  #input(inputType) {
    if (this.#resume !== null) {
      const edit = smallestEdit(this.#text, this.#textarea.value, this.#textarea.selectionEnd);
      this.#resume.composing(edit === null ? 0 : edit.removed + edit.inserted.length);
      clearTimeout(this.#still);
      this.#still = setTimeout(() => this.#commit(), this.#commitAfter);
      return;
    }
    if (STEPS.has(inputType)) {
      this.#session.endGroup();
      this.#take();
      this.#session.endGroup();
    } else {
      this.#take();
    }
  }

  #take() {
    const value = this.#textarea.value;
    const edit = smallestEdit(this.#text, value, this.#textarea.selectionEnd);
    if (edit === null) {
      return;
    }
    if (this.#session.status.readOnly) {
      // By a script: the browser lets nobody type.
      this.#textarea.value = this.#text;
      return;
    }
    const cleaned = { ...edit, inserted: cleanText(edit.inserted) };
    this.#text = applyChange(this.#text, cleaned);
    if (cleaned.inserted !== edit.inserted) {
      const { offset, inserted } = edit;
      this.#textarea.setRangeText(cleaned.inserted, offset, offset + inserted.length, 'end');
    }
    this.#session.edit(this.#behindWaiting(cleaned), this);
    if (this.#waiting.length > 0) {
      this.#waiting = this.#missing();
      this.#show();
    }
    this.#tellSelection();
  }

  /** What turns the text that the textarea shows into the session's. */
  #missing() {
    return [smallestEdit(this.#text, this.#session.text, 0)].filter((edit) => edit !== null);
  }

  /** An edit of what the textarea shows as one of the session's text: they differ where a script types without the focus. */
  #behindWaiting({ offset, removed, inserted }) {
    const start = this.#waiting.reduce((place, change) => mapOffset(place, change), offset);
    const end = this.#waiting.reduce((place, change) => mapOffset(place, change), offset + removed);
    return { offset: start, removed: end - start, inserted };
  }

  get #focused() {
    return this.#textarea.ownerDocument.activeElement === this.#textarea;
  }

  #receive(changes) {
    this.#waiting.push(...changes);
    if (this.#cost > SLOW_MS && !this.#focused) {
      this.#timer ??= setTimeout(() => this.#show(), Math.min(LONGEST_DELAY_MS, this.#cost * 4));
    } else {
      this.#show();
    }
  }

  /** Writes all that waits as one change, and puts the selection where the single changes have moved it. */
  #show() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#resume !== null) {
      return;
    }
    const changes = this.#waiting.splice(0);
    const text = changes.reduce(applyChange, this.#text);
    const edit = smallestEdit(this.#text, text, text.length);
    this.#text = text;
    if (edit === null) {
      return;
    }
    const begun = performance.now();
    const textarea = this.#textarea;
    const { selectionStart, selectionEnd, selectionDirection, scrollTop, scrollLeft } = textarea;
    const empty = selectionStart === selectionEnd;
    const mapped = changes.reduce((place, change) => mapOffset(place, change, !empty), selectionStart);
    const end = outsideOfGrapheme(text, changes.reduce((place, change) => mapOffset(place, change), selectionEnd));
    const start = empty ? end : graphemeAround(text, mapped).start;
    textarea.setRangeText(edit.inserted, edit.offset, edit.offset + edit.removed, 'preserve');
    textarea.setSelectionRange(start, Math.max(start, end), selectionDirection);
    textarea.scrollTop = scrollTop;
    textarea.scrollLeft = scrollLeft;
    this.#cost = performance.now() - begun;
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
      if (this.#textarea.readOnly) {
        return;
      }
      this.#revert(key === 'y' || event.shiftKey ? 'redo' : 'undo');
    }
  }

  #revert(action) {
    if (this.#resume !== null || this.#textarea.readOnly || this.#textarea.disabled) {
      return;
    }
    // They come back as an event, in their place among those of others.
    const changes = this.#session[action]();
    this.#show();
    const last = changes[changes.length - 1];
    if (last !== undefined) {
      const caret = last.offset + last.inserted.length;
      this.#textarea.setSelectionRange(caret, caret);
      this.#tellSelection();
    }
  }

  #tellSelection() {
    const { selectionStart, selectionEnd, selectionDirection, value } = this.#textarea;
    // Between a change of the text and its input event the offsets belong to another text.
    if (!this.#focused || this.#resume !== null || value.length !== this.#text.length) {
      return;
    }
    const end = outsideOfGrapheme(this.#text, selectionEnd);
    const start = selectionStart === selectionEnd ? end : graphemeAround(this.#text, selectionStart).start;
    if (start !== selectionStart || end !== selectionEnd) {
      this.#textarea.setSelectionRange(start, end, selectionDirection);
    }
    if (selectionDirection === 'backward') {
      this.#session.select(start, end);
    } else {
      this.#session.select(end, start);
    }
  }
}

/** Calls back before a page is left, frozen or hidden, for as long as the signal lasts. */
export function whenPageMayGo(action, signal) {
  globalThis.addEventListener?.('pagehide', action, { signal });
  globalThis.document?.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && action(), { signal });
}
