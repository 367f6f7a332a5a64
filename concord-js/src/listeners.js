import { check } from './options.js';

/** Who listens to what. What a listener throws goes to `reportError`, and is nothing to the others or to whoever calls. */
export class Listeners {
  #listeners;
  #reportError;

  constructor(names, reportError) {
    this.#listeners = new Map(names.map((name) => [name, new Set()]));
    this.#reportError = reportError;
  }

  /** Returns a function that ends the subscription. */
  on(name, listener) {
    const names = [...this.#listeners.keys()];
    check(names.includes(name), 'event', `must be one of ${names.join(', ')}, but is ${name}`);
    const listeners = this.#listeners.get(name);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  emit(name, event) {
    const listeners = this.#listeners.get(name);
    for (const listener of [...listeners]) {
      try {
        if (listeners.has(listener)) {
          listener(event);
        }
      } catch (error) {
        this.#reportError(error);
      }
    }
  }
}
