import { extentOf } from './operation.js';

// More than this is looked at in the next round.
const MAX_LOOKS = 20_000;
const QUIET_MS = 1_500;

/**
 * Counts what is typed and deleted in some sessions, character by character, and follows each until all of them have it. What is not
 * everywhere is under way; it is lost when nothing is under way any more: every session says that all is saved, the network is
 * quiet, and has been so for 1.5 s.
 */
export class Ledger {
  #sessions;
  #isQuiet;
  #now;
  #open = [];
  #made = 0;
  #arrived = 0;
  #quietSince = null;

  /** `isQuiet()` tells whether no message is under way. */
  constructor(sessions, { isQuiet, now = () => performance.now() }) {
    this.#sessions = sessions;
    this.#isQuiet = isQuiet;
    this.#now = now;
    sessions.forEach((session) => session.on('edit', (operations) => this.#note(operations)));
  }

  /** Looks again. Returns `{made, arrived, underway, lost}` in characters. */
  count() {
    let looks = 0;
    const still = [];
    for (const operation of this.#open) {
      const early = looks < MAX_LOOKS;
      looks += extentOf(operation);
      if (early && this.#isEverywhere(operation)) {
        this.#arrived += extentOf(operation);
      } else {
        still.push(operation);
      }
    }
    this.#open = still;
    const missing = this.#made - this.#arrived;
    const settled = this.#isQuiet() && this.#sessions.every(({ status }) => status.saved);
    this.#quietSince = settled ? (this.#quietSince ?? this.#now()) : null;
    const lost = settled && looks < MAX_LOOKS && this.#now() - this.#quietSince >= QUIET_MS ? missing : 0;
    return { made: this.#made, arrived: this.#arrived, underway: missing - lost, lost };
  }

  #note(operations) {
    this.#open.push(...operations);
    this.#made += operations.reduce((sum, operation) => sum + extentOf(operation), 0);
    this.#quietSince = null;
  }

  #isEverywhere(operation) {
    const { site, counter } = operation.id;
    const has = operation.kind === 'insert' ? (document, id) => document.offsetOf(id) !== null : (document, id) => document.isDeleted(id);
    for (let i = extentOf(operation) - 1; i >= 0; i--) {
      const id = { site, counter: counter + i };
      if (!this.#sessions.every(({ document }) => has(document, id))) {
        return false;
      }
    }
    return true;
  }
}
