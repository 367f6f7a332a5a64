import { Random } from './random.js';

const { setImmediate } = globalThis;
const GLOBALS = [
  'addEventListener',
  'clearTimeout',
  'crypto',
  'Date',
  'document',
  'indexedDB',
  'IDBKeyRange',
  'localStorage',
  'navigator',
  'performance',
  'setTimeout',
];
const MINUTE = 60_000;
/** Whose code is running. */
let current = null;

/**
 * A browser whose time passes only when a test says so: pages with timers, messages and microtasks of their own, which find their globals in
 * the usual place while they run, and what they share: IndexedDB, Web Locks, localStorage. Ends with `restore`, which gives back the globals.
 */
export class SimulatedBrowser {
  now = 0;
  /** How far the clocks that pages read have jumped. */
  skew = 0;
  random;
  #tasks = [];
  #order = 0;
  #restored = [];
  /** A digest of all that has run, and when: two runs that differ in it are not the same. */
  trace = 0;
  #pages = 0;
  /** What code of the pages has thrown, or rejected with nobody listening. */
  #errors = [];
  /** Called after each task of a page. */
  onTask = () => {};

  constructor(seed) {
    this.random = new Random(seed);
    this.database = new SimulatedDatabase(this);
    this.locks = new SimulatedLocks(this);
    this.hasLocks = this.random.below(8) > 0;
    this.localStorage = new SimulatedLocalStorage();
    process.on('unhandledRejection', this.report);
    for (const name of GLOBALS) {
      const was = Object.getOwnPropertyDescriptor(globalThis, name);
      const value = globalThis[name];
      Object.defineProperty(globalThis, name, { configurable: true, get: () => (current === null ? value : current.globals[name]) });
      this.#restored.push(() => (was === undefined ? delete globalThis[name] : Object.defineProperty(globalThis, name, was)));
    }
  }

  /** Code of a page has failed, where nobody can catch it: the task does. */
  report = (error) => {
    this.#errors.push(error);
  };

  restore() {
    process.off('unhandledRejection', this.report);
    this.#restored.forEach((restore) => restore());
  }

  latency(longest) {
    return this.random.below(longest + 1);
  }

  /** Does something at a time: in a page, or outside of all where that is null. */
  at(time, page, action) {
    const task = { time, order: ++this.#order, page, action, cancelled: false, isTimer: false };
    let low = 0;
    let high = this.#tasks.length;
    // The last one is the next.
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tasks[middle].time > time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    this.#tasks.splice(low, 0, task);
    return task;
  }

  async advance(ms) {
    const end = this.now + ms;
    while (this.#tasks.length > 0 && this.#tasks[this.#tasks.length - 1].time <= end) {
      const task = this.#tasks.pop();
      this.now = Math.max(this.now, task.time);
      if (!task.cancelled) {
        await this.#run(task);
      }
    }
    this.now = end;
  }

  /** Numbers a page. */
  add() {
    return ++this.#pages;
  }

  #note(value) {
    this.trace = Math.imul(this.trace ^ value, 0x01000193) >>> 0;
  }

  /** What a page reads of its clocks. */
  get shown() {
    return this.now + this.skew;
  }

  async #run(task) {
    const { page, action, time } = task;
    [time, task.order, page?.number ?? 0].forEach((value) => this.#note(value));
    if (page === null) {
      action();
    } else if (page.state === 'frozen' || page.state === 'cached') {
      page.parked.push(task);
    } else if (page.state === 'running') {
      if (task.isTimer && page.hidden && time % MINUTE !== 0) {
        // As browsers do with pages in the background.
        Object.assign(this.at(Math.ceil(time / MINUTE) * MINUTE, page, action), { isTimer: true, supersedes: task });
        return;
      }
      if (task.supersedes?.cancelled !== true) {
        await this.within(page, action);
      }
    }
  }

