import { isFault, scheduleOf } from './schedule.js';
import { SimulatedBrowser, SimulatedPage, SimulatedTextarea } from './simulated-browser.js';
import { SimulatedRoom } from './simulated-room.js';

const FIRST_LETTER = 0x4e00;
const MOST_TABS = 4;
// A process that dies may take with it what was typed so shortly before; and what a store could not take that was ill until so shortly before.
const CRASH_MS = 2_000;
const COMPOSED_CRASH_MS = 6_000;
// A page in the background may need a minute for anything, and it may be the second attempt.
const RECOVERY_MS = 150_000;
const LONG_MS = 150_000;

/**
 * Runs a schedule against the client that is given as `{ConcordSession, bindTextarea}`: several tabs of one browser, which share its store, in one
 * room. Everything that is typed or deleted is watched until it is durable on the server. In the end everything works again, and a last tab
 * is opened. What was unsent when the room got another history is offered there. Throws when something is lost, there twice, or was called saved when it was not; when a tab touches the rows of another
 * that lives; and when it does not settle. Returns `{steps, faults, trace}`: `trace` is a digest of all that has happened.
 */
export async function run({ seed, steps }, client) {
  const simulation = new Simulation(seed, client);
  try {
    for (const step of steps) {
      await simulation.take(step);
    }
    await simulation.end();
    return { steps: steps.length, faults: steps.filter(isFault).length, trace: simulation.trace };
  } finally {
    simulation.browser.restore();
  }
}

/** Leaves out of a schedule that fails what it does not need for that. Returns `{schedule, error}`. */
export async function shrink(schedule, error, client) {
  let found = { schedule, error };
  for (let size = schedule.steps.length >> 1; size > 0; size >>= 1) {
    for (let from = 0; from < found.schedule.steps.length; ) {
      const steps = found.schedule.steps.filter((_, i) => i < from || i >= from + size);
      const tried = { seed: schedule.seed, steps };
      try {
        await run(tried, client);
        from += size;
      } catch (smaller) {
        found = { schedule: tried, error: smaller };
      }
    }
  }
  return found;
}

/** Runs schedules from consecutive seeds. Returns `{seeds, steps, faults}`; a failure comes shrunken. */
export async function runSeeds(first, count, client) {
  const sum = { seeds: 0, steps: 0, faults: 0 };
  for (let seed = first; seed < first + count; seed++) {
    const schedule = scheduleOf(seed);
    try {
      const { steps, faults } = await run(schedule, client);
      sum.seeds++;
      sum.steps += steps;
      sum.faults += faults;
    } catch (error) {
      const small = await shrink(schedule, error, client);
      const data = JSON.stringify(small.schedule);
      throw new Error(`seed ${seed}: replay with: CONCORD_SCHEDULE='${data}' npm test\n${small.error.stack}`);
    }
  }
  return sum;
}

class Simulation {
  browser;
  #client;
  #room;
  #tabs = [];
  #letters = 0;
  /** By letter: `{letter, tab, at, composed, excused}`. */
  #typed = new Map();
  #deletes = new Map();
  /** Letters that undo and redo have to do with: they may come again under other ids. */
  #loose = new Set();
  /** Letters that were deleted in a history of the room that has ended: whoever puts a text back may not know of that. */
  #uncertain = new Set();
  /** What was put back must be there, as what is typed: `{letter, at, excused, ended}`. */
  #putBack = [];
  #endedAt = 0;

  constructor(seed, client) {
    this.#client = client;
    this.browser = new SimulatedBrowser(seed);
    this.#room = new SimulatedRoom(this.browser);
    this.browser.onTask = (page) => page.tab?.check(this.#room);
    this.browser.database.onDelete = (page, { session }) => {
      const owner = this.#tabs.find((tab) => tab.session?.document.site === session);
      if (owner !== undefined && owner.page !== page && owner.page.isAlive && this.browser.locks.isHeld(owner.page, owner.lock)) {
        throw new Error(`a tab has deleted a row of ${owner.name}, which lives`);
      }
    };
    this.#room.onEnd = () => this.#end();
  }

  get trace() {
    return `${this.browser.trace} ${this.browser.random.next()} ${this.#room.text}`;
  }

  get #alive() {
    return this.#tabs.filter((tab) => tab.page.isAlive);
  }

