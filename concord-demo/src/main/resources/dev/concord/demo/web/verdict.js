const COMPARE_MS = 120;
const DIGEST_MS = 500;
const FINGERPRINT_LENGTH = 12;
const COUNTS = ['no', 'one', 'two', 'three', 'four'];

/** Says whether the panes are identical at this moment, and shows the digests of their states once nobody has typed for a while. */
export class Verdict {
  #panes;
  #root;
  #words;
  #fingerprints;
  #comparing = 0;
  #digesting = 0;

  /** `root` holds `#verdict-text` and `#fingerprints`. */
  constructor(root, panes) {
    this.#root = root;
    this.#panes = panes;
    this.#words = root.querySelector('#verdict-text');
    this.#fingerprints = root.querySelector('#fingerprints');
  }

  /** Something has changed: compares in a moment, once for all that changes until then. */
  schedule() {
    if (this.#comparing === 0) {
      this.#comparing = setTimeout(() => {
        this.#comparing = 0;
        this.#compare();
      }, COMPARE_MS);
    }
  }

  #compare() {
    const texts = this.#panes.map(({ session }) => session.text);
    const same = texts.every((text) => text === texts[0]);
    const started = this.#panes.every(({ session }) => session.status.connection !== 'connecting');
    this.#root.dataset.state = !started ? 'waiting' : same ? 'same' : 'differ';
    this.#say(!started ? `Waiting for ${this.#all()}…` : same ? `${capital(this.#all())} are identical right now.` : this.#differenceOf(texts));
    // Until they are computed again, they are those of a moment ago.
    this.#fingerprints.classList.add('stale');
    clearTimeout(this.#digesting);
    this.#digesting = setTimeout(() => this.#showDigests(), DIGEST_MS);
  }

  /** Browsers compute digests for secure pages only. */
  async #showDigests() {
    if (globalThis.crypto?.subtle !== undefined) {
      const digests = await Promise.all(this.#panes.map(({ session }) => session.document.digest()));
      this.#fingerprints.replaceChildren(...this.#panes.map(({ user }, i) => fingerprint(user, digests[i])));
      this.#fingerprints.classList.remove('stale');
    }
  }

  #all() {
    return this.#panes.length === 2 ? 'both panes' : `all ${COUNTS[this.#panes.length]} panes`;
  }

  #say(text) {
    if (this.#words.textContent !== text) {
      this.#words.textContent = text;
    }
  }

  #differenceOf(texts) {
    const away = this.#panes.filter(({ session }) => session.status.connection !== 'live').map(({ user }) => user);
    const lengths = texts.map(({ length }) => length.toLocaleString('en'));
    const counted = `${lengths.slice(0, -1).join(', ')} and ${lengths.at(-1)} characters`;
    if (away.length === 0) {
      return `The panes differ: ${counted}. They are catching up.`;
    }
    const names = away.length === 1 ? away[0] : `${away.slice(0, -1).join(', ')} and ${away.at(-1)}`;
    return `The panes differ: ${counted}. ${names} ${away.length === 1 ? 'is' : 'are'} not connected.`;
  }
}

function fingerprint(user, digest) {
  const pair = document.createElement('div');
  const term = document.createElement('dt');
  const value = document.createElement('dd');
  term.textContent = `${user}’s digest`;
  value.textContent = digest.slice(0, FINGERPRINT_LENGTH);
  value.title = digest;
  pair.append(term, value);
  return pair;
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}