  /** Runs something as code of a page, with all the microtasks that follow from it. */
  async within(page, action) {
    current = page;
    try {
      action();
    } catch (error) {
      this.#errors.push(error);
    }
    // When the action throws as well: nothing of the page may run later, with the true globals.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    current = null;
    if (this.#errors.length > 0) {
      throw this.#errors[0];
    }
    this.onTask(page);
  }
}

class Target {
  #listeners = new Map();

  addEventListener = (type, listener, { signal } = {}) => {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    listeners.add(listener);
    signal?.addEventListener('abort', () => listeners.delete(listener));
  };

  dispatch(type, event = {}) {
    [...(this.#listeners.get(type) ?? [])].forEach((listener) => listener({ type, preventDefault() {}, ...event }));
  }
}

export class SimulatedPage {
  state = 'running';
  hidden = false;
  parked = [];
  hasNoDatabase = false;
  sockets = new Set();
  /** `up`, `down`, or `silent`: a proxy that forwards nothing and closes nothing. */
  network = 'up';
  window = new Target();
  #browser;
  #wantsFreeze = false;

  constructor(browser) {
    this.#browser = browser;
    this.number = browser.add();
    const timer = (action, delay = 0) => Object.assign(browser.at(browser.now + Math.max(0, delay), this, action), { isTimer: true });
    this.document = Object.assign(new Target(), { activeElement: null });
    Object.defineProperty(this.document, 'hidden', { get: () => this.hidden });
    Object.defineProperty(this.document, 'visibilityState', { get: () => (this.hidden ? 'hidden' : 'visible') });
    this.globals = {
      addEventListener: this.window.addEventListener,
      setTimeout: timer,
      clearTimeout: (task) => task && (task.cancelled = true),
      crypto: { getRandomValues: (bytes) => bytes.map((_, i) => (bytes[i] = browser.random.below(256))) },
      document: this.document,
      indexedDB: { open: () => browser.database.open(this) },
      IDBKeyRange: { bound: (lower) => lower },
      localStorage: browser.localStorage,
      navigator: { locks: browser.hasLocks ? browser.locks.of(this) : undefined },
      performance: { now: () => browser.shown },
      Date: { now: () => browser.shown },
    };
  }

  get isAlive() {
    return this.state !== 'gone';
  }

  setHidden(hidden) {
    this.#wantsFreeze &&= hidden;
    if (this.hidden !== hidden) {
      this.hidden = hidden;
      this.document.dispatch('visibilitychange');
    }
  }

  /** A page is not frozen in the middle of a transaction. */
  freeze() {
    this.#wantsFreeze = true;
    this.freezeWhenIdle();
  }

  freezeWhenIdle() {
    if (this.#wantsFreeze && this.state === 'running' && !this.#browser.database.isUsedBy(this)) {
      this.state = 'frozen';
    }
  }

  resume() {
    this.#wantsFreeze = false;
    this.#run('frozen');
  }

  /**
   * The browser keeps it for whoever goes back. It loses its connections and its locks: others may take what is its own.
   */
  cache() {
    this.state = 'cached';
    this.sockets.forEach((socket) => socket.cut());
    this.#browser.locks.release(this);
  }

  /** Somebody has gone back to it. */
  restore() {
    this.#run('cached');
  }

  #run(from) {
    if (this.state === from) {
      this.state = 'running';
      this.parked.splice(0).forEach((task) => this.#browser.at(this.#browser.now, this, () => task.cancelled || task.action()));
    }
  }

  /** Its process is gone: nothing of it runs any more, and what it had begun is void. */
  end() {
    this.state = 'gone';
    this.sockets.forEach((socket) => socket.cut());
    this.#browser.locks.release(this);
    this.#browser.database.abandon(this);
  }
}

class SimulatedLocalStorage {
  setItem(key, value) {
    this[key] = value;
  }

  getItem(key) {
    return Object.hasOwn(this, key) ? this[key] : null;
  }

  removeItem(key) {
    delete this[key];
  }
}

class SimulatedLocks {
  #locks = new Map();
  #browser;

  constructor(browser) {
    this.#browser = browser;
  }

  of(page) {
    return { request: (name, ...rest) => this.#request(page, name, rest.at(-1), rest.length > 1 ? rest[0] : {}) };
  }

  #request(page, name, action, { ifAvailable = false, signal }) {
    return new Promise((resolve, reject) => {
      const queue = this.#locks.get(name) ?? [];
      this.#locks.set(name, queue);
      if (ifAvailable && queue.length > 0) {
        this.#browser.at(this.#browser.now, page, () => resolve(action(null)));
        return;
      }
      const entry = { page, granted: false };
      const leave = () => {
        this.#locks.set(name, this.#locks.get(name).filter((other) => other !== entry));
        this.#grant(name);
      };
      const abort = () => {
        if (!entry.granted) {
          leave();
          reject(new Error('AbortError'));
        }
      };
      entry.grant = () => {
        signal?.removeEventListener('abort', abort);
        const result = new Promise((settle) => {
          settle(action({ name }));
        });
        result.then(resolve, reject).finally(leave);
      };
      signal?.addEventListener('abort', abort);
      queue.push(entry);
      this.#grant(name);
    });
  }

  #grant(name) {
    const [first] = this.#locks.get(name);
    if (first !== undefined && !first.granted) {
      first.granted = true;
      this.#browser.at(this.#browser.now, first.page, first.grant);
    }
  }

  /** Whether a page has a lock. */
  isHeld(page, name) {
    const [first] = this.#locks.get(name) ?? [];
    return first !== undefined && first.page === page && first.granted;
  }

  release(page) {
    for (const [name, queue] of this.#locks) {
      this.#locks.set(name, queue.filter((entry) => entry.page !== page));
      this.#grant(name);
    }
  }
}

/** One object store, whose transactions run one after the other. */
class SimulatedDatabase {
  /** By their keys. */
  rows = new Map();
  /** `works`, `hangs`, `fails`, or `full`: deletes work then. */
  state = 'works';
  /** When it last did not work. */
  illAt = -Infinity;
  /** Called with the page and the row that it deletes. */
  onDelete = () => {};
  #browser;
  #queue = [];
  #isNew = true;
  #waiting = [];

