import { Random } from './random.js';

/**
 * What may happen, and how often. A step is a line `verb who number`: `who` chooses among those who are there, `number` a place, a duration or
 * the like, whatever the verb needs, so that a schedule means something without any of its steps.
 */
const VERBS = [
  ['type', 30],
  ['delete', 5],
  ['undo', 2],
  ['redo', 1],
  ['compose', 8],
  ['composed', 3],
  ['open', 4],
  ['duplicate', 2],
  ['close', 3],
  ['crash', 4],
  ['hide', 3],
  ['show', 4],
  ['freeze', 2],
  ['resume', 3],
  ['leave', 2],
  ['back', 3],
  ['sleep', 1],
  ['clock', 1],
  ['cut', 3],
  ['down', 2],
  ['silent', 2],
  ['up', 5],
  ['offline', 2],
  ['online', 4],
  ['wait', 12],
  ['server-crash', 2],
  ['server-start', 5],
  ['server-holds', 2],
  ['server-commits', 3],
  ['server-refuses', 2],
  ['server-accepts', 3],
  ['server-restarts', 1],
  ['server-deletes', 1],
  ['server-forgets', 1],
  ['put-back', 2],
  ['discard', 1],
  ['store-hangs', 1],
  ['store-fails', 1],
  ['store-full', 2],
  ['store-works', 6],
];
const TOTAL = VERBS.reduce((sum, [, weight]) => sum + weight, 0);
/** What a person does; everything else is done to them. */
const PEACEFUL = new Set(['type', 'delete', 'undo', 'redo', 'compose', 'composed', 'open', 'show', 'resume', 'back', 'up', 'online', 'wait', 'put-back']);
const CURES = new Set(['server-start', 'server-commits', 'server-accepts', 'store-works']);

/** A schedule `{seed, steps}` from a seed. */
export function scheduleOf(seed) {
  const random = new Random(seed);
  const steps = [];
  for (let left = 10 + random.below(70); left > 0; left--) {
    let at = random.below(TOTAL);
    const [verb] = VERBS.find(([, weight]) => (at -= weight) < 0);
    steps.push(`${verb} ${random.below(12)} ${random.below(10_000)}`);
  }
  return { seed, steps };
}

/** Whether a step is a fault, or an end of a page. */
export function isFault(step) {
  const verb = step.slice(0, step.indexOf(' '));
  return !PEACEFUL.has(verb) && !CURES.has(verb);
}
