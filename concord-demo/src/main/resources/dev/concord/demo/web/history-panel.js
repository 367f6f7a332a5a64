import { HistoryApi, pieceOf, restoreParts } from './history-api.js';

const LONGEST_LABEL = 200;
const HUES = 360;

/** The versions of the room: capture one, see what has changed since, go through it step by step, and go back to it. */
export function historyPanel({ room, session, me, announce, rescue, isReadOnly }) {
  const panel = new HistoryPanel(new HistoryApi(room), session, me, announce, rescue, isReadOnly);
  return { id: 'history', label: 'History', element: panel.element, shown: () => panel.refresh(), choose: (version) => panel.choose(version) };
}

class HistoryPanel {
  element = make('div');
  #api;
  #session;
  #me;
  #announce;
  #rescue;
  #isReadOnly;
  #capture;
  #list = make('ul', { className: 'versions' });
  #more = button('Older versions', () => this.#load());
  #problem = make('p', { className: 'history-problem', hidden: true });
  #detail = make('section', { className: 'version-detail', hidden: true });
  #oldest = null;
  #chosen = null;
  #refreshing = null;

  constructor(api, session, me, announce, rescue, isReadOnly) {
    this.#isReadOnly = isReadOnly;
    this.#rescue = rescue;
    this.#api = api;
    this.#session = session;
    this.#me = me;
    this.#announce = announce;
    this.#problem.setAttribute('role', 'alert');
    this.#more.hidden = true;
    this.#capture = this.#form();
    this.#follow();
    session.on('status', () => this.#follow());
    this.element.append(this.#capture, this.#problem, heading('Versions'), this.#list, this.#more, this.#detail);
  }

  /** Whoever may only read captures nothing and restores nothing. */
  #follow() {
    const readOnly = this.#isReadOnly();
    this.#capture.hidden = readOnly;
    const restore = this.#detail.querySelector('#restore');
    if (restore !== null) {
      restore.hidden = readOnly;
    }
  }

  /** Lists the newest versions again. */
  refresh() {
    this.#refreshing ??= this.#reload().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #reload() {
    this.#oldest = null;
    this.#list.replaceChildren();
    await this.#load();
  }

  /** Shows a version, and what has changed since. */
  async choose({ id }) {
    await this.refresh();
    this.#list.querySelector(`[data-version="${id}"]`)?.click();
  }

  #form() {
    const form = make('form', { className: 'field' });
    const input = make('input', { type: 'text', id: 'version-label', maxLength: LONGEST_LABEL, required: true, autocomplete: 'off' });
    const label = make('label', { className: 'field' });
    label.append('Name of a new version', input);
    const submit = make('button', { type: 'submit', className: 'plain', textContent: 'Capture' });
    form.append(label, submit);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#try(async () => {
        const name = input.value.trim();
        await this.#api.capture(name, this.#me.user || 'anonymous');
        input.value = '';
        this.#announce(`Captured ${name}`);
        await this.refresh();
      });
    });
    return form;
  }

  #load() {
    return this.#try(async () => {
      const { versions, more } = await this.#api.versions(this.#oldest);
      this.#list.append(...versions.map((version) => this.#item(version)));
      this.#oldest = versions.at(-1)?.id ?? this.#oldest;
      this.#more.hidden = !more;
      if (this.#list.children.length === 0) {
        this.#list.append(make('li', { className: 'nobody', textContent: 'None yet.' }));
      }
    });
  }

  #item(version) {
    const item = make('li');
    const choose = button('', () => this.#choose(version, choose));
    choose.className = 'version';
    choose.dataset.version = version.id;
    choose.setAttribute('aria-pressed', String(this.#chosen === version.id));
    const when = new Date(version.created_at);
    const time = make('time', { dateTime: when.toISOString(), textContent: when.toLocaleString() });
    choose.append(make('span', { className: 'version-label', textContent: version.automatic ? 'Automatic' : version.label }), time);
    if (version.author !== '') {
      choose.append(make('span', { className: 'version-author', textContent: `by ${version.author}` }));
    }
    item.append(choose);
    return item;
  }

  #choose(version, chosen) {
    this.#chosen = version.id;
    this.#list.querySelectorAll('.version').forEach((other) => other.setAttribute('aria-pressed', String(other === chosen)));
    return this.#try(async () => {
      const [text, changes] = await Promise.all([this.#api.text(version.id), this.#api.changesSince(version.id)]);
      if (this.#chosen === version.id) {
        this.#show(version, text, changes);
      }
    });
  }

  #show(version, text, changes) {
    const name = version.automatic ? 'Automatic version' : version.label;
    const preview = make('div', { className: 'version-text', tabIndex: 0 });
    preview.setAttribute('role', 'region');
    preview.setAttribute('aria-label', `${name}, compared with the text now`);
    const parts = restoreParts(text, changes);
    preview.append(...parts.map(partOf));
    const sentence = summary(changes);
    const restore = button('Restore this version', () => this.#restore(version, name));
    restore.id = 'restore';
    restore.disabled = changes.added.length === 0 && changes.removed.length === 0;
    this.#detail.replaceChildren(
      heading(name),
      make('p', { className: 'version-summary', textContent: sentence }),
      preview,
      this.#slider(version, preview, parts),
      restore,
    );
    this.#follow();
    this.#detail.hidden = false;
    this.#announce(`${name}. ${sentence}`);
  }

  /** Goes through what happened since, op by op; loaded when it is first moved. The last stop is the comparison again. */
  #slider(version, preview, parts) {
    const label = make('label', { className: 'field' });
    const input = make('input', { type: 'range', id: 'replay', min: 0, max: 1, value: 1 });
    const where = make('output', { textContent: 'compared with now' });
    let replay = null;
    let loading = null;
    const draw = async () => {
      const at = input.value;
      if (at === input.max) {
        preview.replaceChildren(...parts.map(partOf));
        where.textContent = 'compared with now';
      } else {
        const { text, site } = await replay.at(Number(at));
        if (at !== input.value) {
          return; // Moved on while that part came.
        }
        preview.textContent = text;
        where.textContent = at === '0' ? 'as captured' : `after edit ${at} of ${replay.length}, ${site}`;
      }
      input.setAttribute('aria-valuetext', where.textContent);
    };
    input.addEventListener('input', () =>
      this.#try(async () => {
        if (replay === null) {
          const atStart = input.value === '0';
          loading ??= this.#api.replay(version.id).finally(() => (loading = null));
          const loaded = await loading;
          if (replay === null) {
            replay = loaded;
            input.max = replay.length + 1;
            input.value = atStart ? 0 : input.max;
          }
        }
        await draw();
      }),
    );
    label.append('Go through what happened since', input, where);
    return label;
  }

  #restore(version, name) {
    return this.#try(async () => {
      await this.#rescue.own(async () => {
        const { inserted, removed } = await this.#api.restore(version.id, this.#me.user || 'anonymous');
        await this.#session.adopt({ inserted: inserted.map(pieceOf), deleted: removed.map(pieceOf) });
      });
      this.#announce(`${name} is back. Undo takes that back.`);
      this.#detail.hidden = true;
      this.#chosen = null;
      this.#list.querySelectorAll('.version').forEach((other) => other.setAttribute('aria-pressed', 'false'));
      document.getElementById('undo')?.focus();
    });
  }

  async #try(action) {
    this.#problem.hidden = true;
    try {
      await action();
    } catch (error) {
      this.#problem.textContent = error.message;
      this.#problem.hidden = false;
    }
  }
}

function summary({ added, removed }) {
  const count = (ranges) => ranges.reduce((sum, { text }) => sum + text.length, 0);
  if (added.length === 0 && removed.length === 0) {
    return 'The text is the same now.';
  }
  return `Restoring brings back ${characters(count(removed))} and removes ${characters(count(added))} written since.`;
}

function characters(count) {
  return count === 1 ? '1 character' : `${count} characters`;
}

function partOf({ kind, text, author }) {
  if (kind === 'same') {
    return document.createTextNode(text);
  }
  const part = make(kind === 'back' ? 'ins' : 'del', { textContent: text, title: `written by ${author}` });
  part.style.setProperty('--author', hue(author));
  return part;
}

/** The same colour for the same author everywhere. */
function hue(author) {
  let sum = 0;
  for (const letter of author) {
    sum = (sum * 31 + letter.codePointAt(0)) % HUES;
  }
  return String(sum);
}

function heading(text) {
  return make('h2', { textContent: text });
}

function button(text, run) {
  const element = make('button', { type: 'button', className: 'plain', textContent: text });
  element.addEventListener('click', run);
  return element;
}

function make(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}
