const DATABASE = 'concord';
const TABLE = 'outbox';

/**
 * Keeps an outbox in IndexedDB through a reload of the page, apart for each room and client name. Sessions of one name at the
 * same time do not disturb each other: operations carry their ids, so that one sent twice is there once. Where the browser
 * stores nothing, `onFailure` is told once and the page goes on without.
 */
export class IndexedStore {
  #room;
  #client;
  #session;
  #onFailure;
  #database = null;
  #opening;

  constructor({ room, client, session, onFailure }) {
    this.#room = room;
    this.#client = client;
    this.#session = session;
    this.#onFailure = onFailure;
    this.#opening = this.#open();
  }

  /** What earlier sessions have left, as `{key, operation, epoch}`. */
  async load() {
    await this.#opening;
    if (this.#database === null) {
      return [];
    }
    const mine = [this.#room, this.#client];
    const rows = await settled(this.#table('readonly').getAll(IDBKeyRange.bound(mine, [...mine, []])));
    return rows
      .filter(({ session }) => session !== this.#session)
      .map(({ session, number, operation, epoch }) => ({ key: [...mine, session, number], operation, epoch }));
  }

  put(number, { operation, epoch }) {
    const row = { room: this.#room, client: this.#client, session: this.#session, number, operation, epoch };
    this.#write((table) => table.put(row));
  }

  remove(number) {
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

  async #write(action) {
    if (this.#database === null) {
      await this.#opening;
    }
    if (this.#database !== null) {
      try {
        await settled(action(this.#table('readwrite')));
      } catch (error) {
        this.#onFailure(error);
      }
    }
  }
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('the database is blocked by another page'));
  });
}