  constructor(browser) {
    this.#browser = browser;
  }

  set(state) {
    if (this.state !== 'works') {
      this.illAt = this.#browser.now;
    }
    this.state = state;
    if (state !== 'hangs') {
      this.#waiting.splice(0).forEach((action) => this.#soon(action));
    }
  }

  get lastIll() {
    return this.state === 'works' ? this.illAt : this.#browser.now;
  }

  isUsedBy(page) {
    return this.state !== 'hangs' && this.hasTransactionOf(page);
  }

  hasTransactionOf(page) {
    return this.#queue.some((transaction) => transaction.page === page);
  }

  open(page) {
    const request = {};
    this.#soon(() => {
      if (this.state === 'fails') {
        page.hasNoDatabase = true;
        request.error = new Error('the database cannot be opened');
        this.#browser.at(this.#browser.now, page, () => request.onerror());
        return;
      }
      request.result = {
        createObjectStore: () => {},
        transaction: () => this.#transaction(page),
        close: () => {},
      };
      const isNew = this.#isNew;
      this.#isNew = false;
      this.#browser.at(this.#browser.now, page, () => {
        if (isNew) {
          request.onupgradeneeded();
        }
        request.onsuccess();
      });
    });
    return request;
  }

  /** A page has gone: nothing that it has not committed counts. */
  abandon(page) {
    const [first] = this.#queue;
    this.#queue = this.#queue.filter((transaction) => transaction.page !== page);
    if (first !== undefined && first.page === page) {
      this.#next();
    }
  }

  #soon(action) {
    this.#browser.at(this.#browser.now + this.#browser.latency(20), null, () => {
      if (this.state === 'hangs') {
        this.#waiting.push(action);
      } else {
        action();
      }
    });
  }

  #transaction(page) {
    const transaction = { page, requests: [], error: null };
    const ask = (request) => {
      if (transaction.ended) {
        throw new Error('TransactionInactiveError');
      }
      transaction.requests.push(request);
      return request;
    };
    transaction.objectStore = () => ({
      transaction,
      put: (row) => ask({ isPut: true, write: () => this.#put(row) }),
      delete: (key) => ask({ write: () => this.#delete(page, key) }),
      getAll: (prefix) => ask({ read: () => this.#under(prefix).map(({ row }) => row) }),
      getAllKeys: (prefix) => ask({ read: () => this.#under(prefix).map(({ key }) => key) }),
    });
    this.#queue.push(transaction);
    if (this.#queue.length === 1) {
      this.#next();
    }
    return transaction;
  }

  #next() {
    const [transaction] = this.#queue;
    if (transaction !== undefined) {
      this.#soon(() => this.#proceed(transaction, []));
    }
  }

  /** Reads go back to the page one by one; all writes are done together at the end. */
  #proceed(transaction, writes) {
    if (transaction !== this.#queue[0]) {
      return;
    }
    const request = transaction.requests.shift();
    if (request === undefined) {
      if (this.state === 'fails' || (this.state === 'full' && writes.some(({ isPut }) => isPut))) {
        transaction.error = new Error(this.state === 'full' ? 'QuotaExceededError' : 'UnknownError');
        this.#end(transaction, 'onabort');
      } else {
        writes.forEach(({ write }) => write());
        this.#end(transaction, 'oncomplete');
      }
    } else if (request.write !== undefined) {
      this.#proceed(transaction, [...writes, request]);
    } else if (this.state === 'fails') {
      request.error = new Error('UnknownError');
      this.#browser.at(this.#browser.now, transaction.page, () => request.onerror?.());
      this.#end(transaction, 'onabort');
    } else {
      request.result = request.read();
      this.#browser.at(this.#browser.now, transaction.page, () => {
        request.onsuccess?.();
        this.#soon(() => this.#proceed(transaction, writes));
      });
    }
  }

  #end(transaction, event) {
    transaction.ended = true;
    this.#queue.shift();
    this.#browser.at(this.#browser.now, transaction.page, () => {
      transaction[event]?.();
      transaction.page.freezeWhenIdle();
    });
    this.#next();
  }

  #put(row) {
    const key = [row.room, row.client, row.session, row.number];
    this.rows.set(JSON.stringify(key), row);
  }

  #delete(page, key) {
    const name = JSON.stringify(key);
    const row = this.rows.get(name);
    if (row !== undefined) {
      this.onDelete(page, row);
      this.rows.delete(name);
    }
  }

  #under(prefix) {
    return [...this.rows.values()]
      .map((row) => ({ row, key: [row.room, row.client, row.session, row.number] }))
      .filter(({ key }) => prefix.every((part, i) => key[i] === part))
      .sort((a, b) => (a.row.session < b.row.session ? -1 : a.row.session > b.row.session ? 1 : a.row.number - b.row.number));
  }
}

/** A textarea without a page around it. */
export class SimulatedTextarea extends Target {
  value = '';
  selectionStart = 0;
  selectionEnd = 0;
  selectionDirection = 'none';
  scrollTop = 0;
  scrollLeft = 0;
  readOnly = false;
  disabled = false;

  constructor(page) {
    super();
    this.ownerDocument = page.document;
  }

  setRangeText(text, start, end) {
    this.value = this.value.slice(0, start) + text + this.value.slice(end);
  }

  setSelectionRange(start, end) {
    this.selectionStart = start;
    this.selectionEnd = end;
  }
}
