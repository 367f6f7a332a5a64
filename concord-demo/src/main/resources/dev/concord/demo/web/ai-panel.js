import { make } from './ask.js';
import { copilot } from './copilot.js';
import { editRuns } from './edit-runs.js';

/** What a language model may propose: for the selection, and for the whole text. */
export function aiPanel(parts) {
  const runs = editRuns(parts);
  return {
    id: 'ai',
    label: 'Assist',
    element: make('div', {}, copilot(parts), runs.element),
    shown: runs.shown,
    hidden: runs.hidden,
  };
}
