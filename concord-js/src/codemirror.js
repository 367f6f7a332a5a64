import { Annotation, ChangeSet, Compartment, EditorSelection, EditorState, Prec, StateEffect, Text, Transaction } from '@codemirror/state';
import { EditorView, ViewPlugin, keymap } from '@codemirror/view';
import { peerLayers, peersChanged, showName } from './codemirror-carets.js';
import { graphemeAround, outsideOfGrapheme } from './grapheme.js';
import { placeOf } from './peers.js';
import { followRight } from './right.js';
import { smallestEdit } from './text-diff.js';
import { COMMIT_AFTER_MS, whenPageMayGo } from './textarea.js';
import { cleanText } from './wire.js';

// The last changes of a composition are read by CodeMirror up to 50 ms after its end.
const COMPOSED_MS = 80;
/** Changes that are each a step of undo of their own, by CodeMirror's names. */
const STEPS = ['input.paste', 'input.drop', 'input.complete', 'delete.cut', 'move'];
const UNDO_INPUTS = { historyUndo: 'undo', historyRedo: 'redo' };

/** Marks what a session has put into an editor, so that it is not sent back. */
const fromSession = Annotation.define();

/**
 * Keeps the text of a CodeMirror 6 view and a session's text equal, and shows the carets and selections of the others. Remote edits
 * become changes, so that selection and scroll stay; while an input method composes they wait. The keys for undo and redo go to the session,
 * so leave CodeMirror's own history out. While the session may only read, the editor is read-only. `carets: false` leaves out the carets. Returns a function that lets go of both.
 */
export function bindCodeMirror(session, view, { carets = true, commitAfter = COMMIT_AFTER_MS } = {}) {
  const [part, lock] = [new Compartment(), new Compartment()];
  const plugin = ViewPlugin.define((attached) => new CodeMirrorBinding(session, attached, commitAfter));
  const bindingOf = () => view.plugin(plugin);
  view.dispatch({
    changes: smallestChanges(view.state.doc, session.text),
    effects: StateEffect.appendConfig.of(part.of([
      plugin,
      lock.of([]),
      // After the update, not during it: whoever listens to the session may dispatch.
      Prec.highest(EditorView.updateListener.of((update) => bindingOf()?.updated(update))),
      Prec.highest(keymap.of(undoKeys(bindingOf))),
      Prec.highest(EditorView.domEventHandlers({ beforeinput: (event) => bindingOf()?.beforeInput(event) ?? false })),
      EditorState.transactionFilter.of((transaction) => tidy(transaction, bindingOf())),
      carets ? peerLayers(session, (offset) => bindingOf()?.shown(offset) ?? offset) : [],
    ])),
    annotations: ofSession(),
  });
  bindingOf()?.followRight((readOnly) => {
    view.dispatch({ effects: lock.reconfigure(readOnly ? Prec.highest(EditorState.readOnly.of(true)) : []) });
  });
  return () => {
    if (bindingOf() !== null) {
      view.dispatch({ effects: part.reconfigure([]) });
    }
  };
}

/** Scrolls a view to somebody's caret and shows their name. Returns whether they have one. */
export function scrollToPeer(session, view, client) {
  const peer = session.peers.find((other) => other.client === client);
  const place = peer === undefined ? null : placeOf(session, peer);
  if (place === null) {
    return false;
  }
  const offset = Math.min(place.caret, view.state.doc.length);
  view.dispatch({ effects: [EditorView.scrollIntoView(offset, { y: 'center' }), showName.of(client)] });
  return true;
}

class CodeMirrorBinding {
  #session;
  #view;
  // Lets remote edits go on after a composition; null outside of one.
  #resume = null;
  #composed = null;
  // While composing: what the view has and the session has not, the text before it, and the other way round.
  #typed = null;
  #before = null;
  #waiting = null;
  // The session holds another text than was typed, which had half a surrogate pair or a foreign line end.
  #repairing = false;
  // What was typed is being sent, and whether a listener has edited in its turn.
  #sending = false;
  #answered = false;
  #commitAfter;
  #still = null;
  #ended = new AbortController();
  #unsubscribe;

