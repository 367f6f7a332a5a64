import { pieceOf } from './history-api.js';

const LARGE = 500;
const SMALL_TEXT = 20;
const QUIET_MS = 1_000;
const TRIES = 10;

/** What the server calls a version that it keeps before each of these, and what is said of it. */
const DELETION = {
  label: 'Before a large deletion',
  say: ({ removed }) => `Somebody has deleted ${removed.toLocaleString('en')} characters.`,
};
const KINDS = [
  DELETION,
  { label: 'Before a restore of ', say: ({ author }) => `${author} has brought an older version back.` },
  { label: '/ai: ', say: () => 'Somebody has accepted edits that a model proposed.' },
];

/**
 * When somebody else changes much in one go (a large deletion, a restore, an accepted plan), offers to take it back for everybody and to
 * show what went, from the version that the server has kept of what was there. What this page does itself is undone with undo:
 * `own(action)` runs such an action.
 */
export class Rescue {
  #session;
  #api;
  #notice;
  #show;
  #isReadOnly;
  #known = null;
  #burst = null;
  #timer = 0;
  #own = 0;
  #shown = 0;
  /** What the notice offers to bring back, and whether somebody has done so meanwhile. */
  #offered = null;

  /** `isReadOnly()` says whether this page may change nothing now; `show(version)` shows a version and what has changed since. */
  constructor({ session, api, notice, show, isReadOnly }) {
    this.#session = session;
    this.#api = api;
    this.#notice = notice;
    this.#show = show;
    this.#isReadOnly = isReadOnly;
    session.on('change', (change) => this.#changed(change));
    const off = session.on('status', ({ connection }) => {
      if (connection === 'live') {
        off();
        this.#learn();
      }
    });
  }

  async own(action) {
    this.#own++;
    try {
      return await action();
    } finally {
      const learned = this.#learn();
      // Its operations may come a moment later than the server's answer.
      setTimeout(() => learned.then(() => this.#own--), 2 * QUIET_MS);
    }
  }

  /** The versions that there are by now are nothing to offer. */
  async #learn() {
    const versions = await this.#versions().catch(() => null);
    if (versions !== null) {
      this.#known = Math.max(this.#known ?? 0, versions[0]?.id ?? 0);
      if (this.#burst !== null) {
        this.#burst.known = this.#known;
      }
    }
  }

  #changed({ changes, source, site }) {
    if (source !== 'remote' || this.#known === null) {
      return;
    }
    const removed = changes.reduce((sum, change) => sum + change.removed, 0);
    const inserted = changes.reduce((sum, change) => sum + change.inserted.length, 0);
    if (this.#offered?.removed > 0 && inserted * 2 >= this.#offered.removed) {
      // It is back already.
      this.#offered.isBack = true;
      this.#offered = null;
      this.#notice.hide('rescue');
    }
    this.#burst ??= { before: this.#session.document.length + removed - inserted, removed: 0, site: null, known: this.#known };
    this.#burst.removed += removed;
    if (site?.startsWith('ai-') || site?.startsWith('restore-')) {
      this.#burst.site = site;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#judge(), QUIET_MS);
  }

  #judge() {
    const { before, removed, site, known } = this.#burst;
    this.#burst = null;
    const large = removed > LARGE || (before > SMALL_TEXT && removed * 2 >= before);
    if (this.#own === 0 && (large || site !== null)) {
      this.#find({ removed, site, known }, TRIES);
    }
  }

  /** The version that was kept may come a little later than the change. */
  async #find(what, tries) {
    const versions = await this.#versions().catch(() => []);
    const isNew = ({ id }) => id > what.known && id > this.#shown;
    // A deletion of which no version was kept takes none that was kept for something else, and the other way round.
    const isOfItsKind = ({ label }) => kindOf(label) !== undefined && (kindOf(label) === DELETION) === (what.site === null);
    const kept = versions.find((version) => isNew(version) && isOfItsKind(version));
    if (kept !== undefined) {
      this.#shown = kept.id;
      this.#known = Math.max(this.#known, kept.id);
      this.#offer(kept, what, kindOf(kept.label).say({ ...what, author: kept.author }));
    } else if (tries > 1) {
      setTimeout(() => this.#find(what, tries - 1), QUIET_MS);
    }
  }

  #offer(version, { removed, site }, text) {
    const offered = { removed, isBack: false };
    this.#offered = offered;
    const actions = [
      {
        label: 'Show what went',
        run: () => {
          this.#show(version);
          return false;
        },
      },
      { label: 'Dismiss', run: () => {} },
    ];
    if (!this.#isReadOnly()) {
      actions.unshift({ label: 'Undo for everybody', run: () => this.#undo(version, site, offered) });
    }
    this.#notice.show('rescue', text, actions);
  }

  /** As a step of this page's own, which is taken back at once: by element, so that what was typed since stays. */
  async #undo(version, site, offered) {
    try {
      const { added, removed } = await this.#api.changesSince(version.id);
      const step = { inserted: added.filter(({ author }) => author === site).map(pieceOf), deleted: removed.map(pieceOf) };
      await this.#arrival(step);
      if (offered.isBack) {
        // Somebody else has pressed the button first: twice would bring the text back twice.
        return;
      }
      // All of it is here, so it is adopted at once.
      const adopted = this.#session.adopt(step);
      this.#session.undo();
      await adopted;
    } catch (error) {
      this.#notice.show('rescue', error.message, [{ label: 'Dismiss', run: () => {} }]);
    }
  }

  #arrival({ inserted, deleted }) {
    const isHere = () => {
      const { document } = this.#session;
      const last = ({ site, counter, length }) => ({ site, counter: counter + length - 1 });
      return inserted.every((piece) => document.offsetOf(last(piece)) !== null) && deleted.every((piece) => document.isDeleted(last(piece)));
    };
    return new Promise((resolve) => {
      const look = () => {
        if (isHere()) {
          off();
          resolve();
        }
      };
      const off = this.#session.on('change', look);
      look();
    });
  }

  async #versions() {
    return (await this.#api.versions()).versions;
  }
}

function kindOf(version) {
  return KINDS.find(({ label }) => version.startsWith(label));
}
