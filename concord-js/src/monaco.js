import { MonacoCarets } from './monaco-carets.js';
import { MonacoComposition } from './monaco-composition.js';
import { MonacoText } from './monaco-text.js';
import { followRight } from './right.js';
import { smallestEdit } from './text-diff.js';
import { COMMIT_AFTER_MS, whenPageMayGo } from './textarea.js';
import { cleanText } from './wire.js';

const UNDO_INPUTS = { historyUndo: 'undo', historyRedo: 'redo' };

/**
 * Keeps the text of a Monaco editor's model and a session's text equal, and shows the carets and selections of the others; `monaco` is
 * Monaco's own module. Remote edits are shown around selection and scroll; while an input method composes they wait. Undo and redo are the
 * session's. While the session may only read, the editor is read-only. `carets: false` leaves out the carets. Returns a function that lets go of both.
 */
export function bindMonaco(session, editor, monaco, { carets = true, commitAfter = COMMIT_AFTER_MS } = {}) {
  const drawn = carets ? new MonacoCarets(session, editor, monaco) : null;
  const binding = new MonacoBinding(session, editor, monaco, drawn, commitAfter);
  return () => binding.release();
}

class MonacoBinding {
  #session;
  #editor;
  #text;
  #carets;
  #composition = null;
  #sending = false;
  // The texts differ until the end of this turn.
  #repairing = false;
  #ended = new AbortController();
  #disposables;
  // Whether the editor was read-only before the session was; null while that may write.
  #wasReadOnly = null;

  constructor(session, editor, monaco, carets, commitAfter) {
    this.#session = session;
    this.#editor = editor;
    this.#carets = carets;
    this.#text = new MonacoText(editor, monaco, (edits) => this.#typed(edits));
    this.#repair();
    const { KeyMod, KeyCode } = monaco;
    const off = [
      session.on('change', ({ changes, source }) => source !== this && this.#received(changes)),
      session.on('presence', () => this.#draw()),
      followRight(session, (readOnly) => this.#lock(readOnly)),
    ];
    this.#disposables = [
      ...off.map((dispose) => ({ dispose })),
      editor.getModel().onWillDispose(() => this.release()),
      editor.onDidChangeModel(() => this.release()),
      editor.onDidDispose(() => this.release()),
      editor.onDidCompositionStart(() => {
        this.#composition ??= new MonacoComposition(session, this.#text, this, commitAfter);
      }),
      editor.onDidCompositionEnd(() => this.#composed()),
      editor.onDidChangeCursorSelection(() => this.#tellSelection()),
      editor.onDidFocusEditorText(() => this.#tellSelection()),
      editor.onDidBlurEditorText(() => this.#blurred()),
      this.#action('undo', KeyMod.CtrlCmd | KeyCode.KeyZ),
      this.#action('redo', KeyMod.CtrlCmd | KeyMod.Shift | KeyCode.KeyZ, KeyMod.CtrlCmd | KeyCode.KeyY),
    ];
    const listen = (type, listener) =>
      editor.getContainerDomNode().addEventListener(type, listener, { capture: true, signal: this.#ended.signal });
    listen('beforeinput', (event) => this.#beforeInput(event));
    // Monaco tells of these only when they are done.
    ['paste', 'cut', 'drop'].forEach((type) => listen(type, () => this.#session.endGroup()));
    whenPageMayGo(() => this.#composition?.commit(), this.#ended.signal);
  }

  release() {
    if (this.#ended.signal.aborted) {
      return;
    }
    try {
      this.#composition?.commit();
    } finally {
      this.#ended.abort();
      this.#disposables.forEach((disposable) => disposable.dispose());
      this.#text.dispose();
      this.#carets?.dispose();
      this.#lock(false);
      this.#composition?.release();
      this.#composition = null;
    }
  }

  #lock(readOnly) {
    if (readOnly) {
      this.#wasReadOnly ??= this.#editor.getRawOptions().readOnly === true;
      this.#editor.updateOptions({ readOnly: true });
    } else if (this.#wasReadOnly !== null) {
      this.#editor.updateOptions({ readOnly: this.#wasReadOnly });
      this.#wasReadOnly = null;
    }
  }

  /** An action under the name of Monaco's own, which takes its place, whoever calls for it. */
  #action(id, ...keybindings) {
    return this.#editor.addAction({ id, label: id, keybindings, keybindingContext: 'editorTextFocus', run: () => this.#revert(id) });
  }

  #beforeInput(event) {
    const action = UNDO_INPUTS[event.inputType];
    if (action !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      this.#revert(action);
    }
  }

  #revert(action) {
    if (this.#composition === null && !this.#editor.getRawOptions().readOnly) {
      // They come back as an event, in their place among those of others.
      const last = this.#session[action]().at(-1);
      if (last !== undefined) {
        this.#text.moveCaret(last.offset + last.inserted.length);
      }
    }
  }

  #typed(edits) {
    if (this.#session.status.readOnly) {
      // By a script: Monaco lets nobody type.
      this.#repairSoon();
    } else if (this.#composition !== null) {
      this.#composition.typed();
    } else if (edits === null || this.#repairing) {
      this.#send([smallestEdit(this.#session.text, this.#text.text, this.#text.selection.head)].filter((edit) => edit !== null));
      this.#repairSoon();
    } else {
      this.#send(edits);
      this.#draw();
    }
  }

  #send(edits) {
    const isStep = edits.length > 1 || edits.some((edit) => !isKey(edit));
    const endStep = () => isStep && this.#session.endGroup();
    this.#sending = true;
    try {
      endStep();
      this.#session.edit(edits.length === 1 ? edits[0] : edits, this);
      endStep();
    } finally {
      this.#sending = false;
    }
    if (edits.some(({ inserted }) => cleanText(inserted) !== inserted)) {
      this.#repairSoon();
    }
  }

  #received(changes) {
    if (this.#composition !== null) {
      this.#composition.waiting.push(...changes);
    } else if (this.#sending) {
      // An answer to what is being sent: Monaco is in the middle of that change.
      this.#repairSoon();
    } else if (!this.#repairing) {
      this.#show(changes);
    }
  }

  #show(changes) {
    this.#text.show(changes);
    this.#draw();
  }

  #repairSoon() {
    this.#repairing = true;
    queueMicrotask(() => this.#repairing && !this.#ended.signal.aborted && this.#repair());
  }

  /** Makes the texts equal. It would tear a composition, so it waits for the end of one. */
  #repair() {
    this.#repairing = false;
    if (this.#composition === null) {
      this.#text.replaceBy(this.#session.text);
      this.#draw();
    } else {
      this.#composition.compare();
    }
  }

  #composed() {
    const composition = this.#composition;
    composition?.commit();
    this.#composition = null;
    this.#show(composition?.waiting ?? []);
    this.#tellSelection();
    composition?.release();
  }

  #blurred() {
    this.#composition?.commit();
    this.#session.endGroup();
  }

  #tellSelection() {
    if (this.#composition === null && !this.#repairing && !this.#text.isShowing && this.#editor.hasTextFocus()) {
      const { anchor, head } = this.#text.selection;
      this.#session.select(head, anchor);
    }
  }

  #draw() {
    if (this.#composition === null) {
      this.#carets?.draw();
    }
  }
}

/** Whether an edit is what one key does: a character typed, a line begun with its indentation, or a character taken away. */
function isKey({ removed, inserted }) {
  return inserted === '' ? removed <= 2 : Array.from(inserted).length === 1 || /^\n[\t ]*$/.test(inserted);
}
