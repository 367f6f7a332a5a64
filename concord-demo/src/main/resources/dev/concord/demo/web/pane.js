import { showCarets } from './carets.js';
import { ConcordSession, bindTextarea } from './concord.js';
import { onOtherKey, token } from './key.js';
import { orphanedText } from './notices.js';
import { adviceOf, reconnect } from './rights.js';

const SPEAK_MS = 900;

/**
 * One pane: a session of its own with its socket, its textarea, and what is to be known about both. `person` is
 * `{user, color}`; `onRename` is notified of a new name; `environment` is that of the session.
 */
export class Pane {
  #session;
  #side;
  #parts;
  #saying = 0;
  #shown = '';
  #refusal = false;
  #isReplaced = false;

  constructor({ template, side, room, client, person, onChange, onRename, environment = {} }) {
    this.#side = side;
    const root = document.importNode(template.content.firstElementChild, true);
    root.setAttribute('aria-label', `${side} client`);
    root.style.setProperty('--who', person.color);
    this.element = root;
    this.#parts = partsOf(root);
    this.#session = new ConcordSession({ room, client, environment, token });
    // First: it makes the textarea what this makes of it.
    bindTextarea(this.#session, this.#parts.text);
    onOtherKey(() => reconnect(this.#session));
    this.#session.on('status', () => {
      this.#showStatus();
      this.#showPeers();
      onChange();
    });
    this.#session.on('change', () => {
      this.#showText();
      onChange();
    });
    this.#session.on('presence', () => this.#showPeers());
    this.#session.on('refused', ({ message }) => {
      this.#notify(`The server refused an edit: ${message}`);
      this.#refusal = true;
    });
    this.#session.on('fault', (error) => this.#notifyFault(error));
    this.#fill(person, onRename);
    showCarets(this.#session, this.#parts.text, this.#parts.carets);
    this.#showStatus();
    this.#showText();
    this.#showPeers();
  }

  /** What its client is called at the moment. */
  get user() {
    return this.#parts.name.value;
  }

  get session() {
    return this.#session;
  }

  #fill(person, onRename) {
    const { name, text, toggle, undo, redo } = this.#parts;
    name.value = person.user;
    text.setAttribute('aria-label', `Text, ${this.#side.toLowerCase()} client`);
    this.#session.setUser(person);
    name.addEventListener('change', () => {
      const user = name.value.trim() || person.user;
      name.value = user;
      this.#session.setUser({ user });
      onRename(user);
    });
    toggle.addEventListener('click', () => this.#toggle());
    undo.addEventListener('click', () => this.#session.undo());
    redo.addEventListener('click', () => this.#session.redo());
  }

  #toggle() {
    const { connection } = this.#session.status;
    if (connection === 'stopped') {
      location.reload();
    } else if (connection === 'offline') {
      this.#session.goOnline();
    } else {
      this.#session.goOffline();
    }
  }

  #showStatus() {
    const { status } = this.#session;
    const { pill, pillText, text, toggle, undo, redo } = this.#parts;
    const { state, words } = describe(status);
    if (this.#shown !== words) {
      this.#shown = words;
      pill.dataset.state = state;
      pillText.textContent = words;
      this.#speak(words);
    }
    const offline = status.connection === 'offline';
    // What is typed into a text that the room does not have any more would be nowhere.
    text.readOnly = status.replaced || status.readOnly;
    toggle.textContent = status.connection === 'stopped' ? 'Reload' : offline ? 'Reconnect' : 'Go offline';
    toggle.setAttribute('aria-pressed', String(offline));
    undo.disabled = status.replaced || !this.#session.canUndo;
    redo.disabled = status.replaced || !this.#session.canRedo;
    if (this.#isReplaced && !status.replaced) {
      this.#parts.notice.hidden = true;
    }
    this.#isReplaced = status.replaced;
    if (status.replaced) {
      this.#notifyReplaced(status.reason);
    } else if (status.connection === 'stopped') {
      const kept = status.unsent + status.orphaned > 0 ? 'What was not sent stays in this pane.' : '';
      this.#notify([status.reason, adviceOf(status.code), kept].filter((sentence) => sentence !== '').join(' '));
    } else if (status.orphaned > 0) {
      this.#notifyOrphaned(status.orphaned);
    } else if (status.saved && this.#refusal) {
      this.#refusal = false;
      this.#parts.notice.hidden = true;
    }
  }

  #showText() {
    const { length } = this.#session.document;
    this.#parts.count.textContent = `${length.toLocaleString('en')} ${length === 1 ? 'character' : 'characters'}`;
  }

  #showPeers() {
    const people = this.#session.peers.map(({ user, color }) => {
      const item = document.createElement('li');
      const dot = document.createElement('span');
      dot.className = 'dot';
      item.style.setProperty('--who', color);
      item.append(dot, user);
      return item;
    });
    if (people.length === 0) {
      const nobody = document.createElement('li');
      nobody.textContent = this.#session.status.connection === 'live' ? 'nobody else' : 'not known while away';
      people.push(nobody);
    }
    this.#parts.peers.replaceChildren(...people);
  }

  #notify(text) {
    this.#parts.notice.textContent = text;
    this.#parts.notice.hidden = false;
  }

  #notifyFault(error) {
    this.#notify(`Something went wrong: ${error.message}`);
  }

  #notifyReplaced(reason) {
    const text = document.createElement('span');
    text.textContent = `${reason} The text in this pane cannot be changed until you put it back, or reload to see the new one.`;
    const back = document.createElement('button');
    back.type = 'button';
    back.textContent = 'Put the text back';
    back.addEventListener('click', () => this.#session.putBack().catch((error) => this.#notifyFault(error)));
    this.#parts.notice.replaceChildren(text, back);
    this.#parts.notice.hidden = false;
  }

  /** Edits of an earlier document under this name: they are shown to be copied, and go only when asked to. */
  #notifyOrphaned(count) {
    const kept = orphanedText(this.#session);
    const text = document.createElement('span');
    text.textContent =
      `This room was replaced by a new one. ${count} unsent ${count === 1 ? 'edit' : 'edits'} of the old text ` +
      `${count === 1 ? 'was' : 'were'} kept here${kept === '' ? '.' : `: “${kept}”`}`;
    const discard = document.createElement('button');
    discard.type = 'button';
    discard.textContent = 'Discard';
    discard.addEventListener('click', () => {
      this.#parts.notice.hidden = true;
      this.#session.discardOrphaned();
    });
    this.#parts.notice.replaceChildren(text, discard);
    this.#parts.notice.hidden = false;
  }

  /** Tells a screen reader, but only what lasts: not each of the changes while somebody types. */
  #speak(text) {
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => {
      this.#parts.spoken.textContent = `${this.#side} client: ${text}`;
    }, SPEAK_MS);
  }
}

