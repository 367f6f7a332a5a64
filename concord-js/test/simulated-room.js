import { ConcordDocument } from '../src/document.js';
import { ConcordError } from '../src/errors.js';

const PULSE_MS = 20_000;
const PLACEHOLDER = '\ufffd';

/** A room on a server that acknowledges what a commit has made durable, and loses the rest when it crashes; and the way to it. */
export class SimulatedRoom {
  /** Letters, each of which is typed once in a schedule, that are durable, and those that are durably deleted. */
  durable = new Set();
  deleted = new Set();
  up = true;
  holds = false;
  /** With which code the next ops are refused; null when they are taken. */
  refusal = null;
  /** Called before the room is deleted, or begins another history. */
  onEnd = () => {};
  #browser;
  #epoch = 1;
  #exists = true;
  #asksForEpoch;
  #log = [];
  #committed = 0;
  #document = new ConcordDocument('server1');
  #members = new Set();
  #letters = new Map();
  #had = new Set();
  #deletedIds = new Set();
  #limits;
  #maxBytes;

  constructor(browser) {
    this.#browser = browser;
    this.#limits = [undefined, { frameBytes: 1 << 20 }, { frameBytes: 4096 }][browser.random.below(3)];
    this.#maxBytes = this.#limits?.frameBytes ?? Infinity;
    // One that does not find another epoch with its answer.
    this.#asksForEpoch = browser.random.below(3) > 0;
  }

  get epoch() {
    return `e${this.#epoch}`;
  }

  get text() {
    return this.#document.text;
  }

  get pulses() {
    return this.#limits !== undefined;
  }

  socketClass(page) {
    const [room, browser] = [this, this.#browser];
    return class {
      #lastUp = 0;
      #lastDown = 0;
      broken = false;
      ended = false;
      seqs = [];

      constructor(address) {
        page.sockets.add(this);
        this.#toRoom(() => {
          if (page.network === 'down' || !room.up) {
            this.end(1006);
          } else if (page.network === 'up') {
            room.#join(this, new URL(address).searchParams.get('epoch'));
          } else {
            this.broken = true;
          }
        });
      }

      send(text) {
        this.#toRoom(() => room.#receive(this, text));
      }

      close() {
        this.ended = true;
        this.#toRoom(() => room.#leave(this));
      }

      /** The connection breaks; what is on its way is lost. */
      cut() {
        if (!this.broken) {
          this.silence();
          this.#toPage(() => this.#ended(1006));
        }
      }

      /** The same, and nobody notices. */
      silence() {
        this.broken = true;
        room.#leave(this);
      }

      /** A silent connection is found to be dead at last. */
      expire() {
        if (this.broken) {
          this.#toPage(() => this.#ended(1006));
        }
      }

      /** The server closes. */
      end(code) {
        this.#down(() => this.#ended(code));
      }

      tell(message) {
        const data = JSON.stringify(message);
        this.#down(() => !this.ended && this.onmessage?.({ data }));
      }

      #ended(code) {
        page.sockets.delete(this);
        if (!this.ended) {
          this.ended = true;
          this.onclose?.({ code, reason: '' });
        }
      }

      #toRoom(action) {
        this.#lastUp = Math.max(this.#lastUp, browser.now + browser.latency(100));
        browser.at(this.#lastUp, null, () => this.broken || action());
      }

