const WORDS = 'the river keeps its own time and nobody asks a stone where it has been before the rain came over the hill'.split(' ');
const PAUSE_MS = 90;
const LONGEST_TEXT = 1_200;
// Longer than what robots write, also after somebody has pasted something into a pane.
const LONGEST_LOOK = 20_000;

/** Whether all of a text, if any, was written by sessions with these sites. Up to 20,000 characters are looked at; more is not theirs. */
export function isWrittenBy(sites, document) {
  if (document.length > LONGEST_LOOK) {
    return false;
  }
  let offset = 0;
  for (const letter of document.text) {
    if (!sites.has(document.elementAt(offset).site)) {
      return false;
    }
    offset += letter.length;
  }
  return true;
}

/** Types into a session like somebody in haste: words letter by letter, now and then at another place, now and then a deletion. */
export class Robot {
  #session;
  #timer = null;
  #place = null;
  #rest = '';

  constructor(session) {
    this.#session = session;
  }

  get isOn() {
    return this.#timer !== null;
  }

  start() {
    this.#timer ??= setTimeout(() => this.#act(), PAUSE_MS);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  #act() {
    this.#timer = setTimeout(() => this.#act(), PAUSE_MS * (0.4 + 1.2 * Math.random()));
    const { document } = this.#session;
    const at = this.#place === null ? null : document.offsetOfCaret(this.#place);
    const place = at ?? this.#somewhere(document);
    if (Math.random() < 0.01) {
      this.#place = null;
    } else if (document.length > LONGEST_TEXT && Math.random() < 0.6) {
      this.#erase(document);
    } else {
      this.#type(document, place);
    }
  }

  #type(document, offset) {
    if (this.#rest === '') {
      this.#rest = `${WORDS[Math.floor(Math.random() * WORDS.length)]}${Math.random() < 0.06 ? '.\n' : ' '}`;
    }
    const [letter] = this.#rest;
    this.#rest = this.#rest.slice(1);
    this.#session.edit({ offset, inserted: letter });
    this.#place = document.caretAt(offset + 1, 'left');
    this.#session.select(offset + 1);
  }

  #erase(document) {
    const start = this.#somewhere(document);
    const end = outsideOfPair(document, Math.min(document.length, start + 4));
    if (end > start) {
      this.#session.edit({ offset: start, removed: end - start });
    }
  }

  #somewhere(document) {
    return outsideOfPair(document, Math.floor(Math.random() * (document.length + 1)));
  }
}

/** People may have typed emoji into the same text. */
function outsideOfPair(document, offset) {
  return document.isBoundary(offset) ? offset : offset - 1;
}
