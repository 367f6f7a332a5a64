import { credentials } from './key.js';

/** Asks the server for the history of a room. Every call rejects with an Error whose message is for people. */
export class HistoryApi {
  #base;

  constructor(room, base = '') {
    this.#base = `${base}/rooms/${encodeURIComponent(room)}`;
  }

  /** A page of versions, newest first, and whether there are older ones: `{versions, more}`. */
  async versions(before = null) {
    const response = await this.#ask(`/versions${before === null ? '' : `?before=${before}`}`);
    return { versions: await response.json(), more: response.headers.has('Link') };
  }

  async capture(label, author) {
    return (await this.#ask('/versions', { label, author })).json();
  }

  async text(id) {
    return (await (await this.#ask(`/versions/${id}`)).json()).text;
  }

  /** What has changed since a version. */
  async changesSince(id) {
    return (await this.#ask(`/diff?from=${id}&to=current`)).json();
  }

  async restore(id, author) {
    return (await this.#ask('/restore', { version_id: id, author })).json();
  }

  /** What has happened since a version, step by step. */
  async replay(id) {
    const page = async (after) => (await this.#ask(`/replay?from=${id}&to=current${after === null ? '' : `&after=${after}`}`)).json();
    return new Replay(await page(null), page);
  }

  async #ask(path, body = null) {
    const options =
      body === null
        ? { headers: credentials }
        : { method: 'POST', headers: { ...credentials, 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    let response;
    try {
      response = await fetch(this.#base + path, options);
    } catch {
      throw new Error('The server cannot be reached at the moment.');
    }
    if (!response.ok) {
      const problem = await response.json().catch(() => ({}));
      throw new Error(problem.detail ?? `The server answered ${response.status}.`);
    }
    return response;
  }
}

/** A replay of any length: the server gives it in parts, and each is fetched when somebody first stands in it, and kept. */
export class Replay {
  /** How many steps it has. What happens after it was opened is not in it. */
  length;
  #first;
  #size;
  #fetch;
  #parts;

  /**
   * @param first the first part, `{from_seq, text, steps, to_seq}`
   * @param fetch asks for the part after a place in the log
   */
  constructor(first, fetch) {
    this.length = first.to_seq - first.from_seq;
    this.#first = first.from_seq;
    this.#size = Math.max(1, first.steps.length);
    this.#fetch = fetch;
    this.#parts = new Map([[0, first]]);
  }

  /** After so many steps: the text, and who made the last one, null before the first. */
  async at(count) {
    const number = count === 0 ? 0 : Math.floor((count - 1) / this.#size);
    if (!this.#parts.has(number)) {
      const fetching = this.#fetch(this.#first + number * this.#size);
      this.#parts.set(number, fetching);
      fetching.catch(() => this.#parts.delete(number));
    }
    const part = await this.#parts.get(number);
    const inside = count - number * this.#size;
    return { text: textAfter(part, inside), site: inside === 0 ? null : part.steps[inside - 1].site };
  }
}

/**
 * A version's text with what a restore would do to the present one, as parts `{kind, text, author}` in order: `same` stays, `back`
 * comes back, `gone` is deleted.
 */
export function restoreParts(text, { added, removed }) {
  const marks = [
    ...added.map((range) => ({ at: range.from, kind: 'gone', text: range.text, author: range.author, size: 0 })),
    ...removed.map((range) => ({ at: range.from, kind: 'back', text: range.text, author: range.author, size: range.text.length })),
  ].sort((a, b) => a.at - b.at || a.size - b.size);
  const parts = [];
  let at = 0;
  for (const mark of marks) {
    if (mark.at > at) {
      parts.push({ kind: 'same', text: text.slice(at, mark.at), author: null });
    }
    parts.push({ kind: mark.kind, text: mark.text, author: mark.author });
    at = mark.at + mark.size;
  }
  if (at < text.length) {
    parts.push({ kind: 'same', text: text.slice(at), author: null });
  }
  return parts;
}

/** A range of elements as the server's answers have it, as one that a session adopts. */
export function pieceOf({ id, length, text }) {
  return { site: id.site, counter: id.counter, length, text };
}

/** The text of a replay after its first `count` steps. */
export function textAfter({ text, steps }, count) {
  let now = text;
  for (const { changes } of steps.slice(0, count)) {
    for (const { offset, removed, inserted } of changes) {
      now = now.slice(0, offset) + inserted + now.slice(offset + removed);
    }
  }
  return now;
}
