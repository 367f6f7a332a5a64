import { anchorageOf, inkOn, placeOf } from './peers.js';

const NAME_MS = 2_400;
const RULES = `
.concord-monaco-caret { width: 0; pointer-events: none; }
.concord-monaco-caret::before {
  content: ''; position: absolute; left: -1px; height: var(--line); border-left: 2px solid var(--who);
}
.concord-monaco-name {
  position: absolute; bottom: 100%; left: -1px; padding: 1px 6px; border-radius: 4px 4px 4px 0; max-width: 12rem;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap; opacity: 0;
  background-color: var(--who); color: var(--ink); font: 600 11px/1.3 system-ui, sans-serif;
}
.concord-monaco-name[data-low] { top: var(--line); bottom: auto; border-radius: 0 4px 4px 4px; }
`;

let count = 0;

/** The carets and selections of the others in a Monaco editor: widgets with their names, and decorations. */
export class MonacoCarets {
  #session;
  #editor;
  #monaco;
  #carets = new Map();
  #selections;
  #sheet = new CSSStyleSheet();
  #root;

  constructor(session, editor, monaco) {
    this.#session = session;
    this.#editor = editor;
    this.#monaco = monaco;
    this.#selections = editor.createDecorationsCollection();
    this.#sheet.replaceSync(RULES);
    // An editor in a shadow tree has style sheets of its own.
    const root = editor.getContainerDomNode().getRootNode();
    this.#root = root.adoptedStyleSheets === undefined ? document : root;
    this.#root.adoptedStyleSheets = [...this.#root.adoptedStyleSheets, this.#sheet];
  }

  /** Draws them where they are now. */
  draw() {
    const places = this.#session.peers.flatMap((peer) => {
      const place = placeOf(this.#session, peer);
      return place === null ? [] : [{ peer, ...place }];
    });
    const present = new Set(places.map(({ peer }) => peer.client));
    [...this.#carets.keys()].filter((client) => !present.has(client)).forEach((client) => this.#remove(client));
    places.forEach(({ peer, caret }) => this.#place(peer, caret));
    const selected = places.filter(({ caret, anchor }) => caret !== anchor);
    if (selected.length > 0 || this.#selections.length > 0) {
      this.#selections.set(selected.map(({ peer, caret, anchor }) => this.#selection(peer, caret, anchor)));
    }
  }

  dispose() {
    [...this.#carets.keys()].forEach((client) => this.#remove(client));
    this.#selections.clear();
    this.#root.adoptedStyleSheets = this.#root.adoptedStyleSheets.filter((sheet) => sheet !== this.#sheet);
  }

  #place(peer, offset) {
    const position = this.#editor.getModel().getPositionAt(offset);
    const lineHeight = this.#editor.getOption(this.#monaco.editor.EditorOption.lineHeight);
    let caret = this.#carets.get(peer.client);
    if (caret === undefined) {
      caret = new PeerCaret(this.#monaco, this.#sheet);
      this.#carets.set(peer.client, caret);
      caret.move(peer, position, lineHeight);
      this.#editor.addContentWidget(caret);
    } else if (caret.move(peer, position, lineHeight)) {
      this.#editor.layoutContentWidget(caret);
    }
  }

  #remove(client) {
    this.#editor.removeContentWidget(this.#carets.get(client));
    this.#carets.delete(client);
  }

  #selection(peer, caret, anchor) {
    const model = this.#editor.getModel();
    const ends = [caret, anchor].sort((a, b) => a - b).map((offset) => model.getPositionAt(offset));
    return { range: this.#monaco.Range.fromPositions(...ends), options: { className: this.#carets.get(peer.client).selectionClass } };
  }
}

/** One caret, as Monaco's interface for widgets wants it. */
class PeerCaret {
  #id = `concord-monaco-peer-${++count}`;
  #node = document.createElement('div');
  #name = document.createElement('div');
  #monaco;
  #rule;
  #anchorage = null;
  #position = null;

  constructor(monaco, sheet) {
    this.#monaco = monaco;
    this.#node.className = 'concord-monaco-caret';
    this.#name.className = 'concord-monaco-name';
    this.#node.append(this.#name);
    this.#rule = sheet.cssRules[sheet.insertRule(`.${this.#id} {}`, sheet.cssRules.length)];
  }

  get selectionClass() {
    return this.#id;
  }

  getId() {
    return this.#id;
  }

  getDomNode() {
    return this.#node;
  }

  getPosition() {
    return { position: this.#position, preference: [this.#monaco.editor.ContentWidgetPositionPreference.EXACT] };
  }

  /** Returns whether it stands elsewhere now. The name is shown for a while when its owner has moved it. */
  move(peer, position, lineHeight) {
    // Never as markup: names and colours are other people's.
    this.#name.textContent = peer.user;
    this.#name.toggleAttribute('data-low', position.lineNumber === 1);
    this.#node.style.setProperty('--who', peer.color);
    this.#node.style.setProperty('--ink', inkOn(peer.color));
    this.#node.style.setProperty('--line', `${lineHeight}px`);
    this.#rule.style.setProperty('background-color', `color-mix(in srgb, ${peer.color} 24%, transparent)`);
    const anchorage = anchorageOf(peer);
    if (anchorage !== this.#anchorage) {
      this.#anchorage = anchorage;
      this.#showName();
    }
    const isElsewhere = !position.equals(this.#position);
    this.#position = position;
    return isElsewhere;
  }

  #showName() {
    this.#name.getAnimations().forEach((animation) => animation.cancel());
    // Who wants less motion sees the name until it goes, and no fading.
    const last = matchMedia('(prefers-reduced-motion: reduce)').matches ? 1 : 0;
    this.#name.animate([{ opacity: 1 }, { opacity: 1, offset: 0.75 }, { opacity: last }], { duration: NAME_MS });
  }
}
