import { ConcordDocument } from '../src/document.js';
import { ConcordError } from '../src/errors.js';
import { MemoryStore } from './memory-store.js';

/** A clock that advances only when a test says so. */
export class Clock {
  #now = 0;
  #timers = new Map();
  #number = 0;

  /** How many timers are set. */
  get timers() {
    return this.#timers.size;
  }

  get environment() {
    return {
      now: () => this.#now,
      random: () => 0.5,
      setTimeout: (action, delay) => {
        this.#timers.set(++this.#number, { at: this.#now + delay, action });
        return this.#number;
      },
      clearTimeout: (timer) => this.#timers.delete(timer),
    };
  }

  advance(ms) {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (due === undefined) {
        this.#now = end;
        return;
      }
      this.#timers.delete(due[0]);
      this.#now = due[1].at;
      due[1].action();
    }
  }
}

/** A room that speaks the wire to fake WebSockets, and can be made to misbehave. */
export class FakeServer {
  document = new ConcordDocument('server');
  epoch = 'first';
  members = new Set();
  dials = [];
  /** What the constructors were given after the address. */
  extras = [];
  received = [];
  acknowledges = true;
  refuses = false;
  /** What a sync says of the server's limits; nothing, as servers of old, by default. */
  limits = undefined;
  /** What a sync says that its receiver may do; with `read`, ops are refused. */
  right = undefined;
  /** A longer frame closes the connection. */
  maxBytes = Infinity;
  longestFrame = 0;
  /** Given an op message, an error code to refuse it with, or null. */
  refusal = () => null;

  /** The WebSocket class of this server. */
  get WebSocket() {
    const server = this;
    return class {
      onopen = null;
      onmessage = null;
      onclose = null;
      onerror = undefined;
      lastSeq = 0;
      closed = false;

      constructor(url, ...extras) {
        server.dials.push(url);
        server.extras.push(extras);
        this.address = new URL(url);
        queueMicrotask(() => (server.refuses ? this.end(1006) : server.#welcome(this)));
      }

      send(text) {
        if (!this.closed) {
          server.#take(this, text);
        }
      }

      close(code) {
        queueMicrotask(() => this.end(code));
      }

      /** What the server does when it closes. */
      end(code, reason = '') {
        if (!this.closed) {
          this.closed = true;
          server.members.delete(this);
          this.onclose?.({ code, reason });
        }
      }

      tell(message) {
        this.onmessage?.({ data: JSON.stringify(message) });
      }
    };
  }

  get member() {
    return [...this.members].at(-1);
  }

  /** Operations that came in, over all connections. */
  get operations() {
    return this.received.filter((message) => message.t === 'op').map((message) => message.data);
  }

  /** Stored, not compressed, so that nothing can happen between the state being taken and the member joining. */
  syncMessage() {
    const [state, version] = [[0x43, 0x44, 1, 0, ...this.document.encodeBody()], this.document.version()];
    return { t: 'sync', state: base64(state), version: base64(version), epoch: this.epoch, right: this.right, limits: this.limits };
  }

  /** Everybody has another right from now on. */
  grant(right) {
    this.right = right;
    this.members.forEach((member) => member.tell(this.syncMessage()));
  }

  type(offset, text) {
    this.#broadcast(this.document.insert(offset, text).map((data, i) => ({ t: 'op', seq: i + 1, data })));
  }

  acknowledge() {
    this.members.forEach((member) => member.tell({ t: 'ack', seq: member.lastSeq }));
  }

  #welcome(socket) {
    if (!socket.closed) {
      this.members.add(socket);
      socket.onopen?.();
      socket.tell(this.syncMessage());
    }
  }

  #take(socket, text) {
    const bytes = new TextEncoder().encode(text).length;
    this.longestFrame = Math.max(this.longestFrame, bytes);
    if (bytes > this.maxBytes) {
      socket.end(4413);
      return;
    }
    const frame = JSON.parse(text);
    for (const message of Array.isArray(frame) ? frame : [frame]) {
      this.received.push(message);
      if (message.t === 'auth') {
        // As a server that knows no tokens.
        continue;
      }
      if (message.t !== 'op') {
        this.#broadcast([message], socket);
        continue;
      }
      const code = this.right === 'read' ? 'forbidden' : this.refusal(message);
      if (code !== null) {
        socket.tell({ t: 'error', code, message: `refused as ${code}`, seq: message.seq });
        continue;
      }
      try {
        this.document.apply(message.data);
      } catch (error) {
        if (!(error instanceof ConcordError)) {
          throw error;
        }
        socket.tell({ t: 'error', code: error.code, message: error.message, seq: message.seq });
        continue;
      }
      socket.lastSeq = message.seq;
      this.#broadcast([message], socket);
    }
    if (this.acknowledges && socket.lastSeq > 0) {
      queueMicrotask(() => socket.tell({ t: 'ack', seq: socket.lastSeq }));
    }
  }

  #broadcast(messages, sender = null) {
    for (const member of this.members) {
      if (member !== sender) {
        member.tell(messages.length === 1 ? messages[0] : messages);
      }
    }
  }
}

/** A caret as it travels. */
export function sent(session, offset) {
  const { element } = session.document.caretAt(offset, 'left');
  return { element, side: 'after' };
}

/** A caret from what has travelled. */
export function received({ element, side }) {
  return { element, bias: side === 'after' ? 'left' : 'right' };
}

export function optionsFor(server, clock, more = {}) {
  return {
    room: 'r',
    base: 'http://host:8080/page',
    environment: { ...clock.environment, WebSocket: server.WebSocket },
    store: new MemoryStore(),
    ...more,
  };
}

function base64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
