/** The adapter of Monaco for the contract of bindings. */
import { bindMonaco } from '../src/monaco.js';
import { compositionEvent, menu, press } from './editors.js';

let loaded = null;

/** Monaco, from its loader for AMD, once in a page. */
export function loadMonaco() {
  loaded ??= new Promise((resolve, reject) => {
    const loader = import.meta.resolve('monaco-editor/loader');
    const script = document.createElement('script');
    script.src = loader;
    script.onerror = () => reject(new Error(`${loader} does not load`));
    script.onload = () => {
      globalThis.require.config({ paths: { vs: loader.slice(0, loader.lastIndexOf('/')) } });
      globalThis.require(['vs/editor/editor.main'], () => resolve(globalThis.monaco), reject);
    };
    document.head.append(script);
  });
  return loaded;
}

/** Creates an editor in the page, alone. */
export async function createMonaco(options) {
  const monaco = await loadMonaco();
  monaco.editor.getEditors().forEach((editor) => editor.dispose());
  monaco.editor.getModels().forEach((model) => model.dispose());
  const element = document.createElement('div');
  element.style.cssText = 'height: 300px; width: 600px';
  document.body.replaceChildren(element);
  const quiet = { quickSuggestions: false, wordBasedSuggestions: 'off', autoClosingBrackets: 'never', minimap: { enabled: false } };
  return { monaco, editor: monaco.editor.create(element, { language: 'plaintext', ...quiet, ...options }) };
}

class MonacoEditor {
  #editor;
  #monaco;
  #composing = null;

  constructor(editor, monaco) {
    this.#editor = editor;
    this.#monaco = monaco;
  }

  bind(session, options) {
    return bindMonaco(session, this.#editor, this.#monaco, options);
  }

  get text() {
    return this.#editor.getModel().getValue();
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
    this.#editor.setSelection(this.#monaco.Selection.fromPositions(model.getPositionAt(anchor), model.getPositionAt(head)));
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
      range: this.#monaco.Range.fromPositions(model.getPositionAt(offset), model.getPositionAt(offset + removed)),
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
    const { editor, monaco } = await createMonaco({ value: text, readOnly });
    return new MonacoEditor(editor, monaco);
  },
};
