import { ask, make } from './ask.js';
import { pieceOf } from './history-api.js';

const REFRESH_MS = 600;
const POLL_MS = 5_000;
const WORDS = { applied: 'Applied', declined: 'Declined', stale: 'Stale', expired: 'Expired', applying: 'Being applied' };

/** Edits that a model plans for the whole text: asking, the plans that wait, whoever asked for them, and the decision about each. */
export function editRuns({ room, session, me, announce, rescue, isReadOnly }) {
  const instruction = make('textarea', { id: 'ai-instruction', rows: 3, maxLength: 4000, placeholder: 'Add a one-line summary at the top' });
  const button = make('button', { type: 'submit', className: 'primary', textContent: 'Propose edits', id: 'ai-ask' });
  const status = make('p', { className: 'assist-status', role: 'status' });
  const list = make('div', { className: 'runs', id: 'ai-runs' });
  const form = make('form', {}, make('label', { className: 'field' }, 'What should be done with the text?', instruction), button);
  const element = make('section', { className: 'assist' }, make('h2', {}, 'Whole text'), form, status, list);
  const decided = new Map();
  let author = 'somebody';
  let timer = 0;
  let poll = 0;
  let planning = false;
  let readOnly = isReadOnly();

  const follow = () => {
    button.disabled = planning || readOnly;
  };
  follow();
  session.on('status', () => {
    if (readOnly !== isReadOnly()) {
      readOnly = isReadOnly();
      follow();
      refreshSoon();
    }
  });
  me.onChange(({ user }) => {
    author = user || 'somebody';
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    plan();
  });
  session.on('change', () => refreshSoon());
  return {
    element,
    shown() {
      refresh();
      poll = setInterval(refresh, POLL_MS);
    },
    hidden() {
      clearInterval(poll);
      poll = 0;
    },
  };

  async function plan() {
    const text = instruction.value.trim();
    if (text === '') {
      status.textContent = 'Say what should be done.';
      return;
    }
    planning = true;
    follow();
    status.textContent = 'Planning…';
    try {
      const run = await ask(room, 'ai', { method: 'POST', body: { instruction: text, author: author.slice(0, 64) } });
      instruction.value = '';
      status.textContent = '';
      announce(run.edits.length === 0 ? 'No edits are needed' : 'Edits are proposed');
      await refresh();
    } catch (error) {
      status.textContent = error.message;
    } finally {
      planning = false;
      follow();
    }
  }

  /** After edits, whosever: a plan may have become stale. */
  function refreshSoon() {
    if (poll !== 0) {
      clearTimeout(timer);
      timer = setTimeout(refresh, REFRESH_MS);
    }
  }

  async function refresh() {
    try {
      const waiting = await ask(room, 'ai');
      const known = new Set(waiting.map(({ run_id: id }) => id));
      list.replaceChildren(...waiting.map(card), ...[...decided.values()].filter(({ run_id: id }) => !known.has(id)).map(card));
    } catch (error) {
      status.textContent = error.code === 'no_such_room' ? '' : error.message;
    }
  }

  function card(run) {
    const stale = run.stale && run.state === 'pending';
    const word = stale ? WORDS.stale : WORDS[run.state];
    const head = make('p', { className: 'run-head' }, make('span', { className: 'run-author' }, `${run.author} asked`));
    if (word !== undefined) {
      head.append(make('span', { className: 'badge' }, word));
    }
    head.lastElementChild.dataset.state = stale ? 'stale' : run.state;
    const parts = [head, make('p', { className: 'run-instruction' }, run.instruction)];
    if (run.summary !== '') {
      parts.push(make('p', { className: 'run-summary' }, run.summary));
    }
    parts.push(...run.preview.map(diff));
    if (run.preview.length === 0) {
      parts.push(make('p', { className: 'run-summary' }, 'No edits are needed.'));
    }
    if (run.state === 'pending') {
      parts.push(decisions(run, stale));
    }
    const article = make('article', { className: 'run' }, ...parts);
    article.dataset.run = run.run_id;
    return article;
  }

  function diff({ before, removed, added, after }) {
    const line = make('p', { className: 'diff' }, before);
    if (removed !== '') {
      line.append(make('del', {}, removed));
    }
    if (added !== '') {
      line.append(make('ins', {}, added));
    }
    line.append(after);
    return line;
  }

  function decisions(run, stale) {
    const accept = make('button', { type: 'button', className: 'primary run-accept', textContent: 'Accept' });
    const decline = make('button', { type: 'button', className: 'plain run-decline', textContent: 'Decline' });
    accept.disabled = stale || readOnly || run.edits.length === 0;
    decline.disabled = readOnly;
    accept.addEventListener('click', () => decide(run, 'apply'));
    decline.addEventListener('click', () => decide(run, 'decline'));
    return make('div', { className: 'assist-buttons' }, accept, decline);
  }

  async function decide(run, what) {
    try {
      const state = await rescue.own(async () => {
        const { state, inserted, removed } = await ask(room, `ai/${run.run_id}/${what}`, { method: 'POST' });
        await session.adopt({ inserted: inserted.map(pieceOf), deleted: removed.map(pieceOf) });
        return state;
      });
      decided.set(run.run_id, { ...run, state });
      status.textContent = '';
      announce(WORDS[state]);
    } catch (error) {
      status.textContent = error.message;
    }
    await refresh();
  }
}
