const THROTTLE_MS = 80;
const HEARTBEAT_MS = 10_000;
const FORGET_MS = 35_000;

/**
 * Who is here. Tells the others about this client, at most every 80 ms and at least every 10 s, and knows of each other one
 * `{client, user, color, cursor, caret, anchor}`; `caret` and `anchor` are positions by element that survive edits.
 */
export class Presence {
  #client;
  #environment;
  #send;
  #onChange;
  #self = null;
  #peers = new Map();
  #throttle = null;
  #heartbeat = null;

  constructor({ client, environment, send, onChange }) {
    this.#client = client;
    this.#environment = environment;
    this.#send = send;
    this.#onChange = onChange;
  }

  /** The others, in the order in which they came. */
  get peers() {
    return [...this.#peers.values()];
  }

  /** Sets some of `{user, color, cursor, caret, anchor}` of this client. */
  update(fields) {
    this.#self = { user: 'anonymous', color: '#64748b', cursor: 0, ...this.#self, ...fields };
    if (this.#throttle === null && this.#heartbeat !== null) {
      this.#throttle = this.#environment.setTimeout(() => {
        this.#throttle = null;
        this.#announce();
      }, THROTTLE_MS);
    }
  }

  /** The connection is up: the server tells anew who is here. */
  start() {
    this.stop();
    this.#announce();
  }

  stop() {
    this.#environment.clearTimeout(this.#throttle);
    this.#environment.clearTimeout(this.#heartbeat);
    this.#throttle = null;
    this.#heartbeat = null;
    if (this.#peers.size > 0) {
      this.#peers.clear();
      this.#onChange();
    }
  }

  receive({ user, color, cursor, client, caret, anchor, left }) {
    const key = typeof client === 'string' ? client : `user ${user}`;
    if (key === this.#client) {
      return;
    }
    if (left === true) {
      this.#peers.delete(key);
    } else {
      const seen = this.#environment.now();
      this.#peers.set(key, { client: key, user: String(user), color: colorOf(color), cursor, caret, anchor, seen });
    }
    this.#onChange();
  }

  #announce() {
    this.#environment.clearTimeout(this.#heartbeat);
    this.#heartbeat = this.#environment.setTimeout(() => {
      this.#forget();
      this.#announce();
    }, HEARTBEAT_MS);
    if (this.#self !== null) {
      this.#send({ t: 'presence', ...this.#self, client: this.#client });
    }
  }

  /** Drops those of whom nothing was heard for a few heartbeats. */
  #forget() {
    const oldest = this.#environment.now() - FORGET_MS;
    const gone = this.peers.filter((peer) => peer.seen < oldest);
    gone.forEach((peer) => this.#peers.delete(peer.client));
    if (gone.length > 0) {
      this.#onChange();
    }
  }
}

/** Colours go into styles, so nothing but a colour may pass. */
function colorOf(color) {
  return typeof color === 'string' && /^#([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$/.test(color) ? color : '#64748b';
}
