/** The inserted text of edits that the server does not have: of another history of the room, or refused. */
export function orphanedText(session) {
  return session.unsaved.map(({ value }) => value ?? '').join('');
}

/** A bar for what somebody must know and may act on. One at a time: the latest. */
export class Notice {
  #bar;
  #onHidden;
  #kind = null;

  /** `onHidden` is called when a notice has gone: another one may have been under it. */
  constructor(bar, onHidden = () => {}) {
    this.#bar = bar;
    this.#onHidden = onHidden;
  }

  /** Shows a text with buttons, each `{label, run}`; a button closes the notice unless its `run` returns false. */
  show(kind, text, actions = []) {
    this.#kind = kind;
    const words = document.createElement('p');
    words.textContent = text;
    const buttons = actions.map(({ label, run }) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = label;
      button.addEventListener('click', () => {
        if (run() !== false) {
          this.hide(kind);
        }
      });
      return button;
    });
    this.#bar.replaceChildren(words, ...buttons);
    this.#bar.hidden = false;
  }

  /** Whether a notice of that kind is in view. */
  shows(kind) {
    return this.#kind === kind;
  }

  /** The text that is in view. */
  get text() {
    return this.#bar.querySelector('p')?.textContent ?? '';
  }

  hide(kind) {
    if (this.#kind === kind) {
      this.#kind = null;
      this.#bar.hidden = true;
      this.#onHidden();
    }
  }
}
