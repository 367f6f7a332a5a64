import { CANNOT_SIGN_IN, DELETED, REPLACED, TOO_LARGE, TOO_OLD, UNREACHABLE, reasonOf } from './close-codes.js';
import { Connection } from './connection.js';
import { Coverage } from './coverage.js';
import { Credentials } from './credentials.js';
import { ConcordDocument } from './document.js';
import { unpackState } from './envelope.js';
import { ConflictError, ReadOnlyError, StorageError, UnknownFormatError } from './errors.js';
import { Holds } from './holds.js';
import { Listeners } from './listeners.js';
import { extentOf, randomSite } from './operation.js';
import { readOptions } from './options.js';
import { Outbox } from './outbox.js';
import { IndexedStore, NoStore } from './outbox-store.js';
import { placeholdersLast } from './placeholder.js';
import { Presence } from './presence.js';
import { rebuild } from './renaming.js';
import { mayOnlyRead } from './right.js';
import { smallestEdit } from './text-diff.js';
import { UndoHistory } from './undo.js';
import { MAX_FRAME_BYTES, cleanText, opMessage, readBase64, readFrame, splitOperation, writeBase64Url, writeFrames } from './wire.js';

const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 10_000;
// A longer address is refused by many servers on the way; the whole state comes instead.
const VERSION_CHARACTERS = 2_000;

/** What these codes refuse may be accepted a little later; all others are final for the operation. */
const PASSING = new Set(['rate_limited', 'unavailable']);

const EVENTS = ['change', 'edit', 'status', 'presence', 'refused', 'fault'];
const MIN_FRAME_BYTES = 4_096;
// How much of what an edit hangs on is kept with it: more is not typed in the moment that a server needs to make it durable.
const DEPENDENCIES = { elements: 4_096, inserts: 64 };
// How long the browser's store may take before the session goes on without it.
const STORE_MS = 2_000;
/** A message to itself: rows of earlier sessions wait to be taken up. No server can send it. */
const FOUND = Symbol('found');

// After so many failed attempts the session says what it can know.
const MANY_FAILURES = 5;

