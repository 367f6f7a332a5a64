import { mapOffset } from './change.js';
import { smallestEdit } from './text-diff.js';

/**
 * What an input method composes in an editor. Until `release` nothing remote changes the session; what the page changes is collected in
 * `waiting`: that turns the text that the editor had at the start, or when it was last committed, into the session's.
 */
export class MonacoComposition {
  waiting = [];
  #session;
  #text;
  #source;
  #commitAfter;
  #before;
  #resume;
  #still = null;

  /** `source` is passed to `session.edit` with what was composed. */
  constructor(session, text, source, commitAfter) {
    this.#session = session;
    this.#text = text;
    this.#source = source;
    this.#commitAfter = commitAfter;
    this.#before = text.text;
    this.#resume = session.hold();
  }

  /** The input method has changed something: it counts as unsent, and is committed when nothing follows for a while. */
  typed() {
    const edit = this.#edit();
    this.#resume.composing(edit === null ? 0 : edit.removed + edit.inserted.length);
    clearTimeout(this.#still);
    this.#still = setTimeout(() => this.commit(), this.#commitAfter);
  }

  /** What is composed so far becomes an edit, while the input method goes on with it. */
  commit() {
    clearTimeout(this.#still);
    if (this.#session.isClosed || this.#session.status.readOnly) {
      return;
    }
    const edit = this.#edit();
    if (edit !== null) {
      this.#before = this.#text.text;
      const moved = (offset) => this.waiting.reduce((place, change) => mapOffset(place, change), offset);
      const start = moved(edit.offset);
      const removed = moved(edit.offset + edit.removed) - start;
      this.#session.edit({ offset: start, removed, inserted: edit.inserted }, this.#source);
      this.compare();
    }
    this.#resume.composing(0);
  }

  /** Finds by comparison what the editor does not show. */
  compare() {
    this.waiting = [smallestEdit(this.#before, this.#session.text, 0)].filter((edit) => edit !== null);
  }

  /** Lets remote edits in again. */
  release() {
    clearTimeout(this.#still);
    this.#resume();
  }

  #edit() {
    return smallestEdit(this.#before, this.#text.text, this.#text.selection.head);
  }
}