  constructor(session, view, commitAfter) {
    this.#commitAfter = commitAfter;
    this.#session = session;
    this.#view = view;
    this.#unsubscribe = [
      session.on('change', ({ changes, source }) => source !== this && this.#receive(changes)),
      session.on('presence', () => view.dispatch({ effects: peersChanged.of(null) })),
    ];
    // With an EditContext, as on Android, a composition is reported there and not on the element.
    for (const target of [view.contentDOM, view.contentDOM.editContext ?? null]) {
      target?.addEventListener('compositionstart', () => this.#compose(), { signal: this.#ended.signal });
      target?.addEventListener('compositionend', () => this.#finishSoon(), { signal: this.#ended.signal });
    }
    whenPageMayGo(() => this.#commit(), this.#ended.signal);
    const blurred = () => {
      this.#commit();
      session.endGroup();
    };
    view.contentDOM.addEventListener('blur', blurred, { signal: this.#ended.signal });
  }

  /** Called by CodeMirror when the plugin leaves the view, or the view ends. */
  destroy() {
    this.#unsubscribe.forEach((unsubscribe) => unsubscribe());
    this.#ended.abort();
    clearTimeout(this.#composed);
    clearTimeout(this.#still);
    try {
      this.#sendTyped();
    } finally {
      this.#resume?.();
      this.#resume = null;
    }
  }

  /** Calls `lock` whenever the session may no longer write, or may again. */
  followRight(lock) {
    this.#unsubscribe.push(followRight(this.#session, lock));
  }

  get isComposing() {
    return this.#resume !== null;
  }

  /** Whether what a transaction does to the text is not to be done: it is a script's, since CodeMirror lets nobody type. */
  refuses(transaction) {
    return transaction.docChanged && transaction.annotation(fromSession) === undefined && this.#session.status.readOnly;
  }

  /** Where an offset of the session's text is shown while the two differ. */
  shown(offset) {
    const view = this.#typed?.mapPos(Math.min(offset, this.#typed.length)) ?? offset;
    return Math.min(view, this.#view.state.doc.length);
  }

  updated(update) {
    const typed = update.transactions.filter(
      (transaction) => transaction.docChanged && transaction.annotation(fromSession) === undefined,
    );
    typed.forEach((transaction) => this.#sendStep(transaction));
    // A remote edit moves the caret too, but not for those who know it by its element.
    if (typed.length > 0 || update.selectionSet || update.focusChanged) {
      this.#tellSelection();
    }
  }

  beforeInput(event) {
    const action = UNDO_INPUTS[event.inputType];
    if (action === undefined) {
      return false;
    }
    event.preventDefault();
    this.revert(action);
    return true;
  }

  /** Undo or redo, with the caret put where the text has changed. */
  revert(action) {
    if (this.isComposing || this.#view.state.readOnly) {
      return true;
    }
    // They come back as an event, in their place among those of others.
    const last = this.#session[action]().at(-1);
    if (last !== undefined) {
      const anchor = Math.min(last.offset + last.inserted.length, this.#view.state.doc.length);
      this.#view.dispatch({ selection: { anchor }, scrollIntoView: true });
    }
    return true;
  }

  /** What a user does in one go is a step of undo of its own. */
  #sendStep(transaction) {
    const isStep = STEPS.some((event) => transaction.isUserEvent(event));
    if (isStep) {
      this.#session.endGroup();
    }
    this.#send(transaction.changes, transaction.startState.doc);
    if (isStep) {
      this.#session.endGroup();
    }
  }

  #send(changes, before) {
    if (this.isComposing) {
      this.#before ??= before;
      this.#typed = this.#typed?.compose(changes) ?? changes;
      this.#resume.composing(sizeOf(this.#typed));
      clearTimeout(this.#still);
      this.#still = setTimeout(() => this.#commit(), this.#commitAfter);
      return;
    }
    if (this.#repairing) {
      const edit = smallestEdit(this.#session.text, textOf(this.#view.state.doc), 0);
      this.#session.edit(edit === null ? [] : edit, this);
      return;
    }
    this.#edit(changes, before);
  }

  #edit(changes, before) {
    const edits = editsOf(changes, before, changes.apply(before));
    // One place is typing, which grows into one step of undo; several are a step of their own.
    this.#session.edit(edits.length === 1 ? edits[0] : edits, this);
    if (edits.some(({ isCleaned }) => isCleaned)) {
      this.#repairSoon();
    }
  }

  #receive(changes) {
    if (this.#sending) {
      this.#answered = true;
    } else if (this.isComposing) {
      const arrived = changesOf(changes, this.#waiting?.newLength ?? (this.#before ?? this.#view.state.doc).length);
      this.#waiting = this.#waiting?.compose(arrived) ?? arrived;
    } else if (!this.#repairing) {
      this.#show(changes);
    }
  }

  #show(changes) {
    this.#view.dispatch({ changes: changesOf(changes, this.#view.state.doc.length), annotations: ofSession() });
  }

  #compose() {
    clearTimeout(this.#composed);
    this.#resume ??= this.#session.hold();
  }

  #finishSoon() {
    clearTimeout(this.#composed);
    this.#composed = setTimeout(() => this.#finish(), COMPOSED_MS);
  }

  /** What is composed so far becomes an edit, while the input method goes on with it. */
  #commit() {
    clearTimeout(this.#still);
    if (this.#typed !== null && !this.#session.isClosed) {
      const waiting = this.#waiting?.map(this.#typed, true) ?? null;
      this.#sendTyped();
      this.#waiting = this.#answered || this.#repairing ? this.#putOffRepair() : waiting;
      this.#resume?.composing(0);
    }
  }

  /** What was composed becomes one edit, then remote edits are let in. */
  #finish() {
    clearTimeout(this.#still);
    const waiting = this.#typed === null ? this.#waiting : this.#waiting?.map(this.#typed, true);
    this.#sendTyped();
    const resume = this.#resume;
    this.#resume = null;
    if (this.#answered) {
      this.#view.dispatch({ changes: smallestChanges(this.#view.state.doc, this.#session.text), annotations: ofSession() });
    } else if (waiting !== null && waiting !== undefined) {
      this.#view.dispatch({ changes: waiting, annotations: ofSession() });
    }
    this.#tellSelection();
    resume?.();
  }

  #tellSelection() {
    if (this.#view.hasFocus && !this.isComposing && !this.#repairing) {
      const { head, anchor } = this.#view.state.selection.main;
      this.#session.select(head, anchor);
    }
  }

  #sendTyped() {
    const [typed, before, waiting] = [this.#typed, this.#before, this.#waiting];
    this.#typed = this.#before = this.#waiting = null;
    this.#answered = false;
    if (typed === null || this.#session.isClosed) {
      return;
    }
    this.#sending = true;
    try {
      this.#edit(waiting === null ? typed : typed.map(waiting), waiting === null ? before : waiting.apply(before));
    } finally {
      this.#sending = false;
    }
  }

  #repairSoon() {
    this.#repairing = true;
    queueMicrotask(() => {
      const isDue = this.#repairing;
      this.#repairing = false;
      if (isDue && !this.#ended.signal.aborted) {
        const changes = smallestChanges(this.#view.state.doc, this.#session.text);
        this.#view.dispatch({ changes, annotations: ofSession() });
      }
    });
  }

  /** A repair would tear a composition, so it waits for the end of it, with what waits already. */
  #putOffRepair() {
    this.#repairing = false;
    const doc = this.#before ?? this.#view.state.doc;
    return ChangeSet.of(smallestChanges(doc, this.#session.text), doc.length);
  }
}

/** How many characters a set of changes deletes and inserts. */
function sizeOf(changes) {
  let size = 0;
  changes.iterChanges((fromBefore, toBefore, fromAfter, toAfter) => {
    size += toBefore - fromBefore + toAfter - fromAfter;
  });
  return size;
}

function undoKeys(bindingOf) {
  const run = (action) => (view) => (view.state.readOnly ? true : (bindingOf()?.revert(action) ?? false));
  return [
    { key: 'Mod-z', run: run('undo'), shift: run('redo'), preventDefault: true },
    { key: 'Mod-y', run: run('redo'), preventDefault: true },
  ];
}

/** Keeps carets and selections out of the middle of what a reader sees as one character, and changes out of a text that may only be read. */
function tidy(transaction, binding) {
  if (binding?.refuses(transaction)) {
    return [];
  }
  if (binding === null || binding.isComposing || !(transaction.docChanged || transaction.selection)) {
    return transaction;
  }
  const { newDoc, newSelection } = transaction;
  const ranges = newSelection.ranges.map((range) => outsideOfGraphemes(newDoc, range));
  if (ranges.every((range, i) => range === newSelection.ranges[i])) {
    return transaction;
  }
  return [transaction, { selection: EditorSelection.create(ranges, newSelection.mainIndex), sequential: true }];
}

function outsideOfGraphemes(doc, range) {
  const to = snap(doc, range.to, outsideOfGrapheme);
  const from = range.empty ? to : snap(doc, range.from, (text, offset) => graphemeAround(text, offset).start);
  if (from === range.from && to === range.to) {
    return range;
  }
  return range.empty ? EditorSelection.cursor(to) : EditorSelection.range(...(range.anchor > range.head ? [to, from] : [from, to]));
}

function snap(doc, offset, rule) {
  const { text, from } = doc.lineAt(offset);
  return from + rule(text, offset - from);
}

/**
 * The changes as edits to be done one after the other, none of which cuts a surrogate pair. They insert what the text may hold, so
 * an edit counts in what the ones before it have left.
 */
function editsOf(changes, before, after) {
  const edits = [];
  let cleaned = 0;
  changes.iterChanges((fromBefore, toBefore, fromAfter, toAfter) => {
    const opens = cutsPair(before, fromBefore) || cutsPair(after, fromAfter) ? 1 : 0;
    const ends = cutsPair(before, toBefore) || cutsPair(after, toAfter) ? 1 : 0;
    const typed = textOf(after.slice(fromAfter - opens, toAfter + ends));
    const inserted = cleanText(typed);
    edits.push({
      offset: fromAfter - opens - cleaned,
      removed: toBefore - fromBefore + opens + ends,
      inserted,
      isCleaned: inserted !== typed,
    });
    cleaned += typed.length - inserted.length;
  });
  return edits;
}

function cutsPair(doc, offset) {
  return offset > 0 && offset < doc.length && /^[\ud800-\udbff][\udc00-\udfff]$/.test(doc.sliceString(offset - 1, offset + 1));
}

/** A list of changes, each counted in the text after the one before, as one set. */
function changesOf(list, length) {
  let current = length;
  let sets = list.map(({ offset, removed, inserted }) => {
    const set = ChangeSet.of({ from: offset, to: offset + removed, insert: docOf(inserted) }, current);
    current = set.newLength;
    return set;
  });
  // In pairs, so that many changes do not take the square of their number.
  while (sets.length > 1) {
    sets = Array.from({ length: Math.ceil(sets.length / 2) }, (_, i) =>
      2 * i + 1 < sets.length ? sets[2 * i].compose(sets[2 * i + 1]) : sets[2 * i],
    );
  }
  return sets[0] ?? ChangeSet.empty(length);
}

function smallestChanges(doc, text) {
  const edit = smallestEdit(textOf(doc), text, text.length);
  return edit === null ? [] : { from: edit.offset, to: edit.offset + edit.removed, insert: docOf(edit.inserted) };
}

/** CodeMirror would count a CR LF as one; here a line ends with LF and with nothing else. */
function docOf(text) {
  return Text.of(text.split('\n'));
}

function textOf(doc) {
  return doc.sliceString(0, doc.length, '\n');
}

function ofSession() {
  return [fromSession.of(true), Transaction.remote.of(true), Transaction.addToHistory.of(false)];
}
