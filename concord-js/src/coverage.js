import { extentOf } from './operation.js';
import { RangeSet } from './ranges.js';

/** The elements that some operations insert, and those that they delete. */
export class Coverage {
  #kinds = { insert: new Map(), delete: new Map() };

  constructor(operations) {
    for (const operation of operations) {
      const { kind, id } = operation;
      const sites = this.#kinds[kind];
      if (!sites.has(id.site)) {
        sites.set(id.site, new RangeSet());
      }
      sites.get(id.site).add(id.counter, id.counter + extentOf(operation));
    }
  }

  /** Whether all that an operation does is done by the others too. */
  includes(operation) {
    const { kind, id } = operation;
    return this.#kinds[kind].get(id.site)?.covers(id.counter, id.counter + extentOf(operation)) ?? false;
  }

  /** Whether an element that an operation inserts is deleted by one of the others. */
  deletesAnyOf(insert) {
    const { site, counter } = insert.id;
    return this.#kinds.delete.get(site)?.meets(counter, counter + extentOf(insert)) ?? false;
  }
}
