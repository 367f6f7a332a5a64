/** Adapters for the contract of bindings: how a user works with a kind of editor, as events and changes of the page. */
import { defaultKeymap } from '@codemirror/commands';
import { EditorState, Text } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { StrictMode, createElement, useEffect, useRef } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { bindCodeMirror } from '../src/codemirror.js';
import { bindTextarea } from '../src/textarea.js';

const CODES = { z: 90, Z: 90, y: 89 };
const KEYS = { undo: { key: 'z' }, redo: { key: 'Z', shiftKey: true } };
const MENU = { undo: 'historyUndo', redo: 'historyRedo' };

export function press(target, action) {
  const { key, shiftKey = false } = KEYS[action];
  const more = { ctrlKey: true, shiftKey, code: 'KeyZ', keyCode: CODES[key], bubbles: true, cancelable: true };
  target.dispatchEvent(new KeyboardEvent('keydown', { key, ...more }));
}

export function menu(target, action) {
  target.dispatchEvent(new InputEvent('beforeinput', { inputType: MENU[action], bubbles: true, cancelable: true }));
}

export const compositionEvent = (type, data) => new CompositionEvent(type, { data, bubbles: true });

/** Drives a textarea; `bind` is that of the binding to be tested. */
export class TextareaEditor {
  #textarea;
  #composing = null;

  constructor(textarea, bind) {
    this.#textarea = textarea;
    this.bind = bind;
  }

  get text() {
    return this.#textarea.value;
  }

  get readOnly() {
    return this.#textarea.readOnly;
  }

  get selection() {
    const { selectionStart, selectionEnd, selectionDirection } = this.#textarea;
    const [anchor, head] = selectionDirection === 'backward' ? [selectionEnd, selectionStart] : [selectionStart, selectionEnd];
    return { anchor, head };
  }

  focus() {
    this.#textarea.focus();
  }

  blur() {
    this.#textarea.blur();
  }

  select(anchor, head = anchor) {
    this.#textarea.setSelectionRange(Math.min(anchor, head), Math.max(anchor, head), head < anchor ? 'backward' : 'forward');
    document.dispatchEvent(new Event('selectionchange'));
  }

  type(text) {
    this.#insert(text, 'insertText');
  }

  paste(text) {
    this.#insert(text, 'insertFromPaste');
  }

  cut() {
    this.#insert('', 'deleteByCut');
  }

  compose(text) {
    const { selectionStart, selectionEnd } = this.#textarea;
    if (this.#composing === null) {
      this.#textarea.dispatchEvent(compositionEvent('compositionstart', ''));
      this.#composing = { start: selectionStart, end: selectionEnd };
    }
    const { start, end } = this.#composing;
    this.#textarea.setSelectionRange(start, end);
    this.#insert(text, 'insertCompositionText');
    this.#composing = { start, end: start + text.length };
  }

  composed() {
    this.#composing = null;
    this.#textarea.dispatchEvent(compositionEvent('compositionend', ''));
  }

  press(action) {
    press(this.#textarea, action);
  }

  menu(action) {
    menu(this.#textarea, action);
  }

  #insert(text, inputType) {
    const { selectionStart, selectionEnd } = this.#textarea;
    this.#textarea.setRangeText(text, selectionStart, selectionEnd, 'end');
    this.#textarea.dispatchEvent(new InputEvent('input', { inputType, data: text, bubbles: true }));
  }
}

/** An adapter for a binding of a textarea, given as a function. */
export function textareaAdapter(name, bind) {
  return {
    name,
    several: false,
    async create({ text, readOnly }) {
      const textarea = document.createElement('textarea');
      Object.assign(textarea, { value: text, readOnly });
      document.body.replaceChildren(textarea);
      return new TextareaEditor(textarea, (session, options) => bind(session, textarea, options));
    },
  };
}

export const TEXTAREA = textareaAdapter('textarea', bindTextarea);

function Area({ session, options, ...properties }) {
  const area = useRef(null);
  useEffect(() => (session === null ? undefined : bindTextarea(session, area.current, options)), [session, options]);
  return createElement('textarea', { ref: area, ...properties });
}

/** A textarea in a component, in strict mode: React binds it, lets it go and binds it again. */
export const REACT = {
  name: 'react',
  several: false,
  async create({ text, readOnly }) {
    const element = document.createElement('div');
    document.body.replaceChildren(element);
    const root = createRoot(element);
    const render = (session, options) => {
      const area = createElement(Area, { session, options, readOnly, defaultValue: text });
      flushSync(() => root.render(createElement(StrictMode, null, area)));
    };
    render(null, null);
    return new TextareaEditor(element.querySelector('textarea'), (session, options) => {
      render(session, options);
      return () => render(null, null);
    });
  },
};

class CodeMirrorEditor {
  #view;
  #composing = null;

  constructor(view) {
    this.#view = view;
  }

  bind(session, options) {
    return bindCodeMirror(session, this.#view, options);
  }

  get text() {
    const { doc } = this.#view.state;
    return doc.sliceString(0, doc.length, '\n');
  }

  get readOnly() {
    return this.#view.state.readOnly;
  }

  get selection() {
    const { anchor, head } = this.#view.state.selection.main;
    return { anchor, head };
  }

  focus() {
    this.#view.focus();
  }

  blur() {
    this.#view.contentDOM.blur();
  }

  select(anchor, head = anchor) {
    this.#view.dispatch({ selection: { anchor, head } });
  }

  type(text) {
    this.#replace(text, 'input.type');
  }

  paste(text) {
    this.#replace(text, 'input.paste');
  }

  cut() {
    this.#replace('', 'delete.cut');
  }

  change(list) {
    this.#view.dispatch({ changes: list.map(({ offset, removed, inserted }) => ({ from: offset, to: offset + removed, insert: inserted })) });
  }

  compose(text) {
    const { from, to } = this.#view.state.selection.main;
    if (this.#composing === null) {
      this.#view.contentDOM.dispatchEvent(compositionEvent('compositionstart', ''));
      this.#composing = { from, to };
    }
    this.#view.dispatch({ selection: { anchor: this.#composing.from, head: this.#composing.to } });
    this.#replace(text, 'input.type.compose');
    this.#composing = { from: this.#composing.from, to: this.#composing.from + text.length };
  }

  composed() {
    this.#composing = null;
    this.#view.contentDOM.dispatchEvent(compositionEvent('compositionend', ''));
  }

  press(action) {
    press(this.#view.contentDOM, action);
  }

  menu(action) {
    menu(this.#view.contentDOM, action);
  }

  #replace(text, userEvent) {
    const insert = Text.of(text.split('\n'));
    this.#view.dispatch({ ...this.#view.state.replaceSelection(insert), userEvent });
  }
}

export const CODEMIRROR = {
  name: 'codemirror',
  several: true,
  async create({ text, readOnly }) {
    const element = document.createElement('div');
    document.body.replaceChildren(element);
    const extensions = [keymap.of(defaultKeymap), EditorState.readOnly.of(readOnly)];
    return new CodeMirrorEditor(new EditorView({ parent: element, doc: text, extensions }));
  },
};
