/** An outbox store without a database; `reopened()` is what the page finds after a reload. */
export class MemoryStore {
  rows = new Map();
  #left;

  constructor(left = []) {
    this.#left = left;
    left.forEach((row) => this.rows.set(row.key, row));
  }

  reopened() {
    const left = [...this.rows.values()].map((row, i) => ({ ...row, key: `left ${i}` }));
    return new MemoryStore(left);
  }

  async load() {
    return this.#left;
  }

  put(number, row) {
    this.rows.set(number, row);
  }

  remove(number) {
    this.rows.delete(number);
  }

  removeKey(key) {
    this.rows.delete(key);
  }
}
