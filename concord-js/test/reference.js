/**
 * The meaning of the operations and nothing else: a plain tree of single elements, walked as a whole each time. What the engine
 * does is compared with this.
 */
export class ReferenceDocument {
  #elements = new Map([[':0', { site: '', counter: 0, value: '', deleted: true, left: [], right: [] }]]);
  #waiting = [];

  apply(operation) {
    this.#waiting.push(...singles(operation));
    for (let progress = true; progress; ) {
      const waiting = this.#waiting;
      this.#waiting = waiting.filter((single) => !this.#applySingle(single));
      progress = this.#waiting.length < waiting.length;
    }
  }

  /** All elements in document order, tombstones included. */
  elements() {
    const elements = [];
    const stack = [{ element: this.#elements.get(':0'), open: false }];
    while (stack.length > 0) {
      const { element, open } = stack.pop();
      if (open) {
        elements.push(element);
        continue;
      }
      [...element.right].reverse().forEach((child) => stack.push({ element: child, open: false }));
      stack.push({ element, open: true });
      [...element.left].reverse().forEach((child) => stack.push({ element: child, open: false }));
    }
    return elements.slice(1);
  }

  get text() {
    return this.elements()
      .filter((element) => !element.deleted)
      .map((element) => element.value)
      .join('');
  }

  #applySingle({ kind, id, anchor, before, value }) {
    const known = this.#elements.get(key(id));
    if (kind === 'delete') {
      if (known !== undefined) {
        known.deleted = true;
      }
      return known !== undefined;
    }
    const parent = this.#elements.get(key(anchor));
    if (known === undefined && parent !== undefined) {
      const element = { ...id, value, deleted: false, left: [], right: [] };
      this.#elements.set(key(id), element);
      const siblings = before ? parent.left : parent.right;
      siblings.push(element);
      siblings.sort((a, b) => a.counter - b.counter || (a.site < b.site ? -1 : 1));
    }
    return parent !== undefined;
  }
}

function key({ site, counter }) {
  return `${site}:${counter}`;
}

function singles(operation) {
  const { site, counter } = operation.id;
  if (operation.kind === 'delete') {
    return Array.from({ length: operation.length ?? 1 }, (_, i) => ({ kind: 'delete', id: { site, counter: counter + i } }));
  }
  return Array.from(operation.value).map((value, i) => ({
    kind: 'insert',
    id: { site, counter: counter + i },
    anchor: i === 0 ? (operation.before ?? operation.after) : { site, counter: counter + i - 1 },
    before: i === 0 && operation.before !== undefined,
    value,
  }));
}
