import { aiPanel } from './ai-panel.js';
import { historyPanel } from './history-panel.js';
import { peoplePanel } from './people-panel.js';
import { searchPanel } from './search-panel.js';

/**
 * The panels of the editor's drawer, in their order. Each is made by a function of the page's parts `{room, session, view, drawer, me, announce,
 * rescue, isReadOnly, notify}` and is what `Drawer.add` takes:
 *
 * - `session` is the ConcordSession and `view` the CodeMirror EditorView that is bound to it,
 * - `me` is this page's `Me`: name and colour, and `onChange`,
 * - `isReadOnly()` says whether the page may change nothing now, which a `status` of the session may change,
 * - `rescue.own(action)` runs an action that has the server edit the text, so that its undo is not offered to this page,
 * - `announce(text)` tells a screen reader, `notify(text, actions)` shows a notice that stays, with `{label, run}` as its buttons.
 */
export const PANELS = [peoplePanel, historyPanel, aiPanel, searchPanel];
