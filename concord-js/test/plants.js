import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { assert } from './assert.js';

/** Errors as somebody might make them: in which module, and what stands there instead of what. */
export const PLANTS = {
  'a row is deleted when it is sent': {
    file: 'outbox.js',
    from: '      entry.seq = nextSeq();\n',
    to: '      entry.seq = nextSeq();\n      this.#removeRow(entry);\n',
  },
  'a composition counts as saved': {
    file: 'session.js',
    from: 'this.#outbox.extent + leftover + composing;',
    to: 'this.#outbox.extent + leftover;',
  },
  'what is composed is dropped when the page freezes': {
    file: 'textarea.js',
    from: 'whenPageMayGo(() => this.#commit(), this.#ended.signal);',
    to: 'whenPageMayGo(() => clearTimeout(this.#still), this.#ended.signal);',
  },
  'what a full database refuses is forgotten': {
    file: 'outbox-store.js',
    from: '(error) => isNewest() && this.#putLater(number, error)',
    to: '(error) => isNewest() && this.#unsettled.delete(number) && this.#fail(error)',
  },
  'rows are adopted twice': {
    file: 'outbox-store.js',
    from: '      table.delete([...from, number]);\n',
    to: '',
  },
};

/** The client with an error in it, and a function that forgets it. */
export async function planted({ file, from, to }) {
  const folder = await mkdtemp(join(tmpdir(), 'concord-plant-'));
  const source = join(folder, 'src');
  await cp(fileURLToPath(new URL('../src', import.meta.url)), source, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  const text = await readFile(join(source, file), 'utf8');
  assert(text.split(from).length === 2, `${file} has not once: ${from}`);
  await writeFile(join(source, file), text.replace(from, () => to));
  const load = (module) => import(pathToFileURL(join(source, module)).href);
  const [{ ConcordSession }, { bindTextarea }] = [await load('session.js'), await load('textarea.js')];
  return { client: { ConcordSession, bindTextarea }, forget: () => rm(folder, { recursive: true }) };
}
