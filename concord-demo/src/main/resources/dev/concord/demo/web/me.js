import { LONGEST_NAME, isPerson, makePerson, recall, remember } from './identity.js';

const KEY = 'concord.me';

/** Who this browser's user is: a name and a colour, made up at first and kept. */
export class Me {
  #person;
  #listeners = new Set();

  constructor() {
    const kept = recall(KEY, isPerson);
    this.#person = kept ?? makePerson(Math.floor(Math.random() * 1_000));
    if (kept === null) {
      remember(KEY, this.#person);
    }
  }

  get user() {
    return this.#person.user;
  }

  get color() {
    return this.#person.color;
  }

  /** Calls back with `{user, color}` now and after every change. */
  onChange(listener) {
    this.#listeners.add(listener);
    listener(this.#person);
  }

  /** Sets the name or the colour; an empty name is not taken. */
  set(fields) {
    const user = (fields.user ?? this.user).trim().slice(0, LONGEST_NAME) || this.user;
    this.#person = { ...this.#person, ...fields, user };
    remember(KEY, this.#person);
    this.#listeners.forEach((listener) => listener(this.#person));
  }
}
