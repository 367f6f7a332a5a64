const CHUNK = 128;

/**
 * A sorted list in chunks: finding is logarithmic, adding and removing moves at most one chunk of entries and the list of chunks.
 *
 * `compare(entry, key)` orders the entries; a key is anything with the fields that the comparison reads, so an entry is
 * a key too. No two entries compare as equal.
 */
export class SortedList {
  #compare;
  #chunks = [];
  #size = 0;

  constructor(compare) {
    this.#compare = compare;
  }

  /** Takes entries that are in order already. */
  static of(compare, entries) {
    const list = new SortedList(compare);
    for (let i = 0; i < entries.length; i += CHUNK / 2) {
      list.#chunks.push(entries.slice(i, i + CHUNK / 2));
    }
    list.#size = entries.length;
    return list;
  }

  get size() {
    return this.#size;
  }

  get last() {
    const chunks = this.#chunks;
    return chunks.length === 0 ? null : chunks[chunks.length - 1][chunks[chunks.length - 1].length - 1];
  }

  /** The greatest entry that is not greater than the key, or null. */
  floor(key) {
    const chunk = this.#chunkOf(key);
    if (chunk < 0) {
      return null;
    }
    return this.#chunks[chunk][this.#indexIn(this.#chunks[chunk], key)];
  }

  /** The smallest entry that is greater than the key, or null. */
  higher(key) {
    const chunk = this.#chunkOf(key);
    if (chunk < 0) {
      return this.#chunks.length === 0 ? null : this.#chunks[0][0];
    }
    const entries = this.#chunks[chunk];
    const index = this.#indexIn(entries, key) + 1;
    if (index < entries.length) {
      return entries[index];
    }
    return chunk + 1 < this.#chunks.length ? this.#chunks[chunk + 1][0] : null;
  }

  add(entry) {
    this.#size++;
    let chunk = this.#chunkOf(entry);
    if (chunk < 0) {
      if (this.#chunks.length === 0) {
        this.#chunks.push([entry]);
        return;
      }
      chunk = 0;
      this.#chunks[0].unshift(entry);
    } else {
      this.#chunks[chunk].splice(this.#indexIn(this.#chunks[chunk], entry) + 1, 0, entry);
    }
    if (this.#chunks[chunk].length > CHUNK) {
      this.#chunks.splice(chunk + 1, 0, this.#chunks[chunk].splice(CHUNK / 2));
    }
  }

  remove(entry) {
    const chunk = this.#chunkOf(entry);
    const entries = this.#chunks[chunk];
    entries.splice(this.#indexIn(entries, entry), 1);
    if (entries.length === 0) {
      this.#chunks.splice(chunk, 1);
    }
    this.#size--;
  }

  *[Symbol.iterator]() {
    for (const entries of this.#chunks) {
      yield* entries;
    }
  }

  /** The last chunk that begins with an entry not greater than the key, -1 when all are greater. */
  #chunkOf(key) {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#chunks[middle][0], key) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /** The index of the greatest entry that is not greater than the key; the first entry is known to be such. */
  #indexIn(entries, key) {
    let low = 1;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(entries[middle], key) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }
}
