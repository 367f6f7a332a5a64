/** A seeded generator (mulberry32), so that every failure can be replayed. */
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit) {
    return Math.floor(this.next() * limit);
  }

  chance(probability) {
    return this.next() < probability;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  shuffle(list) {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [list[i], list[j]] = [list[j], list[i]];
    }
    return list;
  }

  /** Text from an alphabet that breaks what counts wrongly: astral characters, joiners, combining marks. */
  text(maxLength) {
    const alphabet = ['a', 'b', 'c', ' ', '\n', 'é', 'e\u0301', '😀', '👩\u200d🚀', '\u{1F1E9}', '中', '\ufeff'];
    let text = '';
    for (let left = 1 + this.below(maxLength); left > 0; left--) {
      text += this.pick(alphabet);
    }
    return text;
  }
}
