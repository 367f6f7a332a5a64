import type { EditorView } from '@codemirror/view';
import type { ConcordSession } from './concord.js';

export interface CodeMirrorOptions {
  /** Whether to show the carets and selections of the others; true by default. */
  carets?: boolean;
  /** After how many milliseconds without a key a composition goes into the session as far as it is; 3000 by default. */
  commitAfter?: number;
}

/**
 * Keeps the text of a view and a session's text equal: at once the view shows what the session holds. Undo and redo go to the
 * session, so leave CodeMirror's own history out. Read-only is the state's own `EditorState.readOnly`. Returns a function that lets go of both;
 * a view that is destroyed lets go by itself.
 */
export function bindCodeMirror(session: ConcordSession, view: EditorView, options?: CodeMirrorOptions): () => void;

/** Scrolls a view to the caret of a peer and shows the name there. Returns whether they have put it anywhere. */
export function scrollToPeer(session: ConcordSession, view: EditorView, client: string): boolean;
