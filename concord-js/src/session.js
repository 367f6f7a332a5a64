import { Connection } from './connection.js';
import { Coverage } from './coverage.js';
import { ConcordDocument } from './document.js';
import { unpackState } from './envelope.js';
import { extentOf, randomSite } from './operation.js';
import { Outbox } from './outbox.js';
import { IndexedStore } from './outbox-store.js';
import { Presence } from './presence.js';
import { UndoHistory } from './undo.js';
import { cleanText, opMessage, readBase64, readFrame, writeBase64Url, writeFrames } from './wire.js';

const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 10_000;
// A longer address is refused by many servers on the way; the whole state comes instead.
const VERSION_CHARACTERS = 2_000;

/** What these codes refuse may be accepted a little later; all others are final for the operation. */
const PASSING = new Set(['rate_limited', 'unavailable']);

const BROWSER = {
  WebSocket: globalThis.WebSocket,
  setTimeout: (action, delay) => setTimeout(action, delay),
  clearTimeout: (timer) => clearTimeout(timer),
  now: () => Date.now(),
  random: () => Math.random(),
};

const STOPPED = {
  4400: 'The server could not read what this page sent.',
  4401: 'You have to sign in.',
  4403: 'You may not open this document.',
  4404: 'This document does not exist.',
  4409: 'This document was replaced by another one.',
  4413: 'Something was too large for the server.',
};

/**
 * One client in one room: a document, the connection to the server, what it has not acknowledged yet, undo, and who is here.
 *
 * Events, by `on(name, listener)`: `change` with `{changes, source}`, `edit` with the operations that this client has just made,
 * `status` with the status, `presence` with the others, `refused` with `{code, message, operation}`, `fault` with an error that
 * has no better place.
 */
export class ConcordSession {
  #room;
  #base;
  #environment;
  #document;
  #history;
  #connection;
  #presence;
  #outbox;
  #store;
  #opening;
  #listeners = new Map();
  #state = 'connecting';
  #reason = '';
  #epoch = null;
  #left = [];
  #aside = [];
  #seq = 0;
  #frames = [];
  #draining = false;
  #holds = 0;
  #gate = null;
  #flushing = false;
  #holding = null;
  #retries = 0;
  #ended = new AbortController();

