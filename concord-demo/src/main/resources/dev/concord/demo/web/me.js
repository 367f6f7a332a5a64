import { LONGEST_NAME, isPerson, makePerson, recall, remember } from './identity.js';

const KEY = 'concord.me';

/** Who this browser's user is: a name and a colour, made up at first and kept. Where the server knows better, it shows that to the others. */
export class Me {
  #person;
  #known;
  #listeners = new Set();

  /** `known` is what the sign-in says: `{name, color}`, each null when it says nothing; null for nobody who has signed in. */
  constructor(known = null) {
    this.#known = known;
    const kept = recall(KEY, isPerson);
    this.#person = kept ?? makePerson(Math.floor(Math.random() * 1_000));
    if (kept === null) {
      remember(KEY, this.#person);
    }
  }

  get user() {
    return this.#known?.name ?? this.#person.user;
  }

  get color() {
    return this.#known?.color ?? this.#person.color;
  }

  /** Whether the name is the sign-in's, which nobody can change here. */
  get hasKnownName() {
    return (this.#known?.name ?? null) !== null;
  }

  /** Whether the colour is the sign-in's. */
  get hasKnownColor() {
    return (this.#known?.color ?? null) !== null;
  }

  /** Another link was opened: somebody else may be here. */
  recognise(known) {
    this.#known = known;
    this.#notify();
  }

  /** Calls back with `{user, color}` now and after every change. */
  onChange(listener) {
    this.#listeners.add(listener);
    listener(this.#shown);
  }

  /** Sets the name or the colour; an empty name is not taken. */
  set(fields) {
    const { user } = this.#person;
    this.#person = { ...this.#person, ...fields, user: (fields.user ?? user).trim().slice(0, LONGEST_NAME) || user };
    remember(KEY, this.#person);
    this.#notify();
  }

  get #shown() {
    return { user: this.user, color: this.color };
  }

  #notify() {
    this.#listeners.forEach((listener) => listener(this.#shown));
  }
}