  async take(step) {
    const [verb, who, number] = step.split(' ').map((part, i) => (i === 0 ? part : Number(part)));
    const alive = this.#alive;
    if (alive.length === 0 && !verb.startsWith('s') && verb !== 'wait' && verb !== 'clock') {
      await this.#open();
    }
    const tab = this.#alive[who % this.#alive.length];
    await this.#step(verb, tab, number);
    await this.browser.advance(who % 3 === 0 ? 0 : number % 300);
  }

  async #step(verb, tab, number) {
    const room = this.#room;
    const store = this.browser.database;
    if (verb === 'wait') {
      await this.browser.advance(number * (number % 4 === 0 ? 6 : 1));
    } else if (verb === 'server-crash') {
      room.crash();
    } else if (verb === 'server-start') {
      room.up = true;
    } else if (verb === 'server-holds') {
      room.holds = true;
    } else if (verb === 'server-commits') {
      room.holds = false;
      room.commit();
    } else if (verb === 'server-refuses') {
      room.refusal = number % 2 === 0 ? 'rate_limited' : 'room_full';
    } else if (verb === 'server-accepts') {
      room.refusal = null;
    } else if (verb === 'server-restarts') {
      room.dismiss(1012);
    } else if (verb === 'server-deletes') {
      room.delete();
    } else if (verb === 'server-forgets') {
      room.forget();
    } else if (verb === 'sleep') {
      await this.#sleep(number);
    } else if (verb === 'clock') {
      this.browser.skew += (number - 5_000) * 1_000;
    } else if (verb.startsWith('store-')) {
      store.set(verb.slice('store-'.length));
    } else if (tab === undefined) {
      return;
    } else if (verb === 'open' || verb === 'duplicate') {
      if (this.#alive.length < MOST_TABS) {
        await this.#open();
      }
    } else {
      await this.#stepOf(tab, verb, number);
    }
  }

  async #stepOf(tab, verb, number) {
    const { page } = tab;
    if (verb === 'close') {
      await this.#close(tab);
    } else if (verb === 'crash') {
      this.#excuse(tab);
      page.end();
    } else if (verb === 'resume') {
      page.resume();
      await this.#in(tab, () => page.window.dispatch('pageshow'));
    } else if (verb === 'leave') {
      await this.#leave(tab);
    } else if (verb === 'back') {
      await this.#back(tab);
    } else if (verb === 'cut') {
      page.sockets.forEach((socket) => socket.cut());
    } else if (verb === 'down') {
      page.network = 'down';
      page.sockets.forEach((socket) => socket.cut());
      await this.#in(tab, () => number % 2 === 0 && page.window.dispatch('offline'));
    } else if (verb === 'silent') {
      page.network = 'silent';
      page.sockets.forEach((socket) => socket.silence());
    } else if (verb === 'up') {
      page.network = 'up';
      await this.#in(tab, () => number % 2 === 0 && page.window.dispatch('online'));
    } else if (verb === 'freeze') {
      await this.#in(tab, () => page.setHidden(true));
      page.freeze();
    } else if (verb === 'put-back') {
      await this.#in(tab, () => this.#restore(tab));
    } else {
      await this.#in(tab, () => this.#act(tab, verb, number));
    }
  }

  #act(tab, verb, number) {
    // Whoever does something in a page looks at it.
    tab.page.setHidden(verb === 'hide');
    if (verb === 'hide' || verb === 'show') {
      return;
    }
    if (verb === 'offline') {
      tab.session.goOffline();
    } else if (verb === 'online') {
      tab.session.goOnline();
    } else if (verb === 'composed') {
      tab.endComposition();
    } else if (verb === 'discard') {
      this.#discard(tab);
    } else if (verb === 'compose' || (verb === 'type' && tab.composition !== null)) {
      this.#type(tab, (letters) => tab.compose(number, letters), 1, true);
    } else if (verb === 'type') {
      this.#type(tab, (letters) => tab.type(number, letters), 1 + (number % 3), false);
    } else if (tab.composition === null) {
      if (verb === 'delete') {
        for (const letter of tab.delete(number)) {
          const item = { letter, at: this.browser.now, composed: false, excused: false };
          if (tab.since <= this.#endedAt) {
            this.#uncertain.add(letter);
          }
          this.#deletes.set(letter, [...(this.#deletes.get(letter) ?? []), item]);
          tab.deleted.push(item);
        }
      } else {
        const before = new Set(tab.session.text);
        tab.session[verb]();
        const after = new Set(tab.session.text);
        [...before].filter((letter) => !after.has(letter)).forEach((letter) => this.#loose.add(letter));
        [...after].filter((letter) => !before.has(letter)).forEach((letter) => this.#loose.add(letter));
      }
    }
  }

  #type(tab, action, count, composed) {
    const letters = Array.from({ length: count }, () => String.fromCodePoint(FIRST_LETTER + this.#letters++));
    for (const letter of letters) {
      const item = { letter, at: this.browser.now, composed, excused: false, ended: false };
      this.#typed.set(letter, item);
      tab.typed.push(item);
    }
    action(letters.join(''));
  }

  get #items() {
    return [...this.#typed.values(), ...this.#putBack];
  }

  /** The room's history ends: what was durable in it is gone with it, by the will or the fault of the server. */
  #end() {
    const { durable } = this.#room;
    this.#endedAt = this.browser.now;
    this.#items.filter(({ letter }) => durable.has(letter)).forEach((item) => (item.ended = true));
    for (const letter of this.#deletes.keys()) {
      this.#uncertain.add(letter);
    }
    for (const tab of this.#tabs) {
      tab.typed = tab.typed.filter(({ ended }) => !ended);
      tab.deleted = [];
    }
  }

  /** Somebody does not want what is offered. */
  #discard(tab) {
    if (tab.session.status.orphaned > 0) {
      const offered = offeredBy(tab.session);
      const deletes = [...this.#room.deletedBy(tab.session.unsaved)].flatMap((letter) => this.#deletes.get(letter) ?? []);
      const items = this.#items.filter(({ letter }) => offered.has(letter));
      [...items, ...deletes, ...tab.deleted].forEach((item) => (item.excused = true));
      tab.typed = tab.typed.filter(({ letter }) => !offered.has(letter));
      tab.deleted = [];
      tab.session.discardOrphaned();
    }
  }

  /** Somebody wants the text of a tab to be the room's again. */
  #restore(tab) {
    if (!tab.session.status.replaced) {
      return;
    }
    tab.page.setHidden(false);
    tab.endComposition();
    tab.since = this.browser.now + 1;
    for (const letter of tab.session.text) {
      const item = { letter, at: this.browser.now, composed: false, excused: false, ended: false };
      this.#putBack.push(item);
      tab.typed.push(item);
    }
    tab.session.putBack();
  }

  /** The machine sleeps: no page runs, and none is notified of it. The network may be another one afterwards. */
  async #sleep(number) {
    const { browser } = this;
    const awake = this.#alive.filter(({ page }) => page.state === 'running');
    awake.forEach(({ page }) => (page.state = 'frozen'));
    awake.forEach(({ page }) => page.sockets.forEach((socket) => (number % 3 === 0 ? socket.cut() : socket.silence())));
    await browser.advance(number * 60);
    // What a page would have done meanwhile it has not done.
    for (const tab of awake.map(({ page }) => page.tab)) {
      [...tab.typed, ...tab.deleted].forEach((item) => (item.at += number * 60));
      tab.composedAt += number * 60;
    }
    browser.database.illAt += number * 60;
    // The clocks of some systems stand still meanwhile.
    browser.skew -= number % 2 === 0 ? number * 60 : 0;
    awake.forEach(({ page }) => page.resume());
    if (!this.#room.pulses) {
      awake.forEach(({ page }) => page.sockets.forEach((socket) => socket.expire()));
    }
  }

  /** The page goes, and the browser may keep it for whoever goes back. */
  async #leave(tab) {
    const { page } = tab;
    if (page.state !== 'running') {
      return;
    }
    await this.#in(tab, () => {
      page.setHidden(true);
      page.window.dispatch('pagehide', { persisted: true });
    });
    // None that has a transaction is kept: it would hold up all others.
    if (this.browser.database.hasTransactionOf(page)) {
      page.end();
    } else {
      page.cache();
    }
  }

  async #back(tab) {
    if (tab.page.state === 'cached') {
      tab.page.restore();
      await this.#in(tab, () => {
        tab.page.window.dispatch('pageshow', { persisted: true });
        tab.page.setHidden(false);
      });
    }
  }

  async #in(tab, action) {
    if (tab.page.state === 'running') {
      await this.browser.within(tab.page, action);
    }
  }

  async #open() {
    const tab = new Tab(`tab ${this.#tabs.length + 1}`, new SimulatedPage(this.browser));
    tab.since = this.browser.now + 1;
    this.#tabs.push(tab);
    await this.browser.within(tab.page, () => tab.open(this.#client, this.browser, this.#room.socketClass(tab.page)));
    return tab;
  }

  /** As browsers leave a page: it is notified, and then its process ends, in the middle of its writes. */
  async #close(tab) {
    if (tab.page.state === 'cached') {
      // It was notified.
      tab.page.end();
      return;
    }
    if (tab.page.state === 'frozen') {
      // It knows that it is hidden, and is notified of nothing more.
      this.#excuse(tab);
    }
    await this.#in(tab, () => {
      tab.page.setHidden(true);
      tab.page.window.dispatch('pagehide');
    });
    tab.page.end();
  }

  /** What a process takes with it that nothing could have saved. */
  #excuse(tab) {
    const { now, database } = this.browser;
    // A page whose database could not be opened goes on without, and has said so.
    const ill = tab.page.hasNoDatabase || now - database.lastIll < RECOVERY_MS;
    const since = (item) => now - (item.composed && tab.composition !== null ? Math.max(item.at, tab.composedAt) : item.at);
    for (const item of [...tab.typed, ...tab.deleted]) {
      item.excused ||= ill || since(item) < (item.composed ? COMPOSED_CRASH_MS : CRASH_MS);
    }
  }

  async end() {
    const { browser } = this;
    const room = this.#room;
    [room.up, room.holds, room.refusal] = [true, false, null];
    room.commit();
    browser.database.set('works');
    for (const tab of this.#alive) {
      tab.page.network = 'up';
      await this.#back(tab);
      tab.page.resume();
      await this.#in(tab, () => {
        tab.page.window.dispatch('pageshow');
        tab.page.setHidden(false);
        tab.page.window.dispatch('online');
        tab.endComposition();
        tab.session.goOnline();
      });
      if (!room.pulses) {
        // Scripts cannot know; TCP does in the end.
        tab.page.sockets.forEach((socket) => socket.expire());
      }
    }
    await browser.advance(LONG_MS);
    // What was refused for good is tried again at the next connection.
    room.dismiss(1012);
    await browser.advance(LONG_MS);
    for (const tab of this.#alive.filter((_, i) => i % 2 === 0)) {
      await this.#in(tab, () => this.#restore(tab));
    }
    await browser.advance(LONG_MS);
    const left = this.#alive;
    left.forEach((tab) => tab.expectSettled(room.text));
    for (const { page, lock, name } of left) {
      const isOwner = !browser.hasLocks || page.hasNoDatabase || browser.locks.isHeld(page, lock);
      expect(isOwner, () => `${name} has lost the lock of its rows`);
    }
    for (const tab of left) {
      await this.#close(tab);
    }
    const last = await this.#open();
    await browser.advance(LONG_MS);
    last.expectSettled(room.text);
    const offered = offeredBy(last.session);
    // Of this history only what hangs on text that no process could keep.
    const isLost = ({ operation: { value } }) => value !== undefined && !Array.from(value).some((letter) => room.text.includes(letter));
    const again = [...browser.database.rows.values()].filter((row) => row.epoch === room.epoch && !isLost(row));
    expect(again.length === 0, () => `what is saved is offered again: ${JSON.stringify(again)}`);
    expect(browser.database.rows.size === last.session.unsaved.length, () => `what is not offered is kept: ${[...browser.database.rows.keys()]}`);
    const spilled = Object.keys(browser.localStorage);
    expect(spilled.length === 0, () => `what is saved is offered again: ${spilled}`);
    this.#checkText(room.text, offered, room.deletedBy(last.session.unsaved));
  }

  #checkText(text, offered, offeredDeletions) {
    const letters = new Map();
    for (const letter of text) {
      letters.set(letter, (letters.get(letter) ?? 0) + 1);
    }
    for (const { letter, excused, ended } of this.#items) {
      if (this.#loose.has(letter)) {
        continue;
      }
      const times = letters.get(letter) ?? 0;
      expect(times <= 1, () => `${letter} is there ${times} times in ${text}`);
      const deletes = this.#deletes.get(letter) ?? [];
      const isSafe = times === 1 || excused || ended || deletes.length > 0 || offered.has(letter);
      expect(isSafe, () => `${letter} is lost: ${text}`);
      const isDeleted = times === 0 || this.#uncertain.has(letter) || offeredDeletions.has(letter) || deletes.every((item) => item.excused);
      expect(isDeleted, () => `the deletion of ${letter} is lost: ${text}`);
    }
  }
}

