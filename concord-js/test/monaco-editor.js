/** The adapter of Monaco for the contract of bindings. */
import * as monaco from 'monaco-editor';
import { bindMonaco } from '../src/monaco.js';
import { compositionEvent, menu, press } from './editors.js';

/** Creates an editor in the page, alone. */
export function createMonaco(options) {
  monaco.editor.getEditors().forEach((editor) => editor.dispose());
  monaco.editor.getModels().forEach((model) => model.dispose());
  const element = document.createElement('div');
  element.style.cssText = 'height: 300px; width: 600px';
  document.body.replaceChildren(element);
  const quiet = { quickSuggestions: false, wordBasedSuggestions: 'off', autoClosingBrackets: 'never', minimap: { enabled: false } };
  return monaco.editor.create(element, { language: 'plaintext', ...quiet, ...options });
}

class MonacoEditor {
  #editor;
  #composing = null;

  constructor(editor) {
    this.#editor = editor;
  }

  bind(session, options) {
    return bindMonaco(session, this.#editor, monaco, options);
  }

  get text() {
    return this.#editor.getModel().getValue();
  }

  get readOnly() {
    return this.#editor.getRawOptions().readOnly === true;
  }

  get selection() {
    const model = this.#editor.getModel();
    const selection = this.#editor.getSelection();
    return { anchor: model.getOffsetAt(selection.getSelectionStart()), head: model.getOffsetAt(selection.getPosition()) };
  }

  focus() {
    this.#editor.focus();
  }

  blur() {
    this.#input.blur();
  }

  select(anchor, head = anchor) {
    const model = this.#editor.getModel();
    this.#editor.setSelection(monaco.Selection.fromPositions(model.getPositionAt(anchor), model.getPositionAt(head)));
  }

  type(text) {
    this.#editor.trigger('keyboard', 'type', { text });
  }

  paste(text) {
    this.#editor.trigger('keyboard', 'paste', { text, pasteOnNewLine: false });
  }

  cut() {
    this.#editor.trigger('keyboard', 'cut');
  }

  change(list) {
    const model = this.#editor.getModel();
    const edits = list.map(({ offset, removed, inserted }) => ({
      range: monaco.Range.fromPositions(model.getPositionAt(offset), model.getPositionAt(offset + removed)),
      text: inserted,
      forceMoveMarkers: true,
    }));
    this.#editor.executeEdits('test', edits);
  }

  compose(text) {
    if (this.#composing === null) {
      this.#input.dispatchEvent(compositionEvent('compositionstart', ''));
    }
    this.#composing = text;
    this.#input.dispatchEvent(compositionEvent('compositionupdate', text));
  }

  composed() {
    this.#input.dispatchEvent(compositionEvent('compositionend', this.#composing ?? ''));
    this.#composing = null;
  }

  press(action) {
    press(this.#input, action);
  }

  menu(action) {
    menu(this.#input, action);
  }

  get #input() {
    return this.#editor.getDomNode().querySelector('textarea');
  }
}

export const MONACO = {
  name: 'monaco',
  several: true,
  async create({ text, readOnly }) {
    return new MonacoEditor(createMonaco({ value: text, readOnly }));
  },
};
