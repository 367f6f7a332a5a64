/** The bindings of the package, held to their contract. */
import { contractOf } from './binding-contract.js';
import { CODEMIRROR, REACT, TEXTAREA } from './editors.js';
import { MONACO } from './monaco-editor.js';

const contracts = [TEXTAREA, CODEMIRROR, REACT, MONACO].map(contractOf);

export const share = 0.05;
export const tests = Object.assign({}, ...contracts.map((contract) => contract.tests));
export const properties = Object.assign({}, ...contracts.map((contract) => contract.properties));
