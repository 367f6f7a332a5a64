/**
 * Concord in the browser: a shared text, the connection to a room, and a binding for a plain textarea. The one for CodeMirror 6 is in
 * `codemirror.js`.
 *
 *     const session = new ConcordSession({ room: 'notes', client: 'my-page' });
 *     bindTextarea(session, document.querySelector('textarea'));
 */
export { showCarets } from './carets.js';
export { applyChange, mapOffset } from './change.js';
export { ConcordDocument } from './document.js';
export { ConcordError, ConflictError, CredentialError, InvalidOperationError, MalformedStateError, ReadOnlyError, StorageError } from './errors.js';
export { graphemeAround, outsideOfGrapheme } from './grapheme.js';
export { randomSite } from './operation.js';
export { anchorageOf, inkOn, placeOf } from './peers.js';
export { ConcordSession } from './session.js';
export { smallestEdit } from './text-diff.js';
export { bindTextarea } from './textarea.js';
export { UndoHistory } from './undo.js';
