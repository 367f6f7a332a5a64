import type * as Monaco from 'monaco-editor';
import type { ConcordSession } from './concord.js';

export interface MonacoOptions {
  /** Whether to show the carets and selections of the others; true by default. */
  carets?: boolean;
  /** After how many milliseconds without a key a composition goes into the session as far as it is; 3000 by default. */
  commitAfter?: number;
}

/**
 * Keeps the text of an editor's model and a session's text equal: at once the editor shows what the session holds. `monaco` is the module
 * that made the editor. Undo and redo, by keys, by menu and by `editor.trigger`, are the session's. Read-only is the editor's own
 * option `readOnly`. Line ends are LF. Returns a function that lets go of both; an editor that is disposed, or gets another model, lets
 * go by itself. Bind one editor of a model only.
 */
export function bindMonaco(
  session: ConcordSession,
  editor: Monaco.editor.IStandaloneCodeEditor,
  monaco: Pick<typeof Monaco, 'editor' | 'KeyCode' | 'KeyMod' | 'Range' | 'Selection'>,
  options?: MonacoOptions,
): () => void;
