/** Who holds the text, so that nothing remote changes it, and how much they compose meanwhile. */
export class Holds {
  #holds = new Set();
  #gate = null;
  #onChange;

  /** `onChange` is called when the number of composed characters changes. */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** Resolves when nobody holds the text any more; null when nobody does. */
  get released() {
    return this.#gate?.opened ?? null;
  }

  /** Characters that are on the screen and not in the session. */
  get composing() {
    return [...this.#holds].reduce((sum, hold) => sum + hold.composing, 0);
  }

  /** Returns a function that ends the hold, with a property `composing`, a function to say how many characters are composed. */
  add() {
    const hold = { composing: 0 };
    this.#holds.add(hold);
    this.#gate ??= new Gate();
    const release = () => {
      if (this.#holds.delete(hold) && this.#holds.size === 0) {
        this.#gate.open();
        this.#gate = null;
      }
      if (hold.composing > 0) {
        this.#onChange();
      }
    };
    release.composing = (characters) => {
      if (hold.composing !== characters) {
        hold.composing = characters;
        this.#onChange();
      }
    };
    return release;
  }
}

class Gate {
  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}
