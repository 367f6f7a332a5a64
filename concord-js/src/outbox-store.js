const DATABASE = 'concord';
const TABLE = 'outbox';
const SPILL = 'concord.outbox ';

/**
 * Keeps an outbox in IndexedDB through a reload of the page, apart for each room and client name. Sessions of one name at the
 * same time do not disturb each other: operations carry their ids, so that one sent twice is there once. Where the browser
 * stores nothing, `onFailure` is told and the page goes on without.
 *
 * A page that is left aborts the writes that are on their way. Their rows go to `localStorage`, which writes at once, and
 * from there to the database when the page is opened again.
 */
export class IndexedStore {
  #room;
  #client;
  #session;
  #onFailure;
  #database = null;
  #opening;
  #unsettled = new Map();

  constructor({ room, client, session, onFailure }) {
    this.#room = room;
    this.#client = client;
    this.#session = session;
    this.#onFailure = onFailure;
    this.#opening = this.#open();
    globalThis.addEventListener('pagehide', () => this.#spill());
  }

  /** What earlier sessions have left, as `{key, operation, epoch}`. */
  async load() {
    await this.#opening;
    if (this.#database === null) {
      return [];
    }
    await this.#takeUpSpilled();
    const mine = [this.#room, this.#client];
    const rows = await settled(this.#table('readonly').getAll(IDBKeyRange.bound(mine, [...mine, []])));
    return rows
      .filter(({ session }) => session !== this.#session)
      .map(({ session, number, operation, epoch }) => ({ key: [...mine, session, number], operation, epoch }));
  }

  put(number, { operation, epoch }) {
    const row = { room: this.#room, client: this.#client, session: this.#session, number, operation, epoch };
    this.#unsettled.set(number, row);
    this.#write((table) => table.put(row), () => {
      if (this.#unsettled.get(number) === row) {
        this.#unsettled.delete(number);
      }
    });
  }

  remove(number) {
    this.#unsettled.delete(number);
    this.removeKey([this.#room, this.#client, this.#session, number]);
  }

  removeKey(key) {
    this.#write((table) => table.delete(key));
  }

  async #open() {
    try {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore(TABLE, { keyPath: ['room', 'client', 'session', 'number'] });
      };
      this.#database = await settled(request);
    } catch (error) {
      this.#onFailure(error);
    }
  }

  #table(mode) {
    // Relaxed: a reload must not lose anything, a power cut may; and a keystroke must not wait for the disk.
    return this.#database.transaction(TABLE, mode, { durability: 'relaxed' }).objectStore(TABLE);
  }

  async #write(action, onDone = () => {}) {
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
      this.#onFailure(error);
    }
  }

  #spill() {
    try {
      for (const row of this.#unsettled.values()) {
        localStorage.setItem(SPILL + JSON.stringify([row.room, row.client, row.session, row.number]), JSON.stringify(row));
      }
    } catch (error) {
      this.#onFailure(error);
    }
  }

  async #takeUpSpilled() {
    const mine = SPILL + JSON.stringify([this.#room, this.#client]).slice(0, -1);
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(`${mine},`))) {
      const row = localStorage.getItem(key);
      if (row === null) {
        // Another page of this client was faster.
        continue;
      }
      const table = this.#table('readwrite');
      table.put(JSON.parse(row));
      await committed(table.transaction);
      localStorage.removeItem(key);
    }
  }
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
