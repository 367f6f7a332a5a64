import { anchorageOf, inkOn, placeOf } from './peers.js';

// Copying a longer text at every keystroke would be felt.
const LONGEST_TEXT = 60_000;
const NAME_MS = 2_400;

/**
 * Shows the carets and selections of the others over a textarea. A textarea cannot be drawn into, so a transparent copy of its text
 * lies on top, broken into lines by the same rules, and the carets stand in the copy. Returns a function that stops it.
 */
export function showCarets(session, textarea, overlay) {
  const layer = new CaretLayer(session, textarea, overlay);
  return () => layer.stop();
}

class CaretLayer {
  #session;
  #textarea;
  #overlay;
  #moved = new Map();
  #frame = 0;
  #ended = new AbortController();
  #unsubscribe;

  constructor(session, textarea, overlay) {
    this.#session = session;
    this.#textarea = textarea;
    this.#overlay = overlay;
    this.#unsubscribe = ['change', 'presence'].map((name) => session.on(name, () => this.#schedule()));
    const { signal } = this.#ended;
    textarea.addEventListener('input', () => this.#schedule(), { signal });
    textarea.addEventListener('scroll', () => this.#scroll(), { signal });
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#unsubscribe.forEach((unsubscribe) => unsubscribe());
    this.#ended.abort();
    this.#overlay.replaceChildren();
  }

  #schedule() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #scroll() {
    this.#overlay.scrollTop = this.#textarea.scrollTop;
  }

  #draw() {
    const text = this.#textarea.value;
    const peers = text.length > LONGEST_TEXT ? [] : this.#session.peers;
    const marks = peers.flatMap((peer) => this.#marksOf(peer));
    marks.sort((a, b) => a.offset - b.offset || a.order - b.order);
    const drawn = document.createDocumentFragment();
    const selecting = new Map();
    let at = 0;
    for (const { offset, peer, apply } of marks) {
      drawn.append(stretch(text.slice(at, offset), selecting));
      at = offset;
      apply(peer, selecting, drawn);
    }
    if (marks.length > 0) {
      // A space keeps a last empty line as high as it is in the textarea.
      drawn.append(`${text.slice(at)}\u200b`);
    }
    this.#overlay.replaceChildren(drawn);
    this.#scroll();
    this.#keepNamesInside();
  }

  #marksOf(peer) {
    const place = placeOf(this.#session, peer);
    if (place === null) {
      return [];
    }
    const { caret, anchor } = place;
    const marks = [{ offset: caret, order: 1, peer, apply: (who, _, drawn) => drawn.append(this.#caret(who)) }];
    if (anchor !== caret) {
      const [start, end] = anchor < caret ? [anchor, caret] : [caret, anchor];
      marks.push({ offset: start, order: 2, peer, apply: (who, selecting) => selecting.set(who.client, who) });
      marks.push({ offset: end, order: 0, peer, apply: (who, selecting) => selecting.delete(who.client) });
    }
    return marks;
  }

  #caret(peer) {
    const caret = document.createElement('span');
    caret.className = 'caret';
    caret.style.setProperty('--who', peer.color);
    const age = performance.now() - this.#movedAt(peer);
    if (age < NAME_MS) {
      const name = document.createElement('span');
      name.className = 'caret-name';
      name.textContent = peer.user;
      name.style.color = inkOn(peer.color);
      // The element is made again at each drawing; its fading goes on where it was.
      name.style.animationDelay = `${-age}ms`;
      caret.append(name);
    }
    return caret;
  }

  /** When the caret of somebody was last moved by them, which is when its name is shown. */
  #movedAt(peer) {
    const place = anchorageOf(peer);
    const last = this.#moved.get(peer.client);
    if (last?.place === place) {
      return last.at;
    }
    const at = performance.now();
    this.#moved.set(peer.client, { place, at });
    return at;
  }

  /** A name goes below its caret in the first line, and to the left at the right edge. */
  #keepNamesInside() {
    const box = this.#overlay.getBoundingClientRect();
    for (const name of this.#overlay.querySelectorAll('.caret-name')) {
      const { top, right } = name.getBoundingClientRect();
      name.toggleAttribute('data-low', top < box.top);
      name.toggleAttribute('data-left', right > box.left + this.#overlay.clientWidth);
    }
  }
}

/** Text in the colour of whoever selects it. */
function stretch(text, selecting) {
  const [peer] = selecting.values();
  if (peer === undefined || text === '') {
    return text;
  }
  const selected = document.createElement('span');
  selected.className = 'selected';
  selected.style.setProperty('--who', peer.color);
  selected.textContent = text;
  return selected;
}
