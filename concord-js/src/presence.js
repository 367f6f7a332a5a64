const THROTTLE_MS = 80;
const HEARTBEAT_MS = 10_000;
// Timers of a page in the background run once a minute.
const AWAY_MS = 35_000;
const FORGET_MS = 200_000;

/**
 * Who is here. Tells the others about this client, at most every 80 ms and at least every 10 s, and knows of each other one
 * `{client, user, color, cursor, caret, anchor, away}`; `caret` and `anchor` stick to elements and so survive edits.
 */
export class Presence {
  #client;
  #environment;
  #offsetOf;
  #send;
  #onChange;
  #self = null;
  #peers = new Map();
  #throttle = null;
  #heartbeat = null;

  constructor({ client, environment, offsetOf, send, onChange }) {
    this.#client = client;
    this.#environment = environment;
    this.#offsetOf = offsetOf;
    this.#send = send;
    this.#onChange = onChange;
  }

  /** The others, in the order in which they came. */
  get peers() {
    return [...this.#peers.values()];
  }

  /** Sets some of `{user, color, caret, anchor}` of this client. */
  update(fields) {
    this.#self = { user: 'anonymous', color: '#64748b', ...this.#self, ...fields };
    if (this.#throttle === null && this.#heartbeat !== null) {
      this.#throttle = this.#environment.setTimeout(() => {
        this.#throttle = null;
        this.#announce();
      }, THROTTLE_MS);
    }
  }

  /** Carets as `ConcordDocument.caretAt` gives them. */
  select(caret, anchor) {
    if (!sameCaret(caret, this.#self?.caret) || !sameCaret(anchor, this.#self?.anchor)) {
      this.update({ caret, anchor });
    }
  }

  /** Says goodbye, so that the others need not wait for the server to notice. */
  leave() {
    if (this.#heartbeat !== null && this.#self !== null) {
      const { user, color } = this.#self;
      this.#send({ t: 'presence', user, cursor: 0, color, client: this.#client, left: true });
    }
  }

  /** This client has another name from now on. The old one leaves, if the others know it from this connection. */
  rename(client) {
    this.leave();
    this.#client = client;
    if (this.#self !== null) {
      this.update({});
    }
  }

  /** The connection is up: the server sends again who is here. */
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
      if (!this.#peers.delete(key)) {
        return;
      }
    } else {
      const seen = this.#environment.now();
      const places = { cursor, caret: readCaret(caret), anchor: readCaret(anchor) };
      this.#peers.set(key, { client: key, user: String(user), color: colorOf(color), ...places, away: false, seen });
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
      const { user, color, caret, anchor } = this.#self;
      const cursor = this.#offsetOf(caret);
      this.#send({ t: 'presence', user, cursor, color, caret: writeCaret(caret), anchor: writeCaret(anchor), client: this.#client });
    }
  }

  /**
   * Somebody of whom nothing was received is away, and still here: the server tells who has left. Only where it cannot, because another
   * server has ended with them, they are dropped after a few minutes.
   */
  #forget() {
    const now = this.#environment.now();
    let changed = false;
    for (const peer of this.peers) {
      const silent = now - peer.seen;
      if (silent > FORGET_MS) {
        this.#peers.delete(peer.client);
        changed = true;
      } else if (silent > AWAY_MS && !peer.away) {
        this.#peers.set(peer.client, { ...peer, away: true });
        changed = true;
      }
    }
    if (changed) {
      this.#onChange();
    }
  }
}

function sameCaret(one, other) {
  return (
    one.bias === other?.bias && one.element.site === other.element.site && one.element.counter === other.element.counter
  );
}

/** On the wire a caret names the side of its element that it stands on, and not the one that it belongs to. */
function writeCaret(caret) {
  return caret === undefined ? undefined : { element: caret.element, side: caret.bias === 'left' ? 'after' : 'before' };
}

/** What somebody sent as a caret; undefined when it is none. */
function readCaret(sent) {
  const { element, side } = sent ?? {};
  const isElement = typeof element?.site === 'string' && Number.isSafeInteger(element.counter);
  if (!isElement || (side !== 'after' && side !== 'before')) {
    return undefined;
  }
  return { element: { site: element.site, counter: element.counter }, bias: side === 'after' ? 'left' : 'right' };
}

/** Colours go into styles, so nothing but a colour may pass. */
function colorOf(color) {
  return typeof color === 'string' && /^#([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$/.test(color) ? color : '#64748b';
}
