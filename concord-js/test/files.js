/** Files beside the tests, in Node and in a browser alike. */
const inNode = globalThis.process?.versions?.node !== undefined;

const resources = (module, folder) =>
  new URL(inNode ? `../../${module}/src/test/resources/${folder}/` : `/${folder}/`, import.meta.url);

const GOLDEN = resources('concord-wire', 'golden');
const FIXTURES = resources('concord-crdt', 'fixtures');

/** The text of a file of the package, `src/concord.d.ts` say. */
export function packageFile(path) {
  return text(new URL(`../${path}`, import.meta.url));
}

/** The first JavaScript that a page of the documentation prints. */
export async function printedIn(page) {
  const [, code] = (await text(new URL(inNode ? `../../docs/${page}` : `/docs/${page}`, import.meta.url))).match(/```js\n(.*?)```/s);
  return code;
}

/** The sample frames that the Java codec is held to, as `{name, text}`; each file is one frame, byte for byte. */
export async function goldenFrames() {
  const names = inNode ? await list(GOLDEN) : JSON.parse(await text(GOLDEN));
  return Promise.all(names.map(async (name) => ({ name, text: await text(new URL(name, GOLDEN)) })));
}

/** A fixture that the Java engine is held to as well. */
export async function fixture(name) {
  return JSON.parse(await text(new URL(name, FIXTURES)));
}

async function text(url) {
  if (inNode) {
    const { readFile } = await import('node:fs/promises');
    return readFile(url, 'utf8');
  }
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`${url}: ${response.status}`);
  }
  return response.text();
}

async function list(folder) {
  const { readdir } = await import('node:fs/promises');
  return (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
}