      #down(action) {
        this.#toPage(() => this.broken || action());
      }

      #toPage(action) {
        this.#lastDown = Math.max(this.#lastDown, browser.now + browser.latency(100));
        browser.at(this.#lastDown, page, action);
      }
    };
  }

  /** Whether a letter has ever come here. */
  hasHad(letter) {
    return this.#had.has(letter);
  }

  /** The letters that operations delete, as far as they have ever come here. */
  deletedBy(operations) {
    const letters = new Set();
    for (const { kind, id, length = 1 } of operations) {
      for (let i = 0; kind === 'delete' && i < length; i++) {
        letters.add(this.#letters.get(`${id.site} ${id.counter + i}`));
      }
    }
    return letters;
  }

  commit() {
    for (const operation of this.#log.slice(this.#committed)) {
      this.#note(operation);
    }
    this.#committed = this.#log.length;
    for (const member of this.#members) {
      const acknowledged = member.seqs.splice(0);
      if (acknowledged.length > 0) {
        member.tell({ t: 'ack', seq: Math.max(...acknowledged) });
      }
    }
  }

  crash() {
    this.up = false;
    this.dismiss(1006);
    this.#log.length = this.#committed;
    this.#document = new ConcordDocument(`server${this.#epoch}`);
    this.#log.forEach((operation) => this.#document.apply(operation));
  }

  dismiss(code) {
    const members = [...this.#members];
    this.#members.clear();
    members.forEach((member) => member.end(code));
  }

  /** Somebody deletes the room. Whoever connects without knowing it makes a new one. */
  delete() {
    this.#begin();
    this.#exists = false;
    this.dismiss(4404);
  }

  /** The server loses its data: the room is there, with another history. */
  forget() {
    this.#begin();
    this.dismiss(1006);
  }

  #begin() {
    this.onEnd();
    this.#epoch++;
    this.#exists = true;
    this.#log = [];
    this.#committed = 0;
    this.#document = new ConcordDocument(`server${this.#epoch}`);
    this.durable.clear();
  }

  #join(socket, epoch) {
    if (!this.#exists && epoch !== null) {
      socket.end(4404);
      return;
    }
    this.#exists = true;
    if (this.#asksForEpoch && epoch !== null && epoch !== this.epoch) {
      socket.end(4409);
      return;
    }
    this.#members.add(socket);
    const [state, version] = [[0x43, 0x44, 1, 0, ...this.#document.encodeBody()], this.#document.version()];
    socket.tell({ t: 'sync', state: base64(state), version: base64(version), epoch: this.epoch, limits: this.#limits });
    if (this.pulses) {
      this.#pulse(socket);
    }
  }

  #pulse(socket) {
    this.#browser.at(this.#browser.now + PULSE_MS, null, () => {
      if (this.#members.has(socket)) {
        socket.tell({ t: 'pulse' });
        this.#pulse(socket);
      }
    });
  }

  #leave(socket) {
    this.#members.delete(socket);
  }

  #receive(socket, text) {
    if (!this.#members.has(socket)) {
      return;
    }
    if (text.length * 3 > this.#maxBytes && new TextEncoder().encode(text).length > this.#maxBytes) {
      this.#leave(socket);
      socket.end(4413);
      return;
    }
    for (const message of [JSON.parse(text)].flat()) {
      if (message.t === 'op') {
        this.#take(socket, message);
      }
    }
    if (!this.holds) {
      this.#browser.at(this.#browser.now + this.#browser.latency(30), null, () => this.holds || this.commit());
    }
  }

  #take(socket, { seq, data }) {
    if (this.refusal !== null && this.#browser.random.below(3) === 0) {
      socket.tell({ t: 'error', code: this.refusal, message: 'not now', seq });
      return;
    }
    try {
      this.#document.apply(data);
    } catch (error) {
      if (!(error instanceof ConcordError)) {
        throw error;
      }
      socket.tell({ t: 'error', code: error.code, message: error.message, seq });
      return;
    }
    this.#learn(data);
    this.#log.push(data);
    socket.seqs.push(seq);
    this.#members.forEach((member) => member !== socket && member.tell({ t: 'op', seq, data }));
  }

  /** What a letter's id is, is known from when it first comes, be it lost again: it may come back as deleted text without letters. */
  #learn({ kind, id, value }) {
    if (kind === 'insert') {
      Array.from(value).forEach((letter, i) => {
        const name = `${id.site} ${id.counter + i}`;
        if (letter !== PLACEHOLDER) {
          this.#letters.set(name, letter);
          this.#had.add(letter);
          if (this.#deletedIds.has(name)) {
            this.deleted.add(letter);
          }
        }
      });
    }
  }

  #note({ kind, id, value, length = 1 }) {
    if (kind === 'insert') {
      Array.from(value).forEach((letter) => this.durable.add(letter));
    } else {
      for (let i = 0; i < length; i++) {
        const name = `${id.site} ${id.counter + i}`;
        this.#deletedIds.add(name);
        this.deleted.add(this.#letters.get(name));
      }
    }
  }
}

function base64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}
