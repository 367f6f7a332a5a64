import { applyChange, mapOffset } from './change.js';
import { smallestEdit } from './text-diff.js';

/** More changes than this, as after a long time offline, are shown as one. */
const MANY = 50;

/**
 * The text of a Monaco editor's model, in offsets. `onTyped(edits)` is called for each change that does not come from here: with a list
 * of edits to be done one after the other, or with null when only a comparison of the whole text tells what has changed.
 */
export class MonacoText {
  #editor;
  #monaco;
  #model;
  #onTyped;
  // The next event of the model is this one's own doing.
  #expected = false;
  // Changes are being shown, and whether somebody has edited the model meanwhile.
  #showing = false;
  #strayed = false;
  #hasShown = false;
  #listening;

  constructor(editor, monaco, onTyped) {
    this.#editor = editor;
    this.#monaco = monaco;
    this.#model = editor.getModel();
    this.#onTyped = onTyped;
    this.#listening = this.#model.onDidChangeContent((event) => this.#changed(event));
  }

  get text() {
    return this.#model.getValue(this.#monaco.editor.EndOfLinePreference.LF);
  }

  /** The selection as `{anchor, head}`. */
  get selection() {
    const selection = this.#editor.getSelection() ?? new this.#monaco.Selection(1, 1, 1, 1);
    return this.#offsetsOf(selection);
  }

  /** Whether the text and the selection are being set from here. */
  get isShowing() {
    return this.#showing;
  }

  /** Makes the text another one, with LF as line ends. */
  replaceBy(text) {
    this.#own(() => this.#model.setEOL(this.#monaco.editor.EndOfLineSequence.LF));
    const edit = smallestEdit(this.text, text, text.length);
    if (edit !== null) {
      this.show([edit]);
    }
  }

  /** Shows a list of changes. Selections keep their characters, and the lines in view stay there. */
  show(changes) {
    const selections = (this.#editor.getSelections() ?? []).map((selection) => this.#offsetsOf(selection));
    const scroll = this.#scrollAnchor();
    this.#showing = true;
    try {
      for (const { offset, removed, inserted } of this.#fewOf(changes)) {
        // Not by the editor, which would refuse it when it is read-only, and not for Monaco's own undo.
        this.#own(() => this.#model.applyEdits([{ range: this.#rangeOf(offset, offset + removed), text: inserted }]));
        this.#hasShown = true;
      }
      if (selections.length > 0) {
        this.#editor.setSelections(selections.map((selection) => this.#selectionAfter(selection, changes)));
      }
      scroll(changes);
    } finally {
      this.#showing = false;
    }
    if (this.#strayed) {
      this.#strayed = false;
      this.#onTyped(null);
    }
  }

  /** Puts the caret somewhere, in sight. */
  moveCaret(offset) {
    const position = this.#model.getPositionAt(offset);
    this.#editor.setPosition(position);
    this.#editor.revealPositionInCenterIfOutsideViewport(position);
  }

  /** Ends this. Monaco's own undo begins with what is typed next: of what was shown from here it knows nothing. */
  dispose() {
    this.#listening.dispose();
    if (this.#hasShown && !this.#model.isDisposed() && this.#editor.getModel() === this.#model) {
      const state = this.#editor.saveViewState();
      this.#model.setValue(this.text);
      this.#editor.restoreViewState(state);
    }
  }

  #own(action) {
    this.#expected = true;
    action();
    this.#expected = false;
  }

  #changed({ changes, isFlush, eol }) {
    if (this.#expected) {
      this.#expected = false;
    } else if (this.#showing) {
      this.#strayed = true;
    } else if (isFlush || eol !== '\n') {
      this.#onTyped(null);
    } else {
      // Each counts in the text that those before it have left.
      this.#onTyped(changes.map(({ rangeOffset, rangeLength, text }) => ({ offset: rangeOffset, removed: rangeLength, inserted: text })));
    }
  }

  #fewOf(changes) {
    if (changes.length <= MANY) {
      return changes;
    }
    const before = this.text;
    const after = changes.reduce(applyChange, before);
    return [smallestEdit(before, after, after.length)].filter((edit) => edit !== null);
  }

  /** Remembers the first line in view; the function that it returns scrolls to where that line is after some changes. */
  #scrollAnchor() {
    const [visible] = this.#editor.getVisibleRanges();
    const top = this.#editor.getScrollTop();
    if (visible === undefined || top === 0) {
      return () => {};
    }
    const line = visible.startLineNumber;
    const gap = this.#editor.getTopForLineNumber(line) - top;
    const start = this.#model.getOffsetAt({ lineNumber: line, column: 1 });
    return (changes) => {
      const now = this.#model.getPositionAt(changes.reduce((offset, change) => mapOffset(offset, change, true), start)).lineNumber;
      if (now !== line) {
        this.#editor.setScrollTop(this.#editor.getTopForLineNumber(now) - gap, this.#monaco.editor.ScrollType.Immediate);
      }
    };
  }

  #offsetsOf(selection) {
    const { selectionStartLineNumber, selectionStartColumn, positionLineNumber, positionColumn } = selection;
    return {
      anchor: this.#model.getOffsetAt({ lineNumber: selectionStartLineNumber, column: selectionStartColumn }),
      head: this.#model.getOffsetAt({ lineNumber: positionLineNumber, column: positionColumn }),
    };
  }

  /** The start of a selection sticks to what comes after it, its end and a lone caret to what is before. */
  #selectionAfter({ anchor, head }, changes) {
    const moved = (offset, isStart) => changes.reduce((place, change) => mapOffset(place, change, isStart), offset);
    const { lineNumber, column } = this.#model.getPositionAt(moved(anchor, anchor < head));
    const end = this.#model.getPositionAt(moved(head, head < anchor));
    return new this.#monaco.Selection(lineNumber, column, end.lineNumber, end.column);
  }

  #rangeOf(from, to) {
    return this.#monaco.Range.fromPositions(this.#model.getPositionAt(from), this.#model.getPositionAt(to));
  }
}
