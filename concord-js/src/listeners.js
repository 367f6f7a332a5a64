import { check } from './options.js';

/** Who listens to what. What a listener throws goes to `reportError`, and is nothing to the others or to whoever calls. */
export class Listeners {
  #listeners;
  #reportError;
  /** By name: the event that is being delivered, and after it those that listeners have caused meanwhile. */
  #queues;

  constructor(names, reportError) {
    this.#listeners = new Map(names.map((name) => [name, new Set()]));
    this.#queues = new Map(names.map((name) => [name, []]));
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

  /** Everybody gets the events of a name in one order: one that a listener causes is delivered after the one that it answers. */
  emit(name, event) {
    const queue = this.#queues.get(name);
    queue.push(event);
    if (queue.length === 1) {
      for (; queue.length > 0; queue.shift()) {
        this.#deliver(name, queue[0]);
      }
    }
  }

  #deliver(name, event) {
    const listeners = this.#listeners.get(name);
    for (const listener of [...listeners]) {
      try {
        if (listeners.has(listener)) {
          listener(event);
        }
      } catch (error) {
        this.#report(error);
      }
    }
  }

  /** What `reportError` throws itself is nobody's any more: the events that wait must get through. */
  #report(error) {
    try {
      this.#reportError(error);
    } catch {
      // Ignored.
    }
  }
}