/** One tab: a page with a textarea and a session, and what a person has done and seen in it. */
class Tab {
  name;
  page;
  session;
  textarea;
  composition = null;
  composedAt = 0;
  typed = [];
  deleted = [];
  /** From when on it can know the history that the room has then. */
  since = 0;
  faults = [];
  #shown = null;

  constructor(name, page) {
    this.name = name;
    this.page = page;
    page.tab = this;
  }

  /** The name of the lock of its session's rows. */
  get lock() {
    return `concord.outbox ${JSON.stringify(['r', 'tab', this.session.document.site])}`;
  }

  open({ ConcordSession, bindTextarea }, browser, WebSocket) {
    const { setTimeout, clearTimeout } = this.page.globals;
    this.session = new ConcordSession({
      room: 'r',
      client: 'tab',
      base: 'http://simulated/',
      environment: {
        setTimeout,
        clearTimeout,
        now: () => browser.shown,
        random: () => browser.random.next(),
        reportError: (error) => browser.report(error),
        WebSocket,
      },
    });
    this.session.on('status', (status) => {
      this.#shown = status;
    });
    this.session.on('fault', (error) => this.faults.push(error));
    this.textarea = new SimulatedTextarea(this.page);
    bindTextarea(this.session, this.textarea);
  }

  type(number, letters) {
    const { value } = this.textarea;
    this.#input(number % (value.length + 1), 0, letters, 'insertText');
  }

