import { Random } from './random.js';

const PATIENCE_MS = 900_000;
/** The real ones: tests put clocks of their own in their place. */
const { setTimeout, clearTimeout } = globalThis;
const inPage = globalThis.document !== undefined;

async function load(module) {
  const { tests = {}, pageTests = {}, properties = {}, share = 1 } = await import(`./${module}`);
  return { tests: inPage ? { ...tests, ...pageTests } : tests, properties, share };
}

/** The names of what a test module holds: `{tests, properties, share}`; its `pageTests` count in a browser only. */
export async function list(module) {
  const { tests, properties, share } = await load(module);
  return { tests: Object.keys(tests), properties: Object.keys(properties), share };
}

let results = [];

/**
 * Runs tasks one after the other, tests `{module, name}` and properties `{module, name, seed, tries}`; `result` waits for the one with
 * a number.
 */
export function start(tasks) {
  let last = Promise.resolve();
  results = tasks.map(({ module, name, seed, tries }) => {
    const outcome = last.then(() => (seed === undefined ? runTest(module, name) : runProperty(module, name, seed, tries)));
    last = outcome.catch(() => {});
    return outcome;
  });
}

export function result(number) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('it does not end')), PATIENCE_MS);
  });
  return Promise.race([results[number], late]).finally(() => clearTimeout(timer));
}

/** Runs one test. Returns what it has to tell, or null. */
export async function runTest(module, name) {
  const { tests } = await load(module);
  return (await tests[name]()) ?? null;
}

/** Runs a property with one seed after the other. A failure says with which. */
export async function runProperty(module, name, seed, tries) {
  const { properties } = await load(module);
  for (let i = 0; i < tries; i++) {
    try {
      await properties[name](new Random(seed + i));
    } catch (error) {
      throw new Error(`seed ${seed + i}: ${error.stack}`);
    }
  }
}
