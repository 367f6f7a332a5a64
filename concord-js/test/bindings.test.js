/** The bindings of the package, and the one that the guide prints, held to the contract of bindings. */
import { contractOf } from './binding-contract.js';
import { CODEMIRROR, REACT, TEXTAREA, textareaAdapter } from './editors.js';
import { printedIn } from './files.js';
import { MONACO } from './monaco-editor.js';

/** The module that is printed in the guide. */
async function printed() {
  const url = URL.createObjectURL(new Blob([await printedIn('BINDINGS.md')], { type: 'text/javascript' }));
  try {
    return await import(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

const GUIDE = textareaAdapter('the guide', (await printed()).bindArea);

const contracts = [TEXTAREA, CODEMIRROR, REACT, MONACO, GUIDE].map(contractOf);

export const share = 0.05;
export const tests = Object.assign({}, ...contracts.map((contract) => contract.tests));
export const properties = Object.assign({}, ...contracts.map((contract) => contract.properties));
