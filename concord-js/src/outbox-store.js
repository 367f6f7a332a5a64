import { StorageError } from './errors.js';

const DATABASE = 'concord';
const TABLE = 'outbox';
const SPILL = 'concord.outbox ';
// After this pause what the database would not take is tried again.
const RETRY_MS = 5_000;

/**
 * Keeps an outbox in IndexedDB through a reload of the page, apart for each room and client name. Several sessions may have one name at
 * the same time, as tabs do: each owns its rows and holds a lock while it lives, and the rows of one that has gone are adopted whole, by
 * one: at once by whoever has seen them, or else by the next page that is opened or comes into view. Adopting moves them, so that no session ever replaces or deletes a row of another. Where the browser has no locks, the rows of a
 * session that lives may be adopted as well: they are then sent twice, and are there once, for operations carry their ids.
 *
 * Where the browser stores nothing, `onFailure` is called and the page goes on without.
 *
 * A page that is left aborts the writes that are on their way, and one that is hidden may end without another word. Their rows go to
 * `localStorage`, which writes at once, and whoever adopts the rows of the session finds them there. What the database does not take is
 * tried again until it does.
 */
export class IndexedStore {
  #room;
  #client;
  #session;
  #onFailure;
  #onAdopted;
  #isOpen = false;
  #isLeaving = false;
  #database = null;
  #opening;
  /** The rows, by number, that are not known to be in the database; those among them that it has refused, and those in `localStorage`. */
  #unsettled = new Map();
  #failed = new Set();
  #spilled = new Set();
  #retry = null;
  /** Rows to delete, `{key, numbers}`, that wait for others: these may stand in their place, and the database may not have taken them. */
  #deletes = [];
  #writing = new Set();
  #adopted = 0;
  /** Whether the lock of its rows has been asked for. */
  #isHolding = false;
  /** The sessions whose end is waited for. */
  #awaited = new Set();
  #ended = new AbortController();
  /** How long its lock is held. */
  #end = new Promise((resolve) => {
    this.#ended.signal.addEventListener('abort', resolve, { once: true });
  });

  /** `onAdopted` is called with rows that come later than `load`: their session has gone meanwhile. */
  constructor({ room, client, session, onFailure, onAdopted = () => {} }) {
    this.#room = room;
    this.#client = client;
    this.#session = session;
    this.#onFailure = onFailure;
    this.#onAdopted = onAdopted;
    this.#opening = this.#open();
    const { signal } = this.#ended;
    globalThis.addEventListener?.('pagehide', () => this.#leave(), { signal });
    globalThis.addEventListener?.('pageshow', ({ persisted }) => this.#return(persisted), { signal });
    globalThis.addEventListener?.('focus', () => this.#stay(), { signal });
    globalThis.document?.addEventListener('visibilitychange', () => (document.hidden ? this.#leave() : this.#stay()), { signal });
  }

  /** What sessions that have gone have left, as `{key, operation, epoch, dependencies}`; it is owned by this one from now on. */
  async load() {
    await this.#opening;
    if (this.#database === null) {
      return [];
    }
    const adopted = [];
    for (const session of await this.#others()) {
      if (this.#awaited.has(session)) {
        continue;
      }
      const rows = await ifGone(this.#lockOf(session), () => this.#adopt(session));
      if (rows === null) {
        this.#adoptLater(session);
      } else {
        adopted.push(...rows);
      }
    }
    return adopted;
  }

  put(number, edit) {
    const row = this.#row(number, edit);
    this.#unsettled.set(number, row);
    if (this.#isLeaving) {
      // An editor hands over what was composed after the store has learned that the page goes.
      this.#spill();
    }
    this.#put(row);
  }

  remove(number) {
    // What waits for this row waits for those that may have come in its place.
    for (const { numbers } of this.#deletes.filter((each) => each.numbers.has(number))) {
      this.#unsettled.forEach((_, other) => numbers.add(other));
    }
    this.#settled(number);
    this.removeKey([this.#room, this.#client, this.#session, number]);
  }

  /** Deletes a row as soon as all that was put before is in the database. */
  removeKey(key) {
    this.#deletes.push({ key, numbers: new Set(this.#unsettled.keys()) });
    this.#deleteWhatIsReplaced();
  }

  #deleteWhatIsReplaced() {
    const ready = this.#deletes.filter(({ numbers }) => numbers.size === 0);
    if (ready.length > 0) {
      this.#deletes = this.#deletes.filter(({ numbers }) => numbers.size > 0);
      this.#write((table) => ready.forEach(({ key }) => table.delete(key)));
    }
  }

  /** Lets go of everything, once what was written is there. */
  async close() {
    if (!this.#isOpen) {
      // It may never be.
      this.#spill();
      this.#ended.abort();
    }
    await this.#opening;
    while (this.#writing.size > 0) {
      await Promise.allSettled(this.#writing);
    }
    clearTimeout(this.#retry);
    if (this.#failed.size > 0) {
      this.#spill();
    }
    this.#ended.abort();
    this.#database?.close();
    this.#database = null;
  }

  async #open() {
    try {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore(TABLE, { keyPath: ['room', 'client', 'session', 'number'] });
      };
      const database = await settled(request);
      // Another page that wants to delete or upgrade the database does not wait for this one.
      database.onversionchange = () => database.close();
      this.#isHolding = true;
      await this.#hold();
      this.#database = database;
    } catch (error) {
      this.#fail(error);
    }
    this.#isOpen = true;
  }

  #row(number, edit) {
    return { ...edit, room: this.#room, client: this.#client, session: this.#session, number };
  }

  #lockOf(session) {
    return `concord.outbox ${JSON.stringify([this.#room, this.#client, session])}`;
  }

  /** Takes the lock of its rows until the end; returns when it is held, at once where there are no locks. */
  #hold() {
    return new Promise((resolve) => {
      if (globalThis.navigator?.locks === undefined || this.#ended.signal.aborted) {
        resolve();
        return;
      }
      navigator.locks
        .request(this.#lockOf(this.#session), () => {
          resolve();
          return this.#end;
        })
        // Without locks the store works as well.
        .catch(() => resolve());
    });
  }

  /** The other sessions of this name that have rows. */
  async #others() {
    const mine = [this.#room, this.#client];
    const keys = await settled(this.#table('readonly').getAllKeys(IDBKeyRange.bound(mine, [...mine, []])));
    const sessions = [...keys, ...spilledKeys(mine)].map(([, , session]) => session);
    return new Set(sessions.filter((session) => session !== this.#session));
  }

  /** Moves the rows of a session that has gone, in one transaction; there are none when somebody was faster. */
  async #adopt(session) {
    const table = this.#table('readwrite');
    const from = [this.#room, this.#client, session];
    const kept = await settled(table.getAll(IDBKeyRange.bound(from, [...from, []])));
    const spilled = spilledKeys(from);
    const rows = new Map(kept.map((row) => [row.number, row]));
    // They are the newer ones.
    spilled.map((key) => JSON.parse(localStorage.getItem(SPILL + JSON.stringify(key)))).forEach((row) => rows.set(row.number, row));
    const adopted = [...rows.values()].sort((a, b) => a.number - b.number).map(({ number, operation, epoch, dependencies }) => {
      const edit = { operation, epoch, dependencies };
      // Own rows are numbered from one on.
      const row = this.#row(--this.#adopted, edit);
      table.put(row);
      table.delete([...from, number]);
      return { ...edit, key: [this.#room, this.#client, this.#session, row.number] };
    });
    await committed(table.transaction);
    spilled.forEach((key) => localStorage.removeItem(SPILL + JSON.stringify(key)));
    return adopted;
  }

  /** Waits for the end of a session, be it a tab that is closed an hour later or a page that is just being reloaded. */
  async #adoptLater(session) {
    this.#awaited.add(session);
    try {
      const rows = await navigator.locks.request(this.#lockOf(session), { signal: this.#ended.signal }, () => this.#adopt(session));
      if (rows.length > 0) {
        this.#onAdopted(rows);
      }
    } catch (error) {
      if (!this.#ended.signal.aborted) {
        this.#fail(error);
      }
    } finally {
      this.#awaited.delete(session);
    }
  }

  #table(mode) {
    // Relaxed: a reload must not lose anything, a power cut may; and a keystroke must not wait for the disk.
    return this.#database.transaction(TABLE, mode, { durability: 'relaxed' }).objectStore(TABLE);
  }

  #put(row) {
    const { number } = row;
    const isNewest = () => this.#unsettled.get(number) === row;
    this.#write(
      (table) => table.put(row),
      () => isNewest() && this.#settled(number),
      (error) => isNewest() && this.#putLater(number, error),
    );
  }

  #settled(number) {
    this.#unsettled.delete(number);
    this.#failed.delete(number);
    if (this.#spilled.delete(number)) {
      localStorage.removeItem(SPILL + JSON.stringify([this.#room, this.#client, this.#session, number]));
    }
    this.#deletes.forEach(({ numbers }) => numbers.delete(number));
    this.#deleteWhatIsReplaced();
  }

  /** Says once of each row that it could not be written. */
  #putLater(number, error) {
    if (!this.#failed.has(number)) {
      this.#failed.add(number);
      this.#fail(error);
    }
    if (!this.#ended.signal.aborted) {
      this.#retry ??= setTimeout(() => {
        this.#retry = null;
        [...this.#failed].forEach((each) => this.#put(this.#unsettled.get(each)));
      }, RETRY_MS);
    }
  }

  #write(action, onDone = () => {}, onFailure = (error) => this.#fail(error)) {
    const written = this.#writeNow(action, onDone, onFailure);
    this.#writing.add(written);
    written.finally(() => this.#writing.delete(written));
  }

  async #writeNow(action, onDone, onFailure) {
    if (this.#database === null) {
      await this.#opening;
    }
    if (this.#database === null) {
      return;
    }
    try {
      const table = this.#table('readwrite');
      action(table);
      await committed(table.transaction);
      onDone();
    } catch (error) {
      onFailure(error);
    }
  }

  #fail(error) {
    this.#onFailure(new StorageError(error));
  }

  #leave() {
    this.#isLeaving = true;
    this.#spill();
  }

  #return(persisted) {
    if (persisted && this.#isHolding) {
      // Where the browser kept the page for whoever goes back, it may have given away its locks.
      this.#hold();
    }
    this.#stay();
  }

  /** The page is in view, perhaps because another one beside it was closed. Without locks that one may as well be open. */
  async #stay() {
    this.#isLeaving = false;
    if (!this.#isOpen || globalThis.navigator?.locks === undefined) {
      return;
    }
    try {
      const rows = await this.load();
      if (rows.length > 0) {
        this.#onAdopted(rows);
      }
    } catch (error) {
      if (!this.#ended.signal.aborted) {
        this.#fail(error);
      }
    }
  }

  #spill() {
    if (globalThis.localStorage === undefined) {
      return;
    }
    try {
      for (const row of this.#unsettled.values()) {
        localStorage.setItem(SPILL + JSON.stringify([row.room, row.client, row.session, row.number]), JSON.stringify(row));
        this.#spilled.add(row.number);
      }
    } catch (error) {
      this.#fail(error);
    }
  }
}

/** Where nothing can be kept: outside of browsers. */
export class NoStore {
  async load() {
    return [];
  }

  put() {}

  remove() {}

  removeKey() {}
}

/** The keys of the rows in `localStorage` that begin like this. */
function spilledKeys(prefix) {
  const start = SPILL + JSON.stringify(prefix).slice(0, -1);
  const names = globalThis.localStorage === undefined ? [] : Object.keys(localStorage);
  return names.filter((name) => name.startsWith(`${start},`)).map((name) => JSON.parse(name.slice(SPILL.length)));
}

/** Does something under the lock of somebody else, unless they hold it themselves; then the result is null. */
async function ifGone(name, action) {
  if (globalThis.navigator?.locks === undefined) {
    return action();
  }
  return navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock === null ? null : action()));
}

function committed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('the browser has aborted a write'));
  });
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('the database is blocked by another page'));
  });
}