function partsOf(root) {
  const names = ['carets', 'count', 'name', 'notice', 'peers', 'pill', 'redo', 'spoken', 'text', 'toggle', 'undo'];
  const parts = Object.fromEntries(names.map((name) => [name, root.querySelector(`.${name}`)]));
  return { ...parts, pillText: root.querySelector('.pill-text') };
}

/** The status in few words; it says saved only when everything is acknowledged. */
function describe({ connection, unsent, refused, readOnly, saved }) {
  const waiting = unsent > 0 ? ` · ${unsent.toLocaleString('en')} unsent` : '';
  switch (connection) {
    case 'live':
      if (readOnly) {
        return { state: 'offline', words: `Live · read only${waiting}` };
      }
      if (saved) {
        return { state: 'saved', words: 'Live · saved' };
      }
      return unsent > 0
        ? { state: 'saving', words: `Live${waiting}` }
        : { state: 'refused', words: `Live · ${refused} refused` };
    case 'offline':
      return { state: 'offline', words: `Offline${waiting}` };
    case 'stopped':
      return { state: 'stopped', words: `Stopped${waiting}` };
    case 'reconnecting':
      return { state: 'reconnecting', words: `Reconnecting…${waiting}` };
    default:
      return { state: 'connecting', words: `Connecting…${waiting}` };
  }
}
