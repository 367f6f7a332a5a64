import * as concord from '../src/concord.js';
import { assert } from './assert.js';
import { packageFile } from './files.js';

export const declarationsOf = (name) => packageFile(`src/${name}.d.ts`);

/** What a declaration file says there is, beside types. */
export function declared(text) {
  return new Set([...text.matchAll(/^export (?:class|function|const) (\w+)/gm)].map(([, name]) => name));
}

export function assertSame(module, names, file) {
  const exported = new Set(Object.keys(module));
  const untyped = [...exported].filter((name) => !names.has(name));
  const missing = [...names].filter((name) => !exported.has(name));
  assert(untyped.length + missing.length === 0, `${file}: without a type ${untyped}, without a value ${missing}`);
}

export const tests = {
  async 'everything exported is declared, and the other way round'() {
    assertSame(concord, declared(await declarationsOf('concord')), 'concord.d.ts');
  },

  async 'every member of a class is declared'() {
    const text = await declarationsOf('concord');
    const classes = Object.entries(concord).filter(([, value]) => /^class /.test(String(value)));
    assert(classes.length >= 6, `only ${classes.length} classes`);
    for (const [name, { prototype }] of classes) {
      const from = text.indexOf(`export class ${name} `);
      const body = text.slice(from, text.indexOf('\n}', from));
      const untyped = Object.getOwnPropertyNames(prototype).filter((member) => !new RegExp(`\\b${member}\\b`).test(body));
      assert(untyped.every((member) => member === 'constructor'), `${name} has members without a type: ${untyped}`);
    }
  },
};