  /**
   * `client` names this client in the browser's store: what it could not send is found again under that name. `base` is the
   * address of the server, that of the page by default.
   */
  constructor({ room, client = 'default', base = globalThis.location?.href, environment = {}, store = null }) {
    this.#room = room;
    this.#base = base;
    this.#environment = { ...BROWSER, ...environment };
    this.#document = new ConcordDocument(randomSite());
    this.#history = new UndoHistory(this.#document);
    this.#connection = new Connection(() => this.#address(), this.#environment, {
      onDial: () => this.#dialled(),
      onText: (text, socket) => this.#received(text, socket),
      onDown: (close) => this.#down(close),
    });
    this.#presence = new Presence({
      client: this.#document.site,
      environment: this.#environment,
      send: (message) => this.#connection.send(JSON.stringify(message)),
      onChange: () => this.#emit('presence', this.peers),
    });
    const session = this.#document.site;
    const onFailure = (error) => this.#emit('fault', error);
    this.#store = store ?? new IndexedStore({ room, client, session, onFailure });
    this.#outbox = new Outbox(this.#store);
    this.#opening = this.#open();
    this.#watchPage();
  }

  get document() {
    return this.#document;
  }

  get text() {
    return this.#document.text;
  }

  /** The others in the room. */
  get peers() {
    return this.#presence.peers;
  }

  /**
   * `connection` is `connecting`, `live`, `offline`, `reconnecting` or `stopped`, and `reason` says why it stopped. `unsent` counts the
   * characters that the server has not acknowledged, `refused` the operations that it will not take. `saved` is true only when
   * everything is acknowledged.
   */
  get status() {
    const left = this.#left.reduce((sum, { operation }) => sum + extentOf(operation), 0);
    const unsent = this.#outbox.extent + left;
    return {
      connection: this.#state,
      reason: this.#reason,
      unsent,
      refused: this.#outbox.refused.length,
      aside: this.#aside.length,
      saved: this.#state === 'live' && unsent === 0 && this.#outbox.refused.length === 0,
    };
  }

  /** Operations that were made in another history of the room, or refused: the server has them not. */
  get unsaved() {
    return [...this.#aside.map(({ operation }) => operation), ...this.#outbox.refused];
  }

  on(name, listener) {
    if (!this.#listeners.has(name)) {
      this.#listeners.set(name, new Set());
    }
    this.#listeners.get(name).add(listener);
    return () => this.#listeners.get(name).delete(listener);
  }

  /**
   * Replaces `removed` UTF-16 units at `offset` by `inserted`. A list of such edits is done one after the other and is one step of
   * undo. `source` comes back with the event.
   */
  edit(edit, source = null) {
    const changes = [edit].flat().map(({ offset, removed = 0, inserted = '' }) => ({ offset, removed, inserted: cleanText(inserted) }));
    const operations = this.#history.edit(Array.isArray(edit) ? changes : changes[0], this.#environment.now());
    this.#publish(operations);
    if (operations.length > 0) {
      this.#emit('change', { changes, source });
    }
  }

  get canUndo() {
    return this.#history.canUndo;
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  /** Takes back the last own edit. Returns the changes of the text. */
  undo(source = null) {
    return this.#reverted(this.#history.undo(), source);
  }

  redo(source = null) {
    return this.#reverted(this.#history.redo(), source);
  }

  /**
   * Makes what the server did for this user one step of undo, as soon as all of it is here. `inserted` and `deleted` are lists of pieces
   * `{site, counter, length, text}`.
   */
  adopt({ inserted, deleted }) {
    const isHere = () =>
      inserted.every(({ site, counter, length }) => this.#document.offsetOf({ site, counter: counter + length - 1 }) !== null) &&
      deleted.every(({ site, counter, length }) => this.#document.isDeleted({ site, counter: counter + length - 1 }));
    return new Promise((resolve) => {
      const off = this.on('change', take);
      const history = this.#history;
      const tell = () => this.#emitStatus();
      function take() {
        if (isHere()) {
          off();
          history.adopt({ inserted, deleted });
          tell();
          resolve();
        }
      }
      take();
    });
  }

  /** What is typed next begins a new step of undo. */
  seal() {
    this.#history.seal();
  }

  goOffline() {
    if (this.#state !== 'stopped') {
      this.#disconnected('offline', '');
      this.#connection.close();
    }
  }

  async goOnline() {
    if (this.#state === 'offline') {
      this.#setState('connecting');
      await this.#opening;
      if (this.#state === 'connecting') {
        this.#connection.open();
      }
    }
  }

  /** Ends the session for good. */
  close() {
    this.#disconnected('stopped', 'closed');
    this.#connection.close();
    this.#ended.abort();
  }

  /** Lets nothing remote change the text until the returned function is called: an input method is composing. */
  hold() {
    this.#holds++;
    this.#gate ??= new Gate();
    return () => {
      this.#holds--;
      if (this.#holds === 0) {
        this.#gate.open();
        this.#gate = null;
      }
    };
  }

  /** Sets this client's `{user, color}` for the others. */
  introduce(fields) {
    this.#presence.update(fields);
  }

  /** Tells the others where the caret is, and the other end of the selection. */
  select(caret, anchor = caret) {
    this.#presence.update({
      cursor: caret,
      caret: this.#document.positionAt(caret, 'after'),
      anchor: this.#document.positionAt(anchor, 'after'),
    });
  }

  /** Forgets the operations of another history that were kept aside. */
  discardAside() {
    this.#aside.splice(0).forEach(({ key }) => this.#store.removeKey(key));
    this.#emitStatus();
  }

  /** A page that comes into view, or back onto a network, does not wait for the next attempt; one that lost it does not wait for silence. */
  #watchPage() {
    const { signal } = this.#ended;
    globalThis.addEventListener?.('online', () => this.#connection.hurry(), { signal });
    globalThis.addEventListener?.('offline', () => this.#connection.drop(), { signal });
    globalThis.document?.addEventListener('visibilitychange', () => !document.hidden && this.#connection.hurry(), { signal });
  }

  async #open() {
    try {
      this.#left = await this.#store.load();
    } catch (error) {
      this.#emit('fault', error);
    }
    if (this.#state === 'connecting') {
      this.#connection.open();
    }
  }

  #address() {
    const url = new URL(`/rooms/${encodeURIComponent(this.#room)}/ws?batch=1`, this.#base);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    if (this.#epoch !== null) {
      url.searchParams.set('epoch', this.#epoch);
      const version = writeBase64Url(this.#document.version());
      if (version.length <= VERSION_CHARACTERS) {
        url.searchParams.set('version', version);
      }
    }
    return url.href;
  }

  #dialled() {
    if (this.#state !== 'connecting') {
      this.#setState('reconnecting');
    }
  }

  #down({ permanent, code, reason }) {
    if (permanent) {
      this.#disconnected('stopped', reason || STOPPED[code] || `The server closed the connection for good (${code}).`);
    } else {
      this.#disconnected('reconnecting', '');
    }
  }

  #disconnected(state, reason) {
    this.#environment.clearTimeout(this.#holding);
    this.#holding = null;
    this.#frames = [];
    this.#outbox.rewind();
    this.#presence.stop();
    this.#setState(state, reason);
  }

  #received(text, socket) {
    let messages;
    try {
      messages = readFrame(text);
    } catch (error) {
      this.#emit('fault', error);
      return;
    }
    messages.forEach((message) => this.#frames.push({ message, socket }));
    if (!this.#draining) {
      this.#drain();
    }
  }

  /** Takes the messages one by one: while a state is inflated, or the text is held, the later ones wait. */
  async #drain() {
    this.#draining = true;
    for (;;) {
      if (this.#gate !== null) {
        await this.#gate.opened;
        continue;
      }
      if (this.#frames.length === 0) {
        break;
      }
      const { message, socket } = this.#frames.shift();
      try {
        if (message.t === 'sync') {
          await this.#synchronise(message, socket);
        } else {
          this.#take(message);
        }
      } catch (error) {
        this.#emit('fault', error);
        if (message.t === 'sync' && this.#connection.isCurrent(socket)) {
          this.#connection.drop();
        }
      }
    }
    this.#draining = false;
  }

  #take(message) {
    if (message.t === 'op') {
      this.#changed(this.#document.apply(message.data), 'remote');
    } else if (message.t === 'ack') {
      this.#outbox.acknowledge(message.seq);
      this.#retries = 0;
      // What waited for what is durable now.
      this.#flush();
      if (this.#outbox.expectsAck) {
        this.#connection.expectAnswer();
      }
      this.#emitStatus();
    } else if (message.t === 'error') {
      this.#refuse(message);
    } else if (message.t === 'presence') {
      this.#presence.receive(message);
    }
  }

  async #synchronise({ state, version, epoch }, socket) {
    const body = await unpackState(readBase64(state));
    while (this.#gate !== null) {
      await this.#gate.opened;
    }
    if (!this.#connection.isCurrent(socket)) {
      return;
    }
    if (this.#epoch !== null && this.#epoch !== epoch) {
      this.#connection.close();
      this.#disconnected('stopped', STOPPED[4409]);
      return;
    }
    this.#epoch = epoch;
    this.#changed(this.#document.mergeBody(body), 'remote');
    this.#takeUpLeft();
    this.#repairServer(this.#document.missingFrom(readBase64(version)));
    this.#connection.settle();
    this.#setState('live');
    this.#presence.start();
    this.#flush();
  }

  /** Takes up what earlier sessions could not send, unless it belongs to another history of the room. */
  #takeUpLeft() {
    for (const row of this.#left.splice(0)) {
      if (row.epoch !== null && row.epoch !== this.#epoch) {
        this.#aside.push(row);
        continue;
      }
      try {
        this.#changed(this.#document.apply(row.operation), 'remote');
        this.#outbox.adopt(row);
      } catch (error) {
        this.#emit('fault', error);
        this.#aside.push(row);
      }
    }
  }

  /** Queues what the server lacks and the outbox does not hold: operations of others that a crashed server has lost. */
  #repairServer(missing) {
    const queued = new Coverage(this.#outbox.operations());
    for (const operation of missing) {
      if (!queued.includes(operation)) {
        this.#outbox.add(operation, this.#epoch);
      }
    }
  }

  #refuse({ code, message, seq }) {
    if (PASSING.has(code) && this.#outbox.retry(seq)) {
      this.#holding ??= this.#environment.setTimeout(() => {
        this.#holding = null;
        this.#flush();
      }, Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** this.#retries++));
    } else {
      this.#emit('refused', { code, message, operation: this.#outbox.refuse(seq) });
    }
    this.#emitStatus();
  }

  #reverted(result, source) {
    if (result === null) {
      return [];
    }
    this.#publish(result.operations);
    if (result.changes.length > 0) {
      this.#emit('change', { changes: result.changes, source });
    }
    return result.changes;
  }

  #publish(operations) {
    operations.forEach((operation) => this.#outbox.add(operation, this.#epoch));
    if (operations.length > 0) {
      this.#emit('edit', operations);
      this.#emitStatus();
    }
    if (this.#state === 'live' && !this.#flushing) {
      // All that one turn of the page produces goes out as one frame.
      this.#flushing = true;
      queueMicrotask(() => {
        this.#flushing = false;
        this.#flush();
      });
    }
  }

  #flush() {
    if (this.#state !== 'live' || this.#holding !== null) {
      return;
    }
    const entries = this.#outbox.take(() => ++this.#seq);
    for (const frame of writeFrames(entries.map(({ seq, operation }) => opMessage(seq, operation)))) {
      this.#connection.send(frame);
    }
    if (entries.length > 0) {
      this.#connection.expectAnswer();
    }
  }

  #changed(changes, source) {
    if (changes.length > 0) {
      this.#emit('change', { changes, source });
    }
  }

  #setState(state, reason = '') {
    this.#state = state;
    this.#reason = reason;
    this.#emitStatus();
  }

  #emitStatus() {
    this.#emit('status', this.status);
  }

  #emit(name, event) {
    this.#listeners.get(name)?.forEach((listener) => listener(event));
  }
}

class Gate {
  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}
