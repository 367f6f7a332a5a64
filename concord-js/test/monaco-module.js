/** Monaco as a module: its package for the web has a loader for AMD. */
const loader = import.meta.resolve('monaco-editor/loader');

await new Promise((resolve, reject) => {
  const script = document.createElement('script');
  script.src = loader;
  script.onload = resolve;
  script.onerror = () => reject(new Error(`${loader} does not load`));
  document.head.append(script);
});
globalThis.require.config({ paths: { vs: loader.slice(0, loader.lastIndexOf('/')) } });
await new Promise((resolve, reject) => globalThis.require(['vs/editor/editor.main'], resolve, reject));

export const { editor, KeyCode, KeyMod, Range, Selection } = globalThis.monaco;
