/**
 * The test modules that need no page, in Node: `npm test`. A property is tried CONCORD_TRIES times, 100 by default, or the share of
 * that which its module asks for; CONCORD_SEED replays one try. The same modules and those for editors run in a browser in the
 * Maven build.
 */
import { test } from 'node:test';
import { list, runProperty, runTest } from '../runner.js';

const MODULES = ['bounds', 'codec', 'cost', 'credentials', 'engine', 'golden', 'session', 'simulator', 'types', 'undo'];
const TRIES = Number(process.env.CONCORD_TRIES ?? 100);

for (const module of MODULES.map((name) => `${name}.test.js`)) {
  const { tests, properties, share } = await list(module);
  for (const name of tests) {
    test(`${module}: ${name}`, async (context) => {
      const note = await runTest(module, name);
      if (note !== null) {
        context.diagnostic(note);
      }
    });
  }
  for (const name of properties) {
    test(`${module}: ${name}`, () => {
      const replayed = process.env.CONCORD_SEED;
      const seed = replayed === undefined ? Math.floor(Math.random() * 2 ** 30) : Number(replayed);
      const tries = replayed === undefined ? Math.max(1, Math.floor(TRIES * share)) : 1;
      return runProperty(module, name, seed, tries).catch((error) => {
        error.message = `replay with: CONCORD_SEED=<the seed below> npm test\n${error.message}`;
        throw error;
      });
    });
  }
}
