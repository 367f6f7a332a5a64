import { pieceOf } from './history-api.js';

const LARGE = 500;
const SMALL_TEXT = 20;
const QUIET_MS = 1_000;
const TRIES = 10;

/** What the server calls a version that it keeps before each of these, and what is said of it. */
const KINDS = [
  { label: 'Before a large deletion', say: ({ removed }) => `Somebody has deleted ${removed.toLocaleString('en')} characters.` },
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
  #readOnly;
  #known = null;
  #burst = null;
  #timer = 0;
  #own = 0;
  #offered = 0;

  /** `show(version)` shows a version and what has changed since. */
  constructor({ session, api, notice, show, readOnly }) {
    this.#session = session;
    this.#api = api;
    this.#notice = notice;
    this.#show = show;
    this.#readOnly = readOnly;
    session.on('change', (change) => this.#changed(change));
    const off = session.on('status', ({ connection }) => {
      if (connection === 'live') {
        off();
        this.#versions().then(
          (versions) => (this.#known = versions[0]?.id ?? 0),
          () => {},
        );
      }
    });
  }

  async own(action) {
    this.#own++;
    try {
      return await action();
    } finally {
      // Its operations may come a moment later than the server's answer.
      setTimeout(() => this.#own--, 2 * QUIET_MS);
    }
  }

  #changed({ changes, source, site }) {
    if (source !== 'remote' || this.#known === null) {
      return;
    }
    const removed = changes.reduce((sum, change) => sum + change.removed, 0);
    const inserted = changes.reduce((sum, change) => sum + change.inserted.length, 0);
    if (this.#offered > 0 && inserted * 2 >= this.#offered) {
      // It is back already.
      this.#offered = 0;
      this.#notice.hide('rescue');
    }
    this.#burst ??= { before: this.#session.document.length + removed - inserted, removed: 0, site: null };
    this.#burst.removed += removed;
    if (site?.startsWith('ai-') || site?.startsWith('restore-')) {
      this.#burst.site = site;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#judge(), QUIET_MS);
  }

  #judge() {
    const { before, removed, site } = this.#burst;
    this.#burst = null;
    const large = removed > LARGE || (before > SMALL_TEXT && removed * 2 >= before);
    if (this.#own === 0 && (large || site !== null)) {
      this.#find({ removed, site }, TRIES);
    }
  }

  /** The version that was kept may come a little later than the change. */
  async #find(what, tries) {
    const versions = await this.#versions().catch(() => []);
    const kept = versions.filter(({ id }) => id > this.#known).find(({ label }) => kindOf(label) !== undefined);
    if (kept !== undefined) {
      this.#known = kept.id;
      this.#offer(kept, what, kindOf(kept.label).say({ ...what, author: kept.author }));
    } else if (tries > 1) {
      setTimeout(() => this.#find(what, tries - 1), QUIET_MS);
    }
  }

  #offer(version, { removed, site }, text) {
    this.#offered = removed;
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
    if (!this.#readOnly) {
      actions.unshift({ label: 'Undo for everybody', run: () => this.#undo(version, site) });
    }
    this.#notice.show('rescue', text, actions);
  }

  /** As a step of this page's own, which is taken back at once: by element, so that what was typed since stays. */
  async #undo(version, site) {
    try {
      const { added, removed } = await this.#api.changesSince(version.id);
      const inserted = added.filter(({ author }) => author === site);
      await this.#session.adopt({ inserted: inserted.map(pieceOf), deleted: removed.map(pieceOf) });
      this.#session.undo();
    } catch (error) {
      this.#notice.show('rescue', error.message, [{ label: 'Dismiss', run: () => {} }]);
    }
  }

  async #versions() {
    return (await this.#api.versions()).versions;
  }
}

function kindOf(version) {
  return KINDS.find(({ label }) => version.startsWith(label));
}
