import { EditorView } from '@codemirror/view';
import { StateEffect } from '@codemirror/state';
import { ask, make } from './ask.js';

/**
 * Proposals for the selection. A proposal stands beside the text, not in it; accepting it is one edit of this page's own, and one step of undo. What it
 * is about may move while others type; once it has been changed the proposal can only be dismissed.
 */
export function copilot({ room, session, view, announce, isReadOnly }) {
  const status = make('p', { className: 'assist-status', role: 'status' });
  const proposal = make('div', { className: 'proposal', hidden: true });
  const buttons = make('div', { className: 'assist-buttons' });
  const element = make('section', { className: 'assist' }, make('h2', {}, 'Selection'), buttons, status, proposal);
  let pending = null;

  for (const [mode, label] of [['rewrite', 'Rewrite'], ['continue', 'Continue']]) {
    const button = make('button', { type: 'button', className: 'plain', textContent: label, id: `copilot-${mode}` });
    button.addEventListener('click', () => propose(mode));
    buttons.append(button);
  }
  const allow = () => buttons.querySelectorAll('button').forEach((button) => (button.disabled = isReadOnly()));
  allow();
  session.on('status', allow);
  view.dispatch({ effects: StateEffect.appendConfig.of(EditorView.updateListener.of(follow)) });
  return element;

  async function propose(mode) {
    const { from, to } = view.state.selection.main;
    if (from === to) {
      say('Select some text first.');
      return;
    }
    dismiss();
    const asked = { from, to, text: view.state.sliceDoc(from, to), mode, abort: new AbortController() };
    pending = asked;
    say('Asking…');
    try {
      const { suggestion } = await ask(room, 'copilot', { method: 'POST', body: { selection: asked.text, mode }, signal: asked.abort.signal });
      if (pending === asked) {
        asked.suggestion = suggestion;
        show();
        say('');
        announce('A proposal is there');
      }
    } catch (error) {
      if (pending === asked) {
        pending = null;
        say(error.message);
      }
    }
  }

  /** Keeps to the text that was asked about. */
  function follow(update) {
    if (pending === null || !update.docChanged) {
      return;
    }
    pending.from = update.changes.mapPos(pending.from, 1);
    pending.to = Math.max(pending.from, update.changes.mapPos(pending.to, -1));
    if (pending.suggestion !== undefined) {
      mark();
    }
  }

  function isStale() {
    return view.state.sliceDoc(pending.from, pending.to) !== pending.text;
  }

  function show() {
    const accept = make('button', { type: 'button', className: 'primary', textContent: 'Accept', id: 'copilot-accept' });
    const no = make('button', { type: 'button', className: 'plain', textContent: 'Dismiss', id: 'copilot-dismiss' });
    accept.addEventListener('click', take);
    no.addEventListener('click', () => {
      dismiss();
      view.focus();
    });
    proposal.replaceChildren(
      make('p', { className: 'diff' }, pending.mode === 'rewrite' ? make('del', {}, pending.text) : '', make('ins', {}, pending.suggestion)),
      make('div', { className: 'assist-buttons' }, accept, no),
    );
    proposal.hidden = false;
    mark();
  }

  function mark() {
    const stale = isStale();
    proposal.querySelector('#copilot-accept').disabled = stale || view.state.readOnly;
    if (stale) {
      say('The text has been changed meanwhile. Ask again.');
    }
  }

  function take() {
    const { from, to, mode, suggestion } = pending;
    const start = mode === 'rewrite' ? from : to;
    pending = null;
    // A step of undo of its own, whatever was typed before and will be after.
    session.endGroup();
    view.dispatch({ changes: { from: start, to, insert: suggestion }, userEvent: 'input.assist', scrollIntoView: true });
    session.endGroup();
    dismiss();
    view.focus();
    announce('Accepted');
  }

  function dismiss() {
    pending?.abort.abort();
    pending = null;
    proposal.hidden = true;
    proposal.replaceChildren();
    say('');
  }

  function say(text) {
    status.textContent = text;
  }
}