  compose(number, letters) {
    if (this.composition === null) {
      this.composition = number % (this.textarea.value.length + 1);
      this.textarea.dispatch('compositionstart');
    }
    this.composedAt = this.typed.at(-1).at;
    this.#input(this.composition, 0, letters, 'insertCompositionText');
    this.composition += letters.length;
  }

  endComposition() {
    if (this.composition !== null) {
      this.composition = null;
      this.textarea.dispatch('compositionend');
    }
  }

  /** Returns the letters that are gone. */
  delete(number) {
    const { value } = this.textarea;
    const offset = number % (value.length + 1);
    const gone = value.slice(offset, offset + 1 + (number % 3));
    if (gone !== '') {
      this.#input(offset, gone.length, '', 'deleteContentBackward');
    }
    return gone;
  }

  #input(offset, removed, inserted, inputType) {
    const { textarea } = this;
    textarea.setRangeText(inserted, offset, offset + removed);
    textarea.setSelectionRange(offset + inserted.length, offset + inserted.length);
    textarea.dispatch('input', { inputType });
  }

  /** What a page calls saved is. */
  check(room) {
    const isSafe = ({ letter }) => room.durable.has(letter) || room.deleted.has(letter);
    if (this.#shown?.saved || this.session?.status.saved) {
      this.typed = this.typed.filter((item) => !isSafe(item));
      this.deleted = this.deleted.filter(({ letter }) => room.hasHad(letter) && !room.deleted.has(letter));
      expect(this.typed.length === 0, () => `${this.name} says saved, but ${letters(this.typed)} is nowhere`);
      expect(this.deleted.length === 0, () => `${this.name} says saved, but the deletion of ${letters(this.deleted)} is nowhere`);
    }
  }

  expectSettled(text) {
    const { status } = this.session;
    const seen = () => JSON.stringify({ status, faults: this.faults.map(String) });
    if (status.replaced) {
      expect(status.connection === 'stopped' && !status.saved && status.unsent === 0, () => `${this.name} does not say what it has: ${seen()}`);
      expect(this.textarea.value === this.session.text, () => `the textarea of ${this.name} has ${this.textarea.value} and not ${this.session.text}`);
      return;
    }
    const isSaved = status.connection === 'live' && status.unsent === 0 && status.refused === 0;
    expect(isSaved && status.saved === (status.orphaned === 0), () => `${this.name} does not settle: ${seen()}`);
    expect(this.#shown.saved === status.saved, () => `${this.name} shows another status: ${seen()}`);
    expect(this.session.text === text, () => `${this.name} has ${this.session.text} and not ${text}`);
    expect(this.textarea.value === text, () => `the textarea of ${this.name} has ${this.textarea.value} and not ${text}`);
  }
}

/** The letters that a session offers because it cannot save them. */
function offeredBy({ unsaved }) {
  return new Set(unsaved.flatMap(({ value }) => Array.from(value ?? '')));
}

function letters(items) {
  return items.map(({ letter }) => letter).join('');
}

function expect(holds, message) {
  if (!holds) {
    throw new Error(message());
  }
}