/**
 * One client in one room: a document, the connection to the server, what it has not acknowledged yet, undo, and who is here.
 *
 * Events, by `on(name, listener)`: `change` with `{changes, source}`, `edit` with the operations that this client has just made,
 * `status` with the status, `presence` with the others, `refused` with `{code, message, operation}`, `fault` with an error that
 * has no better place. What a listener throws goes to `reportError`, as with events of the page, and disturbs nothing else.
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
  #listeners;
  #state = 'connecting';
  #reason = '';
  #epoch = null;
  /** What the server lets this client do; null while it has not said. */
  #right = null;
  #leftover = [];
  #replaced = false;
  /**
   * The document contradicts the server and is rebuilt with the next sync, under this site: another one when somebody else uses its own. Null
   * when all is well.
   */
  #nextSite = null;
  #status = null;
  #closed = false;
  #seq = 0;
  #frameBytes = MAX_FRAME_BYTES;
  #frames = [];
  #draining = false;
  #holds = new Holds(() => this.#emitStatus());
  #flushing = false;
  #holding = null;
  #retries = 0;
  #ended = new AbortController();

  /**
   * `client` names this client in the browser's store: what it could not send is found again under that name. `base` is the
   * address of the server, that of the page by default. `token` and `headers` say to the server who this is, see `Credentials`.
   */
  constructor(options) {
    const { room, client, base, environment, store, token, headers } = readOptions(options);
    this.#room = room;
    this.#base = base;
    this.#environment = environment;
    this.#listeners = new Listeners(EVENTS, environment.reportError);
    this.#document = new ConcordDocument(randomSite());
    this.#history = new UndoHistory(this.#document);
    const handlers = {
      onDial: () => this.#dialled(),
      onText: (text, socket) => this.#received(text, socket),
      onDown: (close) => this.#down(close),
      onFault: (error) => this.#emit('fault', error),
    };
    this.#connection = new Connection(() => this.#address(), this.#environment, handlers, new Credentials({ token, headers }));
    this.#presence = new Presence({
      client: this.#document.site,
      environment: this.#environment,
      offsetOf: (caret) => (caret === undefined ? 0 : (this.#document.offsetOfCaret(caret) ?? 0)),
      send: (message) => this.#connection.send(JSON.stringify(message)),
      onChange: () => this.#emit('presence', this.peers),
    });
    const session = this.#document.site;
    // Nobody can listen before the constructor has returned.
    const onFailure = (error) => queueMicrotask(() => this.#emit('fault', error));
    const keeps = store !== null && globalThis.indexedDB !== undefined;
    this.#store = store ?? (keeps ? new IndexedStore({ room, client, session, onFailure, onAdopted: (rows) => this.#found(rows) }) : new NoStore());
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
   * `connection` is `connecting`, `live`, `offline`, `reconnecting` or `stopped`, and `reason` says why it stopped, or what is
   * known after many attempts. `unsent` counts the
   * characters that the server has not acknowledged, `composing` those among them that an input method has not let go of yet, `refused` the operations that it will not take, `orphaned` those of another
   * history of the room, which are kept and not sent. `replaced` is true when the room has another history than this text, or was deleted: see `putBack`. `right` is what the server lets this client do, null while it has not said, and `readOnly` is true where that
   * is not to write. `saved` is true only when everything is acknowledged. The object stays the
   * same until one of them changes.
   */
  get status() {
    const leftover = this.#leftover.reduce((sum, { operation }) => sum + extentOf(operation), 0);
    const { composing } = this.#holds;
    const unsent = this.#outbox.extent + leftover + composing;
    const refused = this.#outbox.refused.length;
    const orphaned = this.#outbox.orphaned.length;
    const status = {
      connection: this.#state,
      reason: this.#reason,
      unsent,
      composing,
      refused,
      orphaned,
      replaced: this.#replaced,
      right: this.#right,
      readOnly: mayOnlyRead(this.#right),
      saved: this.#state === 'live' && unsent === 0 && refused === 0 && orphaned === 0,
    };
    if (Object.keys(status).some((name) => status[name] !== this.#status?.[name])) {
      this.#status = Object.freeze(status);
    }
    return this.#status;
  }

  /** Operations that were made in another history of the room, or refused: the server has them not. */
  get unsaved() {
    return [...this.#outbox.orphaned, ...this.#outbox.refused];
  }

  on(name, listener) {
    return this.#listeners.on(name, listener);
  }

  /**
   * Replaces `removed` UTF-16 units at `offset` by `inserted`. A list of such edits is done one after the other and is one step of
   * undo. `source` comes back with the event.
   */
  edit(edit, source = null) {
    this.#checkRight();
    const changes = [edit].flat().map(({ offset, removed = 0, inserted = '' }) => ({ offset, removed, inserted: cleanText(inserted) }));
    if (changes.reduce((sum, { inserted }) => sum + inserted.length, 0) > this.#document.countersLeft) {
      const body = this.#document.encodeBody();
      this.#continueIn(new ConcordDocument(randomSite())).mergeBody(body);
    }
    const operations = this.#history.edit(changes, this.#environment.now());
    this.#publish(operations);
    if (operations.length > 0) {
      this.#emit('change', { changes, source });
    }
  }

  get canUndo() {
    return !this.status.readOnly && this.#history.canUndo;
  }

  get canRedo() {
    return !this.status.readOnly && this.#history.canRedo;
  }

  /** Takes back the last own edit. Returns the changes of the text. */
  undo(source = null) {
    this.#checkRight();
    return this.#reverted(this.#history.undo(), source);
  }

  redo(source = null) {
    this.#checkRight();
    return this.#reverted(this.#history.redo(), source);
  }

  /**
   * Makes what the server did for this user one step of undo, as soon as all of it is here. `inserted` and `deleted` are lists of pieces
   * `{site, counter, length, text}`. Rejects when the session is closed, or the room replaced, before that.
   */
  adopt({ inserted, deleted }) {
    const isHere = () =>
      inserted.every(({ site, counter, length }) => this.#document.offsetOf({ site, counter: counter + length - 1 }) !== null) &&
      deleted.every(({ site, counter, length }) => this.#document.isDeleted({ site, counter: counter + length - 1 }));
    return new Promise((resolve, reject) => {
      this.#check();
      const offs = [];
      const end = () => offs.forEach((off) => off());
      const take = () => {
        if (isHere()) {
          end();
          this.#history.adopt({ inserted, deleted });
          this.#emitStatus();
          resolve();
        }
      };
      const giveUp = () => {
        const reason = this.#closed ? 'the session is closed' : this.#replaced ? 'the room was replaced by a new one' : null;
        if (reason !== null) {
          end();
          reject(new Error(reason));
        }
      };
      offs.push(this.on('change', take), this.on('status', giveUp));
      giveUp();
      if (!this.#replaced) {
        take();
      }
    });
  }

  /** Begins a step of undo that all edits join until `endGroup`: what a program changes in one go is taken back in one. */
  beginGroup() {
    this.#check();
    this.#history.beginGroup();
  }

  /** What is edited next begins a new step of undo. */
  endGroup() {
    this.#history.endGroup();
  }

  /** Disconnects and stays so until `goOnline`. Editing goes on. */
  goOffline() {
    if (this.#state !== 'stopped') {
      this.#presence.leave();
      this.#connection.close();
      this.#disconnected('offline', '');
    }
  }

  /** Connects after `goOffline`, or once more after the server has said that it is no use: somebody has signed in, say. */
  async goOnline() {
    if (!this.#closed && !this.#replaced && (this.#state === 'offline' || this.#state === 'stopped')) {
      this.#setState('connecting');
      await this.#opening;
      if (this.#state === 'connecting') {
        this.#connection.open();
      }
    }
  }

  /**
   * After the room was deleted, or replaced by a new one (`status.replaced`): makes this text the room's again. It is merged, by element, with what
   * the new room has by now, so that several who do this bring one text back, each with what the others have not seen, and the session goes on with it.
   */
  async putBack() {
    this.#checkRight();
    if (!this.#replaced) {
      throw new Error('the room has the history of this text: there is nothing to put back');
    }
    this.#replaced = false;
    // It was in the history that is gone.
    this.#nextSite = null;
    for (const operation of placeholdersLast(this.#outbox.reclaim(this.#epoch))) {
      try {
        this.#changed(this.#document.apply(operation), 'remote');
      } catch (error) {
        this.#emit('fault', error);
      }
    }
    this.#epoch = null;
    this.#setState('offline');
    await this.goOnline();
  }

  /** Ends the session for good. */
  close() {
    if (!this.#closed) {
      // First: no listener can bring the session back.
      this.#closed = true;
      this.#presence.leave();
      this.#connection.close();
      this.#disconnected('stopped', 'closed');
      this.#ended.abort();
      this.#store.close?.();
    }
  }

  /** Does not wait for the end of a pause between two attempts: the network is back, say. */
  reconnectNow() {
    this.#connection.reconnectNow();
  }

  /**
   * Lets nothing remote change the text until the returned function is called: an input method is composing. Its property `composing` is a
   * function to say how many characters are on the screen and not in the session; they count as unsent.
   */
  hold() {
    return this.#holds.add();
  }

  /** Sets this client's `{user, color}` for the others. */
  setUser(fields) {
    this.#presence.update(fields);
  }

  /**
   * Tells the others where the caret is, and the other end of the selection. An editor may be ahead of the text: an offset outside of
   * it, or inside of a surrogate pair, is taken for the nearest one.
   */
  select(caret, anchor = caret) {
    this.#presence.select(this.#caretNear(caret), this.#caretNear(anchor));
  }

  /** Forgets the operations of another history of the room: the user has taken what was wanted of them. */
  discardOrphaned() {
    this.#outbox.discardOrphaned();
    this.#emitStatus();
  }

  /** Whether the session has ended for good: it cannot be edited any more. */
  get isClosed() {
    return this.#closed;
  }

  #check() {
    if (this.#closed) {
      throw new Error('the session is closed');
    }
  }

  #checkRight() {
    this.#check();
    if (mayOnlyRead(this.#right)) {
      throw new ReadOnlyError();
    }
  }

  #caretNear(offset) {
    const inside = Math.max(0, Math.min(this.#document.length, Math.trunc(offset) || 0));
    return this.#document.caretAt(this.#document.isBoundary(inside) ? inside : inside - 1, 'left');
  }

  /** A page that comes into view, or back onto a network, does not wait for the next attempt; one that lost it does not wait for silence. */
  #watchPage() {
    const { signal } = this.#ended;
    globalThis.addEventListener?.('online', () => this.#connection.revive(), { signal });
    globalThis.addEventListener?.('offline', () => this.#connection.drop(), { signal });
    globalThis.document?.addEventListener('visibilitychange', () => !document.hidden && this.#connection.revive(), { signal });
  }

  async #open() {
    const loading = this.#store.load().then(
      (rows) => this.#found(rows),
      (error) => this.#emit('fault', error),
    );
    let timer;
    const late = new Promise((resolve) => {
      timer = this.#environment.setTimeout(() => {
        // Some browsers' stores never answer. Should this one do so later, what it has is taken up then.
        this.#emit('fault', new StorageError(new Error('the store does not answer')));
        resolve();
      }, STORE_MS);
    });
    await Promise.race([loading, late]);
    this.#environment.clearTimeout(timer);
    if (this.#state === 'connecting') {
      this.#connection.open();
    }
  }

  /** Rows of earlier sessions: they are taken up with the first sync, or in their turn when that was before. */
  #found(rows) {
    if (rows.length === 0 || this.#closed) {
      return;
    }
    this.#leftover.push(...rows);
    if (this.#replaced) {
      this.#leftover.splice(0).forEach((row) => this.#outbox.orphan(row));
    } else if (this.#state === 'live') {
      this.#frames.push({ message: { t: FOUND } });
      if (!this.#draining) {
        this.#drain();
      }
    }
    this.#emitStatus();
  }

  #address() {
    const url = new URL(`/rooms/${encodeURIComponent(this.#room)}/ws?batch=1`, this.#base);
    url.protocol = ['https:', 'wss:'].includes(url.protocol) ? 'wss:' : 'ws:';
    if (this.#epoch !== null) {
      url.searchParams.set('epoch', this.#epoch);
    }
    if (this.#epoch !== null && this.#nextSite === null) {
      const version = writeBase64Url(this.#document.version());
      if (version.length <= VERSION_CHARACTERS) {
        url.searchParams.set('version', version);
      }
    }
    return url.href;
  }

  #dialled() {
    if (this.#state !== 'connecting') {
      this.#setState('reconnecting', this.#reason);
    }
  }

  #down({ permanent, code, reason, failures, withoutToken }) {
    if (code === TOO_LARGE && this.#frameBytes > MIN_FRAME_BYTES) {
      // Something in between takes less than the server says, or nobody has said anything: again, in smaller pieces.
      this.#frameBytes = Math.max(MIN_FRAME_BYTES, Math.floor(this.#frameBytes / 2));
      // First: a listener may want no other attempt.
      this.#connection.retry();
      this.#disconnected('reconnecting', '');
    } else if ((code === REPLACED || code === DELETED) && this.#epoch !== null) {
      this.#stopReplaced(code);
    } else if (permanent) {
      this.#disconnected('stopped', reason || reasonOf(code));
    } else if (withoutToken) {
      this.#disconnected('reconnecting', CANNOT_SIGN_IN);
    } else {
      this.#disconnected('reconnecting', failures < MANY_FAILURES ? '' : UNREACHABLE);
    }
  }

  /** The room has another history now, or none: what is unsent stays here, to be offered to the user. */
  #stopReplaced(code) {
    this.#replaced = true;
    this.#outbox.orphanAll();
    this.#disconnected('stopped', reasonOf(code));
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
    for (const message of messages) {
      if (message.t === 'presence') {
        this.#presence.receive(message);
      } else if (['ack', 'auth', 'error', 'pulse'].includes(message.t)) {
        // These change no text, so they wait for nothing: what is composed may be saved before its composition ends.
        this.#take(message);
      } else {
        this.#frames.push({ message, socket });
      }
    }
    if (!this.#draining) {
      this.#drain();
    }
  }

  /** Takes the messages one by one: while a state is inflated, or the text is held, the later ones wait. */
  async #drain() {
    this.#draining = true;
    for (;;) {
      if (this.#holds.released !== null) {
        await this.#holds.released;
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
          this.#giveUpSync(error);
        }
      }
    }
    this.#draining = false;
  }

  #giveUpSync(error) {
    if (error instanceof UnknownFormatError) {
      this.#connection.close();
      this.#disconnected('stopped', TOO_OLD);
    } else {
      this.#connection.drop();
    }
  }

  #take(message) {
    if (message.t === 'op') {
      this.#receiveOperation(message.data);
    } else if (message.t === 'ack') {
      this.#outbox.acknowledge(message.seq);
      this.#retries = 0;
      // What waited for what is durable now.
      this.#flush();
      if (this.#outbox.expectsAck) {
        this.#connection.expectAnswer();
      }
      this.#emitStatus();
    } else if (message.t === 'pulse') {
      this.#connection.expectPulse();
    } else if (message.t === 'auth') {
      this.#connection.renew();
    } else if (message.t === FOUND) {
      this.#takeUpLeftover();
      this.#outbox.belongTo(this.#epoch);
      this.#flush();
      this.#emitStatus();
    } else if (message.t === 'error') {
      this.#refuse(message);
    }
  }

  async #synchronise({ state, version, epoch, right = null, limits }, socket) {
    const body = await unpackState(readBase64(state));
    while (this.#holds.released !== null) {
      await this.#holds.released;
    }
    if (!this.#connection.isCurrent(socket)) {
      return;
    }
    if (this.#epoch !== null && this.#epoch !== epoch) {
      this.#connection.close();
      this.#stopReplaced(REPLACED);
      return;
    }
    this.#setRight(right);
    try {
      const from = { body, version: readBase64(version), epoch };
      this.#changed(this.#nextSite !== null ? this.#rebuild(from) : this.#document.mergeBody(body), 'remote');
    } catch (error) {
      if (error instanceof ConflictError) {
        if (error.id.site !== this.#document.site) {
          this.#emit('fault', error);
        }
        this.#contradicted(error.id.site);
        return;
      }
      throw error;
    }
    this.#epoch = epoch;
    this.#takeUpLeftover();
    this.#outbox.belongTo(epoch);
    if (!this.#connection.isCurrent(socket)) {
      // A listener has gone offline, or ended the session; there may be another connection since.
      return;
    }
    this.#repairServer(this.#document.missingFrom(readBase64(version)));
    if (limits !== undefined) {
      this.#connection.expectPulse();
    }
    if (limits?.frameBytes > 0) {
      this.#frameBytes = Math.min(this.#frameBytes, Math.max(MIN_FRAME_BYTES, limits.frameBytes));
    }
    this.#connection.settle();
    this.#setState('live');
    if (this.#connection.isCurrent(socket)) {
      this.#presence.start();
      this.#flush();
    }
  }

  #setRight(right) {
    if (mayOnlyRead(this.#right) && !mayOnlyRead(right)) {
      this.#outbox.offerRefused();
    }
    this.#right = right;
  }

  #receiveOperation(operation) {
    try {
      this.#changed(this.#document.apply(operation), 'remote', operation.kind === 'insert' ? operation.id.site : undefined);
    } catch (error) {
      if (!(error instanceof ConflictError) || error.id.site !== this.#document.site) {
        throw error;
      }
      this.#contradicted(this.#document.site);
    }
  }

  /** The server has something else under ids of a site: all of what it has is asked for, and the document made of that. */
  #contradicted(by) {
    this.#nextSite = by === this.#document.site ? randomSite() : this.#document.site;
    this.#connection.drop();
  }

  /**
   * Rebuilds the document from what the server has and what it is missing, own edits under another site where the own one is taken. Steps of undo
   * are lost.
   */
  #rebuild(from) {
    const before = this.#document.text;
    const onFault = (error) => this.#emit('fault', error);
    this.#continueIn(rebuild(this.#document, this.#nextSite, { ...from, outbox: this.#outbox, onFault }));
    this.#nextSite = null;
    const change = smallestEdit(before, this.#document.text, this.#document.length);
    return change === null ? [] : [change];
  }

  #continueIn(document) {
    this.#document = document;
    this.#history = new UndoHistory(document);
    this.#presence.rename(document.site);
    return document;
  }

  /** Takes up what earlier sessions could not send, unless it belongs to another history of the room. */
  #takeUpLeftover() {
    for (const row of placeholdersLast(this.#leftover.splice(0), ({ operation }) => operation)) {
      if (row.epoch !== null && row.epoch !== this.#epoch) {
        this.#outbox.orphan(row);
        continue;
      }
      try {
        this.#restoreDependencies(row);
        this.#changed(this.#document.apply(row.operation), 'remote');
        this.#outbox.adopt(row);
      } catch (error) {
        this.#emit('fault', error);
        this.#outbox.orphan(row);
      }
    }
  }

  /** What a row hangs on may have been lost by the server and by whoever wrote it. */
  #restoreDependencies({ operation: { after, before }, dependencies = [] }) {
    if (dependencies.length > 0 && this.#document.offsetOf(after ?? before) === null) {
      for (const operation of placeholdersLast(dependencies)) {
        this.#changed(this.#document.apply(operation), 'remote');
        this.#outbox.add(operation, this.#epoch);
      }
    }
  }

  /** Queues what the server is missing and the outbox does not hold: operations of others that a crashed server has lost. A reader cannot help. */
  #repairServer(missing) {
    if (mayOnlyRead(this.#right)) {
      return;
    }
    const queued = new Coverage(this.#outbox.operations());
    for (const operation of missing) {
      if (!queued.includes(operation)) {
        this.#outbox.add(operation, this.#epoch);
      }
    }
  }

  #refuse({ code, message, seq }) {
    if (PASSING.has(code) && seq !== undefined) {
      if (!this.#outbox.retry(seq)) {
        return;
      }
      this.#holding ??= this.#environment.setTimeout(() => {
        this.#holding = null;
        this.#flush();
      }, Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** this.#retries++));
    } else {
      const operation = this.#outbox.refuse(seq);
      if (code === 'conflict' && operation?.id.site === this.#document.site) {
        this.#contradicted(this.#document.site);
        return;
      }
      this.#emit('refused', { code, message, operation });
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
    for (const operation of operations) {
      const anchor = operation.after ?? operation.before;
      this.#outbox.add(operation, this.#epoch, anchor === undefined ? [] : this.#document.ancestryOf(anchor, DEPENDENCIES));
    }
    if (this.#replaced) {
      this.#outbox.orphanAll();
    }
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
    // What was typed before this client lost its right waits until it has it again.
    if (this.#state !== 'live' || this.#holding !== null || mayOnlyRead(this.#right)) {
      return;
    }
    this.#outbox.split((operation) => splitOperation(operation, this.#frameBytes));
    const entries = this.#outbox.take(() => ++this.#seq);
    for (const frame of writeFrames(entries.map(({ seq, operation }) => opMessage(seq, operation)), this.#frameBytes)) {
      this.#connection.send(frame);
    }
    if (entries.length > 0) {
      this.#connection.expectAnswer();
    }
  }

  #changed(changes, source, site) {
    if (changes.length > 0) {
      this.#emit('change', { changes, source, site });
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
    this.#listeners.emit(name, event);
  }
}
